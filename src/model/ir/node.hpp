// Nodes, attributes and graphs of the IR. The vocabulary of operators is ONNX's; other domains and
// unknown operators are kept as they are.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "model/ir/ids.hpp"
#include "tensor/tensor.hpp"

namespace arete::model {

struct Graph;

/// A Graph held by value inside an attribute: copies are deep.
class GraphBox {
 public:
  GraphBox();
  explicit GraphBox(Graph graph);
  GraphBox(const GraphBox& other);
  GraphBox(GraphBox&&) noexcept;
  GraphBox& operator=(const GraphBox& other);
  GraphBox& operator=(GraphBox&&) noexcept;
  ~GraphBox();

  [[nodiscard]] Graph& operator*() { return *graph_; }
  [[nodiscard]] const Graph& operator*() const { return *graph_; }
  [[nodiscard]] Graph* operator->() { return graph_.get(); }
  [[nodiscard]] const Graph* operator->() const { return graph_.get(); }

 private:
  std::unique_ptr<Graph> graph_;
};

/// Inside a function body: takes its value from the caller's attribute of that name.
struct AttributeReference {
  std::string name;
  int onnx_type = 0;  ///< AttributeProto.AttributeType
};

/// Kinds that we only carry (sparse tensors, type protos), in the file's own encoding.
struct EncodedAttribute {
  std::string bytes;  ///< a serialized AttributeProto
};

using Attribute = std::variant<std::int64_t, float, std::string, tensor::Tensor, GraphBox,
                               std::vector<std::int64_t>, std::vector<float>,
                               std::vector<std::string>, std::vector<tensor::Tensor>,
                               std::vector<GraphBox>, AttributeReference, EncodedAttribute>;

struct Node {
  std::string name;  ///< may be empty
  std::string op_type;
  std::string domain;  ///< "" is ai.onnx
  std::string overload;
  std::vector<ValueId> inputs;   ///< kNoValue = omitted
  std::vector<ValueId> outputs;  ///< kNoValue = not wanted
  std::map<std::string, Attribute, std::less<>> attributes;
  std::string doc;
  std::map<std::string, std::string> metadata;
  std::string encoded_fields;  ///< what else the file says, in its own encoding (ONNX NodeProto)

  /// The attribute if it is there and of type T; nullptr otherwise.
  template <class T>
  [[nodiscard]] const T* attribute(std::string_view key) const {
    const auto found = attributes.find(key);
    return found == attributes.end() ? nullptr : std::get_if<T>(&found->second);
  }
  [[nodiscard]] std::int64_t integer_or(std::string_view key, std::int64_t fallback) const {
    const auto* value = attribute<std::int64_t>(key);
    return value != nullptr ? *value : fallback;
  }
  [[nodiscard]] float float_or(std::string_view key, float fallback) const {
    const auto* value = attribute<float>(key);
    return value != nullptr ? *value : fallback;
  }
  [[nodiscard]] std::string string_or(std::string_view key, std::string_view fallback) const {
    const auto* value = attribute<std::string>(key);
    return value != nullptr ? *value : std::string(fallback);
  }
  [[nodiscard]] std::vector<std::int64_t> integers_or(
      std::string_view key, const std::vector<std::int64_t>& fallback) const {
    const auto* value = attribute<std::vector<std::int64_t>>(key);
    return value != nullptr ? *value : fallback;
  }
  [[nodiscard]] bool is(std::string_view type) const { return op_type == type && domain.empty(); }
};

/// Nodes in an order in which each comes after what it reads. A subgraph reads values of the
/// graphs around it simply by their ids (ONNX's captures).
struct Graph {
  std::string name;
  std::string doc;
  std::vector<ValueId> inputs;
  std::vector<ValueId> outputs;
  std::vector<ValueId> constants;  ///< initializers, in the file's order
  std::vector<Node> nodes;
  std::map<std::string, std::string> metadata;
  std::string encoded_fields;  ///< what else the file says, in its own encoding (ONNX GraphProto)
};

}  // namespace arete::model
