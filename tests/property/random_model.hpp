// Small random models for property tests: float chains with branches, quantized values, constants
// of many kinds, symbols, attributes and an If whose branches capture values from outside. The same
// seed gives the same model.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "model/ir/model.hpp"

namespace arete::model {

/// A model with the input "x" f32[batch, 4] and one or two outputs.
[[nodiscard]] Model random_model(std::uint32_t seed);

/// An input for it, drawn from the same kind of seed.
[[nodiscard]] tensor::Tensor random_input(std::uint32_t seed);

}  // namespace arete::model
