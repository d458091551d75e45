// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "io/files.hpp"
#include "model/onnx/graph_writer.hpp"
#include "model/onnx/model_keys.hpp"
#include "model/onnx/onnx.hpp"
#include "model/onnx/type_codec.hpp"
#include "model/passes/unfold_quantization.hpp"
#include "onnx.pb.h"

namespace arete::model {
namespace {

/// Below protobuf's limit by enough for the rest of the file.
constexpr std::uint64_t kConstantsInOneFile = std::uint64_t{1900} << 20;

/// The IR version that came with an operator set; engines refuse newer ones than they know, so the
/// oldest that fits is best.
std::int64_t ir_version_for(std::int64_t opset) {
  constexpr std::array<std::pair<std::int64_t, std::int64_t>, 8> kFirstOpset = {
      {{28, 14}, {25, 13}, {24, 12}, {23, 11}, {21, 10}, {19, 9}, {15, 8}, {12, 7}}};
  for (const auto& [first, ir_version] : kFirstOpset) {
    if (opset >= first) {
      return ir_version;
    }
  }
  return 6;
}

void put_header(const Model& model, ::onnx::ModelProto& proto) {
  // Before version 4 every constant had to be an input too.
  proto.set_ir_version(model.ir_version > 0 ? model.ir_version : ir_version_for(model.opset("")));
  if (!model.producer_name.empty()) {
    proto.set_producer_name(model.producer_name);
  }
  if (!model.producer_version.empty()) {
    proto.set_producer_version(model.producer_version);
  }
  if (!model.domain.empty()) {
    proto.set_domain(model.domain);
  }
  if (model.model_version != 0) {
    proto.set_model_version(model.model_version);
  }
  if (!model.doc.empty()) {
    proto.set_doc_string(model.doc);
  }
  for (const auto& [domain, version] : model.opset_imports) {
    auto& import = *proto.add_opset_import();
    import.set_domain(domain);
    import.set_version(version);
  }
  std::map<std::string, std::string> metadata = model.metadata;
  for (const auto& [arithmetic, name] : onnx::kArithmeticNames) {
    if (arithmetic == model.arithmetic) {
      metadata[onnx::kArithmeticKey] = name;
    }
  }
  onnx::put_metadata(metadata, *proto.mutable_metadata_props());
}

bool has_quantized_values(const Model& model) {
  for (std::size_t i = 0; i < model.value_count(); ++i) {
    if (model.value(ValueId{static_cast<std::uint32_t>(i)}).quantization) {
      return true;
    }
  }
  return false;
}

/// `model` has no quantized values.
Result<::onnx::ModelProto> plain_to_proto(const Model& model, onnx::ExternalPlan& external) {
  ::onnx::ModelProto proto;
  if (!model.encoded_fields.empty() && !proto.ParseFromString(model.encoded_fields)) {
    return fail(ErrorCode::kInvalid, "the encoded fields of the model are damaged");
  }
  if (model.opset_imports.empty()) {
    return fail(ErrorCode::kInvalid, "the model imports no operator set");
  }
  put_header(model, proto);
  onnx::GraphWriter writer(model, external);
  ARETE_TRY(writer.main_graph(*proto.mutable_graph()));
  for (const Function& function : model.functions) {
    ARETE_TRY(writer.function(function, *proto.add_functions()), "function '{}'", function.name);
  }
  return proto;
}

Result<::onnx::ModelProto> to_proto(const Model& model, onnx::ExternalPlan& external) {
  if (!has_quantized_values(model)) {
    return plain_to_proto(model, external);
  }
  ARETE_TRY_ASSIGN(const Model unfolded, unfold_quantization(model));
  return plain_to_proto(unfolded, external);
}

Result<Bytes> serialize(const ::onnx::ModelProto& proto) {
  const std::size_t size = proto.ByteSizeLong();
  if (size > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    return fail(ErrorCode::kUnsupported,
                "{} bytes are more than protobuf's 2 GiB; write with external data", size);
  }
  Bytes bytes(size);
  if (!proto.SerializeToArray(bytes.data(), static_cast<int>(size))) {
    return fail(ErrorCode::kInternal, "protobuf refused to serialize the model");
  }
  return bytes;
}

std::uint64_t constant_bytes(const Model& model) {
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < model.value_count(); ++i) {
    const Value& value = model.value(ValueId{static_cast<std::uint32_t>(i)});
    total += value.constant ? value.constant->bytes().size() : 0;
  }
  return total;
}

Bytes joined(const onnx::ExternalPlan& plan) {
  Bytes bytes(static_cast<std::size_t>(plan.end));
  for (const auto& [offset, part] : plan.parts) {
    std::ranges::copy(part.view(), bytes.begin() + static_cast<std::ptrdiff_t>(offset));
  }
  return bytes;
}

}  // namespace

Result<Bytes> write_onnx(const Model& model, const OnnxWriteOptions& options) {
  if (!options.external_name.empty()) {
    return fail(ErrorCode::kInvalid, "external data '{}' needs write_onnx_file()",
                options.external_name);
  }
  onnx::ExternalPlan none;
  ARETE_TRY_ASSIGN(const ::onnx::ModelProto proto, to_proto(model, none));
  return serialize(proto);
}

Status write_onnx_file(const Model& model, const std::filesystem::path& path,
                       const OnnxWriteOptions& options) {
  onnx::ExternalPlan external;
  external.name = options.external_name;
  external.threshold = options.external_threshold;
  if (external.name.empty() && constant_bytes(model) > kConstantsInOneFile) {
    external.name = path.filename().string() + ".data";
  }
  if (external.name.find('/') != std::string::npos || external.name == path.filename() ||
      external.name == "." || external.name == "..") {
    return fail(ErrorCode::kInvalid, "external data '{}' must be another file of the same folder",
                external.name);
  }
  ARETE_TRY_ASSIGN(const ::onnx::ModelProto proto, to_proto(model, external));
  ARETE_TRY_ASSIGN(const Bytes bytes, serialize(proto));
  io::PosixFiles files;
  // The model last: a reader never sees one whose data is not there yet.
  if (!external.parts.empty()) {
    ARETE_TRY(files.write_atomic(path.parent_path() / external.name, joined(external)));
  }
  return files.write_atomic(path, bytes);
}

}  // namespace arete::model
