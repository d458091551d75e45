// The plug-in's face: what it is called, what it can load, its options.
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <memory>
#include <span>

#include "arete/plugin.hpp"
#include "model.hpp"
#include "session.hpp"

namespace arete_null {
namespace {

constexpr arete_option_info kReleaseFd{
    sizeof(arete_option_info), "release_fd", "-1", "-1..1048576",
    "Descriptor of a pipe; each byte read from it releases one run of a model that holds."};
constexpr std::array kOptions{&kReleaseFd};

struct Engine {
  static constexpr const char* kName = "null";
  static constexpr const char* kVersion = "0.1.0";
  static constexpr const char* kDescription =
      "Does nothing, but all of it: for tests, and to copy when writing a back end.";

  static const char* const* formats() {
    static constexpr std::array<const char*, 2> kFormats{"null-model", nullptr};
    return kFormats.data();
  }
  static std::span<const arete_option_info* const> options() { return kOptions; }

  static void probe(arete_probe& out) {
    static constexpr std::array kDevices{"null"};
    out.engine_version = kVersion;
    out.device_count = kDevices.size();
    out.devices = kDevices.data();
    out.memory = ARETE_MEMORY_HOST;
  }

  static void supports(const arete_model_source& source, const arete::plugin::Options& options) {
    static_cast<void>(options.integer("release_fd", -1, 1 << 20));
    static_cast<void>(parse(arete::plugin::read_model(source)));
  }

  static std::unique_ptr<arete::plugin::Session> load(const arete_model_source& source,
                                                      const arete::plugin::Options& options) {
    const auto release_fd = static_cast<int>(options.integer("release_fd", -1, 1 << 20));
    return std::make_unique<NullSession>(parse(arete::plugin::read_model(source)), release_fd);
  }
};

}  // namespace
}  // namespace arete_null

ARETE_PLUGIN_EXPORT const arete_backend* arete_backend_api(const arete_host* /*host*/) {
  return arete::plugin::make_backend<arete_null::Engine>();
}
