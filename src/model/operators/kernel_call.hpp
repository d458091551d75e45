// Calls one operator's kernel without a model: for the tests of the families.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/operators/operator.hpp"

namespace arete::model::operators {

struct KernelCall {
  std::string op_type;
  std::map<std::string, Attribute, std::less<>> attributes = {};
  std::vector<std::optional<tensor::Tensor>> inputs = {};
  std::int64_t opset = 22;
  std::size_t outputs = 1;
  std::string domain = {};
};

/// What the kernel answers; kNotFound if there is no such operator.
[[nodiscard]] inline Result<std::vector<Datum>> call_kernel(KernelCall call) {
  const Operator* row = find_operator(call.domain, call.op_type, call.opset);
  if (row == nullptr) {
    return fail(ErrorCode::kNotFound, "no operator {}", call.op_type);
  }
  Node node;
  node.op_type = call.op_type;
  node.domain = call.domain;
  node.attributes = std::move(call.attributes);
  for (std::size_t i = 0; i < call.outputs; ++i) {
    node.outputs.push_back(ValueId{static_cast<std::uint32_t>(i)});
  }
  std::vector<Datum> inputs;
  for (auto& tensor : call.inputs) {
    Datum& datum = inputs.emplace_back();
    datum.present = tensor.has_value();
    if (tensor) {
      datum.tensor = std::move(*tensor);
    }
  }
  KernelContext context(node, call.opset, std::move(inputs));
  return row->kernel(context);
}

}  // namespace arete::model::operators
