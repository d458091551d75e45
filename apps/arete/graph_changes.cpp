// What the command line says about a pipeline: changes of a file's, or one made from nothing.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <utility>

#include "base/text.hpp"
#include "graph_changes.hpp"
#include "model_factory.hpp"

namespace arete::app {
namespace {

using document::Node;

/// The entry of `all` that is called `name`; kNotFound with the others.
template <class Entry>
Result<Entry*> named(std::vector<Entry>& all, std::string_view name, std::string_view what) {
  std::vector<std::string_view> names;
  for (Entry& entry : all) {
    if (entry.name == name) {
      return &entry;
    }
    names.push_back(entry.name);
  }
  return fail_at(what, ErrorCode::kInvalid, "the pipeline has no {} '{}'{}", what, name,
                 did_you_mean(name, names));
}

Status change_input(io::Files& files, const std::string& input, pipeline::GraphSpec& graph) {
  const std::size_t equals = input.find('=');
  const bool by_name = equals != std::string::npos && input.find('/') > equals;
  if (!by_name && graph.sources.size() != 1) {
    return fail_at("--input", ErrorCode::kInvalid,
                   "the pipeline has {} sources: say which with --input NAME={}",
                   graph.sources.size(), input);
  }
  pipeline::SourceSpec* source = &graph.sources.front();
  if (by_name) {
    ARETE_TRY_ASSIGN(source, named(graph.sources, input.substr(0, equals), "source"));
  }
  source->settings.url = by_name ? input.substr(equals + 1) : input;
  source->where = "--input";
  ARETE_TRY_ASSIGN(source->settings.kind, media::guess_kind(files, source->settings.url));
  return {};
}

}  // namespace

Status apply(io::Files& files, const GraphChanges& changes, pipeline::GraphSpec& graph) {
  for (const std::string& input : changes.inputs) {
    ARETE_TRY(change_input(files, input, graph));
  }
  for (const std::string& model : changes.models) {
    const std::size_t equals = model.find('=');
    if (equals == std::string::npos) {
      return fail_at("--model", ErrorCode::kInvalid, "--model '{}' is not of the form NAME=FILE",
                     model);
    }
    ARETE_TRY_ASSIGN(pipeline::ModelSettings* const settings,
                     named(graph.models, model.substr(0, equals), "model"));
    settings->file = model.substr(equals + 1);
    settings->where = "--model";
  }
  for (pipeline::ModelSettings& settings : graph.models) {
    if (!changes.engine.empty()) {
      settings.engine = changes.engine;
    }
    ARETE_TRY(add_options(changes.options, settings));
  }
  return {};
}

Result<pipeline::GraphSpec> graph_for(io::Files& files, const StreamRequest& request) {
  Node sources = Node::map();
  for (std::size_t i = 0; i < request.inputs.size(); ++i) {
    sources.set(request.inputs.size() == 1 ? "input" : fmt::format("input{}", i + 1),
                request.inputs[i]);
  }
  Node elements = Node::map();
  elements.set("infer", Node::map().set("type", "infer").set("model", "model"));
  if (!request.draw.empty()) {
    const bool video = request.draw.ends_with(".mp4");
    elements.set("draw", Node::map().set("type", "draw"));
    elements.set("write", Node::map()
                              .set("type", video ? "write_video" : "write_pictures")
                              .set(video ? "path" : "folder", request.draw));
  }
  Node root = Node::map();
  root.set("pipeline", pipeline::kPipelineVersion);
  root.set("name", io::Path(request.model.file).stem().string());
  root.set("sources", std::move(sources)).set("elements", std::move(elements));
  ARETE_TRY_ASSIGN(pipeline::GraphSpec graph, pipeline::parse_graph(files, root, {}));
  pipeline::ModelSettings model = request.model;
  model.name = "model";
  graph.models.push_back(std::move(model));
  return graph;
}

}  // namespace arete::app
