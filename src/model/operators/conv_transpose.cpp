// ConvTranspose: every input element adds its scaled kernel to the output.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "model/operators/convolution.hpp"
#include "model/operators/panel_product.hpp"

namespace arete::model::operators {
namespace {

using tensor::Shape;
using tensor::Tensor;

/// Here `input` and `output` of an axis are the operator's own: taps of *input* element i lie at
/// output i * stride - pad_begin + tap * dilation.
Result<WindowAxis> transposed_axis(const Node& node, const WindowAttributes& attributes,
                                   std::size_t axis, std::int64_t input) {
  const std::size_t rank = attributes.kernel.size();
  ARETE_TRY_ASSIGN(const auto extra, window_integers(node, "output_padding", rank, 0, 0));
  ARETE_TRY_ASSIGN(const auto wanted, window_integers(node, "output_shape", rank, 0, -1));
  WindowAxis window{.input = input,
                    .kernel = attributes.kernel[axis],
                    .stride = attributes.strides[axis],
                    .dilation = attributes.dilations[axis]};
  const std::int64_t full = window.stride * (input - 1) + extra[axis] + window.reach();
  const bool same =
      attributes.auto_pad == AutoPad::kSameUpper || attributes.auto_pad == AutoPad::kSameLower;
  if (wanted[axis] >= 0 || same) {
    window.output = wanted[axis] >= 0 ? wanted[axis] : input * window.stride;
    const std::int64_t total = std::max<std::int64_t>(full - window.output, 0);
    const bool upper = attributes.auto_pad == AutoPad::kSameUpper;
    window.pad_begin = upper ? total / 2 : total - total / 2;
    window.pad_end = total - window.pad_begin;
    return window;
  }
  if (attributes.auto_pad == AutoPad::kNotSet) {
    window.pad_begin = attributes.pads[axis];
    window.pad_end = attributes.pads[axis + rank];
  }
  window.output = full - window.pad_begin - window.pad_end;
  if (window.output < 0) {
    return fail(ErrorCode::kInvalid, "pads {} + {} exceed the transposed window's {} elements",
                window.pad_begin, window.pad_end, full);
  }
  return window;
}

struct TransposedGeometry {
  std::int64_t batch = 0;
  std::int64_t channels = 0;
  std::int64_t filters = 0;  ///< output channels of one group
  std::int64_t groups = 1;
  std::int64_t kernel = 1;
  std::vector<WindowAxis> axes;
  Shape output;
};

Result<TransposedGeometry> transposed_geometry(const Node& node, const Shape& x, const Shape& w) {
  ARETE_TRY(require_rank("input", x, 3, 16));
  ARETE_TRY(require_rank("weight", w, x.rank(), x.rank()));
  TransposedGeometry geometry{.batch = x[0],
                              .channels = x[1],
                              .filters = w[1],
                              .groups = node.integer_or("group", 1),
                              .kernel = w.elements(2, w.rank()),
                              .axes = {},
                              .output = {}};
  if (geometry.groups < 1 || geometry.channels % geometry.groups != 0 || w[0] != x[1] ||
      geometry.groups > std::max<std::int64_t>(x[1], 1)) {
    return fail(ErrorCode::kInvalid, "input {}, weight {} and {} groups do not fit", x.text(),
                w.text(), geometry.groups);
  }
  ARETE_TRY_ASSIGN(const auto attributes,
                   window_attributes(node, x.rank() - 2, {w.begin() + 2, w.end()}));
  std::vector<std::int64_t> output = {geometry.batch, geometry.filters * geometry.groups};
  for (std::size_t axis = 0; axis + 2 < x.rank(); ++axis) {
    ARETE_TRY_ASSIGN(geometry.axes.emplace_back(),
                     transposed_axis(node, attributes, axis, x[axis + 2]));
    output.push_back(geometry.axes.back().output);
  }
  geometry.output = Shape(std::move(output));
  return geometry;
}

/// The weight of one group as [filters * kernel, channels of the group].
template <class T>
std::vector<T> weight_by_row(const T* w, std::int64_t rows, std::int64_t channels) {
  std::vector<T> turned(static_cast<std::size_t>(rows * channels));
  for (std::int64_t channel = 0; channel < channels; ++channel) {
    for (std::int64_t row = 0; row < rows; ++row) {
      turned[static_cast<std::size_t>(row * channels + channel)] = w[channel * rows + row];
    }
  }
  return turned;
}

/// Where the taps of the input element at `position` fall in the output plane; -1 = cut off.
void output_taps(std::span<const WindowAxis> axes, std::span<const std::int64_t> position,
                 std::vector<std::int64_t>& taps) {
  std::vector<WindowAxis> mirrored(axes.begin(), axes.end());
  for (WindowAxis& axis : mirrored) {
    axis.input = axis.output;
  }
  window_taps(mirrored, position, taps);
}

template <class T>
void scatter_group(const TransposedGeometry& geometry, const T* x, const std::vector<T>& w, T* y) {
  const Shape inputs = window_input_shape(geometry.axes);
  const std::int64_t positions = inputs.elements();
  const std::int64_t plane = geometry.output.elements(2, geometry.output.rank());
  const std::int64_t channels = geometry.channels / geometry.groups;
  const std::int64_t rows = geometry.filters * geometry.kernel;
  std::vector<T> panel(static_cast<std::size_t>(channels * kPanel));
  std::vector<T> products(static_cast<std::size_t>(rows * kPanel));
  std::vector<std::int64_t> taps;
  std::vector<std::int64_t> position(inputs.rank(), 0);
  for (std::int64_t first = 0; first < positions; first += kPanel) {
    const std::int64_t columns = std::min(kPanel, positions - first);
    for (std::int64_t channel = 0; channel < channels; ++channel) {
      std::copy_n(x + channel * positions + first, columns, panel.begin() + channel * kPanel);
    }
    std::ranges::fill(products, T{});
    add_panel_product(w.data(), rows, channels, panel.data(), products.data(), kPanel, columns);
    for (std::int64_t column = 0; column < columns; ++column) {
      output_taps(geometry.axes, position, taps);
      next_position(inputs, position);
      for (std::int64_t row = 0; row < rows; ++row) {
        const std::int64_t at = taps[static_cast<std::size_t>(row % geometry.kernel)];
        if (at >= 0) {
          y[row / geometry.kernel * plane + at] +=
              products[static_cast<std::size_t>(row * kPanel + column)];
        }
      }
    }
  }
}

template <class T>
Outputs transpose_real(KernelContext& context, const TransposedGeometry& geometry) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  ARETE_TRY_ASSIGN(const Tensor* w, context.input(1));
  ARETE_TRY_ASSIGN(const auto x_numbers, ElementsAs<T>::of(*x));
  ARETE_TRY_ASSIGN(const auto w_numbers, ElementsAs<T>::of(*w));
  ARETE_TRY_ASSIGN(const std::int64_t count, result_elements(geometry.output));
  std::vector<T> y(static_cast<std::size_t>(count));
  const std::int64_t plane = geometry.output.elements(2, geometry.output.rank());
  const std::int64_t maps = geometry.filters * geometry.groups;
  if (const Tensor* bias = context.optional_input(2)) {
    ARETE_TRY(require_shape("bias", bias->shape(), {maps}));
    ARETE_TRY_ASSIGN(const auto b_numbers, ElementsAs<T>::of(*bias));
    for (std::int64_t map = 0; map < geometry.batch * maps; ++map) {
      std::fill_n(y.begin() + map * plane, plane, b_numbers[map % maps]);
    }
  }
  const std::int64_t channels = geometry.channels / geometry.groups;
  const std::int64_t rows = geometry.filters * geometry.kernel;
  const std::int64_t in_plane = x->shape().elements(2, x->shape().rank());
  for (std::int64_t group = 0; group < geometry.groups; ++group) {
    const auto weight = weight_by_row(w_numbers.data() + group * channels * rows, rows, channels);
    for (std::int64_t batch = 0; batch < geometry.batch; ++batch) {
      const std::int64_t map = batch * geometry.groups + group;
      scatter_group(geometry, x_numbers.data() + map * channels * in_plane, weight,
                    y.data() + map * geometry.filters * plane);
    }
  }
  return outputs_of(rounded_tensor<T>(x->dtype(), geometry.output, y));
}

}  // namespace

Outputs conv_transpose_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  ARETE_TRY_ASSIGN(const Tensor* w, context.input(1));
  ARETE_TRY_ASSIGN(const TransposedGeometry geometry,
                   transposed_geometry(context.node(), x->shape(), w->shape()));
  return in_real_type(x->dtype(),
                      [&](auto type) { return transpose_real<decltype(type)>(context, geometry); });
}

Status conv_transpose_shape(ShapeContext& context) {
  const ShapeFacts& x = context.input(0);
  const ShapeFacts& w = context.input(1);
  context.set_output(0, x.dtype, std::nullopt);
  if (!x.shape || !w.shape) {
    return {};
  }
  const auto weight = concrete(*w.shape);
  if (x.shape->size() < 3 || w.shape->size() != x.shape->size()) {
    return fail(ErrorCode::kInvalid, "input {} and weight {} do not fit", text_of(*x.shape),
                text_of(*w.shape));
  }
  SymbolicShape output(x.shape->size());
  output[0] = (*x.shape)[0];
  if (weight) {
    output[1] = Dim((*weight)[1] * context.node().integer_or("group", 1));
    ARETE_TRY_ASSIGN(
        const auto attributes,
        window_attributes(context.node(), output.size() - 2, {weight->begin() + 2, weight->end()}));
    for (std::size_t axis = 2; axis < output.size(); ++axis) {
      if ((*x.shape)[axis].known()) {
        ARETE_TRY_ASSIGN(const auto window, transposed_axis(context.node(), attributes, axis - 2,
                                                            (*x.shape)[axis].size()));
        output[axis] = Dim(window.output);
      }
    }
  }
  context.set_output(0, x.dtype, std::move(output));
  return {};
}

}  // namespace arete::model::operators
