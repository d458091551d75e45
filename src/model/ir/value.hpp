// A value of the IR: what flows between nodes. It has a dtype, a shape whose extents may be
// symbols, and optional quantization; a constant also has its data.
// Stored and expressed type: without quantization both are `dtype`. With it, memory holds
// quantization->stored (also the dtype of `constant`) and operators speak of
// quantization->expressed, which is then what `dtype` says. So a quantized input or output of the
// main graph takes or gives the stored type; those of subgraphs speak of the expressed type.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tensor/dtype.hpp"
#include "tensor/quantization.hpp"
#include "tensor/tensor.hpp"

namespace arete::model {

/// One extent of a shape: a number, a named symbol ("batch"), or unknown.
class Dim {
 public:
  Dim() = default;  ///< unknown
  explicit Dim(std::int64_t size) : size_(size) {}
  explicit Dim(std::string symbol) : symbol_(std::move(symbol)) {}

  [[nodiscard]] bool known() const { return size_ >= 0; }
  [[nodiscard]] std::int64_t size() const { return size_; }  ///< -1 unless known()
  [[nodiscard]] const std::string& symbol() const { return symbol_; }
  [[nodiscard]] bool operator==(const Dim&) const = default;

 private:
  std::int64_t size_ = -1;
  std::string symbol_;
};

using SymbolicShape = std::vector<Dim>;

[[nodiscard]] SymbolicShape symbolic(const tensor::Shape& shape);
/// The concrete shape if every extent is known.
[[nodiscard]] std::optional<tensor::Shape> concrete(const SymbolicShape& shape);
/// "[batch, 3, ?, 224]"
[[nodiscard]] std::string text_of(const SymbolicShape& shape);

/// What a value is besides a dense tensor. The others are carried through reading and writing.
enum class ValueKind : std::uint8_t { kTensor, kSequence, kOptional, kMap, kSparseTensor, kOpaque };

struct Value {
  std::string name;
  ValueKind kind = ValueKind::kTensor;
  tensor::DType dtype = tensor::DType::kUndefined;  ///< expressed type; kUndefined = not known
  std::optional<SymbolicShape> shape;               ///< nullopt = rank not known
  std::optional<tensor::Quantization> quantization;
  std::optional<tensor::Tensor> constant;  ///< in the stored type
  std::string doc;
  /// Names of axes as the file gives them ("DATA_BATCH"), by axis; empty = none.
  std::vector<std::string> denotations;
  std::map<std::string, std::string> metadata;
  /// A type, or the part of it, that is not modelled, in the file's own encoding (ONNX TypeProto).
  std::string encoded_type;
  /// The same for the data of a constant (ONNX TensorProto or SparseTensorProto). A constant of a
  /// graph without `constant` has all its data here: sparse ones and 6-bit floats.
  std::string encoded_constant;

  [[nodiscard]] tensor::DType stored_dtype() const {
    return quantization ? quantization->stored : dtype;
  }
};

}  // namespace arete::model
