// SPDX-License-Identifier: Apache-2.0
#include "model/onnx/graph_writer.hpp"

#include <unordered_set>
#include <utility>

#include "model/onnx/tensor_codec.hpp"
#include "model/onnx/type_codec.hpp"
#include "onnx.pb.h"

namespace arete::model::onnx {
namespace {

/// What the file said beyond the IR comes first; modelled fields are set over it.
template <class Proto>
Status restore(const std::string& encoded, Proto& proto, const std::string& what) {
  if (!encoded.empty() && !proto.ParseFromString(encoded)) {
    return fail(ErrorCode::kInvalid, "the encoded fields of {} are damaged", what);
  }
  return {};
}

/// Multiples that let an engine map large constants where they lie.
std::uint64_t aligned(std::uint64_t offset, std::size_t bytes) {
  const std::uint64_t step = bytes >= 65536 ? 4096 : 64;
  return (offset + step - 1) / step * step;
}

void add_external_entry(::onnx::TensorProto& proto, const char* key, std::string text) {
  auto& entry = *proto.add_external_data();
  entry.set_key(key);
  entry.set_value(std::move(text));
}

/// A constant's type is in its tensor; its ValueInfo is worth writing only for the rest.
bool says_more_than_tensor(const Value& value) {
  return !value.doc.empty() || !value.metadata.empty() || !value.denotations.empty() ||
         !value.encoded_type.empty();
}

}  // namespace

GraphWriter::GraphWriter(const Model& model, ExternalPlan& external)
    : model_(model), external_(external) {
  std::unordered_set<std::string_view> taken;
  for (std::size_t i = 0; i < model.value_count(); ++i) {
    taken.insert(model.value(ValueId{static_cast<std::uint32_t>(i)}).name);
  }
  names_.reserve(model.value_count());
  for (std::size_t i = 0; i < model.value_count(); ++i) {
    std::string name = model.value(ValueId{static_cast<std::uint32_t>(i)}).name;
    if (name.empty()) {
      name = fmt::format("value_{}", i);
      while (taken.contains(name)) {
        name += '_';
      }
    }
    names_.push_back(std::move(name));
  }
}

Status GraphWriter::define(ValueId id, Scope& scope) {
  if (index_of(id) >= names_.size()) {
    return fail(ErrorCode::kInvalid, "value id {} is out of range", index_of(id));
  }
  const auto [at, fresh] = scope.names.emplace(names_[index_of(id)], id);
  if (!fresh && at->second != id) {
    return fail(ErrorCode::kInvalid, "two values are named '{}'", at->first);
  }
  return {};
}

Status GraphWriter::define(const Graph& graph, Scope& scope) {
  for (const ValueId id : graph.inputs) {
    ARETE_TRY(define(id, scope));
  }
  for (const ValueId id : graph.constants) {
    ARETE_TRY(define(id, scope));
  }
  for (const Node& node : graph.nodes) {
    for (const ValueId id : node.outputs) {
      if (id != kNoValue) {
        ARETE_TRY(define(id, scope));
      }
    }
  }
  return {};
}

Result<std::string> GraphWriter::visible(ValueId id, const Scope& scope) const {
  if (id == kNoValue) {
    return std::string();
  }
  if (index_of(id) >= names_.size()) {
    return fail(ErrorCode::kInvalid, "value id {} is out of range", index_of(id));
  }
  const std::string& name = names_[index_of(id)];
  for (const Scope* at = &scope; at != nullptr; at = at->outer) {
    const auto found = at->names.find(name);
    if (found != at->names.end() && found->second == id) {
      return name;
    }
    if (found != at->names.end()) {
      return fail(ErrorCode::kInvalid, "'{}' is hidden by another value of that name", name);
    }
  }
  return fail(ErrorCode::kInvalid, "'{}' is used but nothing makes it", name);
}

Status GraphWriter::main_graph(::onnx::GraphProto& proto) {
  return graph(model_.graph, nullptr, proto);
}

Status GraphWriter::graph(const Graph& graph, const Scope* outer, ::onnx::GraphProto& proto) {
  ARETE_TRY(restore(graph.encoded_fields, proto, "graph '" + graph.name + "'"));
  Scope scope{outer, {}};
  ARETE_TRY(define(graph, scope), "graph '{}'", graph.name);
  proto.set_name(graph.name.empty() ? "graph" : graph.name);  // ONNX wants one
  if (!graph.doc.empty()) {
    proto.set_doc_string(graph.doc);
  }
  put_metadata(graph.metadata, *proto.mutable_metadata_props());
  for (const ValueId id : graph.inputs) {
    ARETE_TRY(value_info(id, *proto.add_input()));
  }
  for (const ValueId id : graph.constants) {
    ARETE_TRY(constant(id, proto));
  }
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    ARETE_TRY(node(graph.nodes[i], scope, *proto.add_node()), "{}", describe(graph.nodes[i], i));
  }
  for (const ValueId id : graph.outputs) {
    ARETE_TRY(visible(id, scope), "output of graph '{}'", graph.name);
    ARETE_TRY(value_info(id, *proto.add_output()));
  }
  return inner_values(graph, proto);
}

Status GraphWriter::inner_values(const Graph& graph, ::onnx::GraphProto& proto) const {
  std::unordered_set<ValueId> said(graph.inputs.begin(), graph.inputs.end());
  said.insert(graph.outputs.begin(), graph.outputs.end());
  for (const ValueId id : graph.constants) {
    if (!said.contains(id) && says_more_than_tensor(model_.value(id))) {
      ARETE_TRY(value_info(id, *proto.add_value_info()));
    }
  }
  for (const Node& node : graph.nodes) {
    for (const ValueId id : node.outputs) {
      if (id != kNoValue && !said.contains(id) && has_value_info(model_.value(id))) {
        ARETE_TRY(value_info(id, *proto.add_value_info()));
      }
    }
  }
  return {};
}

Status GraphWriter::value_info(ValueId id, ::onnx::ValueInfoProto& proto) const {
  proto.set_name(names_[index_of(id)]);
  return put_value_info(model_.value(id), proto);
}

Status GraphWriter::constant(ValueId id, ::onnx::GraphProto& proto) {
  const Value& value = model_.value(id);
  const std::string what = "constant '" + value.name + "'";
  if (value.constant) {
    auto& out = *proto.add_initializer();
    ARETE_TRY(restore(value.encoded_constant, out, what));
    out.set_name(names_[index_of(id)]);
    tensor_data(*value.constant, out);
    return {};
  }
  if (value.encoded_constant.empty()) {
    return fail(ErrorCode::kInvalid, "{} has no data", what);
  }
  if (value.kind == ValueKind::kSparseTensor) {
    auto& out = *proto.add_sparse_initializer();
    ARETE_TRY(restore(value.encoded_constant, out, what));
    out.mutable_values()->set_name(names_[index_of(id)]);
    return {};
  }
  auto& out = *proto.add_initializer();
  ARETE_TRY(restore(value.encoded_constant, out, what));
  out.set_name(names_[index_of(id)]);
  return {};
}

void GraphWriter::tensor_data(const tensor::Tensor& tensor, ::onnx::TensorProto& proto) {
  const std::size_t bytes = tensor.bytes().size();
  if (external_.name.empty() || tensor.dtype() == tensor::DType::kString || bytes == 0 ||
      bytes < external_.threshold) {
    put_tensor(tensor, proto);
    return;
  }
  put_tensor_type(tensor, proto);
  const std::uint64_t offset = aligned(external_.end, bytes);
  external_.parts.emplace_back(offset, tensor.shared_bytes());
  external_.end = offset + bytes;
  proto.set_data_location(::onnx::TensorProto::EXTERNAL);
  add_external_entry(proto, "location", external_.name);
  add_external_entry(proto, "offset", fmt::format("{}", offset));
  add_external_entry(proto, "length", fmt::format("{}", bytes));
}

Status GraphWriter::function(const Function& function, ::onnx::FunctionProto& proto) {
  ARETE_TRY(restore(function.encoded_fields, proto, "function '" + function.name + "'"));
  proto.set_name(function.name);
  proto.set_domain(function.domain);
  if (!function.overload.empty()) {
    proto.set_overload(function.overload);
  }
  if (!function.doc.empty()) {
    proto.set_doc_string(function.doc);
  }
  for (const std::string& name : function.attributes) {
    proto.add_attribute(name);
  }
  Scope scope;
  ARETE_TRY(define(function.body, scope));
  for (const auto& [name, value] : function.attribute_defaults) {
    auto& out = *proto.add_attribute_proto();
    ARETE_TRY(attribute(value, scope, out), "attribute '{}'", name);
    out.set_name(name);
  }
  for (const auto& [domain, version] : function.opset_imports) {
    auto& import = *proto.add_opset_import();
    import.set_domain(domain);
    import.set_version(version);
  }
  for (const ValueId id : function.body.inputs) {
    proto.add_input(names_[index_of(id)]);
  }
  for (std::size_t i = 0; i < function.body.nodes.size(); ++i) {
    const Node& item = function.body.nodes[i];
    ARETE_TRY(node(item, scope, *proto.add_node()), "{}", describe(item, i));
  }
  for (const ValueId id : function.body.inputs) {
    if (has_value_info(model_.value(id))) {
      ARETE_TRY(value_info(id, *proto.add_value_info()));
    }
  }
  for (const Node& item : function.body.nodes) {
    for (const ValueId id : item.outputs) {
      if (id != kNoValue && has_value_info(model_.value(id))) {
        ARETE_TRY(value_info(id, *proto.add_value_info()));
      }
    }
  }
  for (const ValueId id : function.body.outputs) {
    ARETE_TRY_ASSIGN(std::string name, visible(id, scope));
    proto.add_output(std::move(name));
  }
  put_metadata(function.body.metadata, *proto.mutable_metadata_props());
  return {};
}

}  // namespace arete::model::onnx
