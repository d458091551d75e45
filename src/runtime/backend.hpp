// An engine: can it run this file, with what options, and load it. Mostly a plug-in, but anything
// that turns a file into a Session can be one. Not here: finding plug-ins (registry.hpp).
// Threads: const use from any. Ownership: sessions keep what they need of their engine alive.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "runtime/session.hpp"

namespace arete::runtime {

/// A model as its file has it. Engines get the original bytes or path, never our IR.
struct ModelFile {
  std::string format;  ///< "onnx", "tflite" ...; empty = the engine looks at the content
  std::string path;    ///< empty = only in memory
  SharedBytes bytes;   ///< empty = read from path; else path only says where it came from
};

struct LoadOptions {
  std::string cache_dir;                       ///< existing folder for compiled forms; empty = none
  std::map<std::string, std::string> options;  ///< the engine's own; unknown = kInvalid
};

struct OptionInfo {
  std::string name;
  std::string default_value;
  std::string values;  ///< "none|basic|all", "1..256"
  std::string doc;
};

struct BackendInfo {
  std::string name;
  std::string version;
  std::string description;
  std::vector<std::string> formats;
  std::vector<OptionInfo> options;
  std::string path;                  ///< of the plug-in; empty = built in
  std::string engine_version;        ///< this and what follows: only if available
  std::vector<std::string> devices;  ///< as profiles name them
  bool host_memory = true;           ///< kinds of memory that it can bind
  bool dmabuf_memory = false;
  bool device_memory = false;
};

class Backend {
 public:
  virtual ~Backend() = default;
  [[nodiscard]] virtual const BackendInfo& info() const = 0;
  /// Would load() succeed? Otherwise the reason, kUnsupported or what is wrong with the file.
  [[nodiscard]] virtual Status supports(const ModelFile& file,
                                        const LoadOptions& options = {}) const = 0;
  [[nodiscard]] virtual Result<std::unique_ptr<Session>> load(
      const ModelFile& file, const LoadOptions& options = {}) const = 0;
};

}  // namespace arete::runtime
