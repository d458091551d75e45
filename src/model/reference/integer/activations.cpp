// Softmax, the functions that TFLite tabulates, clamps and changes of quantization.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "model/reference/integer/stored.hpp"

namespace arete::model::integer {
namespace {

using tensor::DType;

/// TFLite's table of a function on 8-bit values: float, rounded half away from zero.
template <class Function>
Outputs tabulated(IntegerContext& context, Function function) {
  ARETE_TRY_ASSIGN(const auto* x, per_tensor_input(context, 0));
  ARETE_TRY_ASSIGN(const auto* y, per_tensor_output(context));
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
  return tabulated(context, [](float x) { return 1.0F / (1.0F + std::exp(-x)); });
}
Outputs tanh_kernel(IntegerContext& context) {
  return tabulated(context, [](float x) { return std::tanh(x); });
}

Outputs softmax_kernel(IntegerContext& context) {
  ARETE_TRY_ASSIGN(const auto* x, per_tensor_input(context, 0));
  ARETE_TRY_ASSIGN(const auto* y, per_tensor_output(context));
  const tensor::Shape& shape = context.input(0).shape();
  const std::int64_t axis = context.node().integer_or("axis", -1);
  const auto last = static_cast<std::int64_t>(shape.rank()) - 1;
  const bool steps_of_256 =
      y->scales[0] == 1.0F / 256.0F && zero_of(*y) == tensor::integer_range(y->stored).lowest;
  if (tensor::bits_of(x->stored) != 8 || y->stored != x->stored || !steps_of_256 ||
      (axis != -1 && axis != last) || shape.elements() == 0 || last < 0) {
    return fail(ErrorCode::kUnsupported, "softmax of another form");
  }
  std::vector<std::int32_t> numbers = numbers_of(context.input(0));
  const auto depth = static_cast<std::size_t>(shape[static_cast<std::size_t>(last)]);
  const SoftmaxRow row(scale_of(*x));
  for (std::size_t at = 0; at < numbers.size(); at += depth) {
    row.run(std::span(numbers).subspan(at, depth), y->stored);
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
