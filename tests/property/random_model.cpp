// SPDX-License-Identifier: Apache-2.0
#include "random_model.hpp"

#include <fmt/format.h>

#include <array>
#include <random>
#include <string_view>
#include <utility>
#include <vector>

namespace arete::model {
namespace {

constexpr std::int64_t kWidth = 4;

class Generator {
 public:
  explicit Generator(std::uint32_t seed) : random_(seed) {
    model_.opset_imports[""] = 21;
    model_.producer_name = fmt::format("random {}", seed);
  }

  Model make() {
    ValueId last = add_value("x");
    model_.graph.inputs.push_back(last);
    const int steps = pick(2, 9);
    for (int i = 0; i < steps; ++i) {
      last = add_step(last);
      made_.push_back(last);
    }
    if (chance(3)) {
      last = add_branches(last);
    }
    model_.graph.outputs.push_back(last);
    if (chance(3) && made_.front() != last) {
      model_.graph.outputs.push_back(made_.front());
    }
    if (chance(2)) {
      model_.metadata["note"] = "seed";
    }
    return std::move(model_);
  }

 private:
  int pick(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }
  /// True once in `n`.
  bool chance(int n) { return pick(1, n) == 1; }
  float number() { return std::uniform_real_distribution<float>(-2, 2)(random_); }

  tensor::Tensor numbers(tensor::Shape shape) {
    std::vector<float> values(static_cast<std::size_t>(shape.elements()));
    for (float& value : values) {
      value = number();
    }
    return tensor::Tensor::of<float>(std::move(shape), values);
  }

  ValueId add_value(std::string_view wish) {
    Value value;
    value.name = model_.unique_name(wish);
    value.dtype = tensor::DType::kF32;
    value.shape = SymbolicShape{Dim(std::string("batch")), Dim(kWidth)};
    return model_.add_value(std::move(value));
  }

  Node& add_node(Graph& graph, std::string_view type, std::vector<ValueId> inputs, ValueId output) {
    Node node;
    node.op_type = type;
    node.name = chance(3) ? std::string() : fmt::format("{}_{}", type, graph.nodes.size());
    node.inputs = std::move(inputs);
    node.outputs = {output};
    graph.nodes.push_back(std::move(node));
    return graph.nodes.back();
  }

  ValueId add_step(ValueId from) {
    const ValueId to = add_value("v");
    switch (pick(0, 4)) {
      case 0:
        add_node(model_.graph, "Relu", {from}, to);
        break;
      case 1:
        add_node(model_.graph, "LeakyRelu", {from}, to).attributes["alpha"] = number();
        break;
      case 2:
        add_node(model_.graph, "Add", {from, any_made(from)}, to);
        break;
      case 3:
        add_node(model_.graph, "Mul", {from, model_.add_constant(fresh("c"), numbers({kWidth}))},
                 to);
        break;
      default:
        add_node(model_.graph, "MatMul", {from, weights()}, to);
    }
    if (chance(3)) {
      quantize(to);
    }
    return to;
  }

  std::string fresh(std::string_view wish) { return model_.unique_name(wish); }
  ValueId any_made(ValueId otherwise) {
    return made_.empty()
               ? otherwise
               : made_[static_cast<std::size_t>(pick(0, static_cast<int>(made_.size()) - 1))];
  }

  /// A square matrix, sometimes stored as i8 with one scale or one a column.
  ValueId weights() {
    if (chance(2)) {
      return model_.add_constant(fresh("w"), numbers({kWidth, kWidth}));
    }
    std::vector<std::int8_t> stored(kWidth * kWidth);
    for (std::int8_t& value : stored) {
      value = static_cast<std::int8_t>(pick(-127, 127));
    }
    const ValueId id =
        model_.add_constant(fresh("q"), tensor::Tensor::of<std::int8_t>({kWidth, kWidth}, stored));
    tensor::Quantization quantization;
    quantization.stored = tensor::DType::kI8;
    if (chance(2)) {
      quantization.scales = {0.01F};
    } else {
      quantization.axis = 1;
      quantization.scales = {0.01F, 0.02F, 0.03F, 0.04F};
    }
    model_.value(id).dtype = tensor::DType::kF32;
    model_.value(id).quantization = std::move(quantization);
    return id;
  }

  void quantize(ValueId id) {
    tensor::Quantization quantization;
    const bool is_signed = chance(2);
    quantization.stored = is_signed ? tensor::DType::kI8 : tensor::DType::kU8;
    quantization.scales = {0.0625F * static_cast<float>(pick(1, 4))};
    if (!is_signed || chance(2)) {
      quantization.zero_points = {is_signed ? pick(-20, 20) : pick(90, 160)};
    }
    model_.value(id).quantization = std::move(quantization);
  }

  /// If on a constant; both branches read `from` from outside.
  ValueId add_branches(ValueId from) {
    const ValueId condition =
        model_.add_constant(fresh("condition"), tensor::Tensor::scalar<bool>(chance(2)));
    const ValueId to = add_value("chosen");
    Node& node = add_node(model_.graph, "If", {condition}, to);
    for (const auto& [branch, type] : std::array<std::pair<std::string_view, std::string_view>, 2>{
             {{"then_branch", "Neg"}, {"else_branch", "Abs"}}}) {
      Graph inner;
      inner.name = branch;
      const ValueId result = add_value("inner");
      add_node(inner, type, {from}, result);
      inner.outputs = {result};
      node.attributes[std::string(branch)] = GraphBox(std::move(inner));
    }
    return to;
  }

  std::mt19937 random_;
  Model model_;
  std::vector<ValueId> made_;
};

}  // namespace

Model random_model(std::uint32_t seed) { return Generator(seed).make(); }

tensor::Tensor random_input(std::uint32_t seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> number(-3, 3);
  std::vector<float> values(3 * kWidth);
  for (float& value : values) {
    value = number(random);
  }
  return tensor::Tensor::of<float>({3, kWidth}, values);
}

}  // namespace arete::model
