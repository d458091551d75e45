// SPDX-License-Identifier: Apache-2.0
#include "model/ir/model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <unordered_map>
#include <unordered_set>

namespace arete::model {

GraphBox::GraphBox() : graph_(std::make_unique<Graph>()) {}
GraphBox::GraphBox(Graph graph) : graph_(std::make_unique<Graph>(std::move(graph))) {}
GraphBox::GraphBox(const GraphBox& other) : graph_(std::make_unique<Graph>(*other)) {}
GraphBox::GraphBox(GraphBox&&) noexcept = default;
GraphBox& GraphBox::operator=(const GraphBox& other) {
  if (this != &other) {
    graph_ = std::make_unique<Graph>(*other);
  }
  return *this;
}
GraphBox& GraphBox::operator=(GraphBox&&) noexcept = default;
GraphBox::~GraphBox() = default;

SymbolicShape symbolic(const tensor::Shape& shape) {
  SymbolicShape dims;
  dims.reserve(shape.rank());
  for (const std::int64_t extent : shape) {
    dims.emplace_back(extent);
  }
  return dims;
}

std::optional<tensor::Shape> concrete(const SymbolicShape& shape) {
  std::vector<std::int64_t> dims;
  dims.reserve(shape.size());
  for (const Dim& dim : shape) {
    if (!dim.known()) {
      return std::nullopt;
    }
    dims.push_back(dim.size());
  }
  return tensor::Shape(std::move(dims));
}

std::string text_of(const SymbolicShape& shape) {
  std::vector<std::string> parts;
  parts.reserve(shape.size());
  for (const Dim& dim : shape) {
    parts.push_back(dim.known() ? fmt::format("{}", dim.size())
                                : (dim.symbol().empty() ? "?" : dim.symbol()));
  }
  return fmt::format("[{}]", fmt::join(parts, ", "));
}

ValueId Model::add_value(Value value) {
  values_.push_back(std::move(value));
  return ValueId{static_cast<std::uint32_t>(values_.size() - 1)};
}

ValueId Model::add_constant(std::string name, tensor::Tensor data) {
  Value value;
  value.name = std::move(name);
  value.dtype = data.dtype();
  value.shape = symbolic(data.shape());
  value.constant = std::move(data);
  const ValueId id = add_value(std::move(value));
  graph.constants.push_back(id);
  return id;
}

std::string Model::unique_name(std::string_view wish) const {
  std::unordered_set<std::string_view> taken;
  for (const Value& value : values_) {
    taken.insert(value.name);
  }
  std::string name(wish);
  for (int suffix = 1; taken.contains(name); ++suffix) {
    name = fmt::format("{}_{}", wish, suffix);
  }
  return name;
}

std::int64_t Model::opset(std::string_view wanted) const {
  const auto found = opset_imports.find(wanted == "ai.onnx" ? std::string() : std::string(wanted));
  return found == opset_imports.end() ? 0 : found->second;
}

std::vector<const Graph*> subgraphs_of(const Node& node) {
  std::vector<const Graph*> graphs;
  for (const auto& [key, attribute] : node.attributes) {
    if (const auto* one = std::get_if<GraphBox>(&attribute)) {
      graphs.push_back(&**one);
    } else if (const auto* many = std::get_if<std::vector<GraphBox>>(&attribute)) {
      for (const GraphBox& box : *many) {
        graphs.push_back(&*box);
      }
    }
  }
  return graphs;
}

std::vector<Graph*> subgraphs_of(Node& node) {
  std::vector<Graph*> graphs;
  for (const Graph* graph : subgraphs_of(std::as_const(node))) {
    graphs.push_back(const_cast<Graph*>(graph));  // NOLINT: the node is not const here
  }
  return graphs;
}

namespace {

void collect_uses(const Graph& graph, Uses& uses) {
  for (const Node& node : graph.nodes) {
    for (const ValueId input : node.inputs) {
      if (input != kNoValue) {
        uses.readers[index_of(input)].push_back(&node);
      }
    }
    for (const ValueId output : node.outputs) {
      if (output != kNoValue) {
        uses.producer[index_of(output)] = &node;
      }
    }
    for (const Graph* inner : subgraphs_of(node)) {
      collect_uses(*inner, uses);
    }
  }
  for (const ValueId output : graph.outputs) {
    uses.is_graph_output[index_of(output)] = true;
  }
}

/// Walks a graph with the set of values that exist so far.
class StructureCheck {
 public:
  explicit StructureCheck(const Model& model) : model_(model), made_(model.value_count(), false) {}

  Status graph(const Graph& graph) {
    std::vector<ValueId> local = graph.inputs;
    local.insert(local.end(), graph.constants.begin(), graph.constants.end());
    for (const ValueId id : local) {
      ARETE_TRY(in_range(id), "graph '{}'", graph.name);
      made_[index_of(id)] = true;
    }
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      ARETE_TRY(node(graph.nodes[i], local), "{}", describe(graph.nodes[i], i));
    }
    for (const ValueId id : graph.outputs) {
      ARETE_TRY(exists(id), "output of graph '{}'", graph.name);
    }
    for (const ValueId id : local) {
      made_[index_of(id)] = false;  // a sibling subgraph does not see them
    }
    return {};
  }

 private:
  Status in_range(ValueId id) const {
    if (index_of(id) >= model_.value_count()) {
      return fail(ErrorCode::kCorrupt, "value id {} is out of range", index_of(id));
    }
    return {};
  }
  Status exists(ValueId id) const {
    ARETE_TRY(in_range(id));
    if (!made_[index_of(id)]) {
      return fail(ErrorCode::kCorrupt, "'{}' is used but nothing before makes it",
                  model_.value(id).name);
    }
    return {};
  }
  Status node(const Node& node, std::vector<ValueId>& local) {
    for (const ValueId id : node.inputs) {
      if (id != kNoValue) {
        ARETE_TRY(exists(id));
      }
    }
    for (const Graph* inner : subgraphs_of(node)) {
      ARETE_TRY(graph(*inner));
    }
    for (const ValueId id : node.outputs) {
      if (id == kNoValue) {
        continue;
      }
      ARETE_TRY(in_range(id));
      if (made_[index_of(id)]) {
        return fail(ErrorCode::kCorrupt, "'{}' is made twice", model_.value(id).name);
      }
      made_[index_of(id)] = true;
      local.push_back(id);
    }
    return {};
  }

  const Model& model_;
  std::vector<bool> made_;
};

/// All values that a node reads from outside itself, its subgraphs' captures included.
void collect_reads(const Node& node, std::vector<ValueId>& reads) {
  for (const ValueId id : node.inputs) {
    if (id != kNoValue) {
      reads.push_back(id);
    }
  }
  for (const Graph* inner : subgraphs_of(node)) {
    for (const Node& child : inner->nodes) {
      collect_reads(child, reads);
    }
    reads.insert(reads.end(), inner->outputs.begin(), inner->outputs.end());
  }
}

/// Kahn's algorithm; among ready nodes the earliest in the file goes first.
Status sort_graph(Graph& graph) {
  for (Node& node : graph.nodes) {
    for (Graph* inner : subgraphs_of(node)) {
      ARETE_TRY(sort_graph(*inner));
    }
  }
  std::unordered_map<ValueId, std::size_t> producer;  // of this graph only: there may be many
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const ValueId id : graph.nodes[i].outputs) {
      if (id != kNoValue) {
        producer[id] = i;
      }
    }
  }
  std::vector<std::vector<std::size_t>> followers(graph.nodes.size());
  std::vector<std::size_t> missing(graph.nodes.size(), 0);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    std::vector<ValueId> reads;
    collect_reads(graph.nodes[i], reads);
    for (const ValueId id : reads) {
      if (const auto maker = producer.find(id); maker != producer.end()) {
        followers[maker->second].push_back(i);
        ++missing[i];
      }
    }
  }
  std::vector<std::size_t> ready;  // a min-heap on position
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (missing[i] == 0) {
      ready.push_back(i);
    }
  }
  std::ranges::make_heap(ready, std::greater<>());
  std::vector<Node> ordered;
  ordered.reserve(graph.nodes.size());
  while (!ready.empty()) {
    std::ranges::pop_heap(ready, std::greater<>());
    const std::size_t next = ready.back();
    ready.pop_back();
    ordered.push_back(std::move(graph.nodes[next]));
    for (const std::size_t follower : followers[next]) {
      if (--missing[follower] == 0) {
        ready.push_back(follower);
        std::ranges::push_heap(ready, std::greater<>());
      }
    }
  }
  if (ordered.size() != graph.nodes.size()) {
    const auto stuck = std::ranges::find_if(missing, [](std::size_t count) { return count > 0; });
    const auto at = static_cast<std::size_t>(stuck - missing.begin());
    return fail(ErrorCode::kCorrupt, "{} reads, through other nodes, what it makes itself",
                describe(graph.nodes[at], at));
  }
  graph.nodes = std::move(ordered);
  return {};
}

}  // namespace

Uses uses_of(const Model& model, const Graph& graph) {
  Uses uses;
  uses.readers.resize(model.value_count());
  uses.producer.resize(model.value_count(), nullptr);
  uses.is_graph_output.resize(model.value_count(), false);
  collect_uses(graph, uses);
  return uses;
}

std::string describe(const Node& node, std::size_t position) {
  const std::string type = node.domain.empty() ? node.op_type : node.domain + "." + node.op_type;
  return node.name.empty() ? fmt::format("node {} ({})", position, type)
                           : fmt::format("node {} '{}' ({})", position, node.name, type);
}

Status check_structure(const Model& model) {
  ARETE_TRY(StructureCheck(model).graph(model.graph));
  for (const Function& function : model.functions) {
    ARETE_TRY(StructureCheck(model).graph(function.body), "function '{}'", function.name);
  }
  return {};
}

Status sort_nodes(Model& model) {
  ARETE_TRY(sort_graph(model.graph));
  for (Function& function : model.functions) {
    ARETE_TRY(sort_graph(function.body), "function '{}'", function.name);
  }
  return {};
}

}  // namespace arete::model
