// Custom operators, by name. Unknown ones stay in the graph as nodes of domain "tflite", so that a
// model can be inspected; require_known_operators() refuses to run or convert it.
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "model/tflite/base64.hpp"
#include "model/tflite/families.hpp"

namespace arete::model::tflite {
namespace {

Status keep_unknown(Op& op, const std::string& name) {
  Node node;
  node.op_type = name.empty() ? "unnamed" : name;
  node.domain = "tflite";
  for (std::size_t i = 0; i < op.input_count(); ++i) {
    ValueId id = kNoValue;
    if (op.has(i)) {
      ARETE_TRY_ASSIGN(id, op.value(i));
    }
    node.inputs.push_back(id);
  }
  ARETE_TRY(op.expect(0, op.output_count()));
  for (std::size_t i = 0; i < op.output_count(); ++i) {
    FileTensor& target = op.output(i);
    if (target.value != kNoValue || target.constant) {
      return fail(ErrorCode::kCorrupt, "makes '{}' again", target.name);
    }
    target.value = op.in().add_value(target.name, op.type_of(target));
    node.outputs.push_back(target.value);
  }
  const std::vector<std::uint8_t> options = copy_of(op.raw().custom_options());
  node.attributes["custom_options"] = base64(std::as_bytes(std::span(options)));
  op.in().model().opset_imports["tflite"] = 1;
  op.in().model().graph.nodes.push_back(std::move(node));
  return {};
}

}  // namespace

Status translate_custom(Op& op, const std::string& name) {
  if (name == "TFLite_Detection_PostProcess") {
    return translate_detection(op);
  }
  if (name == "Convolution2DTransposeBias") {
    return translate_transpose_bias(op);
  }
  return keep_unknown(op, name);
}

}  // namespace arete::model::tflite
