// Random numbers and Dropout. The generator is seeded by the attribute (0 without it): answers
// repeat, and differ from other engines' as the specification allows.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <random>

#include "model/operators/dispatch.hpp"
#include "model/operators/signal.hpp"

namespace arete::model::operators {
namespace {

using tensor::DType;
using tensor::Shape;
using tensor::Tensor;

/// The Mersenne twister, read as NumPy reads it: the cases of ONNX's operators are made with that.
class RandomNumbers {
 public:
  explicit RandomNumbers(const Node& node) : twister_(seed_of(node)) {}

  /// In [0, 1), 53 bits.
  double uniform() {
    const auto high = static_cast<double>(twister_() >> 5);
    const auto low = static_cast<double>(twister_() >> 6);
    return (high * 0x1.0p26 + low) * 0x1.0p-53;
  }
  /// Mean 0, deviation 1 (Box and Muller).
  double normal() {
    const double radius = std::sqrt(-2 * std::log(1 - uniform()));
    return radius * std::cos(2 * std::numbers::pi * uniform());
  }

 private:
  /// An integer (Dropout) or a float; one that is no integer counts by its bits.
  static std::uint32_t seed_of(const Node& node) {
    if (const auto* integer = node.attribute<std::int64_t>("seed")) {
      return static_cast<std::uint32_t>(*integer);
    }
    const float seed = node.float_or("seed", 0);
    const bool whole = seed >= 0 && seed < 4294967296.0F && seed == std::floor(seed);
    return whole ? static_cast<std::uint32_t>(seed) : std::bit_cast<std::uint32_t>(seed);
  }
  std::mt19937 twister_;
};

/// `dtype` attribute, or that of the input, or f32.
DType random_dtype(const Node& node, DType fallback) {
  const std::int64_t wanted = node.integer_or("dtype", 0);
  return wanted != 0 ? dtype_from_onnx(wanted) : fallback;
}

template <class Draw>
Outputs drawn(Shape shape, DType dtype, Draw&& draw) {
  ARETE_TRY_ASSIGN(Numbers y, zero_numbers(dtype, std::move(shape)));
  for (double& value : y.at) {
    value = draw();
  }
  return outputs_of(y.tensor());
}

Outputs drawn_normal(const Node& node, Shape shape, DType dtype) {
  RandomNumbers random(node);
  const double mean = node.float_or("mean", 0);
  const double scale = node.float_or("scale", 1);
  return drawn(std::move(shape), dtype, [&] { return mean + scale * random.normal(); });
}

Outputs drawn_uniform(const Node& node, Shape shape, DType dtype) {
  RandomNumbers random(node);
  const double low = node.float_or("low", 0);
  const double high = node.float_or("high", 1);
  return drawn(std::move(shape), dtype, [&] { return low + (high - low) * random.uniform(); });
}

Shape shape_attribute(const Node& node) { return Shape(node.integers_or("shape", {})); }

struct DropoutRule {
  double ratio = 0.5;
  bool training = false;
};

Result<DropoutRule> dropout_rule(const KernelContext& context) {
  DropoutRule rule;
  rule.ratio = context.node().float_or("ratio", 0.5F);
  if (context.has_input(1)) {
    ARETE_TRY_ASSIGN(rule.ratio, scalar_input(context, 1));
  }
  if (context.has_input(2)) {
    ARETE_TRY_ASSIGN(const double training, scalar_input(context, 2));
    rule.training = training != 0 && rule.ratio != 0;
  }
  if (!(rule.ratio >= 0) || (rule.training && rule.ratio >= 1)) {
    return fail(ErrorCode::kInvalid, "ratio {} is outside [0, 1)", rule.ratio);
  }
  return rule;
}

}  // namespace

Outputs random_normal_kernel(KernelContext& context) {
  return drawn_normal(context.node(), shape_attribute(context.node()),
                      random_dtype(context.node(), DType::kF32));
}

Outputs random_normal_like_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* like, context.input(0));
  return drawn_normal(context.node(), like->shape(), random_dtype(context.node(), like->dtype()));
}

Outputs random_uniform_kernel(KernelContext& context) {
  return drawn_uniform(context.node(), shape_attribute(context.node()),
                       random_dtype(context.node(), DType::kF32));
}

Outputs random_uniform_like_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* like, context.input(0));
  return drawn_uniform(context.node(), like->shape(), random_dtype(context.node(), like->dtype()));
}

Outputs bernoulli_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(Numbers x, numbers_input(context, 0));
  RandomNumbers random(context.node());
  for (double& value : x.at) {
    value = random.uniform() < value ? 1 : 0;
  }
  x.dtype = random_dtype(context.node(), x.dtype);
  return outputs_of(x.tensor());
}

Outputs multinomial_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Numbers x, numbers_input(context, 0));
  ARETE_TRY(require_rank("input", x.shape, 2, 2));
  const std::int64_t classes = x.shape[1];
  const std::int64_t samples = context.node().integer_or("sample_size", 1);
  if (samples < 0 || classes < 1) {
    return fail(ErrorCode::kInvalid, "{} samples of {} classes", samples, classes);
  }
  ARETE_TRY_ASSIGN(Numbers y,
                   zero_numbers(random_dtype(context.node(), DType::kI32), {x.shape[0], samples}));
  RandomNumbers random(context.node());
  for (std::int64_t row = 0; row < x.shape[0]; ++row) {
    std::vector<double> up_to;  // cumulated, unnormalized probabilities
    for (std::int64_t i = 0; i < classes; ++i) {
      up_to.push_back((up_to.empty() ? 0 : up_to.back()) + std::exp(x[row * classes + i]));
    }
    for (std::int64_t i = 0; i < samples; ++i) {
      const double point = random.uniform() * up_to.back();
      const auto at = std::ranges::upper_bound(up_to, point) - up_to.begin();
      y[row * samples + i] = static_cast<double>(std::min<std::int64_t>(at, classes - 1));
    }
  }
  return outputs_of(y.tensor());
}

Outputs dropout_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  ARETE_TRY_ASSIGN(const DropoutRule rule, dropout_rule(context));
  const DType mask_type = context.opset() < 10 ? x->dtype() : DType::kBool;
  ARETE_TRY_ASSIGN(Numbers mask, zero_numbers(mask_type, x->shape()));
  std::ranges::fill(mask.at, 1);
  if (!rule.training) {
    return outputs_of({*x, mask.tensor()});
  }
  ARETE_TRY_ASSIGN(Numbers y, Numbers::of(*x));
  RandomNumbers random(context.node());
  for (std::int64_t i = 0; i < y.size(); ++i) {
    mask[i] = random.uniform() >= rule.ratio ? 1 : 0;
    y[i] *= mask[i] / (1 - rule.ratio);
  }
  return outputs_of({y.tensor(), mask.tensor()});
}

Status random_shape(ShapeContext& context) {
  const Shape shape = shape_attribute(context.node());
  ARETE_TRY(tensor::checked_elements(shape.dims()));
  context.set_output(0, random_dtype(context.node(), DType::kF32), symbolic(shape));
  return {};
}

Status random_like_shape(ShapeContext& context) {
  context.set_output(0, random_dtype(context.node(), context.input(0).dtype),
                     context.input(0).shape);
  return {};
}

Status multinomial_shape(ShapeContext& context) {
  const ShapeFacts& x = context.input(0);
  const std::int64_t samples = context.node().integer_or("sample_size", 1);
  context.set_output(0, random_dtype(context.node(), DType::kI32),
                     SymbolicShape{x.shape && !x.shape->empty() ? x.shape->front() : Dim(),
                                   samples >= 0 ? Dim(samples) : Dim()});
  return {};
}

Status dropout_shape(ShapeContext& context) {
  const ShapeFacts& x = context.input(0);
  context.set_output(0, x.dtype, x.shape);
  context.set_output(1, context.opset() < 10 ? x.dtype : DType::kBool, x.shape);
  return {};
}

}  // namespace arete::model::operators
