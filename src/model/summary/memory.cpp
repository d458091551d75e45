// SPDX-License-Identifier: Apache-2.0
#include "model/summary/memory.hpp"

#include <algorithm>
#include <functional>
#include <vector>

namespace arete::model {
namespace {

std::optional<std::int64_t> bytes_of_value(const Value& value) {
  if (!value.shape || value.dtype == tensor::DType::kUndefined) {
    return std::nullopt;
  }
  const auto shape = concrete(*value.shape);
  if (!shape) {
    return std::nullopt;
  }
  const auto elements = tensor::checked_elements(shape->dims());
  if (!elements) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(
      tensor::bytes_of(value.stored_dtype(), static_cast<std::size_t>(*elements)));
}

/// Calls `visit` for each value that a node or its subgraphs read.
void each_read(const Node& node, const std::function<void(ValueId)>& visit) {
  for (const ValueId id : node.inputs) {
    if (id != kNoValue) {
      visit(id);
    }
  }
  for (const Graph* inner : subgraphs_of(node)) {
    for (const Node& child : inner->nodes) {
      each_read(child, visit);
    }
    std::ranges::for_each(inner->outputs, visit);
  }
}

/// Walks one graph; values made outside of it are the surrounding graph's business.
class Lifetimes {
 public:
  Lifetimes(const Model& model, const Graph& graph)
      : model_(model), graph_(graph), last_read_(model.value_count(), kNever) {
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      each_read(graph.nodes[i], [&](ValueId id) { last_read_[index_of(id)] = i; });
    }
    for (const ValueId id : graph.outputs) {
      last_read_[index_of(id)] = graph.nodes.size();
    }
  }

  std::optional<std::int64_t> peak() {
    for (const ValueId id : graph_.inputs) {
      if (!begin(id)) {
        return std::nullopt;
      }
    }
    std::int64_t most = live_;
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      const std::optional<std::int64_t> inside = subgraph_peak(graph_.nodes[i]);
      if (!inside || !begin_outputs(graph_.nodes[i])) {
        return std::nullopt;
      }
      most = std::max(most, live_ + *inside);
      end_after(i);
    }
    return most;
  }

 private:
  static constexpr std::size_t kNever = static_cast<std::size_t>(-1);

  bool begin(ValueId id) {
    if (id == kNoValue || model_.value(id).constant) {
      return true;
    }
    const auto bytes = bytes_of_value(model_.value(id));
    if (!bytes) {
      return false;
    }
    live_ += *bytes;
    alive_.push_back({id, *bytes});
    return true;
  }
  bool begin_outputs(const Node& node) {
    return std::ranges::all_of(node.outputs, [&](ValueId id) { return begin(id); });
  }
  void end_after(std::size_t node) {
    std::erase_if(alive_, [&](const Alive& value) {
      const std::size_t last = last_read_[index_of(value.id)];
      const bool over = last == kNever || last <= node;
      live_ -= over ? value.bytes : 0;
      return over;
    });
  }
  std::optional<std::int64_t> subgraph_peak(const Node& node) const {
    std::int64_t most = 0;
    for (const Graph* inner : subgraphs_of(node)) {
      const auto peak = Lifetimes(model_, *inner).peak();
      if (!peak) {
        return std::nullopt;
      }
      most = std::max(most, *peak);
    }
    return most;
  }

  struct Alive {
    ValueId id;
    std::int64_t bytes;
  };
  const Model& model_;
  const Graph& graph_;
  std::vector<std::size_t> last_read_;
  std::vector<Alive> alive_;
  std::int64_t live_ = 0;
};

}  // namespace

std::optional<std::int64_t> peak_activation_bytes(const Model& model) {
  return Lifetimes(model, model.graph).peak();
}

}  // namespace arete::model
