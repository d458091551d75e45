// Short ways to make ONNX protos in tests. Internal to the tests of model/onnx and model/passes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "model/onnx/onnx.hpp"
#include "onnx.pb.h"

namespace arete::model::onnx {

inline ::onnx::ModelProto empty_model(std::int64_t opset = 17) {
  ::onnx::ModelProto model;
  model.set_ir_version(8);
  model.mutable_graph()->set_name("test");
  auto& import = *model.add_opset_import();
  import.set_domain("");
  import.set_version(opset);
  return model;
}

inline void set_type(::onnx::ValueInfoProto& info, const std::string& name, int type,
                     const std::vector<std::int64_t>& dims) {
  info.set_name(name);
  auto& tensor = *info.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(type);
  tensor.mutable_shape();
  for (const std::int64_t dim : dims) {
    tensor.mutable_shape()->add_dim()->set_dim_value(dim);
  }
}

inline ::onnx::NodeProto& add_node(::onnx::GraphProto& graph, const std::string& type,
                                   const std::vector<std::string>& inputs,
                                   const std::vector<std::string>& outputs) {
  auto& node = *graph.add_node();
  node.set_op_type(type);
  node.set_name(type + "_of_" + (outputs.empty() ? "nothing" : outputs.front()));
  for (const std::string& name : inputs) {
    node.add_input(name);
  }
  for (const std::string& name : outputs) {
    node.add_output(name);
  }
  return node;
}

inline ::onnx::TensorProto& add_floats(::onnx::GraphProto& graph, const std::string& name,
                                       const std::vector<std::int64_t>& dims,
                                       const std::vector<float>& numbers) {
  auto& tensor = *graph.add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(::onnx::TensorProto::FLOAT);
  tensor.mutable_dims()->Add(dims.begin(), dims.end());
  tensor.mutable_float_data()->Add(numbers.begin(), numbers.end());
  return tensor;
}

inline ::onnx::TensorProto& add_integers(::onnx::GraphProto& graph, const std::string& name,
                                         int type, const std::vector<std::int64_t>& dims,
                                         const std::vector<std::int32_t>& numbers) {
  auto& tensor = *graph.add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(type);
  tensor.mutable_dims()->Add(dims.begin(), dims.end());
  tensor.mutable_int32_data()->Add(numbers.begin(), numbers.end());
  return tensor;
}

inline void set_integer(::onnx::NodeProto& node, const std::string& name, std::int64_t value) {
  auto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(::onnx::AttributeProto::INT);
  attribute.set_i(value);
}

inline Result<Model> read_proto(const ::onnx::ModelProto& proto,
                                const OnnxReadOptions& options = {}) {
  return read_onnx(SharedBytes(to_bytes(proto.SerializeAsString())), options);
}

inline ::onnx::ModelProto parse_proto(const Bytes& bytes) {
  ::onnx::ModelProto proto;
  ARETE_CHECK(proto.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
  return proto;
}

/// y = Relu(x)
inline ::onnx::ModelProto relu_model() {
  ::onnx::ModelProto model = empty_model();
  auto& graph = *model.mutable_graph();
  set_type(*graph.add_input(), "x", 1, {1, 4});
  set_type(*graph.add_output(), "y", 1, {1, 4});
  add_node(graph, "Relu", {"x"}, {"y"});
  return model;
}

}  // namespace arete::model::onnx
