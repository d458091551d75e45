// Softmax, the functions that TFLite tabulates, clamps and changes of quantization.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <cmath>

#include "model/reference/integer/stored.hpp"
#include "model/reference/integer/tables_16.hpp"

namespace arete::model::integer {
namespace {

using tensor::DType;

/// Applies a function of stored numbers to stored numbers.
template <class Function>
Outputs mapped(const IntegerContext& context, const Function& function,
               const tensor::Quantization& y) {
  std::vector<std::int32_t> numbers = numbers_of(context.input(0));
  std::ranges::transform(numbers, numbers.begin(), function);
  ARETE_TRY_ASSIGN(auto made, stored_tensor(y.stored, context.input(0).shape(), numbers));
  return one_output(std::move(made));
}

/// Outputs with 15 fraction bits from 16-bit inputs around zero.
bool is_fraction_16(const IntegerContext& context) {
  const auto* x = context.input_quantization(0);
  const auto* y = context.output_quantization(0);
  return x != nullptr && y != nullptr && x->per_tensor() && y->per_tensor() &&
         x->stored == DType::kI16 && y->stored == DType::kI16 && zero_of(*x) == 0 &&
         zero_of(*y) == 0 && y->scales[0] == 1.0F / 32768.0F;
}

/// TFLite's table of a function on 8-bit values: float, rounded half away from zero.
template <class Function>
Outputs tabulated(IntegerContext& context, Function function) {
  ARETE_TRY_ASSIGN(const auto* x, per_tensor_input(context, 0));
  ARETE_TRY_ASSIGN(const auto* y, per_tensor_output(context));
  if (x->stored == DType::kI16 && y->stored == DType::kI16) {
    return mapped(context, Table16(x->scales[0], zero_of(*x), y->scales[0], function), *y);
  }
  if (tensor::bits_of(x->stored) != 8 || y->stored != x->stored) {
    return fail(ErrorCode::kUnsupported, "a table for {}", tensor::name_of(x->stored));
  }
  const float inverse = 1.0F / y->scales[0];
  std::vector<std::int32_t> numbers = numbers_of(context.input(0), zero_of(*x));
  for (std::int32_t& number : numbers) {
    const float real = x->scales[0] * static_cast<float>(number);
    const auto steps = static_cast<std::int32_t>(std::round(function(real) * inverse));
    number = clamped(std::int64_t{steps} + zero_of(*y), y->stored);
  }
  ARETE_TRY_ASSIGN(auto made, stored_tensor(y->stored, context.input(0).shape(), numbers));
  return one_output(std::move(made));
}

/// Softmax of one row in fixed point: differences to the maximum with 5 integer bits, their sum
/// with 12.
class SoftmaxRow {
 public:
  explicit SoftmaxRow(double input_scale) {
    constexpr double kLargest = 2147483647.0;
    const double real = std::min(input_scale * (1 << (31 - kDifferenceBits)), kLargest);
    multiplier_ = quantize_multiplier(real);
    lowest_ = -static_cast<std::int32_t>(
        std::floor(static_cast<double>((1 << kDifferenceBits) - 1) *
                   static_cast<double>(std::int64_t{1} << (31 - kDifferenceBits)) /
                   static_cast<double>(std::int64_t{1} << multiplier_.shift)));
  }

  void run(std::span<std::int32_t> row, DType stored) const {
    const std::int32_t largest = *std::ranges::max_element(row);
    std::int32_t sum = 0;
    for (const std::int32_t x : row) {
      if (x - largest >= lowest_) {
        sum += rounding_shift(exponential(x - largest), kSumBits);
      }
    }
    const int headroom = std::countl_zero(static_cast<std::uint32_t>(sum));
    const int over_unit = kSumBits - headroom;
    const auto shifted = static_cast<std::int32_t>((static_cast<std::uint32_t>(sum) << headroom) -
                                                   (std::uint32_t{1} << 31));
    const std::int32_t scale = fixed::one_over_one_plus(shifted);
    const tensor::IntegerRange range = tensor::integer_range(stored);
    for (std::int32_t& x : row) {
      if (x - largest < lowest_) {
        x = static_cast<std::int32_t>(range.lowest);
        continue;
      }
      const std::int32_t product = fixed::times(scale, exponential(x - largest));
      const int shift = over_unit + 31 - tensor::bits_of(stored);
      x = clamped(rounding_shift(product, std::min(shift, 31)) + range.lowest, stored);
    }
  }

 private:
  static constexpr int kDifferenceBits = 5;
  static constexpr int kSumBits = 12;

  std::int32_t exponential(std::int32_t difference) const {
    const std::int32_t scaled = doubling_high_product(
        fixed::shifted_left(difference, multiplier_.shift), multiplier_.value);
    return fixed::exp_of_negative(scaled, kDifferenceBits);
  }

  Multiplier multiplier_;
  std::int32_t lowest_ = 0;
};

/// Softmax of one row of 16-bit values with tables of exp(x) on [-10, 0] and 1 / (1 + x) on [0, 1].
class WideSoftmaxRow {
 public:
  explicit WideSoftmaxRow(double input_scale)
      : multiplier_(quantize_multiplier(input_scale / (10.0 / 65535.0))),
        exponential_(10.0F / 65535.0F, 32767, 2.0F / 65535.0F, [](float x) { return std::exp(x); }),
        reciprocal_(1.0F / 65535.0F, -32768, 2.0F / 65535.0F,
                    [](float x) { return 1.0F / (1.0F + x); }) {}

  void run(std::span<std::int32_t> row) const {
    const std::int32_t largest = *std::ranges::max_element(row);
    std::int32_t sum = 0;
    for (std::int32_t& x : row) {
      const std::int32_t scaled = rescaled(std::int64_t{x} - largest, multiplier_);
      x = exponential_(fixed16::saturated(std::int64_t{scaled} + 32767));
      sum += x;
    }
    const int headroom = std::countl_zero(static_cast<std::uint32_t>(sum));
    const std::int64_t shifted = ((std::int64_t{sum} << (headroom - 1)) + (1 << 13)) >> 14;
    const std::int32_t reciprocal =
        reciprocal_(fixed16::saturated(shifted - (1 << 15) - (1 << 16)));
    const int right = 31 - headroom;
    const std::int64_t round = right > 0 ? std::int64_t{1} << (right - 1) : 0;
    for (std::int32_t& x : row) {
      const std::int64_t result = (std::int64_t{x} * reciprocal + round) >> right;
      x = static_cast<std::int32_t>(std::clamp<std::int64_t>(result, 0, 32767));
    }
  }

 private:
  Multiplier multiplier_;
  Table16 exponential_, reciprocal_;
};

/// Stored bounds, whatever rescaling comes before them.
Outputs clamp_kernel(IntegerContext& context, std::optional<float> lowest,
                     std::optional<float> highest) {
  ARETE_TRY_ASSIGN(const auto* x, per_tensor_input(context, 0));
  ARETE_TRY_ASSIGN(const auto* y, per_tensor_output(context));
  const tensor::IntegerRange range = tensor::integer_range(y->stored);
  const auto bound = [&](float real) {
    return static_cast<std::int64_t>(std::round(real / y->scales[0])) + zero_of(*y);
  };
  const std::int64_t low = lowest ? std::max(range.lowest, bound(*lowest)) : range.lowest;
  const std::int64_t high = highest ? std::min(range.highest, bound(*highest)) : range.highest;
  const bool same = x->scales == y->scales && zero_of(*x) == zero_of(*y);
  const Multiplier m = quantize_multiplier(scale_of(*x) / scale_of(*y));
  std::vector<std::int32_t> numbers = numbers_of(context.input(0), zero_of(*x));
  for (std::int32_t& number : numbers) {
    const std::int64_t steps = std::int64_t{same ? number : rescaled(number, m)} + zero_of(*y);
    number = static_cast<std::int32_t>(std::clamp(steps, low, std::max(low, high)));
  }
  ARETE_TRY_ASSIGN(auto made, stored_tensor(y->stored, context.input(0).shape(), numbers));
  return one_output(std::move(made));
}

std::optional<float> scalar_input(const IntegerContext& context, std::size_t i) {
  if (!context.has_input(i) || context.input(i).dtype() != DType::kF32 ||
      context.input(i).elements() != 1) {
    return std::nullopt;
  }
  return context.input(i).data<float>()[0];
}

/// Real numbers to stored ones: TFLite rounds half away from zero.
Outputs quantize_real(IntegerContext& context, const tensor::Quantization& y) {
  const tensor::Tensor& x = context.input(0);
  if (x.dtype() != DType::kF32) {
    return fail(ErrorCode::kUnsupported, "quantizing {}", tensor::name_of(x.dtype()));
  }
  std::vector<std::int32_t> numbers;
  for (const float real : x.data<float>()) {
    const float steps = std::round(real / y.scales[0]);
    const float kept = std::isnan(steps) ? 0.0F : std::clamp(steps, -1.0e9F, 1.0e9F);
    numbers.push_back(clamped(static_cast<std::int64_t>(kept) + zero_of(y), y.stored));
  }
  ARETE_TRY_ASSIGN(auto made, stored_tensor(y.stored, x.shape(), numbers));
  return one_output(std::move(made));
}

}  // namespace

Outputs sigmoid_kernel(IntegerContext& context) {
  if (is_fraction_16(context)) {
    const auto position = TablePosition::of(context.input_quantization(0)->scales[0], 0);
    return mapped(
        context, [=](std::int32_t x) { return table_sigmoid(position(x)); },
        *context.output_quantization(0));
  }
  return tabulated(context, [](float x) { return 1.0F / (1.0F + std::exp(-x)); });
}
Outputs tanh_kernel(IntegerContext& context) {
  if (is_fraction_16(context)) {
    const auto position = TablePosition::of(context.input_quantization(0)->scales[0], 1);
    return mapped(
        context, [=](std::int32_t x) { return table_tanh(position(x)); },
        *context.output_quantization(0));
  }
  return tabulated(context, [](float x) { return std::tanh(x); });
}

Outputs exp_kernel(IntegerContext& context) {
  return tabulated(context, [](float x) { return std::exp(x); });
}
Outputs log_kernel(IntegerContext& context) {
  return tabulated(context, [](float x) { return std::log(x); });
}

Outputs softmax_kernel(IntegerContext& context) {
  ARETE_TRY_ASSIGN(const auto* x, per_tensor_input(context, 0));
  ARETE_TRY_ASSIGN(const auto* y, per_tensor_output(context));
  const tensor::Shape& shape = context.input(0).shape();
  const std::int64_t axis = context.node().integer_or("axis", -1);
  const auto last = static_cast<std::int64_t>(shape.rank()) - 1;
  const bool steps_of_256 =
      y->scales[0] == 1.0F / 256.0F && zero_of(*y) == tensor::integer_range(y->stored).lowest;
  const bool wide = is_fraction_16(context) && last >= 0 &&
                    shape[static_cast<std::size_t>(last)] <= (1 << 16);  // as the sum has 32 bits
  const bool narrow = tensor::bits_of(x->stored) == 8 && y->stored == x->stored && steps_of_256;
  if ((!narrow && !wide) || (axis != -1 && axis != last) || shape.elements() == 0 || last < 0) {
    return fail(ErrorCode::kUnsupported, "softmax of another form");
  }
  std::vector<std::int32_t> numbers = numbers_of(context.input(0));
  const auto depth = static_cast<std::size_t>(shape[static_cast<std::size_t>(last)]);
  const SoftmaxRow row(scale_of(*x));
  const WideSoftmaxRow wide_row(scale_of(*x));
  for (std::size_t at = 0; at < numbers.size(); at += depth) {
    const auto part = std::span(numbers).subspan(at, depth);
    wide ? wide_row.run(part) : row.run(part, y->stored);
  }
  ARETE_TRY_ASSIGN(auto made, stored_tensor(y->stored, shape, numbers));
  return one_output(std::move(made));
}

Outputs relu_kernel(IntegerContext& context) { return clamp_kernel(context, 0.0F, std::nullopt); }
Outputs clip_kernel(IntegerContext& context) {
  return clamp_kernel(context, scalar_input(context, 1), scalar_input(context, 2));
}

Outputs requantize_kernel(IntegerContext& context) {
  ARETE_TRY_ASSIGN(const auto* y, per_tensor_output(context));
  if (context.has_input(0) && context.input_quantization(0) == nullptr) {
    return quantize_real(context, *y);
  }
  return clamp_kernel(context, std::nullopt, std::nullopt);
}

}  // namespace arete::model::integer
