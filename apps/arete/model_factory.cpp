// SPDX-License-Identifier: Apache-2.0
#include "model_factory.hpp"

#include <cstdlib>
#include <utility>

#include "convert/embedded_spec.hpp"
#include "convert/engine_model.hpp"
#include "output.hpp"
#include "pipeline/model_runner.hpp"
#include "spec/lookup.hpp"
#include "spec/resolve.hpp"

namespace arete::app {
namespace {

/// `source` is nullptr for a file that only its engine can read.
Result<spec::Spec> find_spec(io::Files& files, const convert::ModelSource* source,
                             const pipeline::ModelSettings& settings) {
  spec::LookupRequest request;
  request.model = settings.file;
  if (!settings.spec.empty()) {
    request.given = settings.spec;
  }
  if (source != nullptr) {
    ARETE_TRY_ASSIGN(request.metadata, convert::embedded_spec(*source));
  }
  request.spec_folders = spec::folders_from(std::getenv("ARETE_SPECS"));
  return spec::lookup(files, request);
}

runtime::LoadOptions options_of(const pipeline::ModelSettings& settings) {
  runtime::LoadOptions options;
  options.cache_dir = settings.cache;
  options.options = settings.options;
  return options;
}

/// A file of the engine's own kind, which nobody else knows: it is handed over as it is.
Result<convert::LoadedModel> load_as_it_is(const pipeline::ModelSettings& settings) {
  const runtime::Registry registry = engine_alone(settings.engine);
  ARETE_TRY_ASSIGN(const auto backend, registry.find(settings.engine));
  const runtime::ModelFile file{.format = {}, .path = settings.file, .bytes = {}};
  convert::LoadedModel loaded;
  ARETE_TRY_ASSIGN(loaded.session, backend->load(file, options_of(settings)));
  loaded.inputs = loaded.session->inputs();
  loaded.outputs = loaded.session->outputs();
  loaded.engine = settings.engine;
  loaded.precision = "unknown";
  return loaded;
}

/// The engine that "auto" tries first, alone, mostly does; only else all are opened.
Result<convert::LoadedModel> load(const convert::ModelSource& source,
                                  const pipeline::ModelSettings& settings) {
  const runtime::LoadOptions options = options_of(settings);
  if (settings.engine != "auto") {
    // An unknown name is answered with all there are.
    const runtime::Registry alone = engine_alone(settings.engine);
    return convert::load_model(alone.find(settings.engine) ? alone : engines(), source,
                               settings.engine, options);
  }
  const std::string_view first = convert::engine_order(source.format_name()).front();
  auto loaded = convert::load_model(engine_alone(first), source, first, options);
  return loaded ? std::move(loaded) : convert::load_model(engines(), source, "auto", options);
}

}  // namespace

Status add_options(const std::vector<std::string>& options, pipeline::ModelSettings& settings) {
  for (const std::string& option : options) {
    const std::size_t equals = option.find('=');
    if (equals == std::string::npos) {
      return fail_at("--option", ErrorCode::kInvalid, "--option '{}' is not of the form NAME=VALUE",
                     option);
    }
    settings.options[option.substr(0, equals)] = option.substr(equals + 1);
  }
  return {};
}

Result<pipeline::ModelParts> make_model(io::Files& files, const pipeline::ModelSettings& settings) {
  const auto source = convert::open_source(files, settings.file);
  const bool of_engine =
      !source && source.error().code() == ErrorCode::kUnsupported && settings.engine != "auto";
  if (!source && !of_engine) {
    return std::unexpected(source.error());
  }
  ARETE_TRY_ASSIGN(const spec::Spec spec, find_spec(files, source ? &*source : nullptr, settings));
  ARETE_TRY_ASSIGN(convert::LoadedModel loaded,
                   source ? load(*source, settings) : load_as_it_is(settings));
  pipeline::ModelParts parts;
  ARETE_TRY_ASSIGN(parts.spec, spec::resolve(spec, pipeline::facts_of(loaded.inputs),
                                             pipeline::facts_of(loaded.outputs)));
  parts.session = std::move(loaded.session);
  parts.identity = {settings.name, loaded.engine, loaded.precision};
  return parts;
}

}  // namespace arete::app
