// Where the elements of a broadcast operand lie. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "tensor/shape.hpp"

namespace arete::model::integer {

/// Index into an operand of `shape` for each element of the broadcast result `out`, in order.
[[nodiscard]] std::vector<std::size_t> broadcast_indices(const tensor::Shape& shape,
                                                         const tensor::Shape& out);

}  // namespace arete::model::integer
