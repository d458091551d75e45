// The plug-in's face: what it is called, what it can load, its options.
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "arete/plugin.hpp"
#include "library.hpp"
#include "session.hpp"

namespace arete_ort {
namespace {

using arete::plugin::Failure;
using arete::plugin::Options;

constexpr arete_option_info kThreads{sizeof(arete_option_info), "intra_op_threads", "1", "0..256",
                                     "Threads inside one operator; 0 = as many as cores."};
constexpr arete_option_info kOptimization{sizeof(arete_option_info), "optimization", "all",
                                          "none|basic|extended|all",
                                          "How far ONNX Runtime rewrites the graph."};
constexpr arete_option_info kProfile{sizeof(arete_option_info), "profile", "off", "on|off",
                                     "Record what ran where, for one report a session."};
constexpr arete_option_info kArena{sizeof(arete_option_info), "arena", "on", "on|off",
                                   "Keep freed memory for the next run."};
constexpr std::array kOptions{&kThreads, &kOptimization, &kProfile, &kArena};

GraphOptimizationLevel optimization_of(const Options& options) {
  const std::string& name = options.text("optimization");
  if (name == "none") {
    return ORT_DISABLE_ALL;
  }
  if (name == "basic") {
    return ORT_ENABLE_BASIC;
  }
  if (name == "extended") {
    return ORT_ENABLE_EXTENDED;
  }
  if (name != "all") {
    options.reject("optimization", kOptimization.values);
  }
  return ORT_ENABLE_ALL;
}

Settings settings_of(const Options& options) {
  Settings settings;
  settings.intra_op_threads = static_cast<int>(options.integer("intra_op_threads", 0, 256));
  settings.optimization = optimization_of(options);
  settings.profile = options.on("profile");
  settings.arena = options.on("arena");
  return settings;
}

void check_format(const arete_model_source& source) {
  const std::string head = arete::plugin::head_of(source);
  std::string format = source.format == nullptr ? "" : source.format;
  if (head.size() == 8 && head.substr(4) == "TFL3") {
    format = "tflite";
  }
  if (!format.empty() && format != "onnx") {
    throw Failure(ARETE_UNSUPPORTED, "loads ONNX only, this is " + format);
  }
  // A ModelProto starts with a field of one of its numbers, 1 to 25, as varint or bytes.
  const unsigned char first = head.empty() ? 0 : static_cast<unsigned char>(head[0]);
  const bool is_protobuf = (first & 7U) == 0 || (first & 7U) == 2;
  if (head.empty() || first < 8 || !is_protobuf) {
    throw Failure(ARETE_UNSUPPORTED, "loads ONNX only, and this is none");
  }
}

struct Engine {
  static constexpr const char* kName = "onnxruntime";
  static constexpr const char* kVersion = "0.1.0";
  static constexpr const char* kDescription = "ONNX Runtime on the CPU.";

  static const char* const* formats() {
    static constexpr std::array<const char*, 2> kFormats{"onnx", nullptr};
    return kFormats.data();
  }
  static std::span<const arete_option_info* const> options() { return kOptions; }

  static void probe(arete_probe& out) {
    static constexpr std::array kDevices{"CPUExecutionProvider"};
    out.engine_version = library().version.c_str();
    out.device_count = kDevices.size();
    out.devices = kDevices.data();
    out.memory = ARETE_MEMORY_HOST;
  }

  /// By loading it without any optimization: nothing else knows what ONNX Runtime lacks.
  static void supports(const arete_model_source& source, const Options& options) {
    Settings settings = settings_of(options);
    check_format(source);
    settings.trial = true;
    settings.profile = false;
    const OrtBackedSession trial(source, settings);
  }

  static std::unique_ptr<arete::plugin::Session> load(const arete_model_source& source,
                                                      const Options& options) {
    const Settings settings = settings_of(options);
    check_format(source);
    return std::make_unique<OrtBackedSession>(source, settings);
  }
};

}  // namespace
}  // namespace arete_ort

ARETE_PLUGIN_EXPORT const arete_backend* arete_backend_api(const arete_host* host) {
  arete::plugin::set_host(host);
  return arete::plugin::make_backend<arete_ort::Engine>();
}
