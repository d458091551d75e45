// ONNX files written byte by byte, by the field numbers of the format, so that the conformance of
// engines does not depend on our own writer. Not a general encoder.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/dtype.hpp"

namespace arete::conformance::onnx {

inline constexpr int kFloat = 1;
inline constexpr int kInt64 = 7;
inline constexpr int kBool = 9;

/// TensorProto.DataType of a dtype.
[[nodiscard]] int element_type(tensor::DType dtype);

/// Messages in their encoded form.
[[nodiscard]] std::string value(std::string_view name, int element_type,
                                const std::vector<std::string>& shape);
[[nodiscard]] std::string graph_attribute(std::string_view name, std::string_view graph);
[[nodiscard]] std::string node(std::string_view type, const std::vector<std::string>& inputs,
                               const std::vector<std::string>& outputs,
                               std::string_view attribute = "");
/// Constant nodes of a scalar.
[[nodiscard]] std::string constant_int64(std::string_view name, std::int64_t number);
[[nodiscard]] std::string constant_true(std::string_view name);
[[nodiscard]] std::string graph(const std::vector<std::string>& nodes,
                                const std::vector<std::string>& inputs,
                                const std::vector<std::string>& outputs);
[[nodiscard]] std::string model(std::string_view graph);

}  // namespace arete::conformance::onnx
