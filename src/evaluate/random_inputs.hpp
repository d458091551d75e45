// Inputs for a benchmark: the same numbers for every engine, since they depend on nothing but the
// seed, the input's position, shape and type. Floats are in [0, 1), quantized integers anywhere in
// their type, other integers 0 or 1 (an index or a token that every model has). Threads: pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "runtime/session.hpp"
#include "tensor/tensor.hpp"

namespace arete::evaluate {

struct RandomInputs {
  std::vector<tensor::Tensor> tensors;  ///< in the order of the infos
  std::vector<std::string> assumed;     ///< inputs whose unknown extents were taken as 1
};

/// `shapes` by input name; kInvalid for one that does not fit or belongs to no input, kUnsupported
/// for strings and complex numbers.
[[nodiscard]] Result<RandomInputs> random_inputs(std::span<const runtime::TensorInfo> infos,
                                                 const std::map<std::string, tensor::Shape>& shapes,
                                                 std::uint64_t seed);

}  // namespace arete::evaluate
