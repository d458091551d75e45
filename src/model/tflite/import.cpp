// SPDX-License-Identifier: Apache-2.0
#include "model/tflite/import.hpp"

#include <fmt/format.h>

#include <utility>

#include "model/layout/sink_transposes.hpp"
#include "model/tflite/families.hpp"

namespace arete::model {

Result<Model> read_tflite(SharedBytes bytes, const TfliteReadOptions& options) {
  ARETE_TRY_ASSIGN(const auto file, tflite::FlatFile::open(std::move(bytes)));
  tflite::Import import(file, options);
  ARETE_TRY_ASSIGN(Model model, import.run());
  if (options.push_transposes) {
    ARETE_TRY_ASSIGN(model, layout::sink_transposes(std::move(model)));
  }
  ARETE_TRY(check_structure(model));
  return model;
}

Status require_known_operators(const Model& model) {
  for (std::size_t i = 0; i < model.graph.nodes.size(); ++i) {
    const Node& node = model.graph.nodes[i];
    if (node.domain == "tflite") {
      return fail_at(describe(node, i), ErrorCode::kUnsupported,
                     "custom operator '{}' is unknown: no engine of ours can run it", node.op_type);
    }
  }
  return {};
}

}  // namespace arete::model

namespace arete::model::tflite {
namespace {

/// Versions of the ai.onnx operators that nodes are written in. Quantization to 16 or 4 bits came
/// with the newer one; with it, ONNX Runtime 1.31 spoils transposes of int8 values (it inserts
/// QuantizeLinear with an output_dtype that contradicts the zero point).
constexpr std::int64_t kImportOpset = 20;
constexpr std::int64_t kWideQuantizationOpset = 21;

std::int64_t needed_opset(const Model& model) {
  for (std::size_t i = 0; i < model.value_count(); ++i) {
    const auto& quantization = model.value(ValueId{static_cast<std::uint32_t>(i)}).quantization;
    if (quantization && quantization->stored != tensor::DType::kI8 &&
        quantization->stored != tensor::DType::kU8 && quantization->stored != tensor::DType::kI32) {
      return kWideQuantizationOpset;
    }
  }
  return kImportOpset;
}

/// Tensor indices of an operator: in range, -1 = omitted.
Result<std::vector<int>> checked_indices(const flatbuffers::Vector<std::int32_t>* raw,
                                         std::size_t tensors) {
  const std::vector<std::int32_t> copy = copy_of(raw);
  for (const std::int32_t index : copy) {
    if (index < -1 || (index >= 0 && static_cast<std::size_t>(index) >= tensors)) {
      return fail(ErrorCode::kCorrupt, "tensor {} does not exist (the graph has {})", index,
                  tensors);
    }
  }
  return std::vector<int>(copy.begin(), copy.end());
}

}  // namespace

Translation find_translation(int builtin) {
  for (const auto rows : {convolution_rows(), elementwise_rows(), indexing_rows(), recurrent_rows(),
                          reduction_rows(), shaping_rows(), state_rows(), window_rows()}) {
    for (const TranslationRow& row : rows) {
      if (row.builtin == builtin) {
        return row.translate;
      }
    }
  }
  return nullptr;
}

std::string Import::fresh_name(std::string_view wish) {
  std::string name(wish.empty() ? "value" : wish);
  for (int suffix = 1; !names_.insert(name).second; ++suffix) {
    name = fmt::format("{}_{}", wish, suffix);
  }
  return name;
}

ValueId Import::add_value(std::string_view wish, ValueType type) {
  Value value;
  value.name = fresh_name(wish);
  value.dtype = type.dtype;
  value.shape = std::move(type.shape);
  value.quantization = std::move(type.quantization);
  return model_.add_value(std::move(value));
}

ValueId Import::add_constant(std::string_view wish, tensor::Tensor data,
                             std::optional<tensor::Quantization> quantization) {
  const ValueId id = model_.add_constant(fresh_name(wish), std::move(data));
  if (quantization) {
    model_.value(id).dtype = quantization->expressed;
    model_.value(id).quantization = std::move(quantization);
  }
  return id;
}

ValueId Import::add_weights(std::string_view wish, const FileTensor& tensor, tensor::Tensor data,
                            std::optional<tensor::Quantization> quantization) {
  const SymbolicShape shape = symbolic(data.shape());
  const ValueId stored = add_constant(wish, std::move(data), std::move(quantization));
  if (!tensor.half) {
    return stored;
  }
  const ValueId cast =
      add_value(fmt::format("{}/f32", wish), {tensor::DType::kF32, shape, std::nullopt});
  add_node("Cast", {stored}, {{"to", std::int64_t{1}}}, cast);
  return cast;
}

Node& Import::add_node(std::string_view op_type, std::vector<ValueId> inputs, Attributes attributes,
                       ValueId output) {
  Node node;
  node.name = model_.value(output).name;
  node.op_type = std::string(op_type);
  node.inputs = std::move(inputs);
  node.outputs = {output};
  node.attributes = std::move(attributes);
  return model_.graph.nodes.emplace_back(std::move(node));
}

Result<ValueId> Import::value_of(int index) {
  if (index < 0) {
    return fail(ErrorCode::kCorrupt, "a required input is missing");
  }
  FileTensor& tensor = tensors_[static_cast<std::size_t>(index)];
  if (tensor.value == kNoValue && tensor.constant) {
    tensor.value = add_weights(tensor.name, tensor, *tensor.constant, tensor.quantization);
  }
  if (tensor.value == kNoValue) {
    return fail(ErrorCode::kCorrupt, "tensor {} '{}' is read but nothing before makes it", index,
                tensor.name);
  }
  return tensor.value;
}

Status Import::read_tensors(const fb::SubGraph& graph) {
  ARETE_TRY_ASSIGN(tensors_, read_file_tensors(file_, graph, options_));
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    if (tensors_[i].name.empty()) {
      tensors_[i].name = fmt::format("tensor_{}", i);
    }
  }
  return {};
}

Status Import::read_inputs(const fb::SubGraph& graph) {
  ARETE_TRY_ASSIGN(const auto inputs, checked_indices(graph.inputs(), tensors_.size()));
  for (const int index : inputs) {
    if (index < 0) {
      continue;
    }
    FileTensor& tensor = tensors_[static_cast<std::size_t>(index)];
    if (tensor.value != kNoValue || tensor.constant || tensor.is_resource) {
      return fail(ErrorCode::kCorrupt, "graph input '{}' is a constant or named twice",
                  tensor.name);
    }
    ValueType type{tensor.dtype(), std::nullopt, tensor.quantization};
    if (tensor.has_shape) {
      type.shape = symbolic(tensor.shape);
    }
    tensor.value = add_value(tensor.name, std::move(type));
    model_.graph.inputs.push_back(tensor.value);
  }
  return {};
}

Status Import::read_operator(const fb::Operator& raw, std::size_t position) {
  ARETE_TRY_ASSIGN(const fb::OperatorCode* code, file_.operator_code(raw.opcode_index()),
                   "operator {}", position);
  const int number = std::max(code->builtin_code(), int{code->deprecated_builtin_code()});
  constexpr int kCustomOperator = 32;
  const bool custom = number == kCustomOperator;
  const std::string name = custom ? text_or_empty(code->custom_code()) : builtin_name(number);
  const std::string where = fmt::format("operator {} ({})", position, name);
  ARETE_TRY_ASSIGN(auto inputs, checked_indices(raw.inputs(), tensors_.size()), "{}", where);
  ARETE_TRY_ASSIGN(auto outputs, checked_indices(raw.outputs(), tensors_.size()), "{}", where);
  Op op(*this, raw, std::move(inputs), std::move(outputs));
  if (custom) {
    ARETE_TRY(translate_custom(op, name), "{}", where);
    return {};
  }
  const Translation translate = find_translation(number);
  if (translate == nullptr) {
    return fail_at(where, ErrorCode::kUnsupported, "the operator {} (version {}) is not supported",
                   name, code->version());
  }
  ARETE_TRY(translate(op), "{}", where);
  return {};
}

Status Import::read_operators(const fb::SubGraph& graph) {
  if (graph.operators() == nullptr) {
    return {};
  }
  for (flatbuffers::uoffset_t i = 0; i < graph.operators()->size(); ++i) {
    ARETE_TRY(read_operator(*graph.operators()->Get(i), i));
  }
  return {};
}

Status Import::finish_outputs(const fb::SubGraph& graph) {
  ARETE_TRY_ASSIGN(const auto outputs, checked_indices(graph.outputs(), tensors_.size()));
  for (const int index : outputs) {
    ARETE_TRY_ASSIGN(ValueId id, value_of(index), "graph output");
    bool plain = true;  // an output that is an input, a constant or another output gets a copy
    for (const auto& taken : {model_.graph.inputs, model_.graph.constants, model_.graph.outputs}) {
      for (const ValueId other : taken) {
        plain = plain && other != id;
      }
    }
    if (!plain) {
      const Value source = model_.value(id);
      const ValueId copy =
          add_value(source.name + "/output", {source.dtype, source.shape, source.quantization});
      add_node("Identity", {id}, {}, copy);
      id = copy;
    }
    model_.graph.outputs.push_back(id);
  }
  return {};
}

Result<Model> Import::run() {
  const fb::SubGraph& graph = *file_.root().subgraphs()->Get(0);
  model_.arithmetic = Arithmetic::kTfliteSingleRounding;
  model_.opset_imports[""] = kImportOpset;
  model_.producer_name = "arete";
  model_.graph.name = text_or_empty(graph.name());
  if (model_.graph.name.empty()) {
    model_.graph.name = "main";
  }
  ARETE_TRY(read_tensors(graph));
  ARETE_TRY(read_inputs(graph));
  ARETE_TRY(read_operators(graph));
  ARETE_TRY(finish_outputs(graph));
  finish_states();
  model_.opset_imports[""] = needed_opset(model_);
  ARETE_TRY(read_metadata(file_, tensors_, model_));
  return std::move(model_);
}

}  // namespace arete::model::tflite
