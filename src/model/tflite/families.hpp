// The translations of TFLite operators, by family. Adding an operator = a row in its family's
// table. Each translation checks what it reads and adds nodes through Op.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "base/result.hpp"
#include "model/tflite/op.hpp"

namespace arete::model::tflite {

using Translation = Status (*)(Op&);

struct TranslationRow {
  int builtin;  ///< the published operator number
  Translation translate;
};

[[nodiscard]] std::span<const TranslationRow> convolution_rows();
[[nodiscard]] std::span<const TranslationRow> elementwise_rows();
[[nodiscard]] std::span<const TranslationRow> indexing_rows();
[[nodiscard]] std::span<const TranslationRow> recurrent_rows();
[[nodiscard]] std::span<const TranslationRow> reduction_rows();
[[nodiscard]] std::span<const TranslationRow> shaping_rows();
[[nodiscard]] std::span<const TranslationRow> state_rows();
[[nodiscard]] std::span<const TranslationRow> window_rows();

/// nullptr if there is no row.
[[nodiscard]] Translation find_translation(int builtin);

/// A custom operator; unknown ones become a node of domain "tflite".
[[nodiscard]] Status translate_custom(Op& op, const std::string& name);
/// TFLite_Detection_PostProcess (detection.cpp).
[[nodiscard]] Status translate_detection(Op& op);
/// Convolution2DTransposeBias of MediaPipe (convolution.cpp).
[[nodiscard]] Status translate_transpose_bias(Op& op);

}  // namespace arete::model::tflite
