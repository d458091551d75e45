// The family of normalizations: those over a sample's own numbers (layer, group, instance, root
// mean square), and the table. Batch and local ones are in batch_normalization.cpp.
// SPDX-License-Identifier: Apache-2.0
#include "model/operators/normalization.hpp"

#include <array>
#include <cmath>

#include "model/operators/broadcast.hpp"
#include "model/operators/dispatch.hpp"
#include "model/operators/families.hpp"
#include "model/operators/rules.hpp"

namespace arete::model::operators {
namespace {

using tensor::DType;
using tensor::Shape;

double epsilon_of(const KernelContext& context) {
  return context.node().float_or("epsilon", 1e-5F);
}

/// The type of the saved statistics.
DType stash_type_of(const Node& node) { return dtype_from_onnx(node.integer_or("stash_type", 1)); }

/// Extents from `axis` on become 1.
Shape statistics_shape(const Shape& shape, std::size_t axis) {
  Shape kept = shape;
  for (std::size_t i = axis; i < kept.rank(); ++i) {
    kept[i] = 1;
  }
  return kept;
}

Outputs layer_normalization_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(Numbers x, numbers_input(context, 0));
  ARETE_TRY_ASSIGN(const Numbers scale, numbers_input(context, 1));
  ARETE_TRY_ASSIGN(const std::size_t axis,
                   tensor::normalize_axis(context.node().integer_or("axis", -1), x.rank()));
  const LaneStatistics lanes = normalize_lanes(x, axis, epsilon_of(context), true);
  Numbers bias;
  if (context.has_input(2)) {
    ARETE_TRY_ASSIGN(bias, numbers_input(context, 2));
  }
  ARETE_TRY(scale_and_shift(x, scale, context.has_input(2) ? &bias : nullptr));
  if (context.output_count() < 2) {
    return outputs_of(x.tensor());
  }
  const Shape saved = statistics_shape(x.shape, axis);
  const DType stash = stash_type_of(context.node());
  return outputs_of({x.tensor(), rounded_tensor<double>(stash, saved, lanes.mean),
                     rounded_tensor<double>(stash, saved, lanes.inverse_deviation)});
}

Outputs rms_normalization_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(Numbers x, numbers_input(context, 0));
  ARETE_TRY_ASSIGN(const Numbers scale, numbers_input(context, 1));
  ARETE_TRY_ASSIGN(const std::size_t axis,
                   tensor::normalize_axis(context.node().integer_or("axis", -1), x.rank()));
  normalize_lanes(x, axis, epsilon_of(context), false);
  ARETE_TRY(scale_and_shift(x, scale, nullptr));
  x.dtype = scale.dtype;
  return outputs_of(x.tensor());
}

/// Normalizes over groups of channels, then scales by one number a channel or one a group.
Outputs grouped(const KernelContext& context, std::int64_t groups, bool scale_by_group) {
  ARETE_TRY_ASSIGN(Numbers x, numbers_input(context, 0));
  ARETE_TRY_ASSIGN(const Numbers scale, numbers_input(context, 1));
  ARETE_TRY_ASSIGN(const Numbers bias, numbers_input(context, 2));
  ARETE_TRY(require_rank("input", x.shape, 2, 16));
  const std::int64_t channels = x.shape[1];
  groups = groups == 0 ? channels : groups;
  if (groups < 1 || channels % groups != 0) {
    return fail(ErrorCode::kInvalid, "{} channels cannot form {} groups", channels, groups);
  }
  const std::int64_t scales = scale_by_group ? groups : channels;
  ARETE_TRY(require_shape("scale", scale.shape, {scales}));
  ARETE_TRY(require_shape("bias", bias.shape, {scales}));
  const Shape whole = x.shape;
  x.shape = {whole[0], groups, whole.elements(1, whole.rank()) / groups};
  normalize_lanes(x, 2, epsilon_of(context), true);
  x.shape = whole;
  const std::int64_t plane = whole.elements(2, whole.rank());
  for (std::int64_t i = 0; i < x.size(); ++i) {
    const std::int64_t channel = i / plane % channels;
    const std::int64_t at = scale_by_group ? channel / (channels / groups) : channel;
    x[i] = x[i] * scale[at] + bias[at];
  }
  return outputs_of(x.tensor());
}

Outputs instance_normalization_kernel(KernelContext& context) { return grouped(context, 0, false); }

Outputs group_normalization_kernel(KernelContext& context) {
  const std::int64_t groups = context.node().integer_or("num_groups", -1);
  return grouped(context, groups == 0 ? -1 : groups, false);
}

Outputs group_normalization_18_kernel(KernelContext& context) {
  const std::int64_t groups = context.node().integer_or("num_groups", -1);
  return grouped(context, groups == 0 ? -1 : groups, true);
}

Status layer_normalization_shape(ShapeContext& context) {
  const ShapeFacts& x = context.input(0);
  context.set_output(0, x.dtype, x.shape);
  std::optional<SymbolicShape> saved = x.shape;
  if (saved) {
    ARETE_TRY_ASSIGN(const std::size_t axis,
                     tensor::normalize_axis(context.node().integer_or("axis", -1), saved->size()));
    for (std::size_t i = axis; i < saved->size(); ++i) {
      (*saved)[i] = Dim(1);
    }
  }
  context.set_output(1, stash_type_of(context.node()), saved);
  context.set_output(2, stash_type_of(context.node()), saved);
  return {};
}

Status rms_normalization_shape(ShapeContext& context) {
  context.set_output(0, context.input(1).dtype, context.input(0).shape);
  return {};
}

}  // namespace

LaneStatistics normalize_lanes(Numbers& x, std::size_t axis, double epsilon, bool subtract_mean) {
  const std::int64_t lanes = x.shape.elements(0, axis);
  const std::int64_t length = x.shape.elements(axis, x.rank());
  LaneStatistics statistics;
  for (std::int64_t lane = 0; lane < lanes; ++lane) {
    double mean = 0;
    for (std::int64_t i = lane * length; subtract_mean && i < (lane + 1) * length; ++i) {
      mean += x[i] / static_cast<double>(length);
    }
    double variance = 0;
    for (std::int64_t i = lane * length; i < (lane + 1) * length; ++i) {
      x[i] -= mean;
      variance += x[i] * x[i] / static_cast<double>(length);
    }
    const double inverse = 1 / std::sqrt(variance + epsilon);
    for (std::int64_t i = lane * length; i < (lane + 1) * length; ++i) {
      x[i] *= inverse;
    }
    statistics.mean.push_back(mean);
    statistics.inverse_deviation.push_back(inverse);
  }
  return statistics;
}

Status scale_and_shift(Numbers& x, const Numbers& scale, const Numbers* bias) {
  ARETE_TRY_ASSIGN(const Shape shape, tensor::broadcast(x.shape, scale.shape));
  ARETE_TRY(require_shape("the broadcast scale", shape, x.shape));
  for_each_offset<1>(x.shape, {broadcast_strides(scale.shape, x.shape)},
                     [&](std::int64_t flat, std::int64_t at) { x[flat] *= scale[at]; });
  if (bias != nullptr) {
    ARETE_TRY_ASSIGN(const Shape shifted, tensor::broadcast(x.shape, bias->shape));
    ARETE_TRY(require_shape("the broadcast bias", shifted, x.shape));
    for_each_offset<1>(x.shape, {broadcast_strides(bias->shape, x.shape)},
                       [&](std::int64_t flat, std::int64_t at) { x[flat] += (*bias)[at]; });
  }
  return {};
}

std::span<const Operator> normalization_family() {
  static constexpr std::array kRows = {
      Operator{"", "BatchNormalization", 7, 5, 5, batch_normalization_kernel,
               batch_normalization_shape},
      Operator{"", "GroupNormalization", 18, 3, 3, group_normalization_18_kernel, same_as_input},
      Operator{"", "GroupNormalization", 21, 3, 3, group_normalization_kernel, same_as_input},
      Operator{"", "InstanceNormalization", 1, 3, 3, instance_normalization_kernel, same_as_input},
      Operator{"", "LRN", 1, 1, 1, lrn_kernel, same_as_input},
      // Exporters wrote it in the default domain before it was an operator there.
      Operator{"", "LayerNormalization", 1, 2, 3, layer_normalization_kernel,
               layer_normalization_shape},
      Operator{"", "LpNormalization", 1, 1, 1, lp_normalization_kernel, same_as_input},
      Operator{"", "MeanVarianceNormalization", 9, 1, 1, mean_variance_kernel, same_as_input},
      Operator{"", "RMSNormalization", 23, 2, 2, rms_normalization_kernel, rms_normalization_shape},
  };
  return kRows;
}

}  // namespace arete::model::operators
