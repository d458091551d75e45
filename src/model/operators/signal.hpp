// Kernels and rules of the signal family that lie outside its table's file: random numbers,
// dropout and losses.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/operators/numbers.hpp"
#include "model/operators/operator.hpp"

namespace arete::model::operators {

[[nodiscard]] Outputs random_normal_kernel(KernelContext& context);
[[nodiscard]] Outputs random_normal_like_kernel(KernelContext& context);
[[nodiscard]] Outputs random_uniform_kernel(KernelContext& context);
[[nodiscard]] Outputs random_uniform_like_kernel(KernelContext& context);
[[nodiscard]] Outputs bernoulli_kernel(KernelContext& context);
[[nodiscard]] Outputs multinomial_kernel(KernelContext& context);
[[nodiscard]] Outputs dropout_kernel(KernelContext& context);
[[nodiscard]] Status random_shape(ShapeContext& context);
[[nodiscard]] Status random_like_shape(ShapeContext& context);
[[nodiscard]] Status multinomial_shape(ShapeContext& context);
[[nodiscard]] Status dropout_shape(ShapeContext& context);

[[nodiscard]] Outputs nll_loss_kernel(KernelContext& context);
[[nodiscard]] Outputs softmax_loss_kernel(KernelContext& context);
[[nodiscard]] Status loss_shape(ShapeContext& context);

}  // namespace arete::model::operators
