// The state of one import: the file's tensors, the values made from them, and how nodes are added.
// Operators are translated by the families (families.hpp) through Op, one TFLite operator. Not
// here: the file's bytes (flat_file.hpp), pushing transposes (model/layout).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/result.hpp"
#include "model/ir/model.hpp"
#include "model/tflite/flat_file.hpp"
#include "model/tflite/tflite.hpp"

namespace arete::model::tflite {

using Attributes = std::map<std::string, Attribute, std::less<>>;

/// A tensor of the graph, as the file gives it.
struct FileTensor {
  std::string name;
  tensor::DType stored = tensor::DType::kUndefined;
  tensor::Shape shape;
  bool has_shape = false;
  bool is_resource = false;
  bool is_variable = false;
  std::optional<tensor::Quantization> quantization;
  std::optional<tensor::Tensor> constant;
  bool half = false;     ///< the constant is f16 and stands for f32 (a folded DEQUANTIZE)
  std::string resource;  ///< shared name, once VAR_HANDLE has made it
  ValueId value = kNoValue;

  [[nodiscard]] tensor::DType dtype() const {
    return quantization ? quantization->expressed : (half ? tensor::DType::kF32 : stored);
  }
};

/// A resource variable while the graph is walked.
struct StateVariable {
  ValueId input = kNoValue;
  ValueId latest = kNoValue;  ///< the value last assigned
  std::optional<tensor::Tensor> initial;
};

/// What a new value is: its type comes from a FileTensor or is spelled out.
struct ValueType {
  tensor::DType dtype = tensor::DType::kF32;
  std::optional<SymbolicShape> shape;
  std::optional<tensor::Quantization> quantization;
};

class Import {
 public:
  Import(const FlatFile& file, const TfliteReadOptions& options) : file_(file), options_(options) {}

  /// The whole of it: tensors, operators, outputs, metadata.
  [[nodiscard]] Result<Model> run();

  [[nodiscard]] Model& model() { return model_; }
  [[nodiscard]] const FlatFile& file() const { return file_; }
  [[nodiscard]] const TfliteReadOptions& options() const { return options_; }
  [[nodiscard]] std::vector<FileTensor>& tensors() { return tensors_; }
  [[nodiscard]] std::map<std::string, StateVariable>& states() { return states_; }

  /// The value of a tensor; a constant enters the graph when it is first asked for.
  [[nodiscard]] Result<ValueId> value_of(int tensor);
  ValueId add_value(std::string_view wish, ValueType type);
  ValueId add_constant(std::string_view wish, tensor::Tensor data,
                       std::optional<tensor::Quantization> quantization = {});
  /// A constant as it is used: through a Cast if it is f16 standing for f32.
  ValueId add_weights(std::string_view wish, const FileTensor& tensor, tensor::Tensor data,
                      std::optional<tensor::Quantization> quantization);
  Node& add_node(std::string_view op_type, std::vector<ValueId> inputs, Attributes attributes,
                 ValueId output);
  [[nodiscard]] std::string fresh_name(std::string_view wish);

 private:
  Status read_tensors(const fb::SubGraph& graph);
  Status read_inputs(const fb::SubGraph& graph);
  Status read_operators(const fb::SubGraph& graph);
  Status read_operator(const fb::Operator& raw, std::size_t position);
  Status finish_outputs(const fb::SubGraph& graph);
  void finish_states();

  const FlatFile& file_;
  const TfliteReadOptions& options_;
  Model model_;
  std::vector<FileTensor> tensors_;
  std::map<std::string, StateVariable> states_;
  std::unordered_set<std::string> names_;
};

/// Reads the tensors of a subgraph with their constants; checks every shape, size and scale.
[[nodiscard]] Result<std::vector<FileTensor>> read_file_tensors(const FlatFile& file,
                                                                const fb::SubGraph& graph,
                                                                const TfliteReadOptions& options);

/// Initial values that CALL_ONCE's subgraph assigns to resource variables, by shared name.
[[nodiscard]] Result<std::map<std::string, tensor::Tensor>> read_initial_states(
    const FlatFile& file, int subgraph, const TfliteReadOptions& options);

/// Signatures, label files and the description, into Model::metadata.
[[nodiscard]] Status read_metadata(const FlatFile& file, const std::vector<FileTensor>& tensors,
                                   Model& model);

}  // namespace arete::model::tflite
