// Convolution and fully connected layers on stored integers.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "model/reference/integer/stored.hpp"

namespace arete::model::integer {
namespace {

using tensor::DType;

/// Rescaling of one layer: a multiplier a channel, and which rounding.
struct LayerScale {
  std::vector<Multiplier> multipliers;
  bool once = false;
  bool wide = false;
  std::int32_t zero = 0;
  DType dtype = DType::kI8;

  [[nodiscard]] std::int32_t operator()(std::int64_t sum, std::size_t channel) const {
    const Multiplier m = multipliers[multipliers.size() == 1 ? 0 : channel];
    const std::int32_t scaled =
        wide ? rescaled_wide(sum, m) : (once ? rescaled_once(sum, m) : rescaled_twice(sum, m));
    return clamped(std::int64_t{scaled} + zero, dtype);
  }
};

Result<LayerScale> layer_scale(const IntegerContext& context, std::size_t channels) {
  ARETE_TRY_ASSIGN(const auto* x, per_tensor_input(context, 0));
  ARETE_TRY_ASSIGN(const auto* y, per_tensor_output(context));
  const auto* w = context.input_quantization(1);
  if (w == nullptr || (w->scales.size() != 1 && w->scales.size() != channels) ||
      w->block_size != 0) {
    return fail(ErrorCode::kUnsupported, "weights are not quantized a channel");
  }
  LayerScale scale;
  for (std::size_t i = 0; i < w->scales.size(); ++i) {
    // The uint8 path of TFLite multiplies the two scales as floats.
    const double product = x->stored == DType::kU8
                               ? static_cast<double>(x->scales[0] * w->scales[i])
                               : scale_of(*x) * scale_of(*w, i);
    scale.multipliers.push_back(quantize_multiplier(product / scale_of(*y)));
  }
  scale.zero = zero_of(*y);
  scale.dtype = y->stored;
  scale.wide = context.input(0).dtype() == DType::kI16;
  return scale;
}

/// Biases as 64-bit numbers, zeros if there are none; kUnsupported unless they are integers.
Result<std::vector<std::int64_t>> bias_numbers(const IntegerContext& context,
                                               std::size_t channels) {
  std::vector<std::int64_t> bias(channels, 0);
  if (!context.has_input(2)) {
    return bias;
  }
  const tensor::Tensor& data = context.input(2);
  if ((data.dtype() != DType::kI32 && data.dtype() != DType::kI64) ||
      static_cast<std::size_t>(data.elements()) != channels) {
    return fail(ErrorCode::kUnsupported, "the bias is not of 32 or 64-bit integers");
  }
  for (std::size_t i = 0; i < channels; ++i) {
    bias[i] = data.integer_at(static_cast<std::int64_t>(i));
  }
  return bias;
}

/// Weights less their zero points, a channel each along the first dimension.
std::vector<std::int32_t> weight_numbers(const IntegerContext& context) {
  const tensor::Tensor& data = context.input(1);
  const tensor::Quantization& q = *context.input_quantization(1);
  std::vector<std::int32_t> numbers = numbers_of(data, q.scales.size() == 1 ? zero_of(q) : 0);
  return numbers;
}

/// Extents of a two-dimensional convolution.
struct ConvPlan {
  std::int64_t batch, channels, height, width;
  std::int64_t filters, depth, kernel_h, kernel_w;
  std::int64_t out_h, out_w;
  std::int64_t group;
  std::vector<std::int64_t> strides, dilations, pads;
};

Result<ConvPlan> plan_conv(const IntegerContext& context) {
  const auto& x = context.input(0).shape();
  const auto& w = context.input(1).shape();
  const Node& node = context.node();
  if (x.rank() != 4 || w.rank() != 4 || node.string_or("auto_pad", "NOTSET") != "NOTSET") {
    return fail(ErrorCode::kUnsupported, "convolution of shape {}", x.text());
  }
  ConvPlan plan{x[0],
                x[1],
                x[2],
                x[3],
                w[0],
                w[1],
                w[2],
                w[3],
                0,
                0,
                node.integer_or("group", 1),
                node.integers_or("strides", {1, 1}),
                node.integers_or("dilations", {1, 1}),
                node.integers_or("pads", {0, 0, 0, 0})};
  if (plan.group <= 0 || plan.depth * plan.group != plan.channels ||
      plan.filters % plan.group != 0 || plan.strides.size() != 2 || plan.dilations.size() != 2 ||
      plan.pads.size() != 4 || plan.strides[0] <= 0 || plan.strides[1] <= 0) {
    return fail(ErrorCode::kUnsupported, "convolution attributes");
  }
  plan.out_h =
      (plan.height + plan.pads[0] + plan.pads[2] - (plan.kernel_h - 1) * plan.dilations[0] - 1) /
          plan.strides[0] +
      1;
  plan.out_w =
      (plan.width + plan.pads[1] + plan.pads[3] - (plan.kernel_w - 1) * plan.dilations[1] - 1) /
          plan.strides[1] +
      1;
  if (plan.out_h <= 0 || plan.out_w <= 0) {
    return fail(ErrorCode::kUnsupported, "an empty convolution");
  }
  return plan;
}

/// One output plane: sums over the filter's taps, tap by tap, so that the inner loop is plain.
class ConvPlane {
 public:
  ConvPlane(const ConvPlan& plan, const std::vector<std::int32_t>& x,
            const std::vector<std::int32_t>& w)
      : plan_(plan), x_(x), w_(w) {}

  void run(std::int64_t n, std::int64_t filter, std::vector<std::int64_t>& sums) const {
    const std::int64_t first = filter / (plan_.filters / plan_.group) * plan_.depth;
    for (std::int64_t c = 0; c < plan_.depth; ++c) {
      const std::int32_t* image =
          x_.data() + (n * plan_.channels + first + c) * plan_.height * plan_.width;
      const std::int32_t* taps =
          w_.data() + (filter * plan_.depth + c) * plan_.kernel_h * plan_.kernel_w;
      for (std::int64_t i = 0; i < plan_.kernel_h * plan_.kernel_w; ++i) {
        if (taps[i] != 0) {
          add_tap(image, i / plan_.kernel_w, i % plan_.kernel_w, taps[i], sums);
        }
      }
    }
  }

 private:
  void add_tap(const std::int32_t* image, std::int64_t ky, std::int64_t kx, std::int32_t tap,
               std::vector<std::int64_t>& sums) const {
    for (std::int64_t oy = 0; oy < plan_.out_h; ++oy) {
      const std::int64_t y = oy * plan_.strides[0] + ky * plan_.dilations[0] - plan_.pads[0];
      if (y < 0 || y >= plan_.height) {
        continue;
      }
      for (std::int64_t ox = 0; ox < plan_.out_w; ++ox) {
        const std::int64_t x = ox * plan_.strides[1] + kx * plan_.dilations[1] - plan_.pads[1];
        if (x >= 0 && x < plan_.width) {
          sums[static_cast<std::size_t>(oy * plan_.out_w + ox)] +=
              std::int64_t{image[y * plan_.width + x]} * tap;
        }
      }
    }
  }

  const ConvPlan& plan_;
  const std::vector<std::int32_t>& x_;
  const std::vector<std::int32_t>& w_;
};

/// A transposed convolution: each input pixel adds the filter to the output.
struct ScatterPlan {
  std::int64_t batch, channels, height, width;
  std::int64_t filters, kernel_h, kernel_w;
  std::int64_t out_h, out_w;
  std::vector<std::int64_t> strides, pads;

  void scatter(const std::vector<std::int32_t>& x, const std::vector<std::int32_t>& w,
               std::int64_t n, std::int64_t filter, std::vector<std::int64_t>& sums) const {
    for (std::int64_t c = 0; c < channels; ++c) {
      const std::int32_t* image = x.data() + (n * channels + c) * height * width;
      const std::int32_t* taps = w.data() + (c * filters + filter) * kernel_h * kernel_w;
      for (std::int64_t i = 0; i < height * width; ++i) {
        add_pixel(i / width * strides[0] - pads[0], i % width * strides[1] - pads[1], image[i],
                  taps, sums);
      }
    }
  }

 private:
  void add_pixel(std::int64_t top, std::int64_t left, std::int32_t pixel, const std::int32_t* taps,
                 std::vector<std::int64_t>& sums) const {
    for (std::int64_t i = 0; i < kernel_h * kernel_w; ++i) {
      const std::int64_t y = top + i / kernel_w;
      const std::int64_t x = left + i % kernel_w;
      if (y >= 0 && y < out_h && x >= 0 && x < out_w) {
        sums[static_cast<std::size_t>(y * out_w + x)] += std::int64_t{pixel} * taps[i];
      }
    }
  }
};

Result<ScatterPlan> plan_scatter(const IntegerContext& context) {
  const auto& x = context.input(0).shape();
  const auto& w = context.input(1).shape();
  const Node& node = context.node();
  const auto padding = node.integers_or("output_padding", {0, 0});
  ScatterPlan plan{0,
                   0,
                   0,
                   0,
                   0,
                   0,
                   0,
                   0,
                   0,
                   node.integers_or("strides", {1, 1}),
                   node.integers_or("pads", {0, 0, 0, 0})};
  if (x.rank() != 4 || w.rank() != 4 || x[1] != w[0] || plan.strides.size() != 2 ||
      plan.strides[0] <= 0 || plan.strides[1] <= 0 || plan.pads.size() != 4 ||
      padding.size() != 2 || node.integer_or("group", 1) != 1 ||
      node.string_or("auto_pad", "NOTSET") != "NOTSET" ||
      node.attributes.contains("output_shape") ||
      node.integers_or("dilations", {1, 1}) != std::vector<std::int64_t>{1, 1}) {
    return fail(ErrorCode::kUnsupported, "a transposed convolution of another form");
  }
  plan.batch = x[0];
  plan.channels = x[1];
  plan.height = x[2];
  plan.width = x[3];
  plan.filters = w[1];
  plan.kernel_h = w[2];
  plan.kernel_w = w[3];
  plan.out_h = plan.strides[0] * (x[2] - 1) + padding[0] + w[2] - plan.pads[0] - plan.pads[2];
  plan.out_w = plan.strides[1] * (x[3] - 1) + padding[1] + w[3] - plan.pads[1] - plan.pads[3];
  if (plan.out_h <= 0 || plan.out_w <= 0 || plan.out_h > (std::int64_t{1} << 30) / plan.out_w) {
    return fail(ErrorCode::kUnsupported, "an empty or huge transposed convolution");
  }
  return plan;
}

}  // namespace

Outputs conv_kernel(IntegerContext& context) {
  ARETE_TRY_ASSIGN(const auto* quantization, per_tensor_input(context, 0));
  ARETE_TRY_ASSIGN(const ConvPlan plan, plan_conv(context));
  const auto filters = static_cast<std::size_t>(plan.filters);
  ARETE_TRY_ASSIGN(const LayerScale scale, layer_scale(context, filters));
  ARETE_TRY_ASSIGN(const auto bias, bias_numbers(context, filters));
  const auto x = numbers_of(context.input(0), zero_of(*quantization));
  const auto w = weight_numbers(context);
  const ConvPlane plane(plan, x, w);
  std::vector<std::int32_t> out;
  std::vector<std::int64_t> sums(static_cast<std::size_t>(plan.out_h * plan.out_w));
  out.reserve(static_cast<std::size_t>(plan.batch) * filters * sums.size());
  for (std::int64_t n = 0; n < plan.batch; ++n) {
    for (std::size_t f = 0; f < filters; ++f) {
      std::ranges::fill(sums, bias[f]);
      plane.run(n, static_cast<std::int64_t>(f), sums);
      for (const std::int64_t sum : sums) {
        out.push_back(scale(sum, f));
      }
    }
  }
  ARETE_TRY_ASSIGN(
      auto y, stored_tensor(scale.dtype, {plan.batch, plan.filters, plan.out_h, plan.out_w}, out));
  return one_output(std::move(y));
}

Outputs conv_transpose_kernel(IntegerContext& context) {
  ARETE_TRY_ASSIGN(const auto* quantization, per_tensor_input(context, 0));
  ARETE_TRY_ASSIGN(const ScatterPlan plan, plan_scatter(context));
  const auto filters = static_cast<std::size_t>(plan.filters);
  ARETE_TRY_ASSIGN(const LayerScale scale, layer_scale(context, filters));
  ARETE_TRY_ASSIGN(const auto bias, bias_numbers(context, filters));
  const auto x = numbers_of(context.input(0), zero_of(*quantization));
  const auto w = weight_numbers(context);
  std::vector<std::int32_t> out;
  std::vector<std::int64_t> sums(static_cast<std::size_t>(plan.out_h * plan.out_w));
  for (std::int64_t n = 0; n < plan.batch; ++n) {
    for (std::size_t f = 0; f < filters; ++f) {
      std::ranges::fill(sums, bias[f]);
      plan.scatter(x, w, n, static_cast<std::int64_t>(f), sums);
      for (const std::int64_t sum : sums) {
        out.push_back(scale(sum, f));
      }
    }
  }
  ARETE_TRY_ASSIGN(
      auto y, stored_tensor(scale.dtype, {plan.batch, plan.filters, plan.out_h, plan.out_w}, out));
  return one_output(std::move(y));
}

Outputs gemm_kernel(IntegerContext& context) {
  ARETE_TRY_ASSIGN(const auto* quantization, per_tensor_input(context, 0));
  const Node& node = context.node();
  const auto& shape = context.input(0).shape();
  const auto& weights = context.input(1).shape();
  if (node.integer_or("transB", 0) != 1 || node.integer_or("transA", 0) != 0 ||
      node.float_or("alpha", 1.0F) != 1.0F || node.float_or("beta", 1.0F) != 1.0F ||
      shape.rank() != 2 || weights.rank() != 2 || shape[1] != weights[1]) {
    return fail(ErrorCode::kUnsupported, "not a fully connected layer");
  }
  const auto units = static_cast<std::size_t>(weights[0]);
  const auto depth = static_cast<std::size_t>(weights[1]);
  ARETE_TRY_ASSIGN(LayerScale scale, layer_scale(context, units));
  scale.once = context.arithmetic() == Arithmetic::kTfliteSingleRounding;
  scale.wide = scale.wide && !scale.once;
  ARETE_TRY_ASSIGN(const auto bias, bias_numbers(context, units));
  const auto x = numbers_of(context.input(0), zero_of(*quantization));
  const auto w = weight_numbers(context);
  std::vector<std::int32_t> out;
  for (std::size_t row = 0; row < static_cast<std::size_t>(shape[0]); ++row) {
    for (std::size_t unit = 0; unit < units; ++unit) {
      std::int64_t sum = bias[unit];
      for (std::size_t i = 0; i < depth; ++i) {
        sum += std::int64_t{x[row * depth + i]} * w[unit * depth + i];
      }
      out.push_back(scale(sum, unit));
    }
  }
  ARETE_TRY_ASSIGN(auto y, stored_tensor(scale.dtype, {shape[0], weights[0]}, out));
  return one_output(std::move(y));
}

}  // namespace arete::model::integer
