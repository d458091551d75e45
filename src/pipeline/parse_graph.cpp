// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <utility>

#include "document/parse.hpp"
#include "document/reader.hpp"
#include "pipeline/graph_spec.hpp"
#include "pipeline/parse_source.hpp"

namespace arete::pipeline {
namespace {

using document::Choice;
using document::MapReader;
using document::Node;

constexpr std::size_t kMaxSources = 1024;
constexpr std::size_t kMaxElements = 1024;

/// Names become parts of topics, file names and labels of metrics.
Status check_name(const Node& node, std::string_view what) {
  const std::string& name = node.key();
  const bool plain =
      !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.';
      });
  if (plain) {
    return {};
  }
  return document::invalid_node(
      node,
      fmt::format("{} name '{}': letters, digits, '_', '-' and '.' only, at most 64", what, name));
}

Status check_map(const Node& node, std::string_view what, std::size_t most) {
  if (!node.is_map()) {
    return document::invalid_node(node, fmt::format("'{}' must be a map of name: settings", what));
  }
  if (node.size() == 0 || node.size() > most) {
    return document::invalid_node(
        node, fmt::format("'{}' must have 1 to {} entries, not {}", what, most, node.size()));
  }
  for (const Node& child : node.items()) {
    ARETE_TRY(check_name(child, what));
  }
  return {};
}

std::string scalar_text(const Node& node) {
  switch (node.kind()) {
    case document::Kind::kBool:
      return node.boolean() ? "true" : "false";
    case document::Kind::kInteger:
      return fmt::format("{}", node.integer());
    case document::Kind::kNumber:
      return fmt::format("{}", node.number());
    default:
      return node.string();
  }
}

Result<std::map<std::string, std::string>> parse_options(MapReader& reader) {
  std::map<std::string, std::string> options;
  const Node* const node = reader.find("options");
  if (node == nullptr) {
    return options;
  }
  if (!node->is_map()) {
    return document::invalid_node(*node, "'options' must be a map of name: value");
  }
  for (const Node& option : node->items()) {
    if (option.is_map() || option.is_list() || option.is_null()) {
      return document::invalid_node(option,
                                    fmt::format("option '{}' must be one value", option.key()));
    }
    options[option.key()] = scalar_text(option);
  }
  return options;
}

Result<ModelSettings> parse_model(const Node& node, const io::Path& folder) {
  ModelSettings model;
  model.name = node.key();
  model.where = node.where();
  if (node.is_string()) {
    model.file = path_from(folder, node.string());
    return model;
  }
  ARETE_TRY_ASSIGN(MapReader reader, MapReader::open(node, fmt::format("model '{}'", model.name)));
  ARETE_TRY_ASSIGN(model.file, reader.required<std::string>("file"));
  model.file = path_from(folder, model.file);
  ARETE_TRY_ASSIGN(model.engine, reader.optional<std::string>("engine", "auto"));
  ARETE_TRY_ASSIGN(model.spec, reader.optional<std::string>("spec", ""));
  model.spec = model.spec.empty() ? "" : path_from(folder, model.spec);
  ARETE_TRY_ASSIGN(model.cache, reader.optional<std::string>("cache", ""));
  model.cache = model.cache.empty() ? "" : path_from(folder, model.cache);
  ARETE_TRY_ASSIGN(model.options, parse_options(reader));
  ARETE_TRY(reader.finish());
  return model;
}

Result<QueueSettings> parse_queue(const Node& node) {
  static constexpr std::array<Choice<QueuePolicy>, 3> kPolicies = {
      {{"newest", QueuePolicy::kNewest},
       {"oldest", QueuePolicy::kOldest},
       {"block", QueuePolicy::kBlock}}};
  QueueSettings queue;
  ARETE_TRY_ASSIGN(MapReader reader, MapReader::open(node, "queue"));
  if (reader.has("policy")) {
    ARETE_TRY_ASSIGN(queue.policy,
                     reader.choice<QueuePolicy>("policy", QueuePolicy::kBlock, kPolicies));
  }
  ARETE_TRY_ASSIGN(queue.size, reader.optional<int>("size", 0, {1, 10'000}));
  ARETE_TRY(reader.finish());
  return queue;
}

/// A name, a list of names, or none: then the element before, and for the first all sources.
Result<std::vector<std::string>> parse_inputs(MapReader& reader, const GraphSpec& graph) {
  const Node* const node = reader.find("input");
  if (node != nullptr && node->is_list()) {
    ARETE_TRY_ASSIGN(auto inputs, document::value_as<std::vector<std::string>>(*node, "input"));
    if (inputs.empty()) {
      return document::invalid_node(*node, "'input' is an empty list");
    }
    const std::set<std::string> distinct(inputs.begin(), inputs.end());
    if (distinct.size() != inputs.size()) {
      return document::invalid_node(*node, "'input' names something twice");
    }
    return inputs;
  }
  if (node != nullptr) {
    ARETE_TRY_ASSIGN(std::string input, document::value_as<std::string>(*node, "input"));
    return std::vector<std::string>{std::move(input)};
  }
  if (!graph.elements.empty()) {
    return std::vector<std::string>{graph.elements.back().name};
  }
  std::vector<std::string> all;
  for (const SourceSpec& source : graph.sources) {
    all.push_back(source.name);
  }
  return all;
}

Result<ElementSpec> parse_element(const Node& node, const GraphSpec& graph) {
  ElementSpec element;
  element.name = node.key();
  element.where = node.where();
  element.settings = node;
  ARETE_TRY_ASSIGN(MapReader reader,
                   MapReader::open(node, fmt::format("element '{}'", element.name)));
  ARETE_TRY_ASSIGN(element.type, reader.required<std::string>("type"));
  ARETE_TRY_ASSIGN(element.inputs, parse_inputs(reader, graph));
  if (const Node* const queue = reader.find("queue")) {
    ARETE_TRY_ASSIGN(element.queue, parse_queue(*queue));
  }
  return element;
}

/// An element may not be called like a source: inputs name both.
Status check_distinct(const GraphSpec& graph) {
  for (const ElementSpec& element : graph.elements) {
    const auto same = [&](const SourceSpec& source) { return source.name == element.name; };
    if (std::ranges::any_of(graph.sources, same)) {
      return fail_at(element.where, ErrorCode::kInvalid,
                     "'{}' is the name of a source and of an element", element.name);
    }
  }
  return {};
}

}  // namespace

Result<GraphSpec> parse_graph(io::Files& files, const Node& root, const io::Path& folder) {
  GraphSpec graph;
  graph.folder = folder;
  graph.where = root.where();
  ARETE_TRY_ASSIGN(MapReader reader, MapReader::open(root, "the pipeline"));
  ARETE_TRY(reader.required<int>("pipeline", {kPipelineVersion, kPipelineVersion}));
  ARETE_TRY_ASSIGN(graph.name, reader.optional<std::string>("name", "pipeline"));
  ARETE_TRY_ASSIGN(const Node* const sources, reader.child("sources"));
  ARETE_TRY(check_map(*sources, "sources", kMaxSources));
  for (const Node& source : sources->items()) {
    ARETE_TRY_ASSIGN(SourceSpec parsed, parse_source(files, source, folder));
    graph.sources.push_back(std::move(parsed));
  }
  if (const Node* const models = reader.find("models")) {
    ARETE_TRY(check_map(*models, "models", kMaxElements));
    for (const Node& model : models->items()) {
      ARETE_TRY_ASSIGN(ModelSettings parsed, parse_model(model, folder));
      graph.models.push_back(std::move(parsed));
    }
  }
  ARETE_TRY_ASSIGN(const Node* const elements, reader.child("elements"));
  ARETE_TRY(check_map(*elements, "elements", kMaxElements));
  for (const Node& element : elements->items()) {
    ARETE_TRY_ASSIGN(ElementSpec parsed, parse_element(element, graph));
    graph.elements.push_back(std::move(parsed));
  }
  ARETE_TRY(reader.finish());
  ARETE_TRY(check_distinct(graph));
  return graph;
}

Result<GraphSpec> load_graph(io::Files& files, const io::Path& path) {
  ARETE_TRY_ASSIGN(const Bytes bytes, files.read(path, document::kYamlLimits.bytes));
  ARETE_TRY_ASSIGN(const Node root, document::parse_yaml(as_text(bytes), path.string()));
  ARETE_TRY_ASSIGN(GraphSpec graph, parse_graph(files, root, path.parent_path()));
  if (!root.find("name")) {
    graph.name = path.stem().string();
  }
  return graph;
}

}  // namespace arete::pipeline
