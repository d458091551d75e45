// The plug-in's face: what it is called, what it can load, its options.
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <memory>
#include <span>
#include <string>

#include "arete/plugin.hpp"
#include "library.hpp"
#include "session.hpp"

namespace arete_openvino {
namespace {

using arete::plugin::Failure;
using arete::plugin::Options;

constexpr arete_option_info kThreads{sizeof(arete_option_info), "num_threads", "1", "1..256",
                                     "Threads of a run."};
constexpr arete_option_info kPrecision{sizeof(arete_option_info), "precision", "f32",
                                       "f32|bf16|f16",
                                       "What floating-point models are computed in."};
constexpr arete_option_info kProfile{sizeof(arete_option_info), "profile", "off", "on|off",
                                     "Record what ran where."};
constexpr std::array kOptions{&kThreads, &kPrecision, &kProfile};

Settings settings_of(const Options& options) {
  Settings settings;
  settings.num_threads = static_cast<int>(options.integer("num_threads", 1, 256));
  settings.precision = options.text("precision");
  if (settings.precision != "f32" && settings.precision != "bf16" && settings.precision != "f16") {
    options.reject("precision", kPrecision.values);
  }
  settings.profile = options.on("profile");
  settings.cache_dir = options.cache_dir();
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
  static constexpr const char* kName = "openvino";
  static constexpr const char* kVersion = "0.1.0";
  static constexpr const char* kDescription = "OpenVINO on the CPU.";

  static const char* const* formats() {
    static constexpr std::array<const char*, 2> kFormats{"onnx", nullptr};
    return kFormats.data();
  }
  static std::span<const arete_option_info* const> options() { return kOptions; }

  static void probe(arete_probe& out) {
    static constexpr std::array kDevices{"CPU"};
    out.engine_version = library().version.c_str();
    out.device_count = kDevices.size();
    out.devices = kDevices.data();
    out.memory = ARETE_MEMORY_HOST;
  }

  /// By loading it: nothing else knows what OpenVINO lacks.
  static void supports(const arete_model_source& source, const Options& options) {
    Settings settings = settings_of(options);
    check_format(source);
    settings.profile = false;
    const OpenVinoSession trial(source, settings);
  }

  static std::unique_ptr<arete::plugin::Session> load(const arete_model_source& source,
                                                      const Options& options) {
    const Settings settings = settings_of(options);
    check_format(source);
    return std::make_unique<OpenVinoSession>(source, settings);
  }
};

}  // namespace
}  // namespace arete_openvino

ARETE_PLUGIN_EXPORT const arete_backend* arete_backend_api(const arete_host* host) {
  arete::plugin::set_host(host);
  return arete::plugin::make_backend<arete_openvino::Engine>();
}
