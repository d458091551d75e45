// The plug-in's face: wraps the engine of option `engine` and hands the options that start with
// "inner." on to it.
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <memory>
#include <span>
#include <string>

#include "arete/plugin.hpp"
#include "plan.hpp"
#include "session.hpp"
#include "wrapped.hpp"

namespace arete_fault {
namespace {

using arete::plugin::Options;

constexpr arete_option_info kEngine{sizeof(arete_option_info), "engine", "null", "name",
                                    "The engine inside, from the same folder."};
constexpr arete_option_info kFail{
    sizeof(arete_option_info), "fail", "", "FUNCTION[:CALL|every[:CODE]],...",
    "Calls that fail: supports, load, bind, run, output, get_state, set_state, profile."};
constexpr arete_option_info kStall{sizeof(arete_option_info), "stall", "", "run[:CALL|every],...",
                                   "Runs that do not end by themselves."};
constexpr arete_option_info kWrongShape{sizeof(arete_option_info), "wrong_shape", "",
                                        "output[:CALL|every],...",
                                        "Results that are given with a shape of another rank."};
constexpr arete_option_info kInner{sizeof(arete_option_info), "inner", "", "NAME=VALUE;...",
                                   "Options of the engine inside."};
constexpr std::array kOptions{&kEngine, &kFail, &kStall, &kWrongShape, &kInner};

/// The options for the engine inside, in C form.
class InnerOptions {
 public:
  explicit InnerOptions(const Options& options) : cache_dir_(options.cache_dir()) {
    std::string_view rest = options.text("inner");
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(';'), rest.size());
      const std::string_view pair = rest.substr(0, end);
      const std::size_t equals = pair.find('=');
      if (equals == std::string_view::npos) {
        options.reject("inner", kInner.values);
      }
      names_.emplace_back(pair.substr(0, equals));
      values_.emplace_back(pair.substr(equals + 1));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    for (std::size_t i = 0; i < names_.size(); ++i) {
      name_pointers_.push_back(names_[i].c_str());
      value_pointers_.push_back(values_[i].c_str());
    }
  }
  [[nodiscard]] arete_load_options plain() const {
    return {sizeof(arete_load_options), cache_dir_.empty() ? nullptr : cache_dir_.c_str(),
            static_cast<std::uint32_t>(names_.size()), name_pointers_.data(),
            value_pointers_.data()};
  }

 private:
  std::string cache_dir_;
  std::vector<std::string> names_;
  std::vector<std::string> values_;
  std::vector<const char*> name_pointers_;
  std::vector<const char*> value_pointers_;
};

struct Engine {
  static constexpr const char* kName = "fault";
  static constexpr const char* kVersion = "0.1.0";
  static constexpr const char* kDescription = "Another engine that fails on demand: for tests.";

  static const char* const* formats() {
    static constexpr std::array<const char*, 1> kFormats{nullptr};
    return kFormats.data();
  }
  static std::span<const arete_option_info* const> options() { return kOptions; }

  static void probe(arete_probe& out) {
    static constexpr std::array kDevices{"of the engine inside"};
    out.engine_version = kVersion;
    out.device_count = kDevices.size();
    out.devices = kDevices.data();
    out.memory = ARETE_MEMORY_HOST;
  }

  static void supports(const arete_model_source& source, const Options& options) {
    const Plan plan = read_plan(options);
    Calls failures(plan.failures);
    fail_if_planned(failures, "supports");
    const arete_backend& inner = find(options.text("engine"));
    const InnerOptions inner_options(options);
    const arete_load_options plain = inner_options.plain();
    arete::plugin::raise(inner, inner.supports(&source, &plain));
  }

  static std::unique_ptr<arete::plugin::Session> load(const arete_model_source& source,
                                                      const Options& options) {
    const InnerOptions inner_options(options);
    return std::make_unique<FaultSession>(read_plan(options), find(options.text("engine")), source,
                                          inner_options.plain());
  }
};

}  // namespace
}  // namespace arete_fault

ARETE_PLUGIN_EXPORT const arete_backend* arete_backend_api(const arete_host* host) {
  arete::plugin::set_host(host);
  return arete::plugin::make_backend<arete_fault::Engine>();
}
