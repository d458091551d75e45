// Resource variables become explicit state: a graph input for what is read first, a graph output
// "<name>_next" for what is assigned last.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <utility>

#include "model/tflite/base64.hpp"
#include "model/tflite/families.hpp"
#include "model/tflite/options.hpp"

namespace arete::model::tflite {
namespace {

std::string variable_name(const fb::Operator& raw) {
  const auto* options = options_of<fb::VarHandleOptions>(raw);
  if (options == nullptr) {
    return {};
  }
  const std::string name = text_or_empty(options->shared_name());
  return name.empty() ? text_or_empty(options->container()) : name;
}

Status var_handle(Op& op) {
  ARETE_TRY(op.expect(0, 1));
  const std::string name = variable_name(op.raw());
  if (name.empty()) {
    return fail(ErrorCode::kCorrupt, "a variable without a name");
  }
  op.output().resource = name;
  return {};
}

Result<StateVariable*> variable_of(Op& op) {
  const std::string& name = op.tensor(0).resource;
  if (name.empty()) {
    return fail(ErrorCode::kCorrupt, "'{}' is not a variable", op.tensor(0).name);
  }
  return &op.in().states()[name];
}

Status read_variable(Op& op) {
  ARETE_TRY(op.expect(1));
  ARETE_TRY_ASSIGN(StateVariable* const state, variable_of(op));
  FileTensor& target = op.output();
  if (target.value != kNoValue || target.constant) {
    return fail(ErrorCode::kCorrupt, "makes '{}' again", target.name);
  }
  if (state->latest == kNoValue) {
    state->input = op.in().add_value(op.tensor(0).resource, op.type_of(target));
    state->latest = state->input;
    op.in().model().graph.inputs.push_back(state->input);
  }
  target.value = state->latest;
  return {};
}

Status assign_variable(Op& op) {
  ARETE_TRY(op.expect(2, 0));
  ARETE_TRY_ASSIGN(StateVariable* const state, variable_of(op));
  ARETE_TRY_ASSIGN(state->latest, op.value(1));
  return {};
}

Status call_once(Op& op) {
  const auto* options = op.options<fb::CallOnceOptions>();
  if (options == nullptr) {
    return fail(ErrorCode::kCorrupt, "has no options");
  }
  ARETE_TRY_ASSIGN(auto initial, read_initial_states(op.in().file(), options->init_subgraph_index(),
                                                     op.in().options()));
  for (auto& [name, data] : initial) {
    op.in().states()[name].initial = std::move(data);
  }
  return {};
}

constexpr TranslationRow kStateRows[] = {
    {129, call_once},
    {142, var_handle},
    {143, read_variable},
    {144, assign_variable},
};

}  // namespace

std::span<const TranslationRow> state_rows() { return kStateRows; }

Result<std::map<std::string, tensor::Tensor>> read_initial_states(
    const FlatFile& file, int subgraph, const TfliteReadOptions& options) {
  const auto* graphs = file.root().subgraphs();
  if (subgraph < 0 || static_cast<flatbuffers::uoffset_t>(subgraph) >= graphs->size()) {
    return fail(ErrorCode::kCorrupt, "subgraph {} does not exist", subgraph);
  }
  const fb::SubGraph& graph = *graphs->Get(static_cast<flatbuffers::uoffset_t>(subgraph));
  ARETE_TRY_ASSIGN(auto tensors, read_file_tensors(file, graph, options));
  std::map<std::string, tensor::Tensor> initial;
  if (graph.operators() == nullptr) {
    return initial;
  }
  for (const fb::Operator* raw : *graph.operators()) {
    ARETE_TRY_ASSIGN(const fb::OperatorCode* code, file.operator_code(raw->opcode_index()));
    const std::vector<std::int32_t> inputs = copy_of(raw->inputs());
    const std::vector<std::int32_t> outputs = copy_of(raw->outputs());
    for (const auto& list : {inputs, outputs}) {
      for (const std::int32_t i : list) {
        if (i < 0 || static_cast<std::size_t>(i) >= tensors.size()) {
          return fail(ErrorCode::kCorrupt, "tensor {} of the start subgraph does not exist", i);
        }
      }
    }
    constexpr int kVarHandle = 142;
    constexpr int kAssignVariable = 144;
    if (code->builtin_code() == kVarHandle && outputs.size() == 1) {
      tensors[static_cast<std::size_t>(outputs[0])].resource = variable_name(*raw);
    } else if (code->builtin_code() == kAssignVariable && inputs.size() == 2) {
      const FileTensor& value = tensors[static_cast<std::size_t>(inputs[1])];
      if (!value.constant) {
        return fail(ErrorCode::kUnsupported, "a variable that starts with a computed value");
      }
      initial[tensors[static_cast<std::size_t>(inputs[0])].resource] = *value.constant;
    } else {
      return fail(ErrorCode::kUnsupported, "{} in the start subgraph",
                  builtin_name(code->builtin_code()));
    }
  }
  return initial;
}

void Import::finish_states() {
  for (const auto& [name, state] : states_) {
    if (state.input == kNoValue) {
      continue;  // never read before it is assigned: nothing survives a run
    }
    const Value source = model_.value(state.latest);
    const ValueId next =
        add_value(fmt::format("{}_next", name), {source.dtype, source.shape, source.quantization});
    add_node("Identity", {state.latest}, {}, next);
    model_.graph.outputs.push_back(next);
    model_.metadata[fmt::format("tflite.state.{}", model_.value(state.input).name)] =
        model_.value(next).name;
    if (state.initial) {
      model_.value(state.input).metadata["state.initial"] = base64(state.initial->bytes());
    }
  }
}

}  // namespace arete::model::tflite
