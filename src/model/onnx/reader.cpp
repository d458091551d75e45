// SPDX-License-Identifier: Apache-2.0
#include <google/protobuf/io/coded_stream.h>

#include <limits>
#include <utility>

#include "base/log.hpp"
#include "io/files.hpp"
#include "model/onnx/external_data.hpp"
#include "model/onnx/graph_reader.hpp"
#include "model/onnx/model_keys.hpp"
#include "model/onnx/onnx.hpp"
#include "model/onnx/type_codec.hpp"
#include "model/passes/fold_quantization.hpp"
#include "onnx.pb.h"

namespace arete::model {
namespace {

constexpr std::int64_t kNewestIrVersion = 14;
/// A level of subgraphs is three of messages: graph, node, attribute. Some more for what hangs
/// below the deepest one (types of types).
constexpr int kMessageDepth = 3 * kDeepestSubgraph + 40;

Result<::onnx::ModelProto> parse(const SharedBytes& file) {
  if (file.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    return fail(ErrorCode::kUnsupported,
                "{} bytes are more than protobuf's 2 GiB; such models need external data",
                file.size());
  }
  google::protobuf::io::CodedInputStream stream(reinterpret_cast<const std::uint8_t*>(file.data()),
                                                static_cast<int>(file.size()));
  stream.SetRecursionLimit(kMessageDepth);
  ::onnx::ModelProto proto;
  if (!proto.ParseFromCodedStream(&stream) || !stream.ConsumedEntireMessage()) {
    return fail(ErrorCode::kCorrupt,
                "not an ONNX file: damaged, cut short or nested too deeply near byte {}",
                stream.CurrentPosition());
  }
  if (!proto.has_graph()) {
    return fail(ErrorCode::kCorrupt, "not an ONNX file: there is no graph in it");
  }
  if (proto.ir_version() < 1) {
    return fail(ErrorCode::kCorrupt, "the IR version is missing");
  }
  if (proto.ir_version() > kNewestIrVersion) {
    return fail(ErrorCode::kUnsupported, "IR version {}; the newest known is {}",
                proto.ir_version(), kNewestIrVersion);
  }
  return proto;
}

Status take_opsets(const ::onnx::ModelProto& proto, Model& model) {
  for (const auto& import : proto.opset_import()) {
    const std::string domain = import.domain() == "ai.onnx" ? "" : import.domain();
    if (import.version() < 1 || model.opset_imports.contains(domain)) {
      return fail(ErrorCode::kCorrupt, "operator set '{}' version {} is imported {}",
                  import.domain(), import.version(),
                  import.version() < 1 ? "with no such version" : "twice");
    }
    model.opset_imports[domain] = import.version();
  }
  if (model.opset_imports.empty()) {
    return fail(ErrorCode::kCorrupt, "no operator set is imported");
  }
  const std::int64_t version = model.opset("");
  if (version != 0 && (version < kOldestOpset || version > kNewestOpset)) {
    ARETE_LOG(kInfo, "onnx_opset_outside_range", {"opset", version}, {"oldest", kOldestOpset},
              {"newest", kNewestOpset});
  }
  return {};
}

void take_header(const ::onnx::ModelProto& proto, Model& model) {
  model.ir_version = proto.ir_version();
  model.producer_name = proto.producer_name();
  model.producer_version = proto.producer_version();
  model.domain = proto.domain();
  model.model_version = proto.model_version();
  model.doc = proto.doc_string();
  onnx::take_metadata(proto.metadata_props(), model.metadata);
  if (const auto found = model.metadata.find(onnx::kArithmeticKey); found != model.metadata.end()) {
    if (const auto arithmetic = onnx::arithmetic_from(found->second)) {
      model.arithmetic = *arithmetic;
      model.metadata.erase(found);
    }
  }
}

std::string model_leftover(::onnx::ModelProto& proto) {
  proto.clear_ir_version();
  proto.clear_opset_import();
  proto.clear_producer_name();
  proto.clear_producer_version();
  proto.clear_domain();
  proto.clear_model_version();
  proto.clear_doc_string();
  proto.clear_graph();
  proto.clear_metadata_props();
  proto.clear_functions();
  return proto.SerializeAsString();
}

/// Names are settled; what can still be wrong is the order, or a cycle.
Status put_in_order(Model& model) {
  const Status in_order = check_structure(model);
  if (in_order) {
    return {};
  }
  ARETE_TRY(sort_nodes(model));
  ARETE_TRY(check_structure(model));
  ARETE_LOG(kWarning, "onnx_nodes_sorted", {"graph", model.graph.name},
            {"first", in_order.error().message()});
  return {};
}

}  // namespace

Result<Model> read_onnx(SharedBytes file, const OnnxReadOptions& options) {
  ARETE_TRY_ASSIGN(::onnx::ModelProto proto, parse(file));
  file = SharedBytes();
  Model model;
  take_header(proto, model);
  ARETE_TRY(take_opsets(proto, model));
  onnx::ExternalData external(options.folder);
  onnx::GraphReader reader(model, external);
  ARETE_TRY_ASSIGN(model.graph, reader.main_graph(*proto.mutable_graph()));
  for (auto& function : *proto.mutable_functions()) {
    ARETE_TRY_ASSIGN(Function read, reader.function(function), "function '{}'", function.name());
    model.functions.push_back(std::move(read));
  }
  model.encoded_fields = model_leftover(proto);
  ARETE_TRY(put_in_order(model));
  return options.fold_quantization ? fold_quantization(std::move(model)) : std::move(model);
}

Result<Model> read_onnx_file(const std::filesystem::path& path) {
  ARETE_TRY_ASSIGN(SharedBytes file, io::PosixFiles().map(path));
  OnnxReadOptions options;
  options.folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  auto model = read_onnx(std::move(file), options);
  if (!model) {
    return std::unexpected<Error>(std::move(model).error().at(path.string()));
  }
  return model;
}

}  // namespace arete::model
