// The driver: walks graphs in order, asks each operator's rule, folds small constants and merges
// what the file declares. One frame of facts serves all graphs, as value ids are unique in a model.
// SPDX-License-Identifier: Apache-2.0
#include "model/operators/infer_shapes.hpp"

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "model/operators/function_body.hpp"
#include "model/operators/operator.hpp"
#include "model/operators/rules.hpp"

namespace arete::model {
namespace {

using operators::elements_of;
using tensor::DType;
using tensor::Shape;
using tensor::Tensor;
using OpsetImports = std::map<std::string, std::int64_t>;

/// Constants up to this many elements take part in shape arithmetic.
constexpr std::int64_t kFoldLimit = 4096;
/// What an import that the model forgot is taken for.
constexpr std::int64_t kNewestOpset = 1000;

bool draws_random_numbers(const Node& node) {
  return node.op_type.starts_with("Random") || node.is("Bernoulli") || node.is("Multinomial");
}

/// Operators whose output shape depends on data, but never outgrows their input by much.
bool has_bounded_output(const Node& node) {
  return node.is("Constant") || node.is("NonZero") || node.is("Unique") || node.is("Compress");
}

class ShapeInference {
 public:
  explicit ShapeInference(Model& model) : model_(model), facts_(model.value_count()) {}

  Status bind_inputs(const std::map<std::string, Shape>& input_shapes);
  Status run();

 private:
  Status bind(const Value& value, const Shape& shape);
  Status walk(const Graph& graph);
  Status visit(const Node& node);
  Status apply_operator(const Operator& row, ShapeContext& context);
  Status apply_function(const Function& function, ShapeContext& context);
  void fold(const Operator& row, ShapeContext& context, const std::vector<ShapeFacts>& inputs);
  [[nodiscard]] bool can_fold(const Operator& row, ShapeContext& context,
                              const std::vector<ShapeFacts>& inputs) const;
  Result<std::vector<ShapeFacts>> infer_graph(const Graph& graph, std::vector<ShapeFacts> inputs);
  Status enter_graph(const Graph& graph, std::vector<ShapeFacts> inputs);
  Status settle(ValueId id, ShapeFacts facts);
  void complete(ShapeFacts& facts);
  [[nodiscard]] ShapeFacts declared(ValueId id) const;
  [[nodiscard]] ShapeFacts known(ValueId id);
  void write_back(const Graph& graph);

  Model& model_;
  std::vector<std::optional<ShapeFacts>> facts_;
  std::map<std::string, Shape> input_shapes_;
  std::map<std::string, std::int64_t> bound_;  ///< symbols with a number
  std::deque<Tensor> folded_;                  ///< what ShapeFacts::constant points into
  std::vector<std::unique_ptr<Graph>> bodies_;
  const OpsetImports* imports_ = nullptr;
  int depth_ = 0;
};

Status ShapeInference::bind(const Value& value, const Shape& shape) {
  if (!value.shape) {
    return {};
  }
  if (value.shape->size() != shape.rank()) {
    return fail(ErrorCode::kInvalid, "input '{}' has shape {}, {} does not fit", value.name,
                text_of(*value.shape), shape.text());
  }
  for (std::size_t axis = 0; axis < shape.rank(); ++axis) {
    const Dim& dim = (*value.shape)[axis];
    if (shape[axis] < 0 || (dim.known() && dim.size() != shape[axis])) {
      return fail(ErrorCode::kInvalid, "input '{}' has shape {}, {} does not fit", value.name,
                  text_of(*value.shape), shape.text());
    }
    if (!dim.symbol().empty()) {
      const auto [at, is_new] = bound_.emplace(dim.symbol(), shape[axis]);
      if (!is_new && at->second != shape[axis]) {
        return fail(ErrorCode::kInvalid, "input '{}': '{}' is {} here and {} before", value.name,
                    dim.symbol(), shape[axis], at->second);
      }
    }
  }
  return {};
}

Status ShapeInference::bind_inputs(const std::map<std::string, Shape>& input_shapes) {
  for (const auto& [name, shape] : input_shapes) {
    const auto found = std::ranges::find_if(
        model_.graph.inputs, [&](ValueId id) { return model_.value(id).name == name; });
    if (found == model_.graph.inputs.end()) {
      return fail(ErrorCode::kNotFound, "the model has no input '{}'", name);
    }
    ARETE_TRY(bind(model_.value(*found), shape));
  }
  input_shapes_ = input_shapes;
  return {};
}

Status ShapeInference::run() {
  imports_ = &model_.opset_imports;
  for (const ValueId id : model_.graph.inputs) {
    ShapeFacts facts = declared(id);
    const auto given = input_shapes_.find(model_.value(id).name);
    if (given != input_shapes_.end()) {
      facts.shape = symbolic(given->second);
    }
    facts.constant = nullptr;  // a default that a caller may replace
    facts.elements.reset();
    facts_[index_of(id)] = std::move(facts);
  }
  ARETE_TRY(walk(model_.graph));
  write_back(model_.graph);
  return {};
}

Status ShapeInference::walk(const Graph& graph) {
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    ARETE_TRY(visit(graph.nodes[i]), "{}", describe(graph.nodes[i], i));
  }
  return {};
}

Status ShapeInference::visit(const Node& node) {
  std::vector<ShapeFacts> inputs;
  for (const ValueId id : node.inputs) {
    inputs.push_back(id == kNoValue ? ShapeFacts{.present = false} : known(id));
  }
  const auto import = imports_->find(node.domain);
  const std::int64_t opset = import == imports_->end() ? kNewestOpset : import->second;
  ShapeContext context(node, opset, inputs);
  context.infer_subgraph = [this](const Graph& graph, std::vector<ShapeFacts> given) {
    return infer_graph(graph, std::move(given));
  };
  if (const Function* function = find_function(model_, node)) {
    ARETE_TRY(apply_function(*function, context));
  } else if (const Operator* row = find_operator(node.domain, node.op_type, opset)) {
    ARETE_TRY(apply_operator(*row, context));
    for (ShapeFacts& facts : context.outputs()) {
      complete(facts);
    }
    fold(*row, context, inputs);
  }
  for (std::size_t i = 0; i < node.outputs.size(); ++i) {
    if (node.outputs[i] != kNoValue) {
      ARETE_TRY(settle(node.outputs[i], std::move(context.outputs()[i])));
    }
  }
  return {};
}

Status ShapeInference::apply_operator(const Operator& row, ShapeContext& context) {
  const std::size_t count = context.input_count();
  if (count < row.min_inputs || (row.max_inputs != kVariadic && count > row.max_inputs)) {
    return fail(ErrorCode::kInvalid, "has {} inputs, the operator takes {}", count,
                row.max_inputs == kVariadic
                    ? fmt::format("{} or more", row.min_inputs)
                    : fmt::format("{} to {}", row.min_inputs, row.max_inputs));
  }
  return row.shape != nullptr ? row.shape(context) : Status();
}

Status ShapeInference::apply_function(const Function& function, ShapeContext& context) {
  bodies_.push_back(std::make_unique<Graph>(resolved_body(function, context.node())));
  const OpsetImports* const outer = std::exchange(imports_, &function.opset_imports);
  std::vector<ShapeFacts> inputs;
  for (std::size_t i = 0; i < context.input_count(); ++i) {
    inputs.push_back(context.input(i));
  }
  auto outputs = infer_graph(*bodies_.back(), std::move(inputs));
  imports_ = outer;
  ARETE_TRY(outputs);
  const std::size_t wanted = std::min(outputs->size(), context.outputs().size());
  std::move(outputs->begin(), outputs->begin() + static_cast<std::ptrdiff_t>(wanted),
            context.outputs().begin());
  return {};
}

Status ShapeInference::enter_graph(const Graph& graph, std::vector<ShapeFacts> inputs) {
  for (std::size_t i = 0; i < graph.inputs.size(); ++i) {
    ShapeFacts given = i < inputs.size() ? std::move(inputs[i]) : ShapeFacts{.present = false};
    ARETE_TRY(settle(graph.inputs[i], std::move(given)));
  }
  return walk(graph);
}

/// A rule may go on after a failure (the branch of an If that is never taken), so the depth is kept
/// right on every way out.
Result<std::vector<ShapeFacts>> ShapeInference::infer_graph(const Graph& graph,
                                                            std::vector<ShapeFacts> inputs) {
  if (depth_ >= kMaxNesting) {
    return fail(ErrorCode::kCorrupt, "graphs and functions nest deeper than {}", kMaxNesting);
  }
  ++depth_;
  const Status entered = enter_graph(graph, std::move(inputs));
  --depth_;
  ARETE_TRY(entered, "graph '{}'", graph.name);
  std::vector<ShapeFacts> outputs;
  for (const ValueId id : graph.outputs) {
    outputs.push_back(known(id));
  }
  return outputs;
}

bool ShapeInference::can_fold(const Operator& row, ShapeContext& context,
                              const std::vector<ShapeFacts>& inputs) const {
  const Node& node = context.node();
  if (row.kernel == nullptr || node.outputs.empty() || draws_random_numbers(node) ||
      !subgraphs_of(node).empty() || (inputs.empty() && !node.is("Constant"))) {
    return false;
  }
  const bool constant = std::ranges::all_of(inputs, [](const ShapeFacts& facts) {
    return !facts.present ||
           (facts.constant != nullptr && facts.constant->elements() <= kFoldLimit);
  });
  if (!constant || has_bounded_output(node)) {
    return constant;
  }
  return std::ranges::all_of(context.outputs(), [](const ShapeFacts& facts) {
    const auto count = elements_of(facts.shape);
    return facts.kind == ValueKind::kTensor && count && *count <= kFoldLimit;
  });
}

/// Runs the kernel if everything it reads is a small constant. A kernel that fails leaves the facts
/// as they were: the evaluator will say why.
void ShapeInference::fold(const Operator& row, ShapeContext& context,
                          const std::vector<ShapeFacts>& inputs) {
  if (!can_fold(row, context, inputs)) {
    return;
  }
  std::vector<Datum> data;
  for (const ShapeFacts& facts : inputs) {
    Datum datum;
    datum.present = facts.present;
    if (facts.present) {
      datum.tensor = *facts.constant;
    }
    data.push_back(std::move(datum));
  }
  KernelContext kernel_context(context.node(), context.opset(), std::move(data));
  auto outputs = row.kernel(kernel_context);
  if (!outputs) {
    return;
  }
  for (std::size_t i = 0; i < std::min(outputs->size(), context.outputs().size()); ++i) {
    if (!(*outputs)[i].sequence && (*outputs)[i].present) {
      ShapeFacts& facts = context.outputs()[i];
      folded_.push_back(std::move((*outputs)[i].tensor));
      facts = ShapeFacts{.dtype = folded_.back().dtype(),
                         .shape = symbolic(folded_.back().shape()),
                         .constant = &folded_.back()};
      complete(facts);
    }
  }
}

/// Keeps `constant` and `elements` in step for small integer vectors and scalars.
void ShapeInference::complete(ShapeFacts& facts) {
  const bool integral = facts.dtype == DType::kI64 || facts.dtype == DType::kI32;
  if (!integral || !facts.shape || facts.shape->size() > 1) {
    facts.elements.reset();
    return;
  }
  const auto count = elements_of(facts.shape);
  if (!count || *count > kFoldLimit) {
    facts.elements.reset();
    return;
  }
  if (facts.constant != nullptr) {
    facts.elements.emplace();
    for (std::int64_t i = 0; i < facts.constant->elements(); ++i) {
      facts.elements->emplace_back(std::max<std::int64_t>(facts.constant->integer_at(i), -1));
    }
    return;
  }
  if (facts.elements && std::ranges::all_of(*facts.elements, &Dim::known) &&
      std::cmp_equal(facts.elements->size(), *count)) {
    auto made = Tensor::allocate(facts.dtype, *concrete(*facts.shape));
    if (made) {
      for (std::int64_t i = 0; i < *count; ++i) {
        made->set_number(
            i, static_cast<double>((*facts.elements)[static_cast<std::size_t>(i)].size()));
      }
      folded_.push_back(std::move(*made));
      facts.constant = &folded_.back();
    }
  }
}

ShapeFacts ShapeInference::declared(ValueId id) const {
  const Value& value = model_.value(id);
  ShapeFacts facts{.dtype = value.dtype, .shape = value.shape, .kind = value.kind};
  if (value.constant) {
    facts.shape = symbolic(value.constant->shape());
    if (!value.quantization) {
      facts.dtype = value.constant->dtype();
      facts.constant = &*value.constant;
    }
  }
  if (facts.shape) {
    for (Dim& dim : *facts.shape) {
      const auto number = bound_.find(dim.symbol());
      if (!dim.symbol().empty() && number != bound_.end()) {
        dim = Dim(number->second);
      }
    }
  }
  return facts;
}

ShapeFacts ShapeInference::known(ValueId id) {
  std::optional<ShapeFacts>& slot = facts_[index_of(id)];
  if (!slot) {
    slot = declared(id);
    complete(*slot);
  }
  return *slot;
}

/// Merges what was inferred of a value with what the file declares of it.
Status ShapeInference::settle(ValueId id, ShapeFacts facts) {
  const ShapeFacts stated = declared(id);
  const std::string& name = model_.value(id).name;
  if (facts.kind == ValueKind::kTensor && stated.kind == ValueKind::kTensor) {
    if (facts.dtype == DType::kUndefined) {
      facts.dtype = stated.dtype;
    } else if (stated.dtype != DType::kUndefined && stated.dtype != facts.dtype) {
      return fail(ErrorCode::kInvalid, "'{}' is declared as {} but is {}", name,
                  tensor::name_of(stated.dtype), tensor::name_of(facts.dtype));
    }
    if (!facts.shape) {
      facts.shape = stated.shape;
    } else if (stated.shape) {
      if (facts.shape->size() != stated.shape->size()) {
        return fail(ErrorCode::kInvalid, "'{}' is declared with shape {} but has {}", name,
                    text_of(*stated.shape), text_of(*facts.shape));
      }
      for (std::size_t axis = 0; axis < facts.shape->size(); ++axis) {
        ARETE_TRY_ASSIGN((*facts.shape)[axis],
                         operators::merge((*facts.shape)[axis], (*stated.shape)[axis]),
                         "'{}' is declared with shape {} but has {}", name, text_of(*stated.shape),
                         text_of(*facts.shape));
      }
    }
  } else if (stated.kind != ValueKind::kTensor) {
    facts.kind = stated.kind;
  }
  complete(facts);
  facts_[index_of(id)] = std::move(facts);
  return {};
}

void ShapeInference::write_back(const Graph& graph) {
  const auto write = [this](ValueId id) {
    if (id == kNoValue || !facts_[index_of(id)]) {
      return;
    }
    const ShapeFacts& facts = *facts_[index_of(id)];
    Value& value = model_.value(id);
    if (facts.kind == ValueKind::kTensor && value.kind == ValueKind::kTensor) {
      value.dtype = facts.dtype;
      value.shape = facts.shape;
    }
  };
  std::ranges::for_each(graph.inputs, write);
  for (const Node& node : graph.nodes) {
    std::ranges::for_each(node.outputs, write);
    for (const Graph* inner : subgraphs_of(node)) {
      write_back(*inner);
    }
  }
}

}  // namespace

Status infer_shapes(Model& model, const std::map<std::string, Shape>& input_shapes) {
  ShapeInference inference(model);
  ARETE_TRY(inference.bind_inputs(input_shapes));
  return inference.run();
}

}  // namespace arete::model
