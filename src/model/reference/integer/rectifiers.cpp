// HardSwish, LeakyRelu and PRelu on stored integers.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "model/reference/integer/broadcast_indices.hpp"
#include "model/reference/integer/fixed_point_16.hpp"
#include "model/reference/integer/stored.hpp"

namespace arete::model::integer {
namespace {

/// A multiplier whose value has 15 bits.
Multiplier short_multiplier(double real) {
  Multiplier m = quantize_multiplier(real);
  m.value = m.value >= 0x7FFF0000 ? 0x7FFF : (m.value + (1 << 15)) >> 16;
  return m;
}

/// x * relu6(x + 3) / 6 in 16 bits: x on a scale 128 times finer, times a factor in [0, 1].
class HardSwish {
 public:
  HardSwish(const tensor::Quantization& x, const tensor::Quantization& y)
      : zero_(zero_of(y)), stored_(y.stored) {
    const float fine = (1.0F / 128.0F) * x.scales[0];
    output_ = short_multiplier(static_cast<double>(fine / y.scales[0]));
    factor_ = short_multiplier(static_cast<double>(fine / (3.0F / 32768.0F)));
  }

  /// `x` less its zero point.
  std::int32_t operator()(std::int32_t x) const {
    const std::int32_t fine = x * (1 << 7);
    const std::int32_t unshifted = fixed16::times(fine, output_.value);
    std::int32_t factor = fine;
    if (factor_.shift > 0) {
      factor = fixed16::shifted_left(factor, factor_.shift - 1);
    }
    factor = fixed16::times(factor, factor_.value);
    if (factor_.shift > 0) {
      factor = fixed16::shifted_left(factor, 1);
    }
    if (factor_.shift < 0) {
      factor = rounding_shift(factor, -factor_.shift);
    }
    factor = (factor + (1 << 15)) >> 1;
    const std::int32_t product = factor * unshifted / (1 << 15);
    const std::int32_t steps = output_.shift > 0
                                   ? fixed16::shifted_left(product, output_.shift)
                                   : rounding_shift(product, std::min(-output_.shift, 31));
    return clamped(std::int64_t{steps} + zero_, stored_);
  }

 private:
  Multiplier output_, factor_;
  std::int32_t zero_;
  tensor::DType stored_;
};

}  // namespace

Outputs hard_swish_kernel(IntegerContext& context) {
  ARETE_TRY_ASSIGN(const auto* x, per_tensor_input(context, 0));
  ARETE_TRY_ASSIGN(const auto* y, per_tensor_output(context));
  if (tensor::bits_of(x->stored) != 8 || y->stored != x->stored) {
    return fail(ErrorCode::kUnsupported, "HardSwish of {}", tensor::name_of(x->stored));
  }
  const HardSwish function(*x, *y);
  std::vector<std::int32_t> numbers = numbers_of(context.input(0), zero_of(*x));
  std::ranges::transform(numbers, numbers.begin(), function);
  ARETE_TRY_ASSIGN(auto made, stored_tensor(y->stored, context.input(0).shape(), numbers));
  return one_output(std::move(made));
}

Outputs leaky_relu_kernel(IntegerContext& context) {
  ARETE_TRY_ASSIGN(const auto* x, per_tensor_input(context, 0));
  ARETE_TRY_ASSIGN(const auto* y, per_tensor_output(context));
  // TFLite computes both factors as floats.
  const float alpha = context.node().float_or("alpha", 0.01F);
  const Multiplier same = quantize_multiplier(static_cast<double>(x->scales[0] / y->scales[0]));
  const Multiplier leak =
      quantize_multiplier(static_cast<double>(x->scales[0] * alpha / y->scales[0]));
  std::vector<std::int32_t> numbers = numbers_of(context.input(0), zero_of(*x));
  for (std::int32_t& number : numbers) {
    const std::int32_t steps = rescaled(number, number >= 0 ? same : leak);
    number = clamped(std::int64_t{steps} + zero_of(*y), y->stored);
  }
  ARETE_TRY_ASSIGN(auto made, stored_tensor(y->stored, context.input(0).shape(), numbers));
  return one_output(std::move(made));
}

Outputs p_relu_kernel(IntegerContext& context) {
  ARETE_TRY_ASSIGN(const auto* x, per_tensor_input(context, 0));
  ARETE_TRY_ASSIGN(const auto* slope, per_tensor_input(context, 1));
  ARETE_TRY_ASSIGN(const auto* y, per_tensor_output(context));
  ARETE_TRY_ASSIGN(const tensor::Shape out,
                   tensor::broadcast(context.input(0).shape(), context.input(1).shape()));
  if (out != context.input(0).shape()) {
    return fail(ErrorCode::kUnsupported, "slopes that are larger than the input");
  }
  const Multiplier same = quantize_multiplier(static_cast<double>(x->scales[0] / y->scales[0]));
  const Multiplier leak =
      quantize_multiplier(static_cast<double>(x->scales[0] * slope->scales[0] / y->scales[0]));
  std::vector<std::int32_t> numbers = numbers_of(context.input(0), zero_of(*x));
  const auto slopes = numbers_of(context.input(1), zero_of(*slope));
  const auto slope_at = broadcast_indices(context.input(1).shape(), out);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::int64_t number = numbers[i];
    const std::int32_t steps =
        number >= 0 ? rescaled(number, same) : rescaled(number * slopes[slope_at[i]], leak);
    numbers[i] = clamped(std::int64_t{steps} + zero_of(*y), y->stored);
  }
  ARETE_TRY_ASSIGN(auto made, stored_tensor(y->stored, out, numbers));
  return one_output(std::move(made));
}

}  // namespace arete::model::integer
