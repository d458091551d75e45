// SPDX-License-Identifier: Apache-2.0
#include "model/reference/evaluator.hpp"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

#include "model/layout/nhwc.hpp"
#include "model/operators/function_body.hpp"
#include "model/reference/integer_kernels.hpp"
#include "model/reference/lifetimes.hpp"
#include "model/reference/quantized_values.hpp"

namespace arete::model {
namespace {

using tensor::Tensor;
using OpsetImports = std::map<std::string, std::int64_t>;

std::int64_t opset_of(const OpsetImports& imports, const Node& node) {
  constexpr std::int64_t kNewest = 1000;  // what an import that the model forgot is taken for
  const auto found = imports.find(node.domain);
  return found == imports.end() ? kNewest : found->second;
}

std::size_t bytes_in(const Datum& datum) {
  if (!datum.sequence) {
    return datum.tensor.bytes().size();
  }
  std::size_t sum = 0;
  for (const Datum& item : *datum.sequence) {
    sum += bytes_in(item);
  }
  return sum;
}

/// kInvalid unless a caller's tensor can stand for the value.
Status check_input(const Value& value, const Tensor& given) {
  const bool fits_type = value.dtype == tensor::DType::kUndefined || given.dtype() == value.dtype ||
                         given.dtype() == value.stored_dtype();
  if (!fits_type) {
    return fail(ErrorCode::kInvalid, "input '{}' is {}, got {}", value.name,
                tensor::name_of(value.stored_dtype()), tensor::name_of(given.dtype()));
  }
  if (!value.shape) {
    return {};
  }
  bool fits = value.shape->size() == given.shape().rank();
  for (std::size_t axis = 0; fits && axis < value.shape->size(); ++axis) {
    const Dim& dim = (*value.shape)[axis];
    fits = !dim.known() || dim.size() == given.shape()[axis];
  }
  if (!fits) {
    return fail(ErrorCode::kInvalid, "input '{}' has shape {}, got {}", value.name,
                text_of(*value.shape), given.shape().text());
  }
  return {};
}

}  // namespace

/// The state of an evaluator. Value ids are unique in a model, so one frame holds the values of all
/// its graphs; a Loop body simply overwrites those of the turn before.
class Evaluator::Machine {
 public:
  Machine(Model model, EvaluatorOptions options)
      : model_(std::move(model)), options_(std::move(options)), frame_(model_.value_count()) {}

  Status check() const {
    ARETE_TRY(check_structure(model_));
    ARETE_TRY(check_operators(model_.graph, model_.opset_imports));
    for (const Function& function : model_.functions) {
      ARETE_TRY(check_operators(function.body, function.opset_imports), "function '{}'",
                function.name);
    }
    return {};
  }
  Result<std::vector<Datum>> run(std::vector<Datum> inputs);
  [[nodiscard]] const Model& model() const { return model_; }

 private:
  Status check_operators(const Graph& graph, const OpsetImports& imports) const;
  Result<std::vector<Datum>> run_graph(const Graph& graph, std::vector<Datum> inputs);
  Status execute(const Node& node);
  Result<std::vector<Datum>> compute(const Node& node, const std::vector<Datum>& stored);
  Result<std::vector<Datum>> compute_float(const Operator& row, const Node& node,
                                           std::vector<Datum> stored);
  Result<std::vector<Datum>> call_function(const Function& function, const Node& node,
                                           std::vector<Datum> inputs);
  [[nodiscard]] bool touches_quantized(const Node& node) const;
  [[nodiscard]] Datum fetch(ValueId id) const;
  Status keep(ValueId id, Datum datum);
  void forget(ValueId id);
  const std::vector<std::vector<ValueId>>& freed_after(const Graph& graph);

  Model model_;
  EvaluatorOptions options_;
  std::vector<std::optional<Datum>> frame_;
  std::unordered_map<const Graph*, std::vector<std::vector<ValueId>>> freed_after_;
  std::unordered_map<const Node*, std::unique_ptr<Graph>> bodies_;  ///< of functions, by call
  const OpsetImports* imports_ = nullptr;
  std::size_t bytes_ = 0;
  std::int64_t executed_ = 0;
  int depth_ = 0;
};

Status Evaluator::Machine::check_operators(const Graph& graph, const OpsetImports& imports) const {
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    const Operator* row = find_operator(node.domain, node.op_type, opset_of(imports, node));
    const bool integer = model_.arithmetic != Arithmetic::kQdqFloat &&
                         find_integer_kernel(node.domain, node.op_type) != nullptr;
    if (find_function(model_, node) == nullptr && (row == nullptr || row->kernel == nullptr) &&
        !integer) {
      return fail_at(describe(node, i), ErrorCode::kUnsupported,
                     "{}: the reference evaluator does not know this operator (opset {})",
                     describe(node, i), opset_of(imports, node));
    }
    for (const Graph* inner : subgraphs_of(node)) {
      ARETE_TRY(check_operators(*inner, imports), "{}", describe(node, i));
    }
  }
  return {};
}

Result<std::vector<Datum>> Evaluator::Machine::run(std::vector<Datum> inputs) {
  frame_.assign(model_.value_count(), std::nullopt);
  imports_ = &model_.opset_imports;
  bytes_ = 0;
  executed_ = 0;
  depth_ = 0;
  if (inputs.size() > model_.graph.inputs.size()) {
    return fail(ErrorCode::kInvalid, "the model has {} inputs, got {}", model_.graph.inputs.size(),
                inputs.size());
  }
  inputs.resize(model_.graph.inputs.size(), Datum{.present = false});
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Value& value = model_.value(model_.graph.inputs[i]);
    Datum& given = inputs[i];
    if (!given.present) {
      if (!value.constant && value.kind != ValueKind::kOptional) {
        return fail(ErrorCode::kInvalid, "input '{}' is missing", value.name);
      }
      continue;
    }
    if (given.sequence || value.kind != ValueKind::kTensor) {
      continue;
    }
    ARETE_TRY(check_input(value, given.tensor));
    if (value.quantization && given.tensor.dtype() != value.quantization->stored) {
      ARETE_TRY_ASSIGN(given.tensor, quantized(given.tensor, *value.quantization), "input '{}'",
                       value.name);
    }
  }
  return run_graph(model_.graph, std::move(inputs));
}

Result<std::vector<Datum>> Evaluator::Machine::run_graph(const Graph& graph,
                                                         std::vector<Datum> inputs) {
  if (depth_ >= kMaxNesting) {
    return fail(ErrorCode::kCorrupt, "graphs and functions nest deeper than {}", kMaxNesting);
  }
  if (++executed_ > options_.node_limit) {  // an empty body counts too
    return fail(ErrorCode::kNoSpace, "more than {} nodes were run", options_.node_limit);
  }
  ++depth_;
  for (std::size_t i = 0; i < graph.inputs.size(); ++i) {
    forget(graph.inputs[i]);
    if (i < inputs.size() && inputs[i].present) {
      ARETE_TRY(keep(graph.inputs[i], std::move(inputs[i])));
    }
  }
  inputs.clear();
  const auto& freed = freed_after(graph);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const auto done = execute(graph.nodes[i]);
    if (!done) {
      const std::string place = describe(graph.nodes[i], i);
      return std::unexpected(Error(done.error()).with_context(place).at(place));
    }
    std::ranges::for_each(freed[i], [this](ValueId id) { forget(id); });
  }
  std::vector<Datum> outputs;
  for (const ValueId id : graph.outputs) {
    outputs.push_back(fetch(id));
  }
  --depth_;
  return outputs;
}

Status Evaluator::Machine::execute(const Node& node) {
  if (++executed_ > options_.node_limit) {
    return fail(ErrorCode::kNoSpace, "more than {} nodes were run", options_.node_limit);
  }
  std::vector<Datum> stored;
  for (const ValueId id : node.inputs) {
    stored.push_back(id == kNoValue ? Datum{.present = false} : fetch(id));
  }
  ARETE_TRY_ASSIGN(std::vector<Datum> outputs, compute(node, stored));
  if (outputs.size() < node.outputs.size()) {
    const auto missing = node.outputs.begin() + static_cast<std::ptrdiff_t>(outputs.size());
    if (std::any_of(missing, node.outputs.end(), [](ValueId id) { return id != kNoValue; })) {
      return fail(ErrorCode::kUnsupported, "gives {} outputs, {} are wanted", outputs.size(),
                  node.outputs.size());
    }
  }
  if (options_.observer) {
    options_.observer(node, stored, outputs);
  }
  for (std::size_t i = 0; i < std::min(outputs.size(), node.outputs.size()); ++i) {
    if (node.outputs[i] != kNoValue) {
      ARETE_TRY(keep(node.outputs[i], std::move(outputs[i])));
    }
  }
  return {};
}

bool Evaluator::Machine::touches_quantized(const Node& node) const {
  const auto is_quantized = [this](ValueId id) {
    return id != kNoValue && model_.value(id).quantization.has_value();
  };
  return std::ranges::any_of(node.inputs, is_quantized) ||
         std::ranges::any_of(node.outputs, is_quantized);
}

Result<std::vector<Datum>> Evaluator::Machine::compute(const Node& node,
                                                       const std::vector<Datum>& stored) {
  if (const Function* function = find_function(model_, node)) {
    return call_function(*function, node, stored);
  }
  const std::int64_t opset = opset_of(*imports_, node);
  const Operator* row = find_operator(node.domain, node.op_type, opset);
  const bool integer = model_.arithmetic != Arithmetic::kQdqFloat && touches_quantized(node);
  const IntegerKernel kernel = integer ? find_integer_kernel(node.domain, node.op_type) : nullptr;
  if (kernel != nullptr) {
    IntegerContext context(model_, node, opset, stored);
    auto outputs = kernel(context);
    if (outputs || outputs.error().code() != ErrorCode::kUnsupported || row == nullptr) {
      return outputs;
    }
  }
  if (row == nullptr || row->kernel == nullptr) {
    return fail(ErrorCode::kUnsupported, "the reference evaluator does not know this operator");
  }
  return compute_float(*row, node, stored);
}

Result<std::vector<Datum>> Evaluator::Machine::compute_float(const Operator& row, const Node& node,
                                                             std::vector<Datum> stored) {
  if (stored.size() < row.min_inputs ||
      (row.max_inputs != kVariadic && stored.size() > row.max_inputs)) {
    return fail(ErrorCode::kInvalid, "has {} inputs, which the operator does not take",
                stored.size());
  }
  for (std::size_t i = 0; i < stored.size(); ++i) {
    if (stored[i].present && node.inputs[i] != kNoValue) {
      const auto& quantization = model_.value(node.inputs[i]).quantization;
      if (quantization && !stored[i].sequence) {
        ARETE_TRY_ASSIGN(stored[i].tensor, dequantized(stored[i].tensor, *quantization), "input {}",
                         i);
      }
    }
  }
  KernelContext context(node, opset_of(*imports_, node), std::move(stored));
  context.run_subgraph = [this](const Graph& graph, std::vector<Datum> inputs) {
    return run_graph(graph, std::move(inputs));
  };
  context.value_of = [this](ValueId id) { return &model_.value(id); };
  ARETE_TRY_ASSIGN(std::vector<Datum> outputs, row.kernel(context));
  for (std::size_t i = 0; i < std::min(outputs.size(), node.outputs.size()); ++i) {
    if (node.outputs[i] == kNoValue || outputs[i].sequence || !outputs[i].present) {
      continue;
    }
    const auto& quantization = model_.value(node.outputs[i]).quantization;
    if (quantization) {
      ARETE_TRY_ASSIGN(outputs[i].tensor, quantized(outputs[i].tensor, *quantization), "output {}",
                       i);
    }
  }
  return outputs;
}

Result<std::vector<Datum>> Evaluator::Machine::call_function(const Function& function,
                                                             const Node& node,
                                                             std::vector<Datum> inputs) {
  auto& body = bodies_[&node];
  if (body == nullptr) {
    body = std::make_unique<Graph>(resolved_body(function, node));
  }
  const Graph& graph = *body;  // a nested call may move the slot, not the graph
  const OpsetImports* const outer = std::exchange(imports_, &function.opset_imports);
  auto outputs = run_graph(graph, std::move(inputs));
  imports_ = outer;
  return outputs;
}

Datum Evaluator::Machine::fetch(ValueId id) const {
  if (const auto& slot = frame_[index_of(id)]) {
    return *slot;
  }
  const Value& value = model_.value(id);
  Datum datum;
  datum.present = value.constant.has_value();
  if (value.constant) {
    datum.tensor = *value.constant;
  }
  return datum;
}

Status Evaluator::Machine::keep(ValueId id, Datum datum) {
  forget(id);
  bytes_ += bytes_in(datum);
  if (bytes_ > options_.byte_limit) {
    return fail(ErrorCode::kNoSpace, "'{}': values need {} bytes, the limit is {}",
                model_.value(id).name, bytes_, options_.byte_limit);
  }
  frame_[index_of(id)] = std::move(datum);
  return {};
}

void Evaluator::Machine::forget(ValueId id) {
  auto& slot = frame_[index_of(id)];
  if (slot) {
    bytes_ -= bytes_in(*slot);
    slot.reset();
  }
}

const std::vector<std::vector<ValueId>>& Evaluator::Machine::freed_after(const Graph& graph) {
  const auto [at, is_new] = freed_after_.try_emplace(&graph);
  if (is_new) {
    at->second = last_uses(graph);
  }
  return at->second;
}

Evaluator::Evaluator(std::unique_ptr<Machine> machine) : machine_(std::move(machine)) {}
Evaluator::Evaluator(Evaluator&&) noexcept = default;
Evaluator& Evaluator::operator=(Evaluator&&) noexcept = default;
Evaluator::~Evaluator() = default;

Result<Evaluator> Evaluator::create(const Model& model, EvaluatorOptions options) {
  const bool is_nhwc = model.opset_imports.contains(std::string(layout::kNhwcDomain));
  ARETE_TRY_ASSIGN(const Model onnx, is_nhwc ? layout::from_nhwc(model) : Result<Model>(model));
  auto machine = std::make_unique<Machine>(onnx, std::move(options));
  ARETE_TRY(machine->check());
  return Evaluator(std::move(machine));
}

Result<std::vector<Datum>> Evaluator::run(std::vector<Datum> inputs) {
  return machine_->run(std::move(inputs));
}

Result<std::map<std::string, Tensor>> Evaluator::run(const std::map<std::string, Tensor>& inputs) {
  const Model& model = machine_->model();
  std::vector<Datum> ordered;
  std::size_t used = 0;
  for (const ValueId id : model.graph.inputs) {
    const auto given = inputs.find(model.value(id).name);
    Datum datum;
    datum.present = given != inputs.end();
    if (datum.present) {
      datum.tensor = given->second;
      ++used;
    }
    ordered.push_back(std::move(datum));
  }
  if (used != inputs.size()) {
    const auto stray = std::ranges::find_if(inputs, [&](const auto& pair) {
      return std::ranges::none_of(model.graph.inputs,
                                  [&](ValueId id) { return model.value(id).name == pair.first; });
    });
    return fail(ErrorCode::kNotFound, "the model has no input '{}'", stray->first);
  }
  ARETE_TRY_ASSIGN(std::vector<Datum> outputs, machine_->run(std::move(ordered)));
  std::map<std::string, Tensor> named;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const std::string& name = model.value(model.graph.outputs[i]).name;
    if (outputs[i].sequence || !outputs[i].present) {
      return fail(ErrorCode::kUnsupported, "output '{}' is not a tensor", name);
    }
    named.emplace(name, std::move(outputs[i].tensor));
  }
  return named;
}

}  // namespace arete::model
