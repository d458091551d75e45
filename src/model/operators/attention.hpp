// Heads of attention: reading [batch, length, heads * size] or [batch, heads, length, size] as the
// latter, and back. Plus the kernels behind the family's table.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "model/operators/numbers.hpp"
#include "model/operators/operator.hpp"

namespace arete::model::operators {

/// [batch, heads, length, size]; a tensor of rank 3 is split into `heads`.
[[nodiscard]] Result<Numbers> split_heads(Numbers x, std::int64_t heads, std::string_view what);
/// [batch, heads, length, size] to [batch, length, heads * size].
[[nodiscard]] Numbers merged_heads(const Numbers& x);

[[nodiscard]] Outputs rotary_embedding_kernel(KernelContext& context);
[[nodiscard]] Outputs linear_attention_kernel(KernelContext& context);
[[nodiscard]] Status linear_attention_shape(ShapeContext& context);

}  // namespace arete::model::operators
