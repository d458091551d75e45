// Conv and ConvInteger, and the loop behind every forward convolution.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "model/operators/convolution.hpp"
#include "model/operators/panel_product.hpp"
#include "model/operators/quantized_math.hpp"

namespace arete::model::operators {
namespace {

using tensor::Shape;
using tensor::Tensor;

/// Gathers one panel: for kPanel output positions the inputs under every tap of one group.
template <class T>
void gather_panel(const T* x, std::int64_t channels, std::int64_t plane,
                  std::span<const std::int64_t> taps, std::vector<T>& panel) {
  T* out = panel.data();
  for (std::int64_t channel = 0; channel < channels; ++channel) {
    const T* source = x + channel * plane;
    for (const std::int64_t at : taps) {
      *out++ = at < 0 ? T{} : source[at];
    }
  }
}

/// The taps of `columns` successive output positions, tap-major: [tap][kPanel], -1 = padding.
void panel_taps(std::span<const WindowAxis> axes, const Shape& outputs, std::int64_t columns,
                std::vector<std::int64_t>& position, std::vector<std::int64_t>& scratch,
                std::vector<std::int64_t>& taps) {
  std::ranges::fill(taps, -1);
  for (std::int64_t column = 0; column < columns; ++column) {
    window_taps(axes, position, scratch);
    for (std::size_t tap = 0; tap < scratch.size(); ++tap) {
      taps[tap * kPanel + static_cast<std::size_t>(column)] = scratch[tap];
    }
    next_position(outputs, position);
  }
}

template <class T>
void start_with_bias(std::vector<T>& y, const T* bias, const ConvGeometry& geometry) {
  const std::int64_t plane = geometry.output.elements(2, geometry.output.rank());
  for (std::int64_t map = 0; map < geometry.batch * geometry.filters; ++map) {
    std::fill_n(y.begin() + map * plane, plane, bias[map % geometry.filters]);
  }
}

template <class T>
Outputs convolve_real(KernelContext& context, const ConvGeometry& geometry) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  ARETE_TRY_ASSIGN(const Tensor* w, context.input(1));
  ARETE_TRY_ASSIGN(const auto x_numbers, ElementsAs<T>::of(*x));
  ARETE_TRY_ASSIGN(const auto w_numbers, ElementsAs<T>::of(*w));
  ARETE_TRY_ASSIGN(const std::int64_t count, result_elements(geometry.output));
  std::vector<T> y(static_cast<std::size_t>(count));
  if (const Tensor* bias = context.optional_input(2)) {
    ARETE_TRY(require_shape("bias", bias->shape(), {geometry.filters}));
    ARETE_TRY_ASSIGN(const auto b_numbers, ElementsAs<T>::of(*bias));
    start_with_bias<T>(y, b_numbers.data(), geometry);
  }
  add_convolution<T>(geometry, x_numbers.data(), w_numbers.data(), y.data());
  return outputs_of(rounded_tensor<T>(x->dtype(), geometry.output, y));
}

}  // namespace

Result<ConvGeometry> conv_geometry(const Node& node, const Shape& x, const Shape& w) {
  ARETE_TRY(require_rank("input", x, 3, 16));
  ARETE_TRY(require_rank("weight", w, x.rank(), x.rank()));
  ConvGeometry geometry{.batch = x[0],
                        .channels = x[1],
                        .filters = w[0],
                        .groups = node.integer_or("group", 1),
                        .axes = {},
                        .output = {}};
  if (geometry.groups < 1 || geometry.groups > std::max<std::int64_t>(geometry.filters, 1) ||
      geometry.channels % geometry.groups != 0 || geometry.filters % geometry.groups != 0 ||
      w[1] != geometry.channels / geometry.groups) {
    return fail(ErrorCode::kInvalid, "input {}, weight {} and {} groups do not fit", x.text(),
                w.text(), geometry.groups);
  }
  ARETE_TRY_ASSIGN(const auto attributes,
                   window_attributes(node, x.rank() - 2, {w.begin() + 2, w.end()}));
  ARETE_TRY_ASSIGN(geometry.axes, window_axes(attributes, std::span(x.dims()).subspan(2)));
  std::vector<std::int64_t> output = {geometry.batch, geometry.filters};
  for (const WindowAxis& axis : geometry.axes) {
    output.push_back(axis.output);
  }
  geometry.output = Shape(std::move(output));
  return geometry;
}

template <class T>
void add_convolution(const ConvGeometry& geometry, const T* x, const T* w, T* y) {
  const Shape outputs = window_output_shape(geometry.axes);
  const std::int64_t positions = outputs.elements();
  const std::int64_t plane = window_input_shape(geometry.axes).elements();
  const std::int64_t channels = geometry.channels / geometry.groups;
  const std::int64_t filters = geometry.filters / geometry.groups;
  std::int64_t kernel = 1;
  for (const WindowAxis& axis : geometry.axes) {
    kernel *= axis.kernel;
  }
  const std::int64_t depth = channels * kernel;
  std::vector<T> panel(static_cast<std::size_t>(depth * kPanel));
  std::vector<std::int64_t> taps(static_cast<std::size_t>(kernel * kPanel));
  std::vector<std::int64_t> scratch;
  std::vector<std::int64_t> position(outputs.rank(), 0);
  for (std::int64_t first = 0; first < positions; first += kPanel) {
    const std::int64_t columns = std::min(kPanel, positions - first);
    panel_taps(geometry.axes, outputs, columns, position, scratch, taps);
    for (std::int64_t map = 0; map < geometry.batch * geometry.groups; ++map) {
      const std::int64_t group = map % geometry.groups;
      gather_panel(x + map * channels * plane, channels, plane, taps, panel);
      add_panel_product(w + group * filters * depth, filters, depth, panel.data(),
                        y + map * filters * positions + first, positions, columns);
    }
  }
}
template void add_convolution<float>(const ConvGeometry&, const float*, const float*, float*);
template void add_convolution<double>(const ConvGeometry&, const double*, const double*, double*);
template void add_convolution<std::uint32_t>(const ConvGeometry&, const std::uint32_t*,
                                             const std::uint32_t*, std::uint32_t*);

Outputs conv_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  ARETE_TRY_ASSIGN(const Tensor* w, context.input(1));
  ARETE_TRY_ASSIGN(const ConvGeometry geometry,
                   conv_geometry(context.node(), x->shape(), w->shape()));
  return in_real_type(x->dtype(),
                      [&](auto type) { return convolve_real<decltype(type)>(context, geometry); });
}

Outputs conv_integer_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  ARETE_TRY_ASSIGN(const Tensor* w, context.input(1));
  ARETE_TRY_ASSIGN(const ConvGeometry geometry,
                   conv_geometry(context.node(), x->shape(), w->shape()));
  ARETE_TRY_ASSIGN(const auto left, centered_integers(*x, context.optional_input(2), 1));
  ARETE_TRY_ASSIGN(const auto right, centered_integers(*w, context.optional_input(3), 0));
  ARETE_TRY_ASSIGN(Tensor y, Tensor::allocate(tensor::DType::kI32, geometry.output));
  std::vector<std::uint32_t> sums(static_cast<std::size_t>(y.elements()));
  add_convolution<std::uint32_t>(geometry, left.data(), right.data(), sums.data());
  std::ranges::transform(sums, y.mutable_data<std::int32_t>().begin(), signed_sum);
  return outputs_of(std::move(y));
}

}  // namespace arete::model::operators
