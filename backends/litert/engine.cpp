// The plug-in's face: what it is called, what it can load, its options.
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <memory>
#include <span>
#include <string>

#include "arete/plugin.hpp"
#include "library.hpp"
#include "session.hpp"

namespace arete_litert {
namespace {

using arete::plugin::Failure;
using arete::plugin::Options;

constexpr arete_option_info kThreads{sizeof(arete_option_info), "num_threads", "1", "1..256",
                                     "Threads inside one operator."};
constexpr arete_option_info kKernels{sizeof(arete_option_info), "kernels", "xnnpack",
                                     "xnnpack|builtin",
                                     "XNNPACK where it can, or LiteRT's own kernels alone."};
constexpr arete_option_info kProfile{sizeof(arete_option_info), "profile", "off", "on|off",
                                     "Record what ran where."};
constexpr arete_option_info kSignature{sizeof(arete_option_info), "signature", "", "text",
                                       "Which of the file's signatures to run; empty = the first."};
constexpr std::array kOptions{&kThreads, &kKernels, &kProfile, &kSignature};

Settings settings_of(const Options& options) {
  Settings settings;
  settings.num_threads = static_cast<int>(options.integer("num_threads", 1, 256));
  settings.kernels = options.text("kernels");
  if (settings.kernels != "xnnpack" && settings.kernels != "builtin") {
    options.reject("kernels", kKernels.values);
  }
  settings.profile = options.on("profile");
  settings.signature = options.text("signature");
  return settings;
}

void check_format(const arete_model_source& source) {
  const std::string head = arete::plugin::head_of(source);
  if (head.size() == 8 && head.substr(4) == "TFL3") {
    return;
  }
  const std::string format = source.format == nullptr ? "" : source.format;
  throw Failure(ARETE_UNSUPPORTED, "loads TFLite only, and this is " +
                                       (format.empty() || format == "tflite" ? "none" : format));
}

struct Engine {
  static constexpr const char* kName = "litert";
  static constexpr const char* kVersion = "0.1.0";
  static constexpr const char* kDescription = "LiteRT (TensorFlow Lite) with XNNPACK on the CPU.";

  static const char* const* formats() {
    static constexpr std::array<const char*, 2> kFormats{"tflite", nullptr};
    return kFormats.data();
  }
  static std::span<const arete_option_info* const> options() { return kOptions; }

  static void probe(arete_probe& out) {
    static constexpr std::array kDevices{"XNNPACK", "builtin"};
    out.engine_version = library().version.c_str();
    out.device_count = kDevices.size();
    out.devices = kDevices.data();
    out.memory = ARETE_MEMORY_HOST;
  }

  /// By loading and running it: some models fail at their first run only.
  static void supports(const arete_model_source& source, const Options& options) {
    Settings settings = settings_of(options);
    check_format(source);
    settings.profile = false;
    LiteRtSession trial(source, settings);
    trial.try_run();
  }

  static std::unique_ptr<arete::plugin::Session> load(const arete_model_source& source,
                                                      const Options& options) {
    const Settings settings = settings_of(options);
    check_format(source);
    return std::make_unique<LiteRtSession>(source, settings);
  }
};

}  // namespace
}  // namespace arete_litert

ARETE_PLUGIN_EXPORT const arete_backend* arete_backend_api(const arete_host* host) {
  arete::plugin::set_host(host);
  return arete::plugin::make_backend<arete_litert::Engine>();
}
