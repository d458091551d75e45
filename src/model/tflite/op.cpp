// SPDX-License-Identifier: Apache-2.0
#include "model/tflite/op.hpp"

#include <algorithm>
#include <iterator>

#include "model/layout/permute.hpp"

namespace arete::model::tflite {

tensor::Shape permuted_shape(const tensor::Shape& shape, std::span<const std::int64_t> perm) {
  return tensor::Shape(layout::permuted(shape.dims(), {perm.begin(), perm.end()}));
}

Status Op::expect(std::size_t inputs, std::size_t outputs) const {
  if (inputs_.size() < inputs || outputs_.size() < outputs) {
    return fail(ErrorCode::kCorrupt, "has {} inputs and {} outputs, needs {} and {}",
                inputs_.size(), outputs_.size(), inputs, outputs);
  }
  for (std::size_t i = 0; i < inputs; ++i) {
    if (inputs_[i] < 0) {
      return fail(ErrorCode::kCorrupt, "input {} is missing", i);
    }
  }
  for (std::size_t i = 0; i < outputs; ++i) {
    if (outputs_[i] < 0) {
      return fail(ErrorCode::kCorrupt, "output {} is missing", i);
    }
  }
  return {};
}

Status Op::expect_rank(std::size_t i, std::size_t rank) {
  if (tensor(i).shape.rank() != rank) {
    return fail(ErrorCode::kCorrupt, "input {} '{}' has shape {}, needs {} dimensions", i,
                tensor(i).name, tensor(i).shape.text(), rank);
  }
  return {};
}

Result<Axes> Op::integers(std::size_t i) {
  const FileTensor& source = tensor(i);
  if (!source.constant) {
    return fail(ErrorCode::kUnsupported, "input {} '{}' is computed; only a constant is supported",
                i, source.name);
  }
  if (!tensor::is_integer(source.stored) || source.constant->elements() > 1024) {
    return fail(ErrorCode::kCorrupt, "input {} '{}' is not a short list of integers", i,
                source.name);
  }
  Axes values;
  for (std::int64_t at = 0; at < source.constant->elements(); ++at) {
    values.push_back(source.constant->integer_at(at));
  }
  return values;
}

Result<Axes> Op::axes(std::size_t i, std::size_t rank) {
  ARETE_TRY_ASSIGN(Axes values, integers(i));
  for (std::int64_t& axis : values) {
    ARETE_TRY_ASSIGN(const std::size_t normal, tensor::normalize_axis(axis, rank));
    axis = static_cast<std::int64_t>(normal);
  }
  return values;
}

ValueType Op::type_of(const FileTensor& tensor, bool nchw) const {
  ValueType type{tensor.dtype(), std::nullopt, tensor.quantization};
  if (tensor.has_shape || tensor.shape.rank() > 0) {
    type.shape =
        symbolic(nchw && tensor.shape.rank() == 4 ? permuted_shape(tensor.shape, kNhwcToNchw)
                                                  : tensor.shape);
  }
  return type;
}

Result<ValueId> Op::nchw(std::size_t i) {
  ARETE_TRY(expect_rank(i, 4));
  ARETE_TRY_ASSIGN(const ValueId id, value(i));
  return emit({"Transpose", {id}, {{"perm", Axes(std::begin(kNhwcToNchw), std::end(kNhwcToNchw))}}},
              type_of(tensor(i), true));
}

Result<ValueId> Op::permuted(std::size_t i, std::span<const std::int64_t> perm) {
  const FileTensor& source = tensor(i);
  ARETE_TRY(expect_rank(i, perm.size()));
  const layout::Permutation order(perm.begin(), perm.end());
  ARETE_TRY_ASSIGN(auto quantization, layout::permute(source.quantization, order));
  if (source.constant) {
    ARETE_TRY_ASSIGN(tensor::Tensor data, layout::permute(*source.constant, order));
    return in_.add_weights(source.name, source, std::move(data), std::move(quantization));
  }
  ARETE_TRY_ASSIGN(const ValueId id, value(i));
  ValueType type{source.dtype(), symbolic(permuted_shape(source.shape, perm)),
                 std::move(quantization)};
  return emit({"Transpose", {id}, {{"perm", order}}}, std::move(type));
}

ValueId Op::shape_constant(const Axes& values) {
  const tensor::Shape shape{static_cast<std::int64_t>(values.size())};
  return in_.add_constant(output().name + "/axes", tensor::Tensor::of<std::int64_t>(shape, values));
}

ValueId Op::scalar(float value) {
  return in_.add_constant(output().name + "/number", tensor::Tensor::scalar(value));
}

ValueId Op::emit(Step step, ValueType type) {
  const std::string wish =
      (outputs_.empty() ? std::string("state") : output().name) + "/" + std::string(step.op_type);
  const ValueId id = in_.add_value(wish, std::move(type));
  in_.add_node(step.op_type, std::move(step.inputs), std::move(step.attributes), id);
  return id;
}

Status Op::finish(std::vector<Step> steps, std::size_t i) {
  FileTensor& target = output(i);
  if (target.value != kNoValue || target.constant) {
    return fail(ErrorCode::kCorrupt, "makes '{}', which exists already", target.name);
  }
  const bool back = steps.size() > 1 && steps.back().op_type == "Transpose";
  ValueId before = kNoValue;
  for (std::size_t at = 0; at < steps.size(); ++at) {
    Step& step = steps[at];
    if (at > 0) {
      step.inputs.insert(step.inputs.begin(), before);
    }
    if (at + 1 < steps.size()) {
      before = emit(std::move(step), type_of(target, back));
      continue;
    }
    target.value = in_.add_value(target.name, type_of(target));
    in_.add_node(step.op_type, std::move(step.inputs), std::move(step.attributes), target.value);
  }
  return {};
}

Status Op::finish_activated(Step first, fb::ActivationFunctionType activation, bool nchw,
                            std::size_t i) {
  std::vector<Step> steps;
  steps.push_back(std::move(first));
  ARETE_TRY_ASSIGN(auto fused, activation_steps(*this, activation));
  std::ranges::move(fused, std::back_inserter(steps));
  if (nchw) {
    if (output(i).shape.rank() != 4) {
      return fail(ErrorCode::kCorrupt, "output '{}' has shape {}, needs 4 dimensions",
                  output(i).name, output(i).shape.text());
    }
    steps.push_back(
        {"Transpose", {}, {{"perm", Axes(std::begin(kNchwToNhwc), std::end(kNchwToNhwc))}}});
  }
  return finish(std::move(steps), i);
}

Result<std::vector<Step>> activation_steps(Op& op, fb::ActivationFunctionType kind) {
  std::vector<Step> steps;
  switch (kind) {
    case fb::ActivationFunctionType::NONE:
      break;
    case fb::ActivationFunctionType::RELU:
      steps.push_back({"Relu", {}, {}});
      break;
    case fb::ActivationFunctionType::RELU6:
      steps.push_back({"Clip", {op.scalar(0.0F), op.scalar(6.0F)}, {}});
      break;
    case fb::ActivationFunctionType::RELU_N1_TO_1:
      steps.push_back({"Clip", {op.scalar(-1.0F), op.scalar(1.0F)}, {}});
      break;
    case fb::ActivationFunctionType::TANH:
      steps.push_back({"Tanh", {}, {}});
      break;
    default:
      return fail(ErrorCode::kUnsupported, "fused activation {}", static_cast<int>(kind));
  }
  return steps;
}

}  // namespace arete::model::tflite
