// Recordings: what came from the sources of a run and what was decided about it, so that a replay
// can show that the same packets give the same decisions. A folder:
//   recording.json   version, the pipeline's name, its sources
//   packets.jsonl    a line a packet: stamp, hash, and for live sources where its bytes lie
//   frames-N.bin     bytes of the packets of source N, if it is live; files are read again
//   decisions.jsonl  a line a decision and event
// docs/formats/recording.md has it in full.
// Threads: Recorder's functions from any. Errors: of writing, told by finish(); kCorrupt with file
// and line for a recording that cannot be read.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "document/node.hpp"
#include "io/files.hpp"
#include "pipeline/graph_spec.hpp"
#include "pipeline/ledger.hpp"
#include "pipeline/packet.hpp"
#include "pipeline/pipeline.hpp"
#include "pipeline/replay_plan.hpp"

namespace arete::pipeline {

inline constexpr int kRecordingVersion = 1;
/// Bytes of live packets that a recording takes unless told otherwise; then it fails.
inline constexpr std::uint64_t kRecordingLimit = std::uint64_t{8} << 30;

/// One line of decisions.jsonl; the same decision gives the same text.
[[nodiscard]] std::string decision_line(const LedgerRecord& record,
                                        const std::vector<std::string>& names);
[[nodiscard]] std::string event_line(const Packet& packet, const EventRecord& event,
                                     const std::vector<std::string>& names);
/// Whether a record is a decision: not a time alone, not a message that was sent.
[[nodiscard]] bool is_decision(const LedgerRecord& record);

class Recorder {
 public:
  /// The folder is made; one that holds a recording already is kConflict.
  [[nodiscard]] static Result<std::unique_ptr<Recorder>> create(
      io::Files& files, const io::Path& folder, const GraphSpec& graph,
      std::uint64_t limit = kRecordingLimit);
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  /// Adds itself to the hooks of a pipeline that is to be made.
  void listen(PipelineHooks& hooks);
  /// And to the ledger, once it is made.
  void listen(Ledger& ledger);

  [[nodiscard]] Status finish();

 private:
  Recorder(io::Files& files, io::Path folder, const GraphSpec& graph, std::uint64_t limit);

  void add_packet(const Packet& packet, bool live, bool restart);
  void add_line(std::string& buffer, const char* file, const std::string& line);
  void flush(std::string& buffer, const char* file);
  void store(const Packet& packet, document::Node& line);

  io::Files& files_;
  io::Path folder_;
  std::vector<std::string> names_;
  std::set<std::string> sinks_;  ///< elements that a replay leaves out
  std::mutex mutex_;
  std::string packets_;
  std::string decisions_;
  std::vector<std::uint64_t> offsets_;  ///< [source] of the next bytes
  std::uint64_t stored_ = 0;
  std::uint64_t limit_;
  Status status_;
};

/// A recording that was read.
struct Recording {
  ReplayPlan plan;
  std::vector<std::string> sources;                  ///< names
  std::vector<bool> stored;                          ///< [source] its bytes are in the recording
  std::vector<std::vector<document::Node>> packets;  ///< [source] lines of packets.jsonl
  std::vector<std::string> decisions;                ///< lines, sorted
  io::Path folder;
};

/// kConflict if it was made of a pipeline with other sources than `graph`.
[[nodiscard]] Result<Recording> read_recording(io::Files& files, const io::Path& folder,
                                               const GraphSpec& graph);

/// Source `index` of the pipeline: recorded packets where they are stored, else the file again,
/// whose packets are compared with the recorded ones. `recording` must outlive it.
[[nodiscard]] Result<std::unique_ptr<media::Source>> open_recorded(
    io::Files& files, Clock& clock, const Recording& recording, std::size_t index,
    const media::SourceSettings& settings);

struct ReplayReport {
  std::size_t decisions = 0;
  std::vector<std::string> missing;  ///< of the recording, that the replay did not make
  std::vector<std::string> extra;    ///< of the replay alone
  [[nodiscard]] bool identical() const { return missing.empty() && extra.empty(); }
};

/// Gathers a replay's decisions for the comparison.
class ReplayCheck {
 public:
  explicit ReplayCheck(const Recording& recording) : recording_(recording) {}
  void listen(PipelineHooks& hooks, const GraphSpec& graph);
  void listen(Ledger& ledger);
  [[nodiscard]] ReplayReport report();

 private:
  const Recording& recording_;
  std::mutex mutex_;
  std::vector<std::string> names_;
  std::vector<std::string> lines_;
};

}  // namespace arete::pipeline
