// SPDX-License-Identifier: Apache-2.0
#include "model/passes/unfold_quantization.hpp"

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "model/onnx/element_types.hpp"
#include "model/passes/qdq_keys.hpp"
#include "model/passes/qdq_parameters.hpp"
#include "model/reference/quantized_values.hpp"

namespace arete::model {
namespace {

using tensor::DType;
using tensor::Quantization;
using tensor::Tensor;

/// The three faces of a quantized value in ONNX. kNoValue where one is not needed.
struct Faces {
  ValueId source = kNoValue;  ///< real, before QuantizeLinear
  ValueId stored = kNoValue;
  ValueId real = kNoValue;  ///< after DequantizeLinear; what nodes read
  ValueId scale = kNoValue;
  ValueId zero_point = kNoValue;
  Quantization quantization;
  std::map<std::string, std::string> names;  ///< metadata that folding left
  std::string domain;
};

std::string wish_for(const Faces& faces, const char* key, const std::string& fallback) {
  const auto found = faces.names.find(key);
  return found == faces.names.end() || found->second.empty() ? fallback : found->second;
}

/// Scales or zero points in the shape that ONNX wants: scalar, one an extent, or blocks.
tensor::Shape parameter_shape(const Faces& faces, const std::optional<SymbolicShape>& shape) {
  const Quantization& q = faces.quantization;
  if (q.per_tensor()) {
    return faces.names.contains(qdq::kScaleRank) ? tensor::Shape{1} : tensor::Shape{};
  }
  if (q.block_size == 0) {
    return {static_cast<std::int64_t>(q.scales.size())};
  }
  tensor::Shape blocks = *concrete(*shape);
  const auto axis = static_cast<std::size_t>(*q.axis);
  blocks[axis] = (blocks[axis] + q.block_size - 1) / q.block_size;
  return blocks;
}

/// Whether ONNX's own Q/DQ nodes of this opset cannot say it; the ones of com.microsoft can.
bool beyond_opset(const Quantization& q, std::int64_t opset) {
  const int bits = tensor::bits_of(q.stored);
  return opset < 10 || (q.axis && opset < 13) || (q.expressed != DType::kF32 && opset < 19) ||
         ((bits == 16 || bits == 4 || q.block_size > 0) && opset < 21);
}

/// Allocates and fills; the counts come from vectors that exist, so sizes are sane.
template <class Number>
Result<Tensor> filled(DType dtype, const tensor::Shape& shape, const std::vector<Number>& numbers) {
  ARETE_TRY_ASSIGN(Tensor tensor, Tensor::allocate(dtype, shape));
  if (tensor.elements() != static_cast<std::int64_t>(numbers.size())) {
    return fail(ErrorCode::kInvalid, "{} quantization parameters where shape {} needs {}",
                numbers.size(), shape.text(), tensor.elements());
  }
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    tensor.set_number(static_cast<std::int64_t>(i), static_cast<double>(numbers[i]));
  }
  return tensor;
}

class QuantizationUnfolder {
 public:
  explicit QuantizationUnfolder(Model& model) : model_(model) {
    for (std::size_t i = 0; i < model.value_count(); ++i) {
      taken_.insert(model.value(ValueId{static_cast<std::uint32_t>(i)}).name);
    }
    for (const ValueId id : model.graph.constants) {
      parameters_.emplace(model.value(id).name, id);
    }
    main_outputs_.insert(model.graph.outputs.begin(), model.graph.outputs.end());
    look_at_readers(model.graph);
  }

  Status run() {
    ARETE_TRY(unfold(model_.graph));
    for (std::size_t i = 0; i < model_.value_count(); ++i) {
      const Value& value = model_.value(ValueId{static_cast<std::uint32_t>(i)});
      if (value.quantization) {
        return fail(ErrorCode::kUnsupported,
                    "'{}' is quantized inside a function, or nothing makes it", value.name);
      }
    }
    return {};
  }

 private:
  /// Finds out, before anything changes, which values somebody reads as real numbers: all but an
  /// Identity that only dequantizes.
  void look_at_readers(const Graph& graph) {
    for (const Node& node : graph.nodes) {
      if (!is_identity(node) || model_.value(node.outputs[0]).quantization) {
        read_as_real_.insert(node.inputs.begin(), node.inputs.end());
      }
      for (const Graph* inner : subgraphs_of(node)) {
        read_as_real_.insert(inner->outputs.begin(), inner->outputs.end());
        look_at_readers(*inner);
      }
    }
  }

  Status unfold(Graph& graph) {
    std::vector<Node> nodes;
    nodes.reserve(graph.nodes.size());
    std::vector<ValueId> given =
        graph.constants;  // a copy: parameters join the constants meanwhile
    given.insert(given.end(), graph.inputs.begin(), graph.inputs.end());
    const bool is_main = &graph == &model_.graph;
    for (const ValueId id : given) {
      if (!model_.value(id).quantization) {
        continue;
      }
      if (model_.value(id).quantization->stored == DType::kI64 && model_.value(id).constant) {
        ARETE_TRY(make_real(id), "unfolding '{}'", model_.value(id).name);
        continue;
      }
      const bool is_stored = is_main || model_.value(id).constant.has_value();
      ARETE_TRY(is_stored ? split_stored(id, false) : split_real(id));
      put_nodes(id, !is_stored, nodes);
    }
    for (Node& node : graph.nodes) {
      ARETE_TRY(unfold_node(node, nodes));
    }
    graph.nodes = std::move(nodes);
    for (ValueId& id : graph.outputs) {
      if (const auto found = faces_.find(id); found != faces_.end()) {
        id = is_main ? found->second.stored : found->second.real;
      }
    }
    return {};
  }

  Status unfold_node(Node& node, std::vector<Node>& nodes) {
    for (Graph* inner : subgraphs_of(node)) {
      ARETE_TRY(unfold(*inner));
    }
    if (is_identity(node)) {
      const ValueId from = node.inputs[0];
      const ValueId to = node.outputs[0];
      if (model_.value(to).quantization) {
        ARETE_TRY(split_stored(to, true));
        Faces& faces = faces_.at(to);
        faces.source = read_of(from);
        faces.names[qdq::kQuantizeNode] = node.name;
        put_nodes(to, true, nodes);
        return {};
      }
      if (faces_.contains(from)) {
        nodes.push_back(dequantize_node(faces_.at(from), to, node.name));
        return {};
      }
    }
    for (ValueId& id : node.inputs) {
      id = read_of(id);
    }
    std::vector<ValueId> quantized;
    for (ValueId& id : node.outputs) {
      if (id != kNoValue && model_.value(id).quantization) {
        quantized.push_back(id);
        ARETE_TRY(split_real(id));
        id = faces_.at(id).source;
      }
    }
    nodes.push_back(std::move(node));
    for (const ValueId id : quantized) {
      put_nodes(id, true, nodes);
    }
    return {};
  }

  /// ONNX has no nodes for 64-bit integers (biases beside 16-bit activations): a constant of them
  /// is said as the real numbers.
  Status make_real(ValueId id) {
    Value& value = model_.value(id);
    ARETE_TRY_ASSIGN(value.constant, dequantized(*value.constant, *value.quantization));
    value.dtype = value.quantization->expressed;
    value.quantization.reset();
    return {};
  }

  static bool is_identity(const Node& node) {
    return node.is("Identity") && node.inputs.size() == 1 && node.outputs.size() == 1 &&
           node.inputs[0] != kNoValue && node.outputs[0] != kNoValue;
  }

  ValueId read_of(ValueId id) const {
    const auto found = faces_.find(id);
    return found == faces_.end() ? id : found->second.real;
  }

  /// The value stays as the integers.
  Status split_stored(ValueId id, bool has_quantize) {
    if (faces_.contains(id)) {
      return {};
    }
    ARETE_TRY(begin_faces(id, has_quantize), "unfolding '{}'", model_.value(id).name);
    Faces& faces = faces_.at(id);
    faces.stored = id;
    faces.real = derived(id, qdq::kRealName, "_dequantized", faces.quantization.expressed);
    model_.value(id).dtype = faces.quantization.stored;
    return {};
  }

  /// The value stays real, or becomes the integers where it leaves the model.
  Status split_real(ValueId id) {
    if (main_outputs_.contains(id)) {
      ARETE_TRY(split_stored(id, true));
      Faces& faces = faces_.at(id);
      faces.source = derived(id, qdq::kSourceName, "_real", faces.quantization.expressed);
      return {};
    }
    ARETE_TRY(begin_faces(id, true), "unfolding '{}'", model_.value(id).name);
    Faces& faces = faces_.at(id);
    faces.source = id;
    faces.stored = derived(id, qdq::kStoredName, "_quantized", faces.quantization.stored);
    faces.real = derived(id, qdq::kRealName, "_dequantized", faces.quantization.expressed);
    return {};
  }

  Status begin_faces(ValueId id, bool has_quantize) {
    Faces faces;
    faces.quantization = *model_.value(id).quantization;
    std::erase_if(model_.value(id).metadata, [&](const auto& entry) {
      const bool ours = entry.first.starts_with(qdq::kPrefix);
      if (ours) {
        faces.names.insert(entry);
      }
      return ours;
    });
    model_.value(id).quantization.reset();
    ARETE_TRY(check(faces.quantization, model_.value(id), has_quantize));
    faces.domain = domain_for(faces);
    ARETE_TRY(add_parameters(id, has_quantize, faces));
    faces_.emplace(id, std::move(faces));
    return {};
  }

  Status check(const Quantization& q, const Value& value, bool has_quantize) const {
    const int bits = tensor::bits_of(q.stored);
    const bool known = tensor::is_integer(q.stored) && bits <= 32 &&
                       !(bits == 32 && (has_quantize || q.stored != DType::kI32));
    if (!known || (bits == 2 && model_.opset("") < 25)) {
      return fail(ErrorCode::kUnsupported, "ONNX cannot quantize to {} at opset {}",
                  tensor::name_of(q.stored), model_.opset(""));
    }
    const auto shape = value.shape ? concrete(*value.shape) : std::nullopt;
    if (shape) {
      return tensor::validate(q, *shape);
    }
    if (q.block_size != 0 || q.scales.empty() ||
        (!q.zero_points.empty() && q.zero_points.size() != q.scales.size()) ||
        (q.per_tensor() && q.scales.size() != 1)) {
      return fail(ErrorCode::kInvalid, "the quantization does not fit an unknown shape");
    }
    return {};
  }

  std::string domain_for(const Faces& faces) {
    const auto remembered = faces.names.find(qdq::kDomain);
    const bool was_microsoft =
        remembered != faces.names.end() && remembered->second == qdq::kMicrosoft;
    if (!was_microsoft && !beyond_opset(faces.quantization, model_.opset(""))) {
      return {};
    }
    model_.opset_imports.try_emplace(qdq::kMicrosoft, 1);
    return qdq::kMicrosoft;
  }

  /// Before opset 21 QuantizeLinear learns the integer type from nothing but the zero point.
  bool zero_point_tells_type(const Faces& faces) const {
    return faces.quantization.stored != DType::kU8 &&
           (!faces.domain.empty() || model_.opset("") < 21);
  }

  Status add_parameters(ValueId id, bool has_quantize, Faces& faces) {
    const Quantization& q = faces.quantization;
    const tensor::Shape shape = parameter_shape(faces, model_.value(id).shape);
    const std::string name = model_.value(id).name;
    ARETE_TRY_ASSIGN(Tensor scales, filled(q.expressed, shape, q.scales));
    faces.scale = parameter(wish_for(faces, qdq::kScaleName, name + "_scale"), std::move(scales));
    if (q.zero_points.empty() && !(has_quantize && zero_point_tells_type(faces))) {
      return {};
    }
    const std::vector<std::int32_t> zeros(q.scales.size(), 0);
    ARETE_TRY_ASSIGN(Tensor points,
                     filled(q.stored, shape, q.zero_points.empty() ? zeros : q.zero_points));
    faces.zero_point =
        parameter(wish_for(faces, qdq::kZeroPointName, name + "_zero_point"), std::move(points));
    return {};
  }

  /// One constant for all that share name and data.
  ValueId parameter(const std::string& wish, Tensor data) {
    const auto known = parameters_.find(wish);
    if (known != parameters_.end() && model_.value(known->second).constant &&
        model_.value(known->second).constant->same_as(data)) {
      return known->second;
    }
    const std::string name = fresh(wish);
    const ValueId id = model_.add_constant(name, std::move(data));
    parameters_.emplace(name, id);
    return id;
  }

  std::string fresh(const std::string& wish) {
    std::string name = wish;
    while (!taken_.insert(name).second) {
      name = fmt::format("{}_{}", wish, ++suffixes_[wish]);
    }
    return name;
  }

  ValueId derived(ValueId from, const char* key, const char* suffix, DType dtype) {
    Value value;
    value.name = fresh(wish_for(faces_.at(from), key, model_.value(from).name + suffix));
    value.dtype = dtype;
    value.shape = model_.value(from).shape;
    return model_.add_value(std::move(value));
  }

  void put_nodes(ValueId id, bool has_quantize, std::vector<Node>& nodes) const {
    const Faces& faces = faces_.at(id);
    if (has_quantize) {
      nodes.push_back(quantize_node(faces));
    }
    if (read_as_real_.contains(id)) {
      nodes.push_back(
          dequantize_node(faces, faces.real, name_or_empty(faces, qdq::kDequantizeNode)));
    }
  }

  static std::string name_or_empty(const Faces& faces, const char* key) {
    return wish_for(faces, key, std::string());
  }

  Node quantize_node(const Faces& faces) const {
    Node node = parameterized(faces, qdq::kQuantize);
    node.name = name_or_empty(faces, qdq::kQuantizeNode);
    node.inputs[0] = faces.source;
    node.outputs = {faces.stored};
    if (faces.zero_point == kNoValue && faces.quantization.stored != DType::kU8) {
      node.attributes["output_dtype"] =
          std::int64_t{onnx::onnx_from_dtype(faces.quantization.stored)};
    }
    return node;
  }

  static Node dequantize_node(const Faces& faces, ValueId to, std::string name) {
    Node node = parameterized(faces, qdq::kDequantize);
    node.name = std::move(name);
    node.inputs[0] = faces.stored;
    node.outputs = {to};
    return node;
  }

  static Node parameterized(const Faces& faces, const char* type) {
    Node node;
    node.op_type = type;
    node.domain = faces.domain;
    node.inputs = {kNoValue, faces.scale};
    if (faces.zero_point != kNoValue) {
      node.inputs.push_back(faces.zero_point);
    }
    if (faces.quantization.axis) {
      node.attributes["axis"] = std::int64_t{*faces.quantization.axis};
    }
    if (faces.quantization.block_size > 0) {
      node.attributes["block_size"] = faces.quantization.block_size;
    }
    return node;
  }

  Model& model_;
  std::unordered_set<std::string> taken_;
  std::unordered_map<std::string, int> suffixes_;
  std::unordered_map<std::string, ValueId> parameters_;  ///< constants of the main graph, by name
  std::unordered_set<ValueId> main_outputs_;
  std::unordered_set<ValueId> read_as_real_;
  std::unordered_map<ValueId, Faces> faces_;
};

}  // namespace

Result<Model> unfold_quantization(Model model) {
  ARETE_TRY(QuantizationUnfolder(model).run());
  return model;
}

}  // namespace arete::model
