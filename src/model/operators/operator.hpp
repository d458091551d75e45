// What the project knows of an operator: since which version, how shapes follow, how it computes
// (the plain reference, oracle of all tests) and how many multiply-adds it costs.
// One row per operator and version range; rows are registered by the family files beside this one.
// Source of the semantics: the ONNX operator specifications, unless a family file says otherwise.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/ir/model.hpp"
#include "tensor/tensor.hpp"

namespace arete::model {

/// A run-time value: a tensor, or a sequence / optional of them.
struct Datum {
  tensor::Tensor tensor = {};
  std::optional<std::vector<Datum>> sequence = {};  ///< set for sequences
  bool present = true;                              ///< false: omitted input or empty optional
};

/// What a kernel sees. Inputs are already dequantized where the model's arithmetic is float.
class KernelContext {
 public:
  KernelContext(const Node& node, std::int64_t opset, std::vector<Datum> inputs)
      : node_(node), opset_(opset), inputs_(std::move(inputs)) {}

  [[nodiscard]] const Node& node() const { return node_; }
  [[nodiscard]] std::int64_t opset() const { return opset_; }
  [[nodiscard]] std::size_t input_count() const { return inputs_.size(); }
  [[nodiscard]] std::size_t output_count() const { return node_.outputs.size(); }
  [[nodiscard]] bool has_input(std::size_t i) const {
    return i < inputs_.size() && inputs_[i].present;
  }
  [[nodiscard]] bool wants_output(std::size_t i) const {
    return i < node_.outputs.size() && node_.outputs[i] != kNoValue;
  }
  /// The tensor of input i; kInvalid if it is missing or a sequence.
  [[nodiscard]] Result<const tensor::Tensor*> input(std::size_t i) const;
  /// nullptr if omitted.
  [[nodiscard]] const tensor::Tensor* optional_input(std::size_t i) const {
    return has_input(i) && !inputs_[i].sequence ? &inputs_[i].tensor : nullptr;
  }
  [[nodiscard]] const std::vector<Datum>& data() const { return inputs_; }

  /// Runs a subgraph with the given inputs; captures come from the scope of this node.
  std::function<Result<std::vector<Datum>>(const Graph&, std::vector<Datum>)> run_subgraph;
  /// What the model says of a value, e.g. its dtype when a Loop made no element; may be empty.
  std::function<const Value*(ValueId)> value_of;

 private:
  const Node& node_;
  std::int64_t opset_;
  std::vector<Datum> inputs_;
};

/// What is known of an input while shapes are inferred.
struct ShapeFacts {
  tensor::DType dtype = tensor::DType::kUndefined;
  std::optional<SymbolicShape> shape = {};
  const tensor::Tensor* constant = nullptr;  ///< the data if it is known
  /// For a small integer vector or scalar whose elements are extents: them, symbols included.
  std::optional<std::vector<Dim>> elements = {};
  ValueKind kind = ValueKind::kTensor;
  bool present = true;
};

class ShapeContext {
 public:
  ShapeContext(const Node& node, std::int64_t opset, std::vector<ShapeFacts> inputs)
      : node_(node), opset_(opset), inputs_(std::move(inputs)), outputs_(node.outputs.size()) {}

  [[nodiscard]] const Node& node() const { return node_; }
  [[nodiscard]] std::int64_t opset() const { return opset_; }
  [[nodiscard]] std::size_t input_count() const { return inputs_.size(); }
  [[nodiscard]] bool has_input(std::size_t i) const {
    return i < inputs_.size() && inputs_[i].present;
  }
  /// Facts of input i; of nothing known if it is omitted.
  [[nodiscard]] const ShapeFacts& input(std::size_t i) const;
  [[nodiscard]] std::vector<ShapeFacts>& outputs() { return outputs_; }
  void set_output(std::size_t i, tensor::DType dtype, std::optional<SymbolicShape> shape) {
    if (i < outputs_.size()) {
      outputs_[i].dtype = dtype;
      outputs_[i].shape = std::move(shape);
    }
  }

  /// Infers a subgraph with the given input facts and gives the facts of its outputs.
  std::function<Result<std::vector<ShapeFacts>>(const Graph&, std::vector<ShapeFacts>)>
      infer_subgraph;

 private:
  const Node& node_;
  std::int64_t opset_;
  std::vector<ShapeFacts> inputs_;
  std::vector<ShapeFacts> outputs_;
};

using Kernel = Result<std::vector<Datum>> (*)(KernelContext&);
using ShapeRule = Status (*)(ShapeContext&);
/// Multiply-adds of one run, given the facts of inputs and outputs; nullopt if shapes are unknown.
using MacRule = std::optional<std::int64_t> (*)(const Node&, std::span<const ShapeFacts> inputs,
                                                std::span<const ShapeFacts> outputs);

struct Operator {
  std::string_view domain;  ///< "" is ai.onnx
  std::string_view name;
  int since = 1;  ///< first opset of the domain that this row serves
  std::size_t min_inputs = 1;
  std::size_t max_inputs = 1;  ///< kVariadic for any number
  Kernel kernel = nullptr;
  ShapeRule shape = nullptr;
  MacRule macs = nullptr;  ///< nullptr = none
};
inline constexpr std::size_t kVariadic = static_cast<std::size_t>(-1);

/// The row with the highest `since` not above `opset`; nullptr if the operator is not known.
[[nodiscard]] const Operator* find_operator(std::string_view domain, std::string_view name,
                                            std::int64_t opset);
/// Every row, sorted by domain, name, since.
[[nodiscard]] std::span<const Operator> all_operators();

}  // namespace arete::model
