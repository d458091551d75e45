// The plug-in's face: what it is called, what it can load, its options.
// SPDX-License-Identifier: Apache-2.0
#include <tvm/ffi/c_api.h>

#include <array>
#include <memory>
#include <span>
#include <string>

#include "arete/plugin.hpp"
#include "library_file.hpp"
#include "session.hpp"

namespace arete_tvm {
namespace {

using arete::plugin::Failure;
using arete::plugin::Options;

constexpr arete_option_info kThreads{sizeof(arete_option_info), "threads", "1", "1..256",
                                     "Threads inside one kernel."};
constexpr arete_option_info kProfile{sizeof(arete_option_info), "profile", "off", "on|off",
                                     "Record what ran where."};
constexpr std::array kOptions{&kThreads, &kProfile};

Settings settings_of(const Options& options) {
  Settings settings;
  settings.threads = static_cast<int>(options.integer("threads", 1, 256));
  settings.profile = options.on("profile");
  return settings;
}

/// The module's file: it is code, which only the system's loader can take.
std::string path_of(const arete_model_source& source) {
  if (source.path == nullptr || *source.path == '\0') {
    throw Failure(ARETE_UNSUPPORTED, "a compiled module is loaded from a file, not from memory");
  }
  const std::string path = source.path;
  check_library(path);
  // TVM goes by the ending, the loader by the slash.
  if (!path.ends_with(".so")) {
    throw Failure(ARETE_UNSUPPORTED, "TVM takes modules only from files that end in .so");
  }
  return path.find('/') == std::string::npos ? "./" + path : path;
}

struct Engine {
  static constexpr const char* kName = "tvm";
  static constexpr const char* kVersion = "0.1.0";
  static constexpr const char* kDescription = "Modules compiled by Apache TVM, on the CPU.";

  static const char* const* formats() {
    static constexpr std::array<const char*, 2> kFormats{"tvm", nullptr};
    return kFormats.data();
  }
  static std::span<const arete_option_info* const> options() { return kOptions; }

  static void probe(arete_probe& out) {
    static constexpr std::array kDevices{"TVM compiled code"};
    static const std::string kInterface = [] {
      TVMFFIVersion version{};
      TVMFFIGetVersion(&version);
      return "ffi " + std::to_string(version.major) + "." + std::to_string(version.minor) + "." +
             std::to_string(version.patch);
    }();
    out.engine_version = kInterface.c_str();
    out.device_count = kDevices.size();
    out.devices = kDevices.data();
    out.memory = ARETE_MEMORY_HOST;
  }

  static void supports(const arete_model_source& source, const Options& options) {
    const TvmSession trial(path_of(source), settings_of(options));
  }

  static std::unique_ptr<arete::plugin::Session> load(const arete_model_source& source,
                                                      const Options& options) {
    const Settings settings = settings_of(options);
    return std::make_unique<TvmSession>(path_of(source), settings);
  }
};

}  // namespace
}  // namespace arete_tvm

ARETE_PLUGIN_EXPORT const arete_backend* arete_backend_api(const arete_host* host) {
  arete::plugin::set_host(host);
  return arete::plugin::make_backend<arete_tvm::Engine>();
}
