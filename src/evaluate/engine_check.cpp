// SPDX-License-Identifier: Apache-2.0
#include "evaluate/engine_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "convert/reference_backend.hpp"
#include "evaluate/tiny_models.hpp"
#include "report/table.hpp"
#include "report/units.hpp"

namespace arete::evaluate {
namespace {

/// The reference evaluator's answers, by the format of the model (the tiny one has three).
class ReferenceAnswers {
 public:
  ReferenceAnswers(const CheckRequest& request, const RowFactory& factory)
      : request_(request), factory_(factory) {}

  Result<std::vector<tensor::Tensor>> of(const LoadReply& reply) {
    if (reply.format == kNullFormat) {
      return reply.questions;  // it copies
    }
    if (request_.model.empty()) {
      return tiny(reply);
    }
    if (!given_) {
      given_ = run_given();
    }
    return *given_;
  }

 private:
  /// In this process: the tiny models are ours.
  static Result<std::vector<tensor::Tensor>> tiny(const LoadReply& reply) {
    ARETE_TRY_ASSIGN(const auto models, tiny_models());
    const auto model = std::ranges::find(models, reply.format, &TinyModel::format);
    if (model == models.end()) {
      return fail(ErrorCode::kUnsupported, "there is no tiny {} model", reply.format);
    }
    const runtime::ModelFile file{.format = model->format, .path = {}, .bytes = model->bytes};
    ARETE_TRY_ASSIGN(const auto session, convert::reference_backend()->load(file, {}));
    std::vector<tensor::TensorView> views;
    for (const tensor::Tensor& question : reply.questions) {
      views.push_back(runtime::view_of(question));
    }
    return session->run(views);
  }

  Result<std::vector<tensor::Tensor>> run_given() {
    ARETE_TRY_ASSIGN(const auto row, factory_());
    LoadRequest request;
    request.model = request_.model;
    request.engine = convert::kReferenceName;
    request.shapes = request_.shapes;
    ARETE_TRY_ASSIGN(LoadReply reply, row->load(request));
    return std::move(reply.answers);
  }

  const CheckRequest& request_;
  const RowFactory& factory_;
  std::optional<Result<std::vector<tensor::Tensor>>> given_;
};

void end_at(EngineCheck& check, CheckStatus status, std::string stage, std::string message) {
  check.status = status;
  check.stage = std::move(stage);
  check.message = std::move(message);
}

void compare_answers(EngineCheck& check, const LoadReply& reply, ReferenceAnswers& reference) {
  const auto wanted = reference.of(reply);
  if (!wanted) {
    check.message = "not compared: " + wanted.error().message();
    return;
  }
  const auto agreement = compare(*wanted, reply.answers);
  if (!agreement) {
    end_at(check, CheckStatus::kFailed, "compare", agreement.error().message());
    return;
  }
  check.agreement = *agreement;
  const auto bound = largest_difference(reply.precision);
  if (!bound) {
    check.message = "quantized: compared with the reference, but not judged";
  } else if (!(agreement->difference <= *bound)) {
    end_at(check, CheckStatus::kFailed, "compare",
           fmt::format("the answers are not the reference's: agreement {:.4f}, largest difference "
                       "{:.3g} of the largest value",
                       agreement->agreement, agreement->difference));
  }
}

/// An engine that names no format may read any.
bool has_tiny_model(const runtime::BackendInfo& info) {
  const auto models = tiny_models();
  return !models || info.formats.empty() ||
         std::ranges::any_of(*models, [&info](const TinyModel& model) {
           return std::ranges::find(info.formats, model.format) != info.formats.end();
         });
}

EngineCheck check_one(const runtime::BackendStatus& status, const CheckRequest& request,
                      const RowFactory& factory, ReferenceAnswers& reference) {
  EngineCheck check;
  check.engine = status.info.name;
  if (!status.available) {
    end_at(check, CheckStatus::kUnavailable, "probe", status.reason);
    return check;
  }
  if (request.model.empty() && !has_tiny_model(status.info)) {
    end_at(check, CheckStatus::kUnsupported, "load",
           fmt::format("it works here; there is no tiny model of its format ({})",
                       fmt::join(status.info.formats, ", ")));
    return check;
  }
  const auto row = factory();
  if (!row) {
    end_at(check, CheckStatus::kFailed, "probe", row.error().message());
    return check;
  }
  LoadRequest load;
  load.model = request.model;
  load.engine = check.engine;
  load.shapes = request.shapes;
  if (const auto options = request.options.find(check.engine); options != request.options.end()) {
    load.options = options->second;
  }
  auto reply = (*row)->load(load);
  if (!reply) {
    const std::string stage = (*row)->stage();
    // To refuse a model at once is an answer; to fail at its first run is not.
    const bool refuses = stage == "load" && !request.model.empty() &&
                         reply.error().code() == ErrorCode::kUnsupported;
    end_at(check, refuses ? CheckStatus::kUnsupported : CheckStatus::kFailed, stage,
           reply.error().message());
    return check;
  }
  check.format = reply->format;
  check.load_ms = reply->load_ms;
  check.first_run_ms = reply->first_run_ms;
  // Once more, into memory that is bound: the way of everyday.
  if (const auto again = (*row)->round(0, 1); !again) {
    end_at(check, CheckStatus::kFailed, "run", again.error().message());
    return check;
  }
  check.peak_rss_bytes = (*row)->peak_rss_bytes().value_or(0);
  compare_answers(check, *reply, reference);
  return check;
}

}  // namespace

std::string_view name_of(CheckStatus status) {
  switch (status) {
    case CheckStatus::kOk:
      return "ok";
    case CheckStatus::kFailed:
      return "failed";
    case CheckStatus::kUnavailable:
      return "unavailable";
    case CheckStatus::kUnsupported:
      return "unsupported";
  }
  return "";
}

std::optional<double> largest_difference(std::string_view precision) {
  if (precision == "f16" || precision == "bf16") {
    return 5e-2;
  }
  const bool is_float = precision == "f32" || precision == "f64" || precision == "unknown";
  return is_float ? std::optional(1e-3) : std::nullopt;
}

Result<std::vector<EngineCheck>> check_engines(const runtime::Registry& registry,
                                               const CheckRequest& request,
                                               const RowFactory& factory) {
  for (const std::string& name : request.engines) {
    const auto found = registry.find(name);
    if (!found && found.error().code() == ErrorCode::kNotFound) {
      return std::unexpected(found.error());
    }
  }
  ReferenceAnswers reference(request, factory);
  std::vector<EngineCheck> checks;
  for (const runtime::BackendStatus& status : registry.list()) {
    const bool is_asked =
        request.engines.empty() ||
        std::ranges::find(request.engines, status.info.name) != request.engines.end();
    if (is_asked) {
      checks.push_back(check_one(status, request, factory, reference));
    }
  }
  return checks;
}

document::Node to_node(const EngineCheck& check) {
  document::Node node = document::Node::map();
  node.set("schema", 1).set("engine", check.engine).set("status", name_of(check.status));
  node.set("stage", check.stage).set("message", check.message).set("format", check.format);
  node.set("load_ms", check.load_ms).set("first_run_ms", check.first_run_ms);
  node.set("peak_rss_bytes", check.peak_rss_bytes);
  if (check.agreement) {
    node.set("agreement", check.agreement->agreement);
    return node.set("max_difference", check.agreement->difference);
  }
  return node.set("agreement", document::Node()).set("max_difference", document::Node());
}

std::string to_text(std::span<const EngineCheck> checks) {
  using report::Align;
  report::Table table({{"engine"},
                       {"status"},
                       {"load", Align::kRight},
                       {"first run", Align::kRight},
                       {"memory", Align::kRight},
                       {"difference", Align::kRight},
                       {"why"}});
  const auto time = [](double ms) {
    return ms == 0 ? std::string()
                   : report::human_duration(std::chrono::duration_cast<Nanoseconds>(
                         std::chrono::duration<double, std::milli>(ms)));
  };
  for (const EngineCheck& check : checks) {
    const bool has_stage = check.status == CheckStatus::kFailed && !check.stage.empty();
    table.add_row({check.engine, std::string(name_of(check.status)), time(check.load_ms),
                   time(check.first_run_ms),
                   check.peak_rss_bytes == 0 ? "" : report::human_bytes(check.peak_rss_bytes),
                   check.agreement ? fmt::format("{:.2g}", check.agreement->difference) : "",
                   has_stage ? check.stage + ": " + check.message : check.message});
  }
  return table.text();
}

}  // namespace arete::evaluate
