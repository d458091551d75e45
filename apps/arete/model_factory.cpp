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

Result<spec::Spec> find_spec(io::Files& files, const convert::ModelSource& source,
                             const pipeline::ModelSettings& settings) {
  spec::LookupRequest request;
  request.model = settings.file;
  if (!settings.spec.empty()) {
    request.given = settings.spec;
  }
  ARETE_TRY_ASSIGN(request.metadata, convert::embedded_spec(source));
  request.spec_folders = spec::folders_from(std::getenv("ARETE_SPECS"));
  return spec::lookup(files, request);
}

/// The engine that "auto" tries first, alone, mostly does; only else all are opened.
Result<convert::LoadedModel> load(const convert::ModelSource& source,
                                  const pipeline::ModelSettings& settings) {
  runtime::LoadOptions options;
  options.cache_dir = settings.cache;
  options.options = settings.options;
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
  ARETE_TRY_ASSIGN(const convert::ModelSource source, convert::open_source(files, settings.file));
  ARETE_TRY_ASSIGN(const spec::Spec spec, find_spec(files, source, settings));
  ARETE_TRY_ASSIGN(convert::LoadedModel loaded, load(source, settings));
  pipeline::ModelParts parts;
  ARETE_TRY_ASSIGN(parts.spec, spec::resolve(spec, pipeline::facts_of(loaded.inputs),
                                             pipeline::facts_of(loaded.outputs)));
  parts.session = std::move(loaded.session);
  parts.identity = {settings.name, loaded.engine, loaded.precision};
  return parts;
}

}  // namespace arete::app
