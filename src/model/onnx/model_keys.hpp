// Keys that Arete itself puts into an ONNX file's metadata. Described in docs/formats/onnx.md.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "model/ir/model.hpp"

namespace arete::model::onnx {

/// In the model's metadata, unless the arithmetic is ONNX's own.
inline constexpr const char* kArithmeticKey = "arete.arithmetic";

inline constexpr std::array<std::pair<Arithmetic, std::string_view>, 2> kArithmeticNames = {{
    {Arithmetic::kTfliteSingleRounding, "tflite_single_rounding"},
    {Arithmetic::kTflmDoubleRounding, "tflm_double_rounding"},
}};

[[nodiscard]] inline std::optional<Arithmetic> arithmetic_from(std::string_view name) {
  for (const auto& [arithmetic, known] : kArithmeticNames) {
    if (known == name) {
      return arithmetic;
    }
  }
  return std::nullopt;
}

}  // namespace arete::model::onnx
