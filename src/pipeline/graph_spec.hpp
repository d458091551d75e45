// A pipeline as its YAML file describes it: sources, models, elements and who gets whose packets.
// Checked for form only; what the kinds mean and whether types fit is plan.hpp's.
// Errors: kInvalid and kCorrupt with "file:line" as the place. Threads: plain values.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "document/node.hpp"
#include "io/files.hpp"
#include "media/open_source.hpp"

namespace arete::pipeline {

inline constexpr int kPipelineVersion = 1;

/// How fast packets leave a source.
enum class Pace : std::uint8_t {
  kFast,      ///< as fast as they are taken: a file is worked through
  kRealtime,  ///< by media time, as if it happened now
};

/// When a broken source is opened again.
struct RetrySettings {
  Nanoseconds first = std::chrono::milliseconds(500);  ///< then doubled
  Nanoseconds most = std::chrono::seconds(30);
  bool at_start = false;  ///< even if it could never be opened
};

struct SourceSpec {
  std::string name;
  media::SourceSettings settings;
  bool kind_given = false;  ///< else it was guessed from the url
  Pace pace = Pace::kFast;
  bool loop = false;              ///< from the start again at the end of a file
  std::int64_t most_packets = 0;  ///< ends after so many; 0 = no limit
  RetrySettings retry;
  std::string where;  ///< "file:line"
};

/// Everything a session factory needs to make a model.
struct ModelSettings {
  std::string name;  ///< in the pipeline's file
  std::string file;
  std::string engine = "auto";
  std::string spec;   ///< empty = looked up
  std::string cache;  ///< empty = none
  std::map<std::string, std::string> options;
  std::string where;

  [[nodiscard]] bool operator==(const ModelSettings&) const = default;
};

/// What happens to a packet that comes to a full queue.
enum class QueuePolicy : std::uint8_t {
  kNewest,  ///< the oldest in it gives way
  kOldest,  ///< it is turned away
  kBlock,   ///< its producer waits
};

struct QueueSettings {
  std::optional<QueuePolicy>
      policy;    ///< else newest behind live or paced sources, block behind files
  int size = 0;  ///< packets a source; 0 = 1 for newest, else 4
};

struct ElementSpec {
  std::string name;
  std::string type;
  std::vector<std::string> inputs;  ///< names of sources and elements
  std::optional<QueueSettings> queue;
  document::Node settings;  ///< the whole map, for the element's own keys
  std::string where;
};

struct GraphSpec {
  std::string name;
  io::Path folder;  ///< relative paths in the file begin here
  std::vector<SourceSpec> sources;
  std::vector<ModelSettings> models;
  std::vector<ElementSpec> elements;
  std::string where;
};

/// Keys of an element that every type has; the others are its type's.
inline constexpr const char* kElementKeys[] = {"type", "input", "queue"};

/// `folder` is where relative paths begin; the kinds of sources that the file leaves open are
/// guessed with `files`.
[[nodiscard]] Result<GraphSpec> parse_graph(io::Files& files, const document::Node& root,
                                            const io::Path& folder);
/// Reads and parses; relative paths begin in the file's folder.
[[nodiscard]] Result<GraphSpec> load_graph(io::Files& files, const io::Path& path);

}  // namespace arete::pipeline
