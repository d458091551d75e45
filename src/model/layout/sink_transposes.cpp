// One walk in the nodes' order. A transposed value is not made but remembered as its source and a
// permutation; an operator that can work in the source's order does so, and its output is
// remembered in turn. A value is made ("materialized") when something needs its very order.
// SPDX-License-Identifier: Apache-2.0
#include "model/layout/sink_transposes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "model/layout/rewrite.hpp"

namespace arete::model::layout {
namespace {

/// value = Transpose(source, perm)
struct Remembered {
  ValueId source = kNoValue;
  Permutation perm;
};

class TransposeSinker {
 public:
  explicit TransposeSinker(Model model) : model_(std::move(model)) {
    for (std::size_t i = 0; i < model_.value_count(); ++i) {
      names_.insert(model_.value(ValueId{static_cast<std::uint32_t>(i)}).name);
    }
  }

  Result<Model> run() {
    std::vector<Node> nodes = std::move(model_.graph.nodes);
    model_.graph.nodes.clear();
    remembered_.resize(model_.value_count());
    for (Node& node : nodes) {
      ARETE_TRY(visit(std::move(node)));
    }
    for (ValueId& id : model_.graph.outputs) {
      ARETE_TRY_ASSIGN(id, graph_output(id));
    }
    take_over_names();
    drop_unused_casts();
    drop_unused_constants();
    make_node_names_unique();
    return std::move(model_);
  }

 private:
  const std::optional<Remembered>& memory_of(ValueId id) {
    if (index_of(id) >= remembered_.size()) {
      remembered_.resize(model_.value_count());
    }
    return remembered_[index_of(id)];
  }
  void remember(ValueId id, Remembered memory) {
    (void)memory_of(id);
    remembered_[index_of(id)] = std::move(memory);
  }

  Status visit(Node node) {
    if (node.is("Transpose") && node.inputs.size() == 1 && node.outputs.size() == 1 &&
        remember_transpose(node)) {
      return {};
    }
    ARETE_TRY_ASSIGN(const bool done, try_rewrite(node));
    if (done) {
      return {};
    }
    for (ValueId& id : node.inputs) {
      if (id != kNoValue) {
        ARETE_TRY_ASSIGN(id, materialize(id));
      }
    }
    for (Graph* inner : subgraphs_of(node)) {
      ARETE_TRY(materialize_captures(*inner));
    }
    if (node.is("Cast") && node.inputs.size() == 1 && model_.value(node.inputs[0]).constant &&
        node.outputs[0] != kNoValue) {
      cast_constants_[index_of(node.outputs[0])] = node;
    }
    model_.graph.nodes.push_back(std::move(node));
    return {};
  }

  /// Constants, and casts of them: transposing these costs nothing at run time.
  bool constant_like(ValueId id) const {
    return model_.value(id).constant || cast_constants_.contains(index_of(id));
  }

  Status materialize_captures(Graph& graph) {
    for (Node& node : graph.nodes) {
      for (ValueId& id : node.inputs) {
        if (id != kNoValue) {
          ARETE_TRY_ASSIGN(id, materialize(id));
        }
      }
      for (Graph* inner : subgraphs_of(node)) {
        ARETE_TRY(materialize_captures(*inner));
      }
    }
    for (ValueId& id : graph.outputs) {
      ARETE_TRY_ASSIGN(id, materialize(id));
    }
    return {};
  }

  bool remember_transpose(const Node& node) {
    const ValueId from = node.inputs[0];
    const ValueId to = node.outputs[0];
    const auto rank = model_.value(from).shape ? model_.value(from).shape->size() : 0;
    Permutation perm = node.integers_or("perm", {});
    if (perm.empty()) {
      perm = identity_permutation(rank);
      std::ranges::reverse(perm);
    }
    if (rank == 0 || perm.size() != rank || !is_permutation(perm)) {
      return false;
    }
    const auto expected = permute(model_.value(from).quantization, perm);
    if (!expected || expected.value() != model_.value(to).quantization) {
      return false;
    }
    Remembered memory{from, std::move(perm)};
    if (const auto& before = memory_of(from)) {
      memory = {before->source, compose(before->perm, memory.perm)};
    }
    remember(to, std::move(memory));
    return true;
  }

  /// The permutation that most of the data inputs share, if pushing it costs no more transposes
  /// than it saves.
  std::optional<Permutation> common_permutation(const Node& node, std::size_t data_inputs) {
    std::map<Permutation, std::size_t> votes;
    std::size_t others = 0;
    for (std::size_t i = 0; i < std::min(data_inputs, node.inputs.size()); ++i) {
      const ValueId id = node.inputs[i];
      if (id == kNoValue || constant_like(id)) {
        continue;
      }
      const auto& memory = memory_of(id);
      if (memory && !is_identity(memory->perm)) {
        ++votes[memory->perm];
      } else {
        ++others;
      }
    }
    const auto best =
        std::ranges::max_element(votes, {}, [](const auto& vote) { return vote.second; });
    if (best == votes.end() || best->second < others) {
      return std::nullopt;
    }
    return best->first;
  }

  /// True if the node was rewritten (or already placed).
  Result<bool> try_rewrite(const Node& node) {
    if (node.inputs.empty() || !subgraphs_of(node).empty()) {
      return false;
    }
    const auto perm = common_permutation(node, node.inputs.size());
    if (!perm) {
      return false;
    }
    auto rewrite = rewrite_for(model_, node, *perm);
    if (!rewrite || !fits(*rewrite, *perm)) {
      return false;
    }
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      if (node.inputs[i] == kNoValue) {
        continue;
      }
      ARETE_TRY_ASSIGN(rewrite->node.inputs[i], i < rewrite->data_inputs
                                                    ? input_in_order(node.inputs[i], inverse(*perm))
                                                    : materialize(node.inputs[i]));
    }
    for (auto& [i, values] : rewrite->constants) {
      rewrite->node.inputs[i] = integer_constant(node.name, values);
    }
    for (ValueId& id : rewrite->node.outputs) {
      ARETE_TRY_ASSIGN(id, output_in_order(id, rewrite->output_perm));
    }
    model_.graph.nodes.push_back(std::move(rewrite->node));
    return true;
  }

  /// Every data input must have the rank of perm, or be a constant that can be brought to it.
  bool fits(const Rewrite& rewrite, const Permutation& perm) {
    for (std::size_t i = 0; i < std::min(rewrite.data_inputs, rewrite.node.inputs.size()); ++i) {
      const ValueId id = rewrite.node.inputs[i];
      if (id == kNoValue) {
        continue;
      }
      const Value& value = model_.value(id);
      if (!value.shape || value.shape->size() > perm.size()) {
        return false;
      }
      if (value.shape->size() == perm.size()) {
        continue;
      }
      const bool scalar = value.constant && value.constant->elements() == 1;
      const bool constant =
          constant_like(id) && (!value.quantization || value.quantization->per_tensor());
      if (!rewrite.broadcasts || (!scalar && !constant)) {
        return false;
      }
    }
    for (const ValueId id : rewrite.node.outputs) {
      const auto& shape = model_.value(id).shape;
      if (!shape || shape->size() != rewrite.output_perm.size()) {
        return false;
      }
    }
    return true;
  }

  /// `id` permuted by `order`: a folded constant, a source, or a new Transpose.
  Result<ValueId> input_in_order(ValueId id, const Permutation& order) {
    const Value& value = model_.value(id);
    if (value.constant && value.shape->size() < order.size()) {
      if (value.constant->elements() == 1) {
        return id;
      }
      return lifted_constant(id, order);
    }
    if (const auto cast = cast_constants_.find(index_of(id)); cast != cast_constants_.end()) {
      return moved_cast(cast->second, order);
    }
    Remembered want{id, order};
    if (const auto& memory = memory_of(id)) {
      want = {memory->source, compose(memory->perm, order)};
    }
    return transposed(want, std::nullopt);
  }

  /// A constant of lower rank with ones put before, then permuted.
  Result<ValueId> lifted_constant(ValueId id, const Permutation& order) {
    const Value source = model_.value(id);
    std::vector<std::int64_t> dims(order.size() - source.shape->size(), 1);
    dims.insert(dims.end(), source.constant->shape().begin(), source.constant->shape().end());
    ARETE_TRY_ASSIGN(auto data, permute(source.constant->reshaped(tensor::Shape(dims)), order));
    const ValueId made = model_.add_constant(fresh_name(source.name), std::move(data));
    model_.value(made).quantization = source.quantization;
    model_.value(made).dtype = source.dtype;
    return made;
  }

  /// The cast of a permuted constant instead of a transposed cast.
  Result<ValueId> moved_cast(Node cast, const Permutation& order) {
    const ValueId from = cast.inputs[0];
    const auto key = std::pair(index_of(cast.outputs[0]), order);
    if (const auto found = made_.find(key); found != made_.end()) {
      return found->second;
    }
    const bool lower = model_.value(from).shape->size() < order.size();
    ARETE_TRY_ASSIGN(cast.inputs[0], lower ? lifted_constant(from, order)
                                           : transposed({from, order}, std::nullopt));
    Value made = model_.value(cast.outputs[0]);
    made.name = fresh_name(made.name);
    made.shape = model_.value(cast.inputs[0]).shape;
    cast.outputs[0] = model_.add_value(std::move(made));
    cast.name = model_.value(cast.outputs[0]).name;
    made_[key] = cast.outputs[0];
    model_.graph.nodes.push_back(cast);
    return cast.outputs[0];
  }

  Result<ValueId> materialize(ValueId id) {
    const auto& memory = memory_of(id);
    if (!memory) {
      return id;
    }
    return transposed(*memory, id);
  }

  /// The value Transpose(source, perm): made at most once, under the id `as` if one is given.
  Result<ValueId> transposed(Remembered want, std::optional<ValueId> as) {
    if (is_identity(want.perm)) {
      return want.source;
    }
    const auto key = std::pair(index_of(want.source), want.perm);
    if (const auto found = made_.find(key); found != made_.end()) {
      return found->second;
    }
    if (const auto cast = cast_constants_.find(index_of(want.source));
        cast != cast_constants_.end()) {
      return moved_cast(cast->second, want.perm);
    }
    const Value source = model_.value(want.source);
    ARETE_TRY_ASSIGN(auto quantization, permute(source.quantization, want.perm));
    ValueId id = as.value_or(kNoValue);
    if (source.constant) {
      ARETE_TRY_ASSIGN(auto data, permute(*source.constant, want.perm));
      id = model_.add_constant(fresh_name(source.name), std::move(data));
      model_.value(id).quantization = std::move(quantization);
      model_.value(id).dtype = source.dtype;
    } else {
      if (!as) {
        id = new_value(source, std::move(quantization), want.perm);
      }
      Node node;
      node.op_type = "Transpose";
      node.name = model_.value(id).name;
      node.inputs = {want.source};
      node.outputs = {id};
      node.attributes["perm"] = want.perm;
      model_.graph.nodes.push_back(std::move(node));
      if (as) {
        remember(id, {});
        remembered_[index_of(id)].reset();  // it exists now
      }
    }
    made_[key] = id;
    return id;
  }

  ValueId new_value(const Value& like, std::optional<tensor::Quantization> quantization,
                    const Permutation& perm) {
    Value value;
    value.name = fresh_name(like.name);
    value.dtype = like.dtype;
    if (like.shape) {
      value.shape = permuted(*like.shape, perm);
    }
    value.quantization = std::move(quantization);
    return model_.add_value(std::move(value));
  }

  /// The new value that a rewritten node makes; the old one is remembered as its transpose.
  Result<ValueId> output_in_order(ValueId id, const Permutation& perm) {
    if (id == kNoValue || is_identity(perm)) {
      return id;
    }
    const Permutation back = inverse(perm);
    const Value old = model_.value(id);
    ARETE_TRY_ASSIGN(auto quantization, permute(old.quantization, back));
    const ValueId made = new_value(old, std::move(quantization), back);
    remember(id, {made, perm});
    return made;
  }

  ValueId integer_constant(std::string_view name, const std::vector<std::int64_t>& values) {
    const tensor::Shape shape{static_cast<std::int64_t>(values.size())};
    return model_.add_constant(fresh_name(fmt::format("{}/axes", name)),
                               tensor::Tensor::of<std::int64_t>(shape, values));
  }

  /// A graph output keeps its name: the value itself, a renamed source, or a copy.
  Result<ValueId> graph_output(ValueId id) {
    const auto memory = memory_of(id);
    ARETE_TRY_ASSIGN(const ValueId made, materialize(id));
    if (made == id || !memory) {
      return id;
    }
    const auto& graph = model_.graph;
    const bool taken = model_.value(made).constant ||
                       std::ranges::find(graph.inputs, made) != graph.inputs.end() ||
                       std::ranges::find(graph.outputs, made) != graph.outputs.end();
    if (!taken) {
      std::swap(model_.value(made).name, model_.value(id).name);
      return made;
    }
    Node copy;
    copy.op_type = "Identity";
    copy.name = model_.value(id).name;
    copy.inputs = {made};
    copy.outputs = {id};
    model_.graph.nodes.push_back(std::move(copy));
    remembered_[index_of(id)].reset();
    return id;
  }

  /// Values that were never made leave their names to the sources that stand for them.
  void take_over_names() {
    std::vector<bool> fixed(model_.value_count(), false);
    for (const auto& list : {model_.graph.inputs, model_.graph.outputs, model_.graph.constants}) {
      for (const ValueId id : list) {
        fixed[index_of(id)] = true;
      }
    }
    for (std::size_t i = 0; i < remembered_.size(); ++i) {
      if (!remembered_[i]) {
        continue;
      }
      const ValueId source = remembered_[i]->source;
      if (fixed[i] || fixed[index_of(source)]) {
        continue;
      }
      fixed[index_of(source)] = true;
      std::swap(model_.value(source).name,
                model_.value(ValueId{static_cast<std::uint32_t>(i)}).name);
    }
  }

  /// What is left of a value that nothing makes or reads any more: its name.
  void forget(ValueId id) {
    Value& value = model_.value(id);
    value.constant.reset();
    value.quantization.reset();
  }

  /// Casts that were moved leave the old ones behind.
  void drop_unused_casts() {
    const Uses uses = uses_of(model_, model_.graph);
    std::erase_if(model_.graph.nodes, [&](const Node& node) {
      const bool cast = node.is("Cast") && cast_constants_.contains(index_of(node.outputs[0]));
      return cast && uses.readers[index_of(node.outputs[0])].empty() &&
             !uses.is_graph_output[index_of(node.outputs[0])];
    });
  }

  void drop_unused_constants() {
    for (std::size_t i = 0; i < remembered_.size(); ++i) {
      if (remembered_[i]) {
        forget(ValueId{static_cast<std::uint32_t>(i)});
      }
    }
    const Uses uses = uses_of(model_, model_.graph);
    std::erase_if(model_.graph.constants, [&](ValueId id) {
      const bool unused = uses.readers[index_of(id)].empty() && !uses.is_graph_output[index_of(id)];
      if (unused) {
        forget(id);
      }
      return unused;
    });
  }

  /// A copy or transpose made here may have taken the name of the node that it follows.
  void make_node_names_unique() {
    std::unordered_set<std::string> taken;
    for (Node& node : model_.graph.nodes) {
      const std::string wish = node.name;
      for (int suffix = 1; !node.name.empty() && !taken.insert(node.name).second; ++suffix) {
        node.name = fmt::format("{}/{}{}", wish, node.op_type, suffix);
      }
    }
  }

  std::string fresh_name(std::string_view wish) {
    std::string name = fmt::format("{}/t", wish);
    for (int suffix = 1; !names_.insert(name).second; ++suffix) {
      name = fmt::format("{}/t{}", wish, suffix);
    }
    return name;
  }

  Model model_;
  std::vector<std::optional<Remembered>> remembered_;
  std::map<std::pair<std::uint32_t, Permutation>, ValueId> made_;
  std::map<std::uint32_t, Node> cast_constants_;  ///< by the value that the cast makes
  std::unordered_set<std::string> names_;
};

}  // namespace

Result<Model> sink_transposes(Model model) { return TransposeSinker(std::move(model)).run(); }

std::size_t transpose_count(const Model& model) {
  return static_cast<std::size_t>(std::ranges::count_if(
      model.graph.nodes, [](const Node& node) { return node.is("Transpose"); }));
}

}  // namespace arete::model::layout
