// Builds small models by hand, for the tests of this module. Not in the library.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "model/ir/model.hpp"

namespace arete::model {

class ModelBuilder {
 public:
  using Attributes = std::map<std::string, Attribute, std::less<>>;

  ModelBuilder() { model_.opset_imports[""] = 17; }

  /// A value that nothing makes yet.
  ValueId value(std::string name) {
    Value made;
    made.name = std::move(name);
    return model_.add_value(std::move(made));
  }
  ValueId input(std::string name, tensor::DType dtype, SymbolicShape shape) {
    const ValueId id = value(std::move(name));
    model_.value(id).dtype = dtype;
    model_.value(id).shape = std::move(shape);
    model_.graph.inputs.push_back(id);
    return id;
  }
  ValueId constant(std::string name, tensor::Tensor data) {
    return model_.add_constant(std::move(name), std::move(data));
  }
  std::vector<ValueId> nodes_in(Graph& graph, std::string op_type, std::vector<ValueId> inputs,
                                std::size_t outputs, Attributes attributes = {},
                                std::string domain = {}) {
    Node node;
    node.op_type = std::move(op_type);
    node.domain = std::move(domain);
    node.inputs = std::move(inputs);
    node.attributes = std::move(attributes);
    for (std::size_t i = 0; i < outputs; ++i) {
      node.outputs.push_back(value(fmt::format("{}_{}", node.op_type, model_.value_count())));
    }
    std::vector<ValueId> made = node.outputs;
    graph.nodes.push_back(std::move(node));
    return made;
  }
  ValueId node_in(Graph& graph, std::string op_type, std::vector<ValueId> inputs,
                  Attributes attributes = {}, std::string domain = {}) {
    return nodes_in(graph, std::move(op_type), std::move(inputs), 1, std::move(attributes),
                    std::move(domain))
        .front();
  }
  std::vector<ValueId> nodes(std::string op_type, std::vector<ValueId> inputs, std::size_t outputs,
                             Attributes attributes = {}) {
    return nodes_in(model_.graph, std::move(op_type), std::move(inputs), outputs,
                    std::move(attributes));
  }
  ValueId node(std::string op_type, std::vector<ValueId> inputs, Attributes attributes = {},
               std::string domain = {}) {
    return node_in(model_.graph, std::move(op_type), std::move(inputs), std::move(attributes),
                   std::move(domain));
  }
  void output(ValueId id) { model_.graph.outputs.push_back(id); }
  [[nodiscard]] Model& model() { return model_; }
  [[nodiscard]] Model take() { return std::move(model_); }

 private:
  Model model_;
};

}  // namespace arete::model
