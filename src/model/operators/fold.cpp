// Col2Im (blocks laid back into an image) and CausalConvWithState.
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "model/operators/convolution.hpp"
#include "model/operators/rules.hpp"

namespace arete::model::operators {
namespace {

using tensor::Shape;

Result<std::vector<WindowAxis>> fold_axes(const Node& node, const std::vector<std::int64_t>& image,
                                          const std::vector<std::int64_t>& block) {
  if (image.empty() || block.size() != image.size()) {
    return fail(ErrorCode::kInvalid, "image_shape has {} entries, block_shape {}", image.size(),
                block.size());
  }
  ARETE_TRY_ASSIGN(const auto attributes, window_attributes(node, image.size(), block));
  return window_axes(attributes, image);
}

double activated(double value, bool silu) { return silu ? value / (1 + std::exp(-value)) : value; }

}  // namespace

Outputs col2im_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Numbers x, numbers_input(context, 0));
  ARETE_TRY_ASSIGN(const auto image, integers_input(context, 1));
  ARETE_TRY_ASSIGN(const auto block, integers_input(context, 2));
  ARETE_TRY(require_rank("input", x.shape, 3, 3));
  ARETE_TRY_ASSIGN(const auto axes, fold_axes(context.node(), image, block));
  const Shape blocks = window_output_shape(axes);
  const std::int64_t taps = Shape(block).elements();
  if (x.shape[1] % taps != 0 || x.shape[2] != blocks.elements()) {
    return fail(ErrorCode::kInvalid, "columns {} do not fit {} blocks of {} elements",
                x.shape.text(), blocks.elements(), taps);
  }
  std::vector<std::int64_t> dims = {x.shape[0], x.shape[1] / taps};
  dims.insert(dims.end(), image.begin(), image.end());
  ARETE_TRY_ASSIGN(Numbers y, zero_numbers(x.dtype, Shape(std::move(dims))));
  const std::int64_t plane = Shape(image).elements();
  std::vector<std::int64_t> position(blocks.rank(), 0);
  std::vector<std::int64_t> at;
  for (std::int64_t block_index = 0; block_index < x.shape[2]; ++block_index) {
    window_taps(axes, position, at);
    next_position(blocks, position);
    for (std::int64_t row = 0; row < x.shape[0] * x.shape[1]; ++row) {
      const std::int64_t target = at[static_cast<std::size_t>(row % taps)];
      if (target >= 0) {
        y[row / taps * plane + target] += x[row * x.shape[2] + block_index];
      }
    }
  }
  return outputs_of(y.tensor());
}

Status col2im_shape(ShapeContext& context) {
  const ShapeFacts& x = context.input(0);
  context.set_output(0, x.dtype, std::nullopt);
  const auto image = constant_integers(context, 1);
  const auto block = constant_integers(context, 2);
  if (!x.shape || x.shape->size() != 3 || !image) {
    return {};
  }
  SymbolicShape output = {(*x.shape)[0], Dim()};
  if (block && (*x.shape)[1].known()) {
    ARETE_TRY(fold_axes(context.node(), *image, *block));
    output[1] = Dim((*x.shape)[1].size() / Shape(*block).elements());
  }
  for (const std::int64_t extent : *image) {
    output.emplace_back(extent);
  }
  context.set_output(0, x.dtype, std::move(output));
  return {};
}

Outputs causal_conv_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Numbers x, numbers_input(context, 0));
  ARETE_TRY_ASSIGN(const Numbers w, numbers_input(context, 1));
  ARETE_TRY(require_rank("input", x.shape, 3, 3));
  ARETE_TRY(require_rank("weight", w.shape, 3, 3));
  const std::int64_t channels = x.shape[1];
  const std::int64_t length = x.shape[2];
  const std::int64_t kernel = w.shape[2];
  if (kernel < 1 || w.shape[0] != channels || w.shape[1] != 1) {
    return fail(ErrorCode::kInvalid, "weight {} does not fit input {}", w.shape.text(),
                x.shape.text());
  }
  const std::string activation = context.node().string_or("activation", "none");
  if (activation != "none" && activation != "silu" && activation != "swish") {
    return fail(ErrorCode::kInvalid, "activation '{}' is unknown", activation);
  }
  ARETE_TRY_ASSIGN(Numbers state, zero_numbers(x.dtype, {x.shape[0], channels, kernel - 1}));
  if (context.has_input(3)) {
    ARETE_TRY_ASSIGN(const Numbers past, numbers_input(context, 3));
    ARETE_TRY(require_shape("past_state", past.shape, state.shape));
    state.at = past.at;
  }
  Numbers bias{x.dtype, {channels}, std::vector<double>(static_cast<std::size_t>(channels))};
  if (context.has_input(2)) {
    ARETE_TRY_ASSIGN(bias, numbers_input(context, 2));
    ARETE_TRY(require_shape("bias", bias.shape, {channels}));
  }
  Numbers y = x;
  std::vector<double> row(static_cast<std::size_t>(kernel - 1 + length));
  for (std::int64_t map = 0; map < x.shape[0] * channels; ++map) {
    std::copy_n(state.at.begin() + map * (kernel - 1), kernel - 1, row.begin());
    std::copy_n(x.at.begin() + map * length, length, row.begin() + (kernel - 1));
    for (std::int64_t t = 0; t < length; ++t) {
      double sum = bias[map % channels];
      for (std::int64_t k = 0; k < kernel; ++k) {
        sum += row[static_cast<std::size_t>(t + k)] * w[map % channels * kernel + k];
      }
      y[map * length + t] = activated(sum, activation != "none");
    }
    std::copy_n(row.end() - (kernel - 1), kernel - 1, state.at.begin() + map * (kernel - 1));
  }
  return outputs_of({y.tensor(), state.tensor()});
}

Status causal_conv_shape(ShapeContext& context) {
  const ShapeFacts& x = context.input(0);
  const ShapeFacts& w = context.input(1);
  context.set_output(0, x.dtype, x.shape);
  std::optional<SymbolicShape> state;
  if (x.shape && x.shape->size() == 3 && w.shape && w.shape->size() == 3) {
    state = *x.shape;
    (*state)[2] = (*w.shape)[2].known() ? Dim((*w.shape)[2].size() - 1) : Dim();
  }
  context.set_output(1, x.dtype, std::move(state));
  return {};
}

}  // namespace arete::model::operators
