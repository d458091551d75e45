// SPDX-License-Identifier: Apache-2.0
#include "model_factory.hpp"

#include <cstdlib>
#include <utility>

#include "convert/embedded_spec.hpp"
#include "convert/engine_model.hpp"
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

Result<pipeline::ModelParts> make_model(io::Files& files, const runtime::Registry& engines,
                                        const pipeline::ModelSettings& settings) {
  ARETE_TRY_ASSIGN(const convert::ModelSource source, convert::open_source(files, settings.file));
  ARETE_TRY_ASSIGN(const spec::Spec spec, find_spec(files, source, settings));
  runtime::LoadOptions options;
  options.cache_dir = settings.cache;
  options.options = settings.options;
  ARETE_TRY_ASSIGN(convert::LoadedModel loaded,
                   convert::load_model(engines, source, settings.engine, options));
  pipeline::ModelParts parts;
  ARETE_TRY_ASSIGN(parts.spec, spec::resolve(spec, pipeline::facts_of(loaded.inputs),
                                             pipeline::facts_of(loaded.outputs)));
  parts.session = std::move(loaded.session);
  parts.identity = {settings.name, loaded.engine, loaded.precision};
  return parts;
}

}  // namespace arete::app
