// Which rows a benchmark has.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "convert/engine_model.hpp"
#include "convert/reference_backend.hpp"
#include "evaluate/benchmark.hpp"

namespace arete::evaluate {
namespace {

bool reads(const runtime::BackendInfo& info, std::string_view format) {
  return std::ranges::find(info.formats, format) != info.formats.end();
}

/// In any form that we can give it.
bool can_read(const runtime::BackendInfo& info, std::string_view format) {
  return info.formats.empty() || reads(info, format) || reads(info, "onnx");
}

/// Real engines, also those that will have to say why not; no reference, nothing that is for tests.
bool belongs_to_all(const runtime::BackendStatus& status, std::string_view format) {
  const auto known = convert::engine_order(format);
  const bool is_known = std::ranges::find(known, status.info.name) != known.end();
  return status.info.name != convert::kReferenceName &&
         (is_known || !status.available ||
          (!status.info.formats.empty() && can_read(status.info, format)));
}

/// The named engines and those that "all" stands for, each once, in the order asked.
Result<std::vector<const runtime::BackendStatus*>> engines_of(const runtime::Registry& registry,
                                                              const PlanRequest& request) {
  std::vector<const runtime::BackendStatus*> engines;
  const auto add = [&engines](const runtime::BackendStatus& status) {
    if (std::ranges::find(engines, &status) == engines.end()) {
      engines.push_back(&status);
    }
  };
  for (const std::string& name : request.engines) {
    const auto found = std::ranges::find_if(
        registry.list(), [&](const auto& status) { return status.info.name == name; });
    if (found != registry.list().end()) {
      add(*found);
    } else if (name != "all") {
      return std::unexpected(registry.find(name).error());
    }
    for (const runtime::BackendStatus& status : registry.list()) {
      if (name == "all" && belongs_to_all(status, request.format)) {
        add(status);
      }
    }
  }
  if (std::ranges::find(request.engines, "all") != request.engines.end()) {
    // The file's native engine leads: the first row is what the others are measured by.
    std::ranges::stable_sort(engines, {}, [&](const auto* engine) {
      return !engine->available                        ? 3
             : !can_read(engine->info, request.format) ? 2
             : reads(engine->info, request.format)     ? 0
                                                       : 1;
    });
  }
  return engines;
}

RowPlan plan_row(const runtime::BackendStatus& status, int threads, std::string_view format,
                 const std::map<std::string, std::string>& options) {
  RowPlan plan{status.info.name, threads, options, std::nullopt};
  const std::string option = thread_option(status.info);
  if (!status.available) {
    plan.error = Error(ErrorCode::kUnavailable, status.reason);
  } else if (!can_read(status.info, format)) {
    plan.error =
        Error(ErrorCode::kUnsupported,
              fmt::format("reads {}, not {}", fmt::join(status.info.formats, ", "), format));
  } else if (!option.empty()) {
    plan.options.emplace(option, std::to_string(threads));
  } else if (threads != 1) {
    plan.error = Error(ErrorCode::kUnsupported, "this engine has no option for threads");
  }
  return plan;
}

}  // namespace

std::string thread_option(const runtime::BackendInfo& info) {
  // Engines keep the names that their own users know; a new one is best called "threads".
  constexpr std::array<std::string_view, 4> kNames = {"threads", "num_threads", "intra_op_threads",
                                                      "inference_num_threads"};
  for (const std::string_view name : kNames) {
    if (std::ranges::find(info.options, name, &runtime::OptionInfo::name) != info.options.end()) {
      return std::string(name);
    }
  }
  return "";
}

Result<std::vector<RowPlan>> plan_rows(const runtime::Registry& registry,
                                       const PlanRequest& request) {
  ARETE_TRY_ASSIGN(const auto engines, engines_of(registry, request));
  for (const auto& [engine, options] : request.options) {
    if (std::ranges::none_of(engines, [&](const auto* it) { return it->info.name == engine; })) {
      return fail(ErrorCode::kInvalid, "options for '{}', which is not among the engines", engine);
    }
  }
  std::vector<RowPlan> plans;
  for (const runtime::BackendStatus* engine : engines) {
    const auto options = request.options.find(engine->info.name);
    for (const int threads : request.threads) {
      plans.push_back(plan_row(*engine, threads, request.format,
                               options == request.options.end()
                                   ? std::map<std::string, std::string>{}
                                   : options->second));
      if (!engine->available || !can_read(engine->info, request.format)) {
        break;  // one row with the reason is enough
      }
    }
  }
  return plans;
}

}  // namespace arete::evaluate
