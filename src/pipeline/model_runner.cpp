// SPDX-License-Identifier: Apache-2.0
#include "pipeline/model_runner.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>
#include <variant>

#include "transform/postprocess.hpp"

namespace arete::pipeline {
namespace {

/// Of memory that will be written again: a tensor that shares it would move at the first write.
tensor::TensorView mutable_view(tensor::Tensor& tensor) {
  tensor::TensorView view = runtime::view_of(tensor);
  if (tensor.dtype() != tensor::DType::kString) {
    view.data = tensor.mutable_bytes().data();
  }
  return view;
}

tensor::Shape with_first(const tensor::Shape& shape, std::size_t first) {
  std::vector<std::int64_t> dims(shape.begin(), shape.end());
  dims.front() = static_cast<std::int64_t>(first);
  return tensor::Shape(std::move(dims));
}

/// The name of an open leading extent: what several tensors that share it call the batch.
std::string open_batch_name(const runtime::TensorInfo& info) {
  if (!info.dims || info.dims->empty() || info.dims->front().known()) {
    return {};
  }
  const bool rest_known = std::all_of(info.dims->begin() + 1, info.dims->end(),
                                      [](const auto& d) { return d.known(); });
  return rest_known ? info.dims->front().name : std::string();
}

}  // namespace

std::vector<spec::TensorFacts> facts_of(std::span<const runtime::TensorInfo> infos) {
  std::vector<spec::TensorFacts> facts;
  facts.reserve(infos.size());
  for (const runtime::TensorInfo& info : infos) {
    spec::TensorFacts fact;
    fact.name = info.name;
    fact.dtype = info.dtype;
    fact.rank_known = info.dims.has_value();
    fact.quantization = info.quantization;
    for (const runtime::Dim& dim : info.dims.value_or(runtime::SymbolicDims{})) {
      fact.dims.push_back(dim.size);
    }
    facts.push_back(std::move(fact));
  }
  return facts;
}

Result<ModelRunner> ModelRunner::create(std::unique_ptr<runtime::Session> session,
                                        spec::ResolvedSpec spec, std::size_t batch) {
  ARETE_TRY_ASSIGN(const std::size_t fed, fed_input_of(spec));
  ARETE_TRY_ASSIGN(const PacketType takes, packet_type_of(spec.inputs[fed]));
  ModelRunner runner(std::move(session), std::move(spec), fed, takes);
  if (takes == PacketType::kFrame) {
    ARETE_TRY_ASSIGN(auto preprocessor, transform::Preprocessor::create(runner.fed_input()));
    runner.preprocessor_.push_back(std::move(preprocessor));
  }
  if (takes == PacketType::kAudio || takes == PacketType::kSeries) {
    runner.history_ = ScoreHistory::take_over(runner.spec_);
  }
  runner.batch_ =
      runner.batch_is_open() ? std::clamp<std::size_t>(batch, 1, kMaxBatch) : std::size_t{1};
  ARETE_TRY(runner.allocate_inputs());
  ARETE_TRY(runner.bind_outputs());
  return runner;
}

/// An extent is taken for the batch only if input and outputs call it by one name: an open leading
/// extent may as well be the number of things found.
bool ModelRunner::batch_is_open() const {
  const std::string name = open_batch_name(session_->inputs()[fed_input().index]);
  const auto has_it = [&](const auto& info) { return open_batch_name(info) == name; };
  return !name.empty() && spec_.inputs.size() == 1 && session_->state() == nullptr &&
         std::ranges::all_of(session_->outputs(), has_it);
}

bool ModelRunner::keeps_state() const {
  return session_->state() != nullptr || std::ranges::any_of(spec_.inputs, [](const auto& i) {
           return i.state_output.has_value();
         });
}

Status ModelRunner::allocate_inputs() {
  inputs_.assign(session_->inputs().size(), tensor::Tensor());
  for (const spec::ResolvedInput& input : spec_.inputs) {
    if (&input == &fed_input()) {
      tensor::Shape shape(input.shape);
      ARETE_TRY_ASSIGN(const tensor::Tensor one,
                       tensor::Tensor::allocate(input.tensor.dtype, shape));
      fed_item_bytes_ = one.bytes().size();
      ARETE_TRY_ASSIGN(inputs_[input.index],
                       tensor::Tensor::allocate(input.tensor.dtype,
                                                batch_ == 1 ? shape : with_first(shape, batch_)));
    } else {
      ARETE_TRY_ASSIGN(inputs_[input.index], initial_tensor(input));
    }
  }
  for (tensor::Tensor& input : inputs_) {
    input_views_.push_back(mutable_view(input));
  }
  geometries_.resize(batch_);
  return {};
}

/// Only where every shape is known before the run; else the engine allocates at each run.
Status ModelRunner::bind_outputs() {
  for (const runtime::TensorInfo& info : session_->outputs()) {
    runtime::TensorInfo whole = info;
    if (batch_ > 1) {
      whole.dims->front().size = static_cast<std::int64_t>(batch_);
    }
    const auto shape = whole.shape();
    if (!shape || info.dtype == tensor::DType::kString || info.dtype == tensor::DType::kUndefined) {
      unbind_outputs();
      return {};
    }
    ARETE_TRY_ASSIGN(tensor::Tensor tensor, tensor::Tensor::allocate(info.dtype, *shape),
                     "output '{}'", info.name);
    output_views_.emplace_back(info.dtype, *shape, tensor.mutable_bytes().data());
    outputs_.push_back(std::move(tensor));
  }
  for (const spec::ResolvedInput& input : spec_.inputs) {
    const tensor::Tensor& state = inputs_[input.index];
    if (input.state_output && (outputs_[*input.state_output].dtype() != state.dtype() ||
                               outputs_[*input.state_output].shape() != state.shape())) {
      unbind_outputs();  // they cannot change places; the engine will say what is wrong
      return {};
    }
  }
  return {};
}

void ModelRunner::unbind_outputs() {
  output_views_.clear();
  outputs_.clear();
}

/// The leading extent of what the next run sees.
void ModelRunner::set_items(std::size_t items) {
  if (batch_ == 1) {
    return;
  }
  tensor::TensorView& fed = input_views_[fed_input().index];
  fed.shape = with_first(fed.shape, items);
  for (runtime::MutableTensorView& output : output_views_) {
    output.shape = with_first(output.shape, items);
  }
}

Status ModelRunner::feed(std::span<const ModelItem> items,
                         std::span<transform::Geometry> geometries) {
  const std::span<std::byte> all = inputs_[fed_input().index].mutable_bytes();
  for (std::size_t i = 0; i < items.size(); ++i) {
    const ModelItem& item = items[i];
    const std::span<std::byte> out = all.subspan(i * fed_item_bytes_, fed_item_bytes_);
    if (preprocessor_.empty()) {
      ARETE_TRY(write_window(fed_input(), item.values, out));
    } else if (item.region) {
      ARETE_TRY(preprocessor_[0].run(*item.picture, std::span(&*item.region, 1), out,
                                     geometries.subspan(i, 1)));
    } else {
      ARETE_TRY_ASSIGN(geometries[i], preprocessor_[0].run(*item.picture, out));
    }
  }
  return {};
}

Status ModelRunner::infer() {
  if (!output_views_.empty()) {
    const Status status = session_->run_into(input_views_, output_views_);
    const bool may_do_without =
        !status && (status.error().code() == ErrorCode::kUnsupported ||
                    (!has_run_ && status.error().code() == ErrorCode::kInvalid));
    if (!may_do_without) {
      has_run_ = true;
      return status;
    }
    // This engine only gives what it allocates, or the file is wrong about its shapes.
    unbind_outputs();
  }
  ARETE_TRY_ASSIGN(outputs_, session_->run(input_views_));
  return {};
}

void ModelRunner::carry_state() {
  for (const spec::ResolvedInput& input : spec_.inputs) {
    if (!input.state_output) {
      continue;
    }
    tensor::Tensor& from = outputs_[*input.state_output];
    tensor::Tensor& to = inputs_[input.index];
    // Bound memory changes places; what the engine allocated is taken as it is.
    std::swap(from, to);
    input_views_[input.index] = mutable_view(to);
    if (!output_views_.empty()) {
      output_views_[*input.state_output].data = from.mutable_bytes().data();
    }
  }
}

Result<std::vector<ModelOutput>> ModelRunner::run(std::span<const ModelItem> items, Clock& clock,
                                                  StageSink& times) {
  ARETE_CHECK(!items.empty() && items.size() <= batch_);
  for (const ModelItem& item : items) {
    if ((item.picture != nullptr) == preprocessor_.empty()) {
      return fail(ErrorCode::kInvalid, "input '{}' wants {}", fed_input().tensor.name,
                  preprocessor_.empty() ? "numbers, not a picture" : "a picture, not numbers");
    }
  }
  set_items(items.size());
  ARETE_TRY(timed(clock, times, Stage::kPreprocess, [&] { return feed(items, geometries_); }));
  ARETE_TRY(timed(clock, times, Stage::kInfer, [&] { return infer(); }));
  const Nanoseconds start = clock.monotonic();
  std::vector<ModelOutput> results;
  results.reserve(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    ARETE_TRY_ASSIGN(ModelOutput output, output_of(i, items.size(), geometries_[i]));
    if (history_) {
      history_->apply(stream_, output.findings.classes);
    }
    results.push_back(std::move(output));
  }
  carry_state();
  times.spent(Stage::kPostprocess, start, clock.monotonic());
  return results;
}

Result<ModelOutput> ModelRunner::run(const tensor::PictureView& picture, Clock& clock,
                                     StageSink& times) {
  const ModelItem item{.picture = &picture};
  ARETE_TRY_ASSIGN(std::vector<ModelOutput> outputs, run(std::span(&item, 1), clock, times));
  return std::move(outputs.front());
}

Status ModelRunner::warm_up() {
  std::ranges::fill(inputs_[fed_input().index].mutable_bytes(), std::byte{0});
  set_items(1);
  ARETE_TRY(infer());
  if (runtime::ModelState* const state = session_->state()) {
    ARETE_TRY(state->reset());
  }
  return {};
}

Result<ModelOutput> ModelRunner::output_of(std::size_t item, std::size_t items,
                                           const transform::Geometry& geometry) const {
  ModelOutput result;
  if (batch_ == 1) {
    ARETE_TRY_ASSIGN(result.findings, transform::postprocess(spec_, outputs_, geometry));
    ARETE_TRY(add_raw(outputs_, result));
    return result;
  }
  ARETE_TRY_ASSIGN(const State outputs, item_outputs(item, items));
  ARETE_TRY_ASSIGN(result.findings, transform::postprocess(spec_, outputs, geometry));
  ARETE_TRY(add_raw(outputs, result));
  return result;
}

/// One item's part of each output, in the same memory.
Result<ModelRunner::State> ModelRunner::item_outputs(std::size_t item, std::size_t items) const {
  State parts;
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    const tensor::Tensor& whole = outputs_[i];
    const std::size_t rows = output_views_.empty() ? items : batch_;
    if (whole.shape().rank() == 0 || whole.shape()[0] != static_cast<std::int64_t>(rows)) {
      return fail(ErrorCode::kInvalid, "output '{}' has shape {} for a batch of {}",
                  session_->outputs()[i].name, whole.shape().text(), items);
    }
    const std::size_t bytes = whole.bytes().size() / rows;
    ARETE_TRY_ASSIGN(tensor::Tensor part,
                     tensor::Tensor::from_bytes(whole.dtype(), with_first(whole.shape(), 1),
                                                whole.shared_bytes().slice(item * bytes, bytes)));
    parts.push_back(std::move(part));
  }
  return parts;
}

Status ModelRunner::add_raw(const State& outputs, ModelOutput& result) const {
  for (const spec::ResolvedOutput& output : spec_.outputs) {
    if (!std::holds_alternative<spec::Raw>(output.meaning.decoder)) {
      continue;
    }
    for (const spec::ResolvedTensor& named : output.tensors) {
      const tensor::Tensor& tensor = outputs[named.index];
      RawOutput& added = result.raw.emplace_back();
      added.name = named.tensor.name;
      if (output_views_.empty() && batch_ == 1) {
        added.tensor = tensor;
      } else {  // the next run writes to this memory
        ARETE_TRY_ASSIGN(added.tensor, tensor::copy_of(tensor::TensorView(tensor)), "output '{}'",
                         added.name);
      }
    }
  }
  return {};
}

Status ModelRunner::select_stream(int stream) {
  if (stream == stream_) {
    return {};
  }
  if (!keeps_state()) {
    stream_ = stream;
    return {};
  }
  Parked current;
  for (const spec::ResolvedInput& input : spec_.inputs) {
    if (input.state_output) {
      ARETE_TRY_ASSIGN(tensor::Tensor copy,
                       tensor::copy_of(tensor::TensorView(inputs_[input.index])));
      current.carried.push_back(std::move(copy));
    }
  }
  if (runtime::ModelState* const state = session_->state()) {
    ARETE_TRY_ASSIGN(current.internal, state->get());
  }
  parked_[stream_] = std::move(current);
  stream_ = stream;
  const auto known = parked_.find(stream);
  if (known == parked_.end()) {
    return reset();
  }
  ARETE_TRY(take_up(known->second));
  parked_.erase(known);
  return {};
}

Status ModelRunner::take_up(Parked& parked) {
  std::size_t next = 0;
  for (const spec::ResolvedInput& input : spec_.inputs) {
    if (input.state_output) {
      inputs_[input.index] = std::move(parked.carried[next++]);
      input_views_[input.index] = mutable_view(inputs_[input.index]);
    }
  }
  runtime::ModelState* const state = session_->state();
  if (state == nullptr) {
    return {};
  }
  std::vector<tensor::TensorView> views;
  for (const tensor::Tensor& tensor : parked.internal) {
    views.push_back(runtime::view_of(tensor));
  }
  return state->set(views);
}

Status ModelRunner::reset() {
  if (history_) {
    history_->forget(stream_);
  }
  for (const spec::ResolvedInput& input : spec_.inputs) {
    if (!input.state_output) {
      continue;  // what is fed is written anew, a constant stays
    }
    ARETE_TRY_ASSIGN(tensor::Tensor initial, initial_tensor(input));
    tensor::Tensor& state = inputs_[input.index];
    if (state.dtype() == initial.dtype() && state.shape() == initial.shape()) {
      std::ranges::copy(initial.bytes(), state.mutable_bytes().begin());
    } else {
      state = std::move(initial);
    }
    input_views_[input.index] = mutable_view(state);
  }
  if (runtime::ModelState* const state = session_->state()) {
    ARETE_TRY(state->reset());
  }
  return {};
}

}  // namespace arete::pipeline
