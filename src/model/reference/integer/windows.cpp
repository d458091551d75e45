// Average pooling, bilinear resizing and concatenation of stored integers.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "model/reference/integer/stored.hpp"

namespace arete::model::integer {
namespace {

using tensor::DType;

bool same_steps(const tensor::Quantization& a, const tensor::Quantization& b) {
  return a.scales == b.scales && zero_of(a) == zero_of(b) && a.stored == b.stored;
}

struct PoolPlan {
  std::vector<std::int64_t> kernel, strides, pads;
  std::int64_t out_h = 0, out_w = 0;
};

Result<PoolPlan> plan_pool(const IntegerContext& context) {
  const Node& node = context.node();
  const auto& x = context.input(0).shape();
  PoolPlan plan{node.integers_or("kernel_shape", {}), node.integers_or("strides", {1, 1}),
                node.integers_or("pads", {0, 0, 0, 0})};
  if (x.rank() != 4 || plan.kernel.size() != 2 || plan.strides.size() != 2 ||
      plan.pads.size() != 4 || plan.strides[0] <= 0 || plan.strides[1] <= 0 ||
      node.integer_or("ceil_mode", 0) != 0 || node.integer_or("count_include_pad", 0) != 0) {
    return fail(ErrorCode::kUnsupported, "a pool of another form");
  }
  plan.out_h = (x[2] + plan.pads[0] + plan.pads[2] - plan.kernel[0]) / plan.strides[0] + 1;
  plan.out_w = (x[3] + plan.pads[1] + plan.pads[3] - plan.kernel[1]) / plan.strides[1] + 1;
  if (plan.out_h <= 0 || plan.out_w <= 0) {
    return fail(ErrorCode::kUnsupported, "an empty pool");
  }
  return plan;
}

/// Mean of the window at (oy, ox), rounded half away from zero.
std::int32_t window_mean(const std::int32_t* image, const tensor::Shape& x, const PoolPlan& plan,
                         std::int64_t oy, std::int64_t ox) {
  const std::int64_t top = oy * plan.strides[0] - plan.pads[0];
  const std::int64_t left = ox * plan.strides[1] - plan.pads[1];
  std::int32_t sum = 0;
  std::int32_t count = 0;
  for (std::int64_t y = std::max<std::int64_t>(top, 0); y < std::min(top + plan.kernel[0], x[2]);
       ++y) {
    for (std::int64_t at = std::max<std::int64_t>(left, 0);
         at < std::min(left + plan.kernel[1], x[3]); ++at) {
      sum += image[y * x[3] + at];
      ++count;
    }
  }
  if (count == 0) {
    return 0;
  }
  return sum > 0 ? (sum + count / 2) / count : (sum - count / 2) / count;
}

/// How a bilinear resize maps an output coordinate.
struct ResizeAxis {
  std::int64_t in = 0, out = 0;
  bool align_corners = false, half_pixel = false;
};

/// Two neighbours and the position between them, in steps of 1/1024.
struct FixedTap {
  std::int64_t at = 0, low = 0, high = 0;
};

std::vector<FixedTap> fixed_taps(const ResizeAxis& axis) {
  const bool aligned = axis.align_corners && axis.out > 1;
  const std::int64_t scale = aligned ? (1024 * (axis.in - 1) + (axis.out - 1) / 2) / (axis.out - 1)
                                     : (1024 * axis.in + axis.out / 2) / axis.out;
  std::vector<FixedTap> taps;
  for (std::int64_t i = 0; i < axis.out; ++i) {
    FixedTap tap;
    tap.at = i * scale + (axis.half_pixel ? scale / 2 - 512 : 0);
    tap.low = std::max<std::int64_t>(tap.at / 1024, 0);
    tap.high = std::min((tap.at + 1023) / 1024, axis.in - 1);
    taps.push_back(tap);
  }
  return taps;
}

std::int32_t fixed_blend(const std::int32_t* image, std::int64_t width, const FixedTap& y,
                         const FixedTap& x) {
  const std::int64_t down = y.at - 1024 * y.low;
  const std::int64_t right = x.at - 1024 * x.low;
  const std::int64_t sum = image[y.low * width + x.low] * (1024 - down) * (1024 - right) +
                           image[y.high * width + x.low] * down * (1024 - right) +
                           image[y.low * width + x.high] * (1024 - down) * right +
                           image[y.high * width + x.high] * down * right;
  const std::int64_t round = sum > 0 ? (1 << 19) : -(1 << 19);
  return static_cast<std::int32_t>((sum + round) / (1 << 20));
}

/// The same in float, as TFLite has it for uint8.
struct FloatTap {
  float at = 0;
  std::int64_t low = 0, high = 0;
};

std::vector<FloatTap> float_taps(const ResizeAxis& axis) {
  const bool aligned = axis.align_corners && axis.out > 1;
  const float scale = aligned ? static_cast<float>(axis.in - 1) / static_cast<float>(axis.out - 1)
                              : static_cast<float>(axis.in) / static_cast<float>(axis.out);
  std::vector<FloatTap> taps;
  for (std::int64_t i = 0; i < axis.out; ++i) {
    FloatTap tap;
    const auto place = static_cast<float>(i);
    tap.at = axis.half_pixel ? (place + 0.5F) * scale - 0.5F : place * scale;
    tap.low = std::max<std::int64_t>(static_cast<std::int64_t>(std::floor(tap.at)), 0);
    tap.high = std::min(static_cast<std::int64_t>(std::ceil(tap.at)), axis.in - 1);
    taps.push_back(tap);
  }
  return taps;
}

std::int32_t float_blend(const std::int32_t* image, std::int64_t width, const FloatTap& y,
                         const FloatTap& x) {
  const auto pixel = [&](std::int64_t row, std::int64_t column) {
    return static_cast<float>(image[row * width + column]);
  };
  const float down = y.at - static_cast<float>(y.low);
  const float right = x.at - static_cast<float>(x.low);
  // TFLite cuts the sum off, whatever its sign. NOLINTBEGIN(bugprone-incorrect-roundings)
  return static_cast<std::int32_t>(
      pixel(y.low, x.low) * (1 - down) * (1 - right) + pixel(y.high, x.low) * down * (1 - right) +
      pixel(y.low, x.high) * (1 - down) * right + pixel(y.high, x.high) * down * right + 0.5F);
  // NOLINTEND(bugprone-incorrect-roundings)
}

template <class Tap, class Blend>
std::vector<std::int32_t> resized(const std::vector<std::int32_t>& numbers, std::int64_t planes,
                                  std::int64_t height, std::int64_t width,
                                  const std::vector<Tap>& rows, const std::vector<Tap>& columns,
                                  Blend blend) {
  std::vector<std::int32_t> out;
  for (std::int64_t plane = 0; plane < planes; ++plane) {
    const std::int32_t* image = numbers.data() + plane * height * width;
    for (const Tap& row : rows) {
      for (const Tap& column : columns) {
        out.push_back(blend(image, width, row, column));
      }
    }
  }
  return out;
}

}  // namespace

Outputs average_pool_kernel(IntegerContext& context) {
  ARETE_TRY_ASSIGN(const auto* x, per_tensor_input(context, 0));
  ARETE_TRY_ASSIGN(const auto* y, per_tensor_output(context));
  ARETE_TRY_ASSIGN(const PoolPlan plan, plan_pool(context));
  if (!same_steps(*x, *y)) {
    return fail(ErrorCode::kUnsupported, "a pool that changes the scale");
  }
  const tensor::Shape& shape = context.input(0).shape();
  const auto numbers = numbers_of(context.input(0));
  std::vector<std::int32_t> out;
  for (std::int64_t plane = 0; plane < shape[0] * shape[1]; ++plane) {
    const std::int32_t* image = numbers.data() + plane * shape[2] * shape[3];
    for (std::int64_t oy = 0; oy < plan.out_h; ++oy) {
      for (std::int64_t ox = 0; ox < plan.out_w; ++ox) {
        out.push_back(window_mean(image, shape, plan, oy, ox));
      }
    }
  }
  ARETE_TRY_ASSIGN(auto made,
                   stored_tensor(y->stored, {shape[0], shape[1], plan.out_h, plan.out_w}, out));
  return one_output(std::move(made));
}

Outputs resize_kernel(IntegerContext& context) {
  ARETE_TRY_ASSIGN(const auto* x, per_tensor_input(context, 0));
  ARETE_TRY_ASSIGN(const auto* y, per_tensor_output(context));
  const Node& node = context.node();
  const tensor::Shape& shape = context.input(0).shape();
  const std::string mode = node.string_or("coordinate_transformation_mode", "half_pixel");
  if (node.string_or("mode", "nearest") != "linear" || shape.rank() != 4 || !same_steps(*x, *y) ||
      !context.has_input(3) || context.input(3).elements() != 4 ||
      (mode != "align_corners" && mode != "half_pixel" && mode != "asymmetric")) {
    return fail(ErrorCode::kUnsupported, "a resize of another form");
  }
  const bool corners = mode == "align_corners";
  const bool half = mode == "half_pixel";
  const ResizeAxis rows{shape[2], context.input(3).integer_at(2), corners, half};
  const ResizeAxis columns{shape[3], context.input(3).integer_at(3), corners, half};
  if (rows.out <= 0 || columns.out <= 0 || rows.in <= 0 || columns.in <= 0) {
    return fail(ErrorCode::kUnsupported, "an empty resize");
  }
  const auto numbers = numbers_of(context.input(0));
  const std::int64_t planes = shape[0] * shape[1];
  const auto out = y->stored == DType::kU8
                       ? resized(numbers, planes, shape[2], shape[3], float_taps(rows),
                                 float_taps(columns), float_blend)
                       : resized(numbers, planes, shape[2], shape[3], fixed_taps(rows),
                                 fixed_taps(columns), fixed_blend);
  ARETE_TRY_ASSIGN(auto made,
                   stored_tensor(y->stored, {shape[0], shape[1], rows.out, columns.out}, out));
  return one_output(std::move(made));
}

/// Parts of another scale are rescaled in float, as TFLite does it for uint8.
Outputs concat_kernel(IntegerContext& context) {
  ARETE_TRY_ASSIGN(const auto* y, per_tensor_output(context));
  const tensor::Shape& first = context.input(0).shape();
  ARETE_TRY_ASSIGN(const std::size_t axis,
                   tensor::normalize_axis(context.node().integer_or("axis", 0), first.rank()));
  tensor::Shape shape = first;
  shape[axis] = 0;
  std::vector<std::vector<std::int32_t>> parts;
  for (std::size_t i = 0; i < context.input_count(); ++i) {
    ARETE_TRY_ASSIGN(const auto* x, per_tensor_input(context, i));
    shape[axis] += context.input(i).shape()[axis];
    parts.push_back(numbers_of(context.input(i)));
    if (same_steps(*x, *y)) {
      continue;
    }
    const float scale = x->scales[0] * (1.0F / y->scales[0]);
    const float bias = static_cast<float>(-zero_of(*x)) * scale;
    for (std::int32_t& number : parts.back()) {
      const float steps = std::round(static_cast<float>(number) * scale + bias);
      number = clamped(static_cast<std::int64_t>(steps) + zero_of(*y), y->stored);
    }
  }
  const std::int64_t outer = first.elements(0, axis);
  std::vector<std::int32_t> out;
  for (std::int64_t i = 0; i < outer; ++i) {
    for (const auto& part : parts) {
      const auto length = static_cast<std::int64_t>(part.size()) / std::max<std::int64_t>(outer, 1);
      out.insert(out.end(), part.begin() + i * length, part.begin() + (i + 1) * length);
    }
  }
  ARETE_TRY_ASSIGN(auto made, stored_tensor(y->stored, shape, out));
  return one_output(std::move(made));
}

}  // namespace arete::model::integer
