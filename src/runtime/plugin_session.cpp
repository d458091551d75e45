// SPDX-License-Identifier: Apache-2.0
#include "runtime/plugin_session.hpp"

#include <utility>

#include "runtime/abi_values.hpp"

namespace arete::runtime {
namespace {

arete_run_options abi_options(const RunOptions& options) {
  return {sizeof(arete_run_options), options.deadline ? options.deadline->count() : 0};
}

Status check_count(std::string_view what, std::size_t given, std::size_t wanted) {
  if (given != wanted) {
    return fail(ErrorCode::kInvalid, "{} {}s given, the model has {}", given, what, wanted);
  }
  return {};
}

}  // namespace

struct PluginSession::Started {
  PluginSession* session;
  Done done;
};

Result<std::unique_ptr<Session>> PluginSession::adopt(std::shared_ptr<const PluginLibrary> library,
                                                      arete_session* session, SharedBytes model) {
  std::unique_ptr<PluginSession> made(
      new PluginSession(std::move(library), session, std::move(model)));
  const PluginLibrary& plugin = *made->library_;
  ARETE_TRY_ASSIGN(made->inputs_, describe_all(plugin, session, ARETE_INPUT));
  ARETE_TRY_ASSIGN(made->outputs_, describe_all(plugin, session, ARETE_OUTPUT));
  made->bound_inputs_.resize(made->inputs_.size());
  made->bound_outputs_.resize(made->outputs_.size());
  const arete_backend& table = plugin.table();
  if (table.get_state != nullptr && table.set_state != nullptr && table.reset_state != nullptr) {
    ARETE_TRY_ASSIGN(auto states, describe_all(plugin, session, ARETE_STATE));
    if (!states.empty()) {
      made->state_.emplace(plugin, session, std::move(states));
    }
  }
  return std::unique_ptr<Session>(std::move(made));
}

PluginSession::~PluginSession() { table().unload(session_); }

Status PluginSession::bind(arete_direction direction, std::uint32_t index, tensor::DType dtype,
                           const tensor::Shape& shape, const std::vector<std::int64_t>& strides,
                           const std::byte* data) {
  Bound& bound = direction == ARETE_INPUT ? bound_inputs_[index] : bound_outputs_[index];
  if (bound.set && bound.data == data && bound.dtype == dtype && bound.dims == shape.dims() &&
      bound.strides == strides) {
    return {};
  }
  bound.set = false;
  ARETE_TRY_ASSIGN(const arete_tensor tensor, borrow(dtype, shape, strides, data));
  ARETE_TRY(library_->check(table().bind(session_, direction, index, &tensor)));
  bound.data = data;
  bound.dtype = dtype;
  bound.dims = shape.dims();
  bound.strides = strides;
  bound.set = true;
  return {};
}

Status PluginSession::bind_strings(std::uint32_t index, const tensor::TensorView& view) {
  Bound& bound = bound_inputs_[index];
  bound.set = false;  // the same std::string objects may say something else by now
  ARETE_TRY_ASSIGN(const std::int64_t elements, tensor::checked_elements(view.shape.dims()));
  const auto* const strings = reinterpret_cast<const std::string*>(view.data);
  bound.strings.clear();
  for (std::int64_t i = 0; i < elements; ++i) {
    bound.strings.push_back({strings[i].data(), strings[i].size()});
  }
  ARETE_TRY_ASSIGN(arete_tensor tensor, borrow(view.dtype, view.shape, {}, nullptr));
  tensor.data = bound.strings.data();
  tensor.bytes = bound.strings.size() * sizeof(arete_string);
  return library_->check(table().bind(session_, ARETE_INPUT, index, &tensor));
}

Status PluginSession::bind_inputs(std::span<const tensor::TensorView> inputs) {
  ARETE_TRY(check_count("input", inputs.size(), inputs_.size()));
  for (std::uint32_t i = 0; i < inputs.size(); ++i) {
    const tensor::TensorView& view = inputs[i];
    if (view.dtype == tensor::DType::kString) {
      ARETE_TRY(bind_strings(i, view), "input {}", i);
    } else {
      ARETE_TRY(bind(ARETE_INPUT, i, view.dtype, view.shape, view.strides, view.data), "input {}",
                i);
    }
  }
  return {};
}

Status PluginSession::unbind_outputs() {
  for (std::uint32_t i = 0; i < bound_outputs_.size(); ++i) {
    if (std::exchange(bound_outputs_[i].set, false)) {
      ARETE_TRY(library_->check(table().bind(session_, ARETE_OUTPUT, i, nullptr)));
    }
  }
  return {};
}

Result<Session::Outputs> PluginSession::collect() {
  Outputs results;
  results.reserve(outputs_.size());
  for (std::uint32_t i = 0; i < outputs_.size(); ++i) {
    arete_tensor output{};
    output.struct_size = sizeof(arete_tensor);
    ARETE_TRY(library_->check(table().output(session_, i, &output)));
    ARETE_TRY_ASSIGN(results.emplace_back(), copy_from(output), "output '{}'", outputs_[i].name);
  }
  return results;
}

Result<Session::Outputs> PluginSession::run(std::span<const tensor::TensorView> inputs,
                                            const RunOptions& options) {
  ARETE_TRY(bind_inputs(inputs));
  ARETE_TRY(unbind_outputs());
  const arete_run_options run_options = abi_options(options);
  ARETE_TRY(library_->check(table().run(session_, &run_options)));
  return collect();
}

Status PluginSession::run_into(std::span<const tensor::TensorView> inputs,
                               std::span<const MutableTensorView> outputs,
                               const RunOptions& options) {
  ARETE_TRY(bind_inputs(inputs));
  ARETE_TRY(check_count("output", outputs.size(), outputs_.size()));
  for (std::uint32_t i = 0; i < outputs.size(); ++i) {
    const MutableTensorView& view = outputs[i];
    if (view.dtype == tensor::DType::kString) {
      return fail(ErrorCode::kUnsupported, "output '{}': strings have no memory to write into",
                  outputs_[i].name);
    }
    ARETE_TRY(bind(ARETE_OUTPUT, i, view.dtype, view.shape, view.strides, view.data), "output {}",
              i);
  }
  const arete_run_options run_options = abi_options(options);
  return library_->check(table().run(session_, &run_options));
}

Status PluginSession::run_async(std::span<const tensor::TensorView> inputs, Done done,
                                const RunOptions& options) {
  if (table().run_async == nullptr) {
    return fail(ErrorCode::kUnsupported, "{} cannot run asynchronously", table().name);
  }
  ARETE_TRY(bind_inputs(inputs));
  ARETE_TRY(unbind_outputs());
  const arete_run_options run_options = abi_options(options);
  auto started = std::make_unique<Started>(Started{this, std::move(done)});
  ARETE_TRY(library_->check(
      table().run_async(session_, &run_options, &PluginSession::finished, started.get())));
  // finished() has it now. NOLINTNEXTLINE(bugprone-unused-return-value)
  static_cast<void>(started.release());
  return {};
}

void PluginSession::finished(void* user, arete_error* error) noexcept {
  const std::unique_ptr<Started> started(static_cast<Started*>(user));
  PluginSession& session = *started->session;
  if (error != nullptr) {
    started->done(std::unexpected<Error>(session.library_->take(error)));
  } else {
    started->done(session.collect());
  }
}

void PluginSession::cancel() {
  if (table().cancel != nullptr) {
    table().cancel(session_);
  }
}

Result<Profile> PluginSession::profile() {
  if (table().profile == nullptr) {
    return fail(ErrorCode::kUnsupported, "{} has no profile", table().name);
  }
  const arete_profile* given = nullptr;
  ARETE_TRY(library_->check(table().profile(session_, &given)));
  Profile made;
  made.runs = given->runs;
  for (std::uint32_t i = 0; i < given->count; ++i) {
    const arete_node_profile& node = *given->nodes[i];
    made.nodes.push_back({text_or_empty(node.name), text_or_empty(node.type),
                          text_or_empty(node.device), node.calls,
                          Nanoseconds(static_cast<std::int64_t>(node.ns))});
  }
  return made;
}

std::vector<Metric> PluginSession::metrics() {
  std::vector<Metric> made;
  // A limit, lest an engine that never says "no more" keeps us here.
  for (std::uint32_t i = 0; table().metric != nullptr && i < 1000; ++i) {
    arete_metric metric{};
    metric.struct_size = sizeof(arete_metric);
    if (const Status status = library_->check(table().metric(session_, i, &metric)); !status) {
      break;
    }
    made.push_back({text_or_empty(metric.name), metric.value});
  }
  return made;
}

}  // namespace arete::runtime
