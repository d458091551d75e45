// The plug-in's face: what it is called, what it can load, its options.
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <memory>
#include <span>
#include <string>

#include "arete/plugin.hpp"
#include "errors.hpp"
#include "session.hpp"

namespace arete_et {
namespace {

using arete::plugin::Failure;
using arete::plugin::Options;

constexpr arete_option_info kThreads{
    sizeof(arete_option_info), "threads", "1", "0..1",
    "1 = the calling thread alone; 0 = ExecuTorch's pool, as many as cores, for all its sessions."};
constexpr arete_option_info kProfile{sizeof(arete_option_info), "profile", "off", "on|off",
                                     "Record what ran where."};
constexpr std::array kOptions{&kThreads, &kProfile};

/// A program starts with the place of its root table and "ETxx".
void check_format(const arete_model_source& source) {
  const std::string head = arete::plugin::head_of(source);
  if (head.size() < 8 || head.substr(4, 2) != "ET") {
    throw Failure(ARETE_UNSUPPORTED, "loads ExecuTorch programs (.pte) only, and this is none");
  }
}

Settings settings_of(const Options& options) {
  Settings settings;
  settings.one_thread = options.integer("threads", 0, 1) == 1;
  settings.profile = options.on("profile");
  return settings;
}

struct Engine {
  static constexpr const char* kName = "executorch";
  static constexpr const char* kVersion = "0.1.0";
  static constexpr const char* kDescription = "ExecuTorch with its CPU kernels and XNNPACK.";

  static const char* const* formats() {
    static constexpr std::array<const char*, 2> kFormats{"executorch", nullptr};
    return kFormats.data();
  }
  static std::span<const arete_option_info* const> options() { return kOptions; }

  static void probe(arete_probe& out) {
    static constexpr std::array kDevices{"ExecuTorch kernels", "XnnpackBackend"};
    start_runtime();
    out.engine_version = ARETE_EXECUTORCH_VERSION;
    out.device_count = kDevices.size();
    out.devices = kDevices.data();
    out.memory = ARETE_MEMORY_HOST;
  }

  /// By loading it: a missing operator or delegate shows only then.
  static void supports(const arete_model_source& source, const Options& options) {
    check_format(source);
    const EtSession trial(source, settings_of(options));
  }

  static std::unique_ptr<arete::plugin::Session> load(const arete_model_source& source,
                                                      const Options& options) {
    const Settings settings = settings_of(options);
    check_format(source);
    return std::make_unique<EtSession>(source, settings);
  }
};

}  // namespace
}  // namespace arete_et

ARETE_PLUGIN_EXPORT const arete_backend* arete_backend_api(const arete_host* host) {
  arete::plugin::set_host(host);
  return arete::plugin::make_backend<arete_et::Engine>();
}
