// BatchNormalization in both modes, LRN, LpNormalization and MeanVarianceNormalization.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "model/operators/broadcast.hpp"
#include "model/operators/dispatch.hpp"
#include "model/operators/normalization.hpp"

namespace arete::model::operators {
namespace {

using tensor::Shape;

/// Mean and population variance of every channel.
void channel_statistics(const Numbers& x, std::int64_t channels, std::int64_t plane,
                        std::vector<double>& mean, std::vector<double>& variance) {
  mean.assign(static_cast<std::size_t>(channels), 0);
  variance.assign(static_cast<std::size_t>(channels), 0);
  const double count = std::max(1.0, static_cast<double>(x.size()) / static_cast<double>(channels));
  for (std::int64_t i = 0; i < x.size(); ++i) {
    mean[static_cast<std::size_t>(i / plane % channels)] += x[i] / count;
  }
  for (std::int64_t i = 0; i < x.size(); ++i) {
    const auto channel = static_cast<std::size_t>(i / plane % channels);
    variance[channel] += (x[i] - mean[channel]) * (x[i] - mean[channel]) / count;
  }
}

Outputs trained(const KernelContext& context, const Numbers& y, std::vector<double> mean,
                std::vector<double> variance, const std::vector<Numbers>& given) {
  const double momentum = context.node().float_or("momentum", 0.9F);
  for (std::size_t i = 0; i < mean.size(); ++i) {
    mean[i] = given[2].at[i] * momentum + mean[i] * (1 - momentum);
    variance[i] = given[3].at[i] * momentum + variance[i] * (1 - momentum);
  }
  return outputs_of({y.tensor(), rounded_tensor<double>(given[2].dtype, given[2].shape, mean),
                     rounded_tensor<double>(given[3].dtype, given[3].shape, variance)});
}

}  // namespace

Outputs batch_normalization_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(Numbers x, numbers_input(context, 0));
  const std::int64_t channels = x.rank() > 1 ? x.shape[1] : 1;
  const std::int64_t plane = x.rank() > 2 ? x.shape.elements(2, x.rank()) : 1;
  std::vector<Numbers> given;  // scale, bias, mean, variance
  for (std::size_t i = 1; i < 5; ++i) {
    ARETE_TRY_ASSIGN(given.emplace_back(), numbers_input(context, i));
    ARETE_TRY(require_shape("a parameter", given.back().shape, {channels}));
  }
  const bool training = context.node().integer_or("training_mode", 0) != 0;
  if (context.node().integer_or("spatial", 1) == 0 || (!training && context.output_count() > 1)) {
    return fail(ErrorCode::kUnsupported, "statistics by element, and training before opset 14");
  }
  std::vector<double> mean = given[2].at;
  std::vector<double> variance = given[3].at;
  if (training) {
    channel_statistics(x, std::max<std::int64_t>(channels, 1), plane, mean, variance);
  }
  const double epsilon = context.node().float_or("epsilon", 1e-5F);
  std::vector<double> factor(mean.size());
  for (std::size_t i = 0; i < factor.size(); ++i) {
    factor[i] = given[0].at[i] / std::sqrt(variance[i] + epsilon);
  }
  for (std::int64_t i = 0; i < x.size(); ++i) {
    const auto channel = static_cast<std::size_t>(i / plane % channels);
    x[i] = (x[i] - mean[channel]) * factor[channel] + given[1].at[channel];
  }
  return training ? trained(context, x, std::move(mean), std::move(variance), given)
                  : outputs_of(x.tensor());
}

Status batch_normalization_shape(ShapeContext& context) {
  context.set_output(0, context.input(0).dtype, context.input(0).shape);
  for (std::size_t i = 1; i < context.outputs().size(); ++i) {
    const ShapeFacts& like = context.input(i % 2 == 1 ? 3 : 4);
    context.set_output(i, like.dtype, like.shape);
  }
  return {};
}

Outputs lrn_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Numbers x, numbers_input(context, 0));
  ARETE_TRY(require_rank("input", x.shape, 2, 16));
  const std::int64_t size = context.node().integer_or("size", 0);
  if (size < 1) {
    return fail(ErrorCode::kInvalid, "attribute size is {}, it must be positive", size);
  }
  const double alpha = context.node().float_or("alpha", 1e-4F);
  const double beta = context.node().float_or("beta", 0.75F);
  const double bias = context.node().float_or("bias", 1);
  const AxisSplit split = split_at(x.shape, 1);
  Numbers y = x;
  for (std::int64_t i = 0; i < x.size(); ++i) {
    const std::int64_t channel = i / split.inner % split.extent;
    const std::int64_t first = std::max<std::int64_t>(0, channel - (size - 1) / 2);
    const std::int64_t last = std::min(split.extent - 1, channel + size / 2);
    double sum = 0;
    for (std::int64_t other = first; other <= last; ++other) {
      const double value = x[i + (other - channel) * split.inner];
      sum += value * value;
    }
    y[i] = x[i] / std::pow(bias + alpha / static_cast<double>(size) * sum, beta);
  }
  return outputs_of(y.tensor());
}

Outputs lp_normalization_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(Numbers x, numbers_input(context, 0));
  ARETE_TRY_ASSIGN(const std::size_t axis,
                   tensor::normalize_axis(context.node().integer_or("axis", -1), x.rank()));
  const std::int64_t p = context.node().integer_or("p", 2);
  if (p != 1 && p != 2) {
    return fail(ErrorCode::kInvalid, "attribute p is {}, it must be 1 or 2", p);
  }
  const AxisSplit split = split_at(x.shape, axis);
  for (std::int64_t lane = 0; lane < split.outer * split.inner; ++lane) {
    const std::int64_t base = lane / split.inner * split.extent * split.inner + lane % split.inner;
    double sum = 0;
    for (std::int64_t k = 0; k < split.extent; ++k) {
      const double value = std::fabs(x[base + k * split.inner]);
      sum += p == 1 ? value : value * value;
    }
    const double norm = p == 1 ? sum : std::sqrt(sum);
    for (std::int64_t k = 0; k < split.extent; ++k) {
      x[base + k * split.inner] = norm == 0 ? 0 : x[base + k * split.inner] / norm;
    }
  }
  return outputs_of(x.tensor());
}

Outputs mean_variance_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(Numbers x, numbers_input(context, 0));
  const auto wanted = context.node().integers_or("axes", {0, 2, 3});
  ARETE_TRY_ASSIGN(const auto axes, normalize_axes(wanted, x.rank()));
  Shape kept = x.shape;
  for (const std::size_t axis : axes) {
    kept[axis] = 1;
  }
  const auto strides = broadcast_strides(kept, x.shape);
  ARETE_TRY_ASSIGN(Numbers mean, zero_numbers(x.dtype, kept));
  ARETE_TRY_ASSIGN(Numbers variance, zero_numbers(x.dtype, kept));
  const double count =
      static_cast<double>(x.size()) / static_cast<double>(std::max<std::int64_t>(mean.size(), 1));
  for_each_offset<1>(x.shape, {strides},
                     [&](std::int64_t flat, std::int64_t at) { mean[at] += x[flat] / count; });
  for_each_offset<1>(x.shape, {strides}, [&](std::int64_t flat, std::int64_t at) {
    x[flat] -= mean[at];
    variance[at] += x[flat] * x[flat] / count;
  });
  constexpr double kTiny = 1e-9;  // as the operator's reference function has it
  for_each_offset<1>(x.shape, {strides}, [&](std::int64_t flat, std::int64_t at) {
    x[flat] /= std::sqrt(variance[at]) + kTiny;
  });
  return outputs_of(x.tensor());
}

}  // namespace arete::model::operators
