// The activation functions themselves, on one number: used by the activations, the recurrent
// networks and the fused operators. Not here: operators.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <numbers>

namespace arete::model::operators {

/// Written so that neither side overflows.
[[nodiscard]] inline double logistic(double x) {
  if (x >= 0) {
    return 1 / (1 + std::exp(-x));
  }
  const double e = std::exp(x);
  return e / (1 + e);
}
[[nodiscard]] inline double softplus(double x) {
  return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
}
[[nodiscard]] inline double rectified(double x) { return x < 0 ? 0 : x; }
[[nodiscard]] inline double hard_sigmoid(double x, double alpha, double beta) {
  const double y = alpha * x + beta;
  return y < 0 ? 0 : (y > 1 ? 1 : y);
}
[[nodiscard]] inline double elu(double x, double alpha) {
  return x < 0 ? alpha * std::expm1(x) : x;
}
[[nodiscard]] inline double gelu(double x) {
  return 0.5 * x * (1 + std::erf(x / std::numbers::sqrt2));
}
/// The tanh approximation.
[[nodiscard]] inline double fast_gelu(double x) {
  const double inner = std::sqrt(2 * std::numbers::inv_pi) * (x + 0.044715 * x * x * x);
  return 0.5 * x * (1 + std::tanh(inner));
}
[[nodiscard]] inline double swish(double x, double alpha) { return x * logistic(alpha * x); }

}  // namespace arete::model::operators
