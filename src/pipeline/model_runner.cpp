// SPDX-License-Identifier: Apache-2.0
#include "pipeline/model_runner.hpp"

#include <algorithm>
#include <optional>
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
  ARETE_TRY(runner.reset());
  return runner;
}

Status ModelRunner::reset() {
  inputs_.assign(session_->inputs().size(), tensor::Tensor());
  for (const spec::ResolvedInput& input : spec_.inputs) {
    if (&input == &spec_.inputs[image_input_]) {
      ARETE_TRY_ASSIGN(inputs_[input.index],
                       tensor::Tensor::allocate(input.tensor.dtype, tensor::Shape(input.shape)));
    } else {
      ARETE_TRY_ASSIGN(inputs_[input.index], initial_tensor(input));
    }
  }
  return {};
}

Result<ModelOutput> ModelRunner::run(const tensor::PictureView& picture, Clock& clock,
                                     StageTimes& times) {
  const spec::ResolvedInput& image = spec_.inputs[image_input_];
  ARETE_TRY_ASSIGN(const transform::Geometry geometry, timed(clock, times, Stage::kPreprocess, [&] {
                     return preprocessor_.run(picture, inputs_[image.index].mutable_bytes());
                   }));
  std::vector<tensor::TensorView> views;
  views.reserve(inputs_.size());
  for (const tensor::Tensor& input : inputs_) {
    views.push_back(runtime::view_of(input));
  }
  ARETE_TRY_ASSIGN(runtime::Session::Outputs outputs,
                   timed(clock, times, Stage::kInfer, [&] { return session_->run(views); }));
  for (const spec::ResolvedInput& input : spec_.inputs) {
    if (input.state_output) {
      inputs_[input.index] = outputs[*input.state_output];
    }
  }
  ModelOutput result;
  ARETE_TRY_ASSIGN(result.findings, timed(clock, times, Stage::kPostprocess, [&] {
                     return transform::postprocess(spec_, outputs, geometry);
                   }));
  for (const spec::ResolvedOutput& output : spec_.outputs) {
    if (!std::holds_alternative<spec::Raw>(output.meaning.decoder)) {
      continue;
    }
    for (const spec::ResolvedTensor& named : output.tensors) {
      result.raw.push_back({named.tensor.name, outputs[named.index], {}});
    }
  }
  return result;
}

}  // namespace arete::pipeline
