// SPDX-License-Identifier: Apache-2.0
#include "pipeline/model_runner.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "transform/postprocess.hpp"

namespace arete::pipeline {
namespace {

/// A tensor of the input's shape; `values` fill it, one of them all of it.
Result<tensor::Tensor> filled(const spec::ResolvedInput& input, std::span<const double> values) {
  ARETE_TRY_ASSIGN(tensor::Tensor tensor,
                   tensor::Tensor::allocate(input.tensor.dtype, tensor::Shape(input.shape)));
  const auto count = static_cast<std::size_t>(tensor.elements());
  if (values.size() != 1 && values.size() != count) {
    return fail(ErrorCode::kInvalid, "{} values given for the {} elements of input '{}'",
                values.size(), count, input.tensor.name);
  }
  for (std::size_t i = 0; i < count; ++i) {
    const double real = values.size() == 1 ? values[0] : values[i];
    const auto& quantization = input.tensor.quantization;
    const double stored = quantization ? static_cast<double>(tensor::quantize(
                                             static_cast<float>(real), quantization->scales[0],
                                             quantization->zero_point(0), quantization->stored))
                                       : real;
    tensor.set_number(static_cast<std::int64_t>(i), stored);
  }
  return tensor;
}

/// The first content of an input that is not the picture.
Result<tensor::Tensor> initial_tensor(const spec::ResolvedInput& input) {
  if (const auto* constant = std::get_if<spec::ConstantInput>(&input.meaning.kind)) {
    return filled(input, constant->values);
  }
  if (const auto* state = std::get_if<spec::StateInput>(&input.meaning.kind)) {
    return filled(input, std::span(&state->initial, 1));
  }
  return fail(ErrorCode::kUnsupported,
              "input '{}' is neither a picture, a constant nor a state: pictures cannot feed it",
              input.tensor.name);
}

/// Of memory that will be written again: a tensor that shares it would move at the first write.
tensor::TensorView mutable_view(tensor::Tensor& tensor) {
  tensor::TensorView view = runtime::view_of(tensor);
  if (tensor.dtype() != tensor::DType::kString) {
    view.data = tensor.mutable_bytes().data();
  }
  return view;
}

bool is_image(const spec::ResolvedInput& input) {
  return std::holds_alternative<spec::ImageInput>(input.meaning.kind);
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
                                        spec::ResolvedSpec spec) {
  const auto image = std::ranges::find_if(spec.inputs, is_image);
  if (image == spec.inputs.end()) {
    return fail_at(spec.source, ErrorCode::kUnsupported,
                   "{} has no picture input; this program runs pictures only so far", spec.source);
  }
  const auto image_input = static_cast<std::size_t>(image - spec.inputs.begin());
  ARETE_TRY_ASSIGN(transform::Preprocessor preprocessor, transform::Preprocessor::create(*image));
  ModelRunner runner(std::move(session), std::move(spec), image_input, std::move(preprocessor));
  ARETE_TRY(runner.allocate_inputs());
  ARETE_TRY(runner.bind_outputs());
  return runner;
}

Status ModelRunner::allocate_inputs() {
  inputs_.assign(session_->inputs().size(), tensor::Tensor());
  for (const spec::ResolvedInput& input : spec_.inputs) {
    if (&input == &spec_.inputs[image_input_]) {
      ARETE_TRY_ASSIGN(inputs_[input.index],
                       tensor::Tensor::allocate(input.tensor.dtype, tensor::Shape(input.shape)));
    } else {
      ARETE_TRY_ASSIGN(inputs_[input.index], initial_tensor(input));
    }
  }
  for (tensor::Tensor& input : inputs_) {
    input_views_.push_back(mutable_view(input));
  }
  return {};
}

/// Only where every shape is known before the run; else the engine allocates at each run.
Status ModelRunner::bind_outputs() {
  for (const runtime::TensorInfo& info : session_->outputs()) {
    const auto shape = info.shape();
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

Status ModelRunner::reset() {
  for (const spec::ResolvedInput& input : spec_.inputs) {
    if (!input.state_output) {
      continue;  // the picture is written anew, a constant stays
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

Result<ModelOutput> ModelRunner::run(const tensor::PictureView& picture, Clock& clock,
                                     StageTimes& times) {
  const spec::ResolvedInput& image = spec_.inputs[image_input_];
  ARETE_TRY_ASSIGN(const transform::Geometry geometry, timed(clock, times, Stage::kPreprocess, [&] {
                     return preprocessor_.run(picture, inputs_[image.index].mutable_bytes());
                   }));
  ARETE_TRY(timed(clock, times, Stage::kInfer, [&] { return infer(); }));
  auto findings = timed(clock, times, Stage::kPostprocess,
                        [&] { return transform::postprocess(spec_, outputs_, geometry); });
  auto raw = raw_outputs();
  carry_state();
  ModelOutput result;
  ARETE_TRY_ASSIGN(result.findings, std::move(findings));
  ARETE_TRY_ASSIGN(result.raw, std::move(raw));
  return result;
}

Result<std::vector<RawOutput>> ModelRunner::raw_outputs() const {
  std::vector<RawOutput> raw;
  for (const spec::ResolvedOutput& output : spec_.outputs) {
    if (!std::holds_alternative<spec::Raw>(output.meaning.decoder)) {
      continue;
    }
    for (const spec::ResolvedTensor& named : output.tensors) {
      const tensor::Tensor& tensor = outputs_[named.index];
      RawOutput& added = raw.emplace_back();
      added.name = named.tensor.name;
      if (output_views_.empty()) {
        added.tensor = tensor;
      } else {  // the next run writes to this memory
        ARETE_TRY_ASSIGN(added.tensor, tensor::copy_of(tensor::TensorView(tensor)), "output '{}'",
                         added.name);
      }
    }
  }
  return raw;
}

}  // namespace arete::pipeline
