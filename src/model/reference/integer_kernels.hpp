// Integer arithmetic of TFLite on stored values: a second table beside model/operators, asked only
// in the TFLite arithmetics and only for nodes that touch a quantized value.
// Threads: no state.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "model/ir/model.hpp"
#include "model/operators/operator.hpp"

namespace arete::model {

/// What an integer kernel sees: tensors as they lie in memory, and what they stand for.
class IntegerContext {
 public:
  IntegerContext(const Model& model, const Node& node, std::int64_t opset,
                 std::vector<Datum> stored)
      : model_(model), node_(node), opset_(opset), stored_(std::move(stored)) {}

  [[nodiscard]] const Node& node() const { return node_; }
  [[nodiscard]] std::int64_t opset() const { return opset_; }
  [[nodiscard]] Arithmetic arithmetic() const { return model_.arithmetic; }
  [[nodiscard]] std::size_t input_count() const { return stored_.size(); }
  [[nodiscard]] std::size_t output_count() const { return node_.outputs.size(); }
  [[nodiscard]] bool has_input(std::size_t i) const {
    return i < stored_.size() && stored_[i].present;
  }
  /// The stored tensor; only if has_input(i) (checked).
  [[nodiscard]] const tensor::Tensor& input(std::size_t i) const {
    ARETE_CHECK(has_input(i));
    return stored_[i].tensor;
  }
  [[nodiscard]] const std::vector<Datum>& data() const { return stored_; }
  /// The value that stands at input or output i; only if it is not omitted (checked).
  [[nodiscard]] const Value& input_value(std::size_t i) const { return value(node_.inputs, i); }
  [[nodiscard]] const Value& output_value(std::size_t i) const { return value(node_.outputs, i); }
  /// nullptr if the value is not quantized or omitted.
  [[nodiscard]] const tensor::Quantization* input_quantization(std::size_t i) const {
    return quantization(node_.inputs, i);
  }
  [[nodiscard]] const tensor::Quantization* output_quantization(std::size_t i) const {
    return quantization(node_.outputs, i);
  }

 private:
  [[nodiscard]] const Value& value(const std::vector<ValueId>& ids, std::size_t i) const {
    ARETE_CHECK(i < ids.size() && ids[i] != kNoValue);
    return model_.value(ids[i]);
  }
  [[nodiscard]] const tensor::Quantization* quantization(const std::vector<ValueId>& ids,
                                                         std::size_t i) const {
    if (i >= ids.size() || ids[i] == kNoValue || !model_.value(ids[i]).quantization) {
      return nullptr;
    }
    return &*model_.value(ids[i]).quantization;
  }

  const Model& model_;
  const Node& node_;
  std::int64_t opset_;
  std::vector<Datum> stored_;
};

/// Gives the outputs in their stored types.
using IntegerKernel = Result<std::vector<Datum>> (*)(IntegerContext&);

/// nullptr: dequantize, compute in float, quantize. A kernel may also decline a certain node by
/// failing with kUnsupported; then the same is done.
[[nodiscard]] IntegerKernel find_integer_kernel(std::string_view domain, std::string_view name);

}  // namespace arete::model
