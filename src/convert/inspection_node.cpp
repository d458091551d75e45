// The JSON form of an inspection; docs/reference/json.md is the contract.
// SPDX-License-Identifier: Apache-2.0
#include "convert/inspection.hpp"

namespace arete::convert {
namespace {

using document::Node;

Node counts_node(const std::map<std::string, std::int64_t>& counts) {
  Node node = Node::map();
  for (const auto& [name, count] : counts) {
    node.set(name, count);
  }
  return node;
}

Node optional_node(const std::optional<std::int64_t>& value) {
  return value ? Node(*value) : Node();
}

Node quantization_node(const tensor::Quantization& quantization) {
  Node scales = Node::list();
  Node zero_points = Node::list();
  for (std::size_t i = 0; i < quantization.scales.size(); ++i) {
    scales.push(quantization.scales[i]);
    zero_points.push(quantization.zero_point(i));
  }
  Node node = Node::map();
  node.set("scales", std::move(scales)).set("zero_points", std::move(zero_points));
  node.set("axis", quantization.axis ? Node(*quantization.axis) : Node());
  return node;
}

Node tensors_node(const std::vector<runtime::TensorInfo>& infos) {
  Node list = Node::list();
  for (const runtime::TensorInfo& info : infos) {
    Node shape;
    Node names;
    if (info.dims) {
      shape = Node::list();
      names = Node::list();
      for (const runtime::Dim& dim : *info.dims) {
        shape.push(dim.known() ? Node(dim.size) : Node());
        names.push(dim.name.empty() ? Node() : Node(dim.name));
      }
    }
    Node node = Node::map();
    node.set("name", info.name).set("dtype", tensor::name_of(info.dtype));
    node.set("shape", std::move(shape)).set("dim_names", std::move(names));
    node.set("quantization", info.quantization ? quantization_node(*info.quantization) : Node());
    list.push(std::move(node));
  }
  return list;
}

Node summary_quantization_node(const model::QuantizationSummary& summary) {
  Node node = Node::map();
  node.set("kind", model::name_of(summary.kind));
  node.set("activations", counts_node(summary.activations));
  node.set("weights", counts_node(summary.weights));
  node.set("per_channel", summary.per_channel);
  return node.set("blocked", summary.blocked);
}

Node assumed_node(const std::map<std::string, tensor::Shape>& shapes) {
  Node node = Node::map();
  for (const auto& [name, shape] : shapes) {
    Node dims = Node::list();
    for (const std::int64_t extent : shape) {
      dims.push(extent);
    }
    node.set(name, std::move(dims));
  }
  return node;
}

}  // namespace

document::Node to_node(const Inspection& inspection) {
  Node node = Node::map();
  node.set("schema", 1).set("source", inspection.source).set("format", inspection.format);
  node.set("producer", inspection.producer).set("opsets", counts_node(inspection.opsets));
  node.set("inputs", tensors_node(inspection.inputs));
  node.set("outputs", tensors_node(inspection.outputs));
  node.set("operators", counts_node(inspection.summary.operators));
  node.set("parameters", inspection.summary.parameters);
  node.set("parameter_bytes", inspection.summary.parameter_bytes);
  node.set("macs", optional_node(inspection.summary.macs));
  node.set("peak_activation_bytes", optional_node(inspection.summary.peak_activation_bytes));
  node.set("assumed_shapes", assumed_node(inspection.summary.assumed_shapes));
  node.set("quantization", summary_quantization_node(inspection.summary.quantization));
  Node engines = Node::map();
  Node converted = Node::list();
  for (const EngineVerdict& verdict : inspection.engines) {
    engines.set(verdict.engine, verdict.status);
    if (verdict.converted) {
      converted.push(verdict.engine);
    }
  }
  node.set("engines", std::move(engines));
  return node.set("engines_by_conversion", std::move(converted));
}

}  // namespace arete::convert
