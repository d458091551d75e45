// DeformConv: a convolution whose taps are moved by learned offsets and read by linear
// interpolation. Positions outside the input count as zero.
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "model/operators/convolution.hpp"

namespace arete::model::operators {
namespace {

using tensor::Shape;
using tensor::Tensor;

/// Multilinear interpolation of a plane at a fractional position; corners outside are zero.
double sample_plane(std::span<const double> plane, std::span<const WindowAxis> axes,
                    std::span<const double> at) {
  double sum = 0;
  const std::size_t corners = std::size_t{1} << axes.size();
  for (std::size_t corner = 0; corner < corners; ++corner) {
    double weight = 1;
    std::int64_t flat = 0;
    bool inside = true;
    for (std::size_t axis = 0; axis < axes.size(); ++axis) {
      const double base = std::floor(at[axis]);
      const bool upper = ((corner >> axis) & 1U) != 0;
      const double share = at[axis] - base;
      weight *= upper ? share : 1 - share;
      const double index = base + (upper ? 1 : 0);
      inside = inside && index >= 0 && index < static_cast<double>(axes[axis].input);
      flat = flat * axes[axis].input + (inside ? static_cast<std::int64_t>(index) : 0);
    }
    if (inside && weight != 0) {
      sum += weight * plane[static_cast<std::size_t>(flat)];
    }
  }
  return sum;
}

struct DeformProblem {
  ConvGeometry geometry;
  std::int64_t offset_groups = 1;
  std::int64_t kernel = 1;     ///< taps
  std::int64_t positions = 1;  ///< output elements of one plane
  Numbers x;
  Numbers w;
  Numbers offset;
  std::vector<double> mask;  ///< empty = ones
};

/// The value under one tap of one channel at one output position.
double deformed_tap(const DeformProblem& p, std::int64_t batch, std::int64_t channel,
                    std::int64_t tap, std::int64_t flat, std::span<const std::int64_t> position,
                    std::vector<double>& at) {
  const auto& axes = p.geometry.axes;
  const std::int64_t group = channel / (p.geometry.channels / p.offset_groups);
  const auto rank = static_cast<std::int64_t>(axes.size());
  const std::int64_t first = ((batch * p.offset_groups + group) * p.kernel + tap) * rank;
  std::int64_t rest = tap;
  for (std::size_t axis = axes.size(); axis-- > 0;) {
    const std::int64_t step = rest % axes[axis].kernel;
    rest /= axes[axis].kernel;
    at[axis] = static_cast<double>(position[axis] * axes[axis].stride - axes[axis].pad_begin +
                                   step * axes[axis].dilation) +
               p.offset[(first + static_cast<std::int64_t>(axis)) * p.positions + flat];
  }
  const std::int64_t plane = window_input_shape(axes).elements();
  const auto source = std::span(p.x.at).subspan(
      static_cast<std::size_t>((batch * p.geometry.channels + channel) * plane),
      static_cast<std::size_t>(plane));
  const double value = sample_plane(source, axes, at);
  if (p.mask.empty()) {
    return value;
  }
  const std::int64_t mask = ((batch * p.offset_groups + group) * p.kernel + tap) * p.positions;
  return value * p.mask[static_cast<std::size_t>(mask + flat)];
}

void deform_position(const DeformProblem& p, std::int64_t batch, std::int64_t flat,
                     std::span<const std::int64_t> position, Numbers& y) {
  const std::int64_t group_channels = p.geometry.channels / p.geometry.groups;
  const std::int64_t group_filters = p.geometry.filters / p.geometry.groups;
  std::vector<double> at(p.geometry.axes.size());
  for (std::int64_t channel = 0; channel < p.geometry.channels; ++channel) {
    const std::int64_t group = channel / group_channels;
    for (std::int64_t tap = 0; tap < p.kernel; ++tap) {
      const double value = deformed_tap(p, batch, channel, tap, flat, position, at);
      for (std::int64_t f = group * group_filters; f < (group + 1) * group_filters; ++f) {
        y[(batch * p.geometry.filters + f) * p.positions + flat] +=
            value * p.w[(f * group_channels + channel % group_channels) * p.kernel + tap];
      }
    }
  }
}

Status check_deform(KernelContext& context, DeformProblem& p) {
  const auto& g = p.geometry;
  if (p.offset_groups < 1 || g.channels % p.offset_groups != 0 || g.axes.size() > 8) {
    return fail(ErrorCode::kInvalid, "{} channels cannot form {} offset groups", g.channels,
                p.offset_groups);
  }
  std::vector<std::int64_t> wanted = g.output.dims();
  wanted[1] = p.offset_groups * p.kernel * static_cast<std::int64_t>(g.axes.size());
  ARETE_TRY(require_shape("offset", p.offset.shape, Shape(wanted)));
  if (context.has_input(4)) {
    ARETE_TRY_ASSIGN(Numbers mask, numbers_input(context, 4));
    wanted[1] = p.offset_groups * p.kernel;
    ARETE_TRY(require_shape("mask", mask.shape, Shape(wanted)));
    p.mask = std::move(mask.at);
  }
  return {};
}

}  // namespace

Outputs deform_conv_kernel(KernelContext& context) {
  DeformProblem p;
  ARETE_TRY_ASSIGN(p.x, numbers_input(context, 0));
  ARETE_TRY_ASSIGN(p.w, numbers_input(context, 1));
  ARETE_TRY_ASSIGN(p.offset, numbers_input(context, 2));
  ARETE_TRY_ASSIGN(p.geometry, conv_geometry(context.node(), p.x.shape, p.w.shape));
  p.offset_groups = context.node().integer_or("offset_group", 1);
  p.kernel = p.w.shape.elements(2, p.w.rank());
  const Shape outputs = window_output_shape(p.geometry.axes);
  p.positions = outputs.elements();
  ARETE_TRY(check_deform(context, p));
  ARETE_TRY_ASSIGN(Numbers y, zero_numbers(p.x.dtype, p.geometry.output));
  if (context.has_input(3)) {
    ARETE_TRY_ASSIGN(const Numbers bias, numbers_input(context, 3));
    ARETE_TRY(require_shape("bias", bias.shape, {p.geometry.filters}));
    for (std::int64_t i = 0; i < y.size(); ++i) {
      y[i] = bias[i / p.positions % p.geometry.filters];
    }
  }
  for (std::int64_t batch = 0; batch < p.geometry.batch; ++batch) {
    std::vector<std::int64_t> position(outputs.rank(), 0);
    for (std::int64_t flat = 0; flat < p.positions; ++flat) {
      deform_position(p, batch, flat, position, y);
      next_position(outputs, position);
    }
  }
  return outputs_of(y.tensor());
}

}  // namespace arete::model::operators
