// What a QuantizeLinear or DequantizeLinear node says, if it says it in constants that folding
// understands. Internal to model/passes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "model/ir/model.hpp"

namespace arete::model::qdq {

inline constexpr const char* kQuantize = "QuantizeLinear";
inline constexpr const char* kDequantize = "DequantizeLinear";
inline constexpr const char* kMicrosoft = "com.microsoft";

[[nodiscard]] bool is_quantize(const Node& node);
[[nodiscard]] bool is_dequantize(const Node& node);

/// The data of a value that nothing can change: an initializer that is no input, or the output of
/// a Constant node; nullptr for all others.
class Constants {
 public:
  explicit Constants(const Model& model);
  [[nodiscard]] const tensor::Tensor* find(ValueId id) const;
  [[nodiscard]] bool is_initializer(ValueId id) const;

 private:
  void collect(const Graph& graph);

  const Model& model_;
  std::vector<bool> is_input_;
  std::vector<bool> is_initializer_;
  std::vector<const tensor::Tensor*> from_node_;
};

/// The quantization that the node speaks of; nullopt if scale or zero point are not constants, or
/// something of it is not modelled (then the node stays a node). `shape` is that of the value.
/// Without a zero point, `stored` is `known_stored`, or u8 as ONNX says for QuantizeLinear.
[[nodiscard]] std::optional<tensor::Quantization> parameters_of(
    const Node& node, const Constants& constants, const std::optional<SymbolicShape>& shape,
    tensor::DType known_stored);

/// Equal in meaning: no zero points are the same as zeros.
[[nodiscard]] bool same_meaning(const tensor::Quantization& a, const tensor::Quantization& b);

}  // namespace arete::model::qdq
