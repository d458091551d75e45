// SPDX-License-Identifier: Apache-2.0
#include "evaluate/tiny_models.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "model/onnx/onnx.hpp"

namespace arete::evaluate {
namespace {

constexpr std::string_view kTinyNull =
    "null-model v1\ninput x f32 [1, 4]\noutput y f32 [1, 4] copy x\n";

/// A TFLite file of one CONV_2D with RELU: x [1,4,4,1], a 3 x 3 filter, a bias, SAME padding; the
/// numbers are those of tiny_onnx().
constexpr std::string_view kTinyTflite =
    "0c00000054464c3300000000a2ffffff030000003400000028000000180000000400000003000000"
    "04020000c8010000a40100000400000074696e790000000001000000340000000100000010000000"
    "0c000e0007000000000008000c000000000000030300000000000e001800040008000c0010001400"
    "0e000000380000002c000000200000001400000004000000040000006d61696e0000000001000000"
    "380000000100000003000000010000000000000004000000f4000000b8000000880000005c000000"
    "00000e001400000008000c00070010000e0000000000000114000000080000002800000001000000"
    "03000000030000000000000001000000020000000c001000000008000c0007000c00000000000001"
    "010000000100000080ffffff10000000040000000100000079000000040000000100000004000000"
    "0400000001000000e0ffffff14000000020000000400000001000000620000000100000001000000"
    "0c0010000400000008000c000c000000140000000100000004000000010000007700000004000000"
    "010000000300000003000000010000000c000c0004000000000008000c0000001000000004000000"
    "01000000780000000400000001000000040000000400000001000000e6ffffff0400000004000000"
    "0000003e000000000000000000000600080004000600000004000000240000000000003f000080be"
    "0000003e000080bf0000803f0000403f0000803e000000bf0000803f000000000400040004000000";

Bytes bytes_of_hex(std::string_view hex) {
  Bytes bytes(hex.size() / 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::uint8_t byte = 0;
    std::from_chars(hex.data() + 2 * i, hex.data() + 2 * i + 2, byte, 16);
    bytes[i] = std::byte{byte};
  }
  return bytes;
}

model::ValueId tiny_value(model::Model& model, const std::string& name) {
  model::Value value;
  value.name = name;
  value.dtype = tensor::DType::kF32;
  value.shape = model::symbolic({1, 1, 4, 4});
  return model.add_value(std::move(value));
}

Result<Bytes> tiny_onnx() {
  model::Model model;
  model.opset_imports[""] = 13;
  const auto x = tiny_value(model, "x");
  const auto sums = tiny_value(model, "sums");
  const auto y = tiny_value(model, "y");
  const auto filter = model.add_constant(
      "filter", tensor::Tensor::of<float>({1, 1, 3, 3},
                                          {0.5F, -0.25F, 0.125F, -1, 1, 0.75F, 0.25F, -0.5F, 1}));
  const auto bias = model.add_constant("bias", tensor::Tensor::of<float>({1}, {0.125F}));
  model::Node conv;
  conv.name = "conv";
  conv.op_type = "Conv";
  conv.inputs = {x, filter, bias};
  conv.outputs = {sums};
  conv.attributes["pads"] = std::vector<std::int64_t>{1, 1, 1, 1};
  model::Node relu;
  relu.name = "relu";
  relu.op_type = "Relu";
  relu.inputs = {sums};
  relu.outputs = {y};
  model.graph.nodes = {std::move(conv), std::move(relu)};
  model.graph.inputs = {x};
  model.graph.outputs = {y};
  return model::write_onnx(model);
}

}  // namespace

Result<std::vector<TinyModel>> tiny_models() {
  ARETE_TRY_ASSIGN(Bytes onnx, tiny_onnx(), "the tiny ONNX model");
  std::vector<TinyModel> models;
  models.push_back({"onnx", SharedBytes(std::move(onnx))});
  models.push_back({"tflite", SharedBytes(bytes_of_hex(kTinyTflite))});
  models.push_back({kNullFormat, SharedBytes(to_bytes(kTinyNull))});
  return models;
}

Result<TinyModel> tiny_model_for(const runtime::Backend& backend,
                                 const runtime::LoadOptions& options) {
  ARETE_TRY_ASSIGN(auto models, tiny_models());
  const auto& formats = backend.info().formats;
  std::string reasons;
  for (TinyModel& tiny : models) {
    // An engine that names no format may read any.
    if (!formats.empty() && std::ranges::find(formats, tiny.format) == formats.end()) {
      continue;
    }
    const Status status =
        backend.supports({.format = tiny.format, .path = {}, .bytes = tiny.bytes}, options);
    if (status) {
      return std::move(tiny);
    }
    reasons += "\n  " + tiny.format + ": " + status.error().message();
  }
  return fail(ErrorCode::kUnavailable, "{} takes no tiny model{}", backend.info().name,
              reasons.empty() ? ": there is none in its formats" : ":" + reasons);
}

}  // namespace arete::evaluate
