// SPDX-License-Identifier: Apache-2.0
#include "spec/parse.hpp"

#include <array>
#include <utility>

#include "document/reader.hpp"
#include "spec/parse_parts.hpp"

namespace arete::spec {

using document::invalid_node;
using document::MapReader;
using document::Node;
using document::Range;

namespace {

Result<std::vector<const Node*>> children_of(MapReader& reader, std::string_view key) {
  std::vector<const Node*> children;
  const Node* const list = reader.find(key);
  if (list == nullptr) {
    return children;
  }
  if (!list->is_list()) {
    return invalid_node(*list,
                        fmt::format("'{}' must be a list, not {}", key, name_of(list->kind())));
  }
  for (const Node& child : list->items()) {
    children.push_back(&child);
  }
  return children;
}

/// A name, a position, or a map with one of them and what is stated of the tensor.
Result<TensorReference> parse_reference(const Node& node, std::string_view role) {
  TensorReference reference;
  reference.role = role;
  reference.line = node.position().line;
  if (node.is_string()) {
    reference.name = node.string();
    return reference;
  }
  if (node.kind() == document::Kind::kInteger) {
    ARETE_TRY_ASSIGN(reference.position, document::value_as<int>(node, role, {0, 1023}));
    return reference;
  }
  ARETE_TRY_ASSIGN(MapReader reader, MapReader::open(node, fmt::format("the tensor '{}'", role)));
  ARETE_TRY_ASSIGN(reference.name, reader.optional<std::string>("name", ""));
  ARETE_TRY_ASSIGN(reference.position, reader.maybe<int>("position", {0, 1023}));
  if (!reference.name.empty() && reference.position.has_value()) {
    return invalid_node(node, "a tensor has a name or a position, not both");
  }
  ARETE_TRY_ASSIGN(reference.stated, parse_stated(reader));
  ARETE_TRY(reader.finish());
  return reference;
}

Result<std::vector<TensorReference>> parse_references(MapReader& reader, const Decoder& decoder) {
  std::vector<TensorReference> references;
  const std::vector<std::string_view> roles = roles_of(decoder);
  if (roles.size() == 1) {
    if (const Node* const node = reader.find("tensor")) {
      ARETE_TRY_ASSIGN(TensorReference reference, parse_reference(*node, roles[0]));
      references.push_back(std::move(reference));
    }
    return references;
  }
  const Node* const node = reader.find("tensors");
  if (node == nullptr) {
    return references;
  }
  ARETE_TRY_ASSIGN(MapReader tensors, MapReader::open(*node, "'tensors'"));
  for (const std::string_view role : roles) {
    if (const Node* const child = tensors.find(role)) {
      ARETE_TRY_ASSIGN(TensorReference reference, parse_reference(*child, role));
      references.push_back(std::move(reference));
    }
  }
  ARETE_TRY(tensors.finish());
  return references;
}

Result<Aggregation> parse_aggregation(MapReader& reader) {
  using Method = Aggregation::Method;
  static constexpr std::array<document::Choice<Method>, 3> kMethods{
      {{"none", Method::kNone}, {"mean", Method::kMean}, {"max", Method::kMax}}};
  Aggregation aggregation;
  const Node* const node = reader.find("aggregate");
  if (node == nullptr) {
    return aggregation;
  }
  ARETE_TRY_ASSIGN(MapReader inner, MapReader::open(*node, "'aggregate'"));
  ARETE_TRY_ASSIGN(aggregation.method, inner.choice<Method>("method", Method::kMean, kMethods));
  ARETE_TRY_ASSIGN(aggregation.windows, inner.required<int>("windows", {1, 100000}));
  ARETE_TRY(inner.finish());
  return aggregation;
}

/// A state's pair must not be fed twice, nor a name be used twice.
Status check_unique_names(const std::vector<Input>& inputs, const std::vector<const Node*>& nodes) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (!inputs[i].name.empty() && inputs[i].name == inputs[j].name) {
        return invalid_node(*nodes[i],
                            fmt::format("the input '{}' is described twice", inputs[i].name));
      }
    }
  }
  return {};
}

}  // namespace

Result<Output> parse_output(const Node& node) {
  ARETE_TRY_ASSIGN(MapReader reader, MapReader::open(node, "an output"));
  Output output;
  output.line = reader.line();
  ARETE_TRY_ASSIGN(output.decoder, parse_decoder(reader));
  ARETE_TRY_ASSIGN(output.tensors, parse_references(reader, output.decoder));
  ARETE_TRY_ASSIGN(output.aggregation, parse_aggregation(reader));
  ARETE_TRY(reader.finish());
  return output;
}

Result<Spec> parse(const Node& node) {
  ARETE_TRY_ASSIGN(MapReader reader, MapReader::open(node, "a spec"));
  Spec spec;
  spec.source = node.source();
  ARETE_TRY_ASSIGN(const int version, reader.required<int>("spec"));
  if (version != kSpecVersion) {
    return invalid_node(*node.find("spec"), fmt::format("version {} of the spec is unknown; this "
                                                        "program reads version {}",
                                                        version, kSpecVersion));
  }
  ARETE_TRY_ASSIGN(spec.name, reader.optional<std::string>("name", ""));
  ARETE_TRY_ASSIGN(spec.description, reader.optional<std::string>("description", ""));
  ARETE_TRY_ASSIGN(const auto inputs, children_of(reader, "inputs"));
  ARETE_TRY_ASSIGN(const auto outputs, children_of(reader, "outputs"));
  ARETE_TRY(reader.finish());
  for (const Node* const child : inputs) {
    ARETE_TRY_ASSIGN(Input input, parse_input(*child));
    spec.inputs.push_back(std::move(input));
  }
  ARETE_TRY(check_unique_names(spec.inputs, inputs));
  for (const Node* const child : outputs) {
    ARETE_TRY_ASSIGN(Output output, parse_output(*child));
    spec.outputs.push_back(std::move(output));
  }
  if (spec.inputs.empty()) {
    return invalid_node(node, "a spec needs at least one entry under 'inputs'");
  }
  return spec;
}

}  // namespace arete::spec
