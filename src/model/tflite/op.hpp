// One TFLite operator while it is translated: checked access to its tensors and options, and the
// ways to add the nodes that stand for it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/tflite/import.hpp"
#include "model/tflite/options.hpp"

namespace arete::model::tflite {

inline constexpr std::int64_t kNhwcToNchw[] = {0, 3, 1, 2};
inline constexpr std::int64_t kNchwToNhwc[] = {0, 2, 3, 1};

using Axes = std::vector<std::int64_t>;

/// A node yet to be placed: all but its output.
struct Step {
  std::string_view op_type;
  std::vector<ValueId> inputs;  ///< of a later step: what follows the value of the step before
  Attributes attributes;
};

class Op {
 public:
  Op(Import& in, const fb::Operator& raw, std::vector<int> inputs, std::vector<int> outputs)
      : in_(in), raw_(raw), inputs_(std::move(inputs)), outputs_(std::move(outputs)) {}

  [[nodiscard]] Import& in() { return in_; }
  [[nodiscard]] const fb::Operator& raw() const { return raw_; }
  [[nodiscard]] std::size_t input_count() const { return inputs_.size(); }
  [[nodiscard]] std::size_t output_count() const { return outputs_.size(); }
  [[nodiscard]] bool has(std::size_t i) const { return i < inputs_.size() && inputs_[i] >= 0; }
  /// kCorrupt unless the operator has at least so many inputs and outputs.
  [[nodiscard]] Status expect(std::size_t inputs, std::size_t outputs = 1) const;

  /// The file's tensor of input i, which expect() has promised (or has()).
  [[nodiscard]] FileTensor& tensor(std::size_t i) {
    return in_.tensors()[static_cast<std::size_t>(inputs_[i])];
  }
  [[nodiscard]] FileTensor& output(std::size_t i = 0) {
    return in_.tensors()[static_cast<std::size_t>(outputs_[i])];
  }
  [[nodiscard]] const tensor::Shape& shape(std::size_t i) { return tensor(i).shape; }
  [[nodiscard]] std::size_t rank(std::size_t i) { return tensor(i).shape.rank(); }
  [[nodiscard]] Status expect_rank(std::size_t i, std::size_t rank);
  /// Elements of a constant integer input; kUnsupported if it is computed.
  [[nodiscard]] Result<Axes> integers(std::size_t i);
  /// The same as axes, made non-negative and checked against `rank`.
  [[nodiscard]] Result<Axes> axes(std::size_t i, std::size_t rank);

  [[nodiscard]] Result<ValueId> value(std::size_t i) { return in_.value_of(inputs_[i]); }
  /// Input i as NCHW: a transposed copy of a rank 4 value.
  [[nodiscard]] Result<ValueId> nchw(std::size_t i);
  /// Constant input i with permuted dimensions (weights), its quantization axis moved along; a
  /// Transpose node if it is computed.
  [[nodiscard]] Result<ValueId> permuted(std::size_t i, std::span<const std::int64_t> perm);

  ValueId shape_constant(const Axes& values);
  ValueId scalar(float value);
  /// A node whose output is a value in between.
  ValueId emit(Step step, ValueType type);
  /// The steps one after the other; the last one makes output i of the operator.
  Status finish(std::vector<Step> steps, std::size_t i = 0);
  /// `first`, then the fused activation, then back to NHWC if `nchw`.
  Status finish_activated(Step first, fb::ActivationFunctionType activation, bool nchw = false,
                          std::size_t i = 0);
  /// The type of output i (or of an input), optionally as NCHW.
  [[nodiscard]] ValueType type_of(const FileTensor& tensor, bool nchw = false) const;

  template <class T>
  [[nodiscard]] const T* options() const {
    return options_of<T>(raw_);
  }

 private:
  Import& in_;
  const fb::Operator& raw_;
  std::vector<int> inputs_;
  std::vector<int> outputs_;
};

/// Nodes of a fused activation; empty for none, kUnsupported for SIGN_BIT.
[[nodiscard]] Result<std::vector<Step>> activation_steps(Op& op, fb::ActivationFunctionType kind);

/// `shape` permuted: result[i] = shape[perm[i]].
[[nodiscard]] tensor::Shape permuted_shape(const tensor::Shape& shape,
                                           std::span<const std::int64_t> perm);

}  // namespace arete::model::tflite
