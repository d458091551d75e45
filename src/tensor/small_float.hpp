// The floats of 8 and 4 bits: conversion by table search, for cold paths only.
// Source: the OCP 8-bit floating point and microscaling (MX) specifications.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "tensor/dtype.hpp"

namespace arete::tensor {

/// `dtype` is one of kF8*, kF4E2M1 (then `bits` is below 16).
[[nodiscard]] float small_float_to_float(DType dtype, std::uint8_t bits);

/// Nearest, ties to even. Values beyond the largest saturate when `saturate`, otherwise they become
/// infinity or NaN, whichever the format has. kF8E8M0 takes the nearest power of two.
[[nodiscard]] std::uint8_t small_float_from_float(DType dtype, float value, bool saturate = true);

}  // namespace arete::tensor
