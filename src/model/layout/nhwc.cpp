// SPDX-License-Identifier: Apache-2.0
#include "model/layout/nhwc.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <unordered_set>
#include <utility>

#include "model/layout/permute.hpp"
#include "model/layout/sink_transposes.hpp"

namespace arete::model::layout {
namespace {

constexpr std::array<std::string_view, 10> kLayoutBound = {
    "AveragePool",   "Conv",   "ConvTranspose", "DepthToSpace", "GlobalAveragePool",
    "GlobalMaxPool", "LpPool", "MaxPool",       "Resize",       "SpaceToDepth"};

/// Rewrites every layout-bound node of one domain into the other, with transposes around it.
class LayoutChange {
 public:
  LayoutChange(Model model, bool to_nhwc) : model_(std::move(model)), to_nhwc_(to_nhwc) {
    for (std::size_t i = 0; i < model_.value_count(); ++i) {
      names_.insert(model_.value(ValueId{static_cast<std::uint32_t>(i)}).name);
    }
  }

  Result<Model> run() {
    std::vector<Node> nodes = std::move(model_.graph.nodes);
    model_.graph.nodes.clear();
    for (Node& node : nodes) {
      if (bound(node)) {
        ARETE_TRY(change(std::move(node)));
      } else {
        model_.graph.nodes.push_back(std::move(node));
      }
    }
    if (to_nhwc_) {
      model_.opset_imports[std::string(kNhwcDomain)] = 1;
    } else {
      model_.opset_imports.erase(std::string(kNhwcDomain));
    }
    return sink_transposes(std::move(model_));
  }

 private:
  bool bound(const Node& node) const {
    const std::string_view domain = to_nhwc_ ? std::string_view() : kNhwcDomain;
    if (node.domain != domain ||
        std::ranges::find(kLayoutBound, node.op_type) == kLayoutBound.end()) {
      return false;
    }
    return std::ranges::all_of(node.outputs, [&](ValueId id) { return rank_of(id) == 4; }) &&
           rank_of(node.inputs[0]) == 4;
  }
  std::size_t rank_of(ValueId id) const {
    return id == kNoValue || !model_.value(id).shape ? 0 : model_.value(id).shape->size();
  }

  /// The order of data: from the node's old form to its new one.
  Permutation data_order() const {
    return to_nhwc_ ? Permutation{0, 2, 3, 1} : Permutation{0, 3, 1, 2};
  }

  /// Filters: OIHW to OHWI; depthwise ones to 1HWO; those of ConvTranspose (IOHW) to OHWI.
  Permutation filter_order(const Node& node) const {
    Permutation order = {0, 2, 3, 1};
    if (node.op_type == "ConvTranspose" || depthwise(node)) {
      order = {1, 2, 3, 0};
    }
    return to_nhwc_ ? order : inverse(order);
  }
  bool depthwise(const Node& node) const {
    const Dim& channels = (*model_.value(node.inputs[0]).shape)[to_nhwc_ ? 1 : 3];
    const std::int64_t group = node.integer_or("group", 1);
    return node.metadata.contains(kDepthwise) ||
           (group > 1 && channels.known() && channels.size() == group);
  }

  Status change(Node node) {
    const bool filtered = node.op_type == "Conv" || node.op_type == "ConvTranspose";
    const Permutation filter = filtered ? filter_order(node) : Permutation();
    ARETE_TRY_ASSIGN(node.inputs[0], transposed(node.inputs[0], data_order()));
    if (filtered && node.inputs.size() > 1) {
      ARETE_TRY_ASSIGN(node.inputs[1], transposed(node.inputs[1], filter));
    }
    if (node.op_type == "Resize") {
      ARETE_TRY(reorder_sizes(node));
    }
    node.domain = to_nhwc_ ? std::string(kNhwcDomain) : std::string();
    const std::vector<ValueId> olds = node.outputs;
    for (ValueId& id : node.outputs) {
      ARETE_TRY_ASSIGN(id, value_like(id, data_order()));
    }
    const std::vector<ValueId> news = node.outputs;
    model_.graph.nodes.push_back(std::move(node));
    for (std::size_t i = 0; i < olds.size(); ++i) {
      add_transpose(news[i], olds[i], inverse(data_order()));
    }
    return {};
  }

  /// Scales and sizes of a Resize are lists in the order of the dimensions.
  Status reorder_sizes(Node& node) {
    for (std::size_t i = 2; i < node.inputs.size(); ++i) {
      if (node.inputs[i] == kNoValue) {
        continue;
      }
      const Value list = model_.value(node.inputs[i]);
      if (!list.constant || (list.constant->elements() != 4 && list.constant->elements() != 0)) {
        return fail(ErrorCode::kUnsupported, "'{}': sizes that are computed", node.name);
      }
      if (list.constant->elements() == 0) {
        continue;
      }
      ARETE_TRY_ASSIGN(auto data, tensor::Tensor::allocate(list.dtype, list.constant->shape()));
      for (std::int64_t at = 0; at < 4; ++at) {
        const auto from = data_order()[static_cast<std::size_t>(at)];
        data.set_number(at, list.constant->number_at(from));
      }
      node.inputs[i] = model_.add_constant(fresh_name(list.name), std::move(data));
    }
    return {};
  }

  Result<ValueId> value_like(ValueId id, const Permutation& order) {
    Value value = model_.value(id);
    if (!value.shape || value.shape->size() != order.size()) {
      return fail(ErrorCode::kUnsupported, "'{}' is not known to have {} dimensions", value.name,
                  order.size());
    }
    value.name = fresh_name(value.name);
    value.constant.reset();
    value.metadata.clear();
    value.shape = permuted(*value.shape, order);
    ARETE_TRY_ASSIGN(value.quantization, permute(value.quantization, order));
    return model_.add_value(std::move(value));
  }

  Result<ValueId> transposed(ValueId id, const Permutation& order) {
    ARETE_TRY_ASSIGN(const ValueId made, value_like(id, order));
    add_transpose(id, made, order);
    return made;
  }

  void add_transpose(ValueId from, ValueId to, const Permutation& order) {
    Node node;
    node.op_type = "Transpose";
    node.name = model_.value(to).name + "/transpose";
    node.inputs = {from};
    node.outputs = {to};
    node.attributes["perm"] = order;
    model_.graph.nodes.push_back(std::move(node));
  }

  std::string fresh_name(std::string_view wish) {
    std::string name = fmt::format("{}/l", wish);
    for (int suffix = 1; !names_.insert(name).second; ++suffix) {
      name = fmt::format("{}/l{}", wish, suffix);
    }
    return name;
  }

  Model model_;
  bool to_nhwc_;
  std::unordered_set<std::string> names_;
};

}  // namespace

Result<Model> to_nhwc(Model model) { return LayoutChange(std::move(model), true).run(); }
Result<Model> from_nhwc(Model model) { return LayoutChange(std::move(model), false).run(); }

}  // namespace arete::model::layout
