// The families of operators: one function a family, each in a file of its own (or several with one
// table); registry.cpp joins them. Adding an operator = adding a row to its family's table.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "model/operators/operator.hpp"

namespace arete::model::operators {

[[nodiscard]] std::span<const Operator> activation_family();
[[nodiscard]] std::span<const Operator> attention_family();
[[nodiscard]] std::span<const Operator> casting_family();
[[nodiscard]] std::span<const Operator> constants_family();
[[nodiscard]] std::span<const Operator> contrib_family();
[[nodiscard]] std::span<const Operator> control_flow_family();
[[nodiscard]] std::span<const Operator> convolution_family();
[[nodiscard]] std::span<const Operator> detection_family();
[[nodiscard]] std::span<const Operator> elementwise_family();
[[nodiscard]] std::span<const Operator> indexing_family();
[[nodiscard]] std::span<const Operator> joining_family();
[[nodiscard]] std::span<const Operator> label_encoder_family();
[[nodiscard]] std::span<const Operator> logic_family();
[[nodiscard]] std::span<const Operator> matmul_family();
[[nodiscard]] std::span<const Operator> movement_family();
[[nodiscard]] std::span<const Operator> normalization_family();
[[nodiscard]] std::span<const Operator> pooling_family();
[[nodiscard]] std::span<const Operator> quantization_family();
[[nodiscard]] std::span<const Operator> recurrent_family();
[[nodiscard]] std::span<const Operator> reduction_family();
[[nodiscard]] std::span<const Operator> resize_family();
[[nodiscard]] std::span<const Operator> scatter_family();
[[nodiscard]] std::span<const Operator> selection_family();
[[nodiscard]] std::span<const Operator> sequence_family();
[[nodiscard]] std::span<const Operator> shaping_family();
[[nodiscard]] std::span<const Operator> signal_family();
[[nodiscard]] std::span<const Operator> slicing_family();
[[nodiscard]] std::span<const Operator> string_family();
[[nodiscard]] std::span<const Operator> text_counting_family();
[[nodiscard]] std::span<const Operator> unary_math_family();
[[nodiscard]] std::span<const Operator> unique_family();

}  // namespace arete::model::operators
