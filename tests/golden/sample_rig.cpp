// SPDX-License-Identifier: Apache-2.0
#include "sample_rig.hpp"

#include <cstdlib>
#include <filesystem>
#include <utility>

#include "base/clock.hpp"
#include "convert/engine_model.hpp"
#include "convert/model_source.hpp"
#include "document/parse.hpp"
#include "media/picture_file.hpp"
#include "spec/lookup.hpp"
#include "spec/resolve.hpp"

namespace arete::golden {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

}  // namespace

std::string data_root() {
  const std::string stated = environment("ARETE_DATA");
  const io::Path root = !stated.empty()
                            ? io::Path(stated)
                            : io::Path(environment("ARETE_SOURCE_DIR")) / ".." / "shared" / "data";
  return std::filesystem::exists(root / "manifest.json") ? root.string() : "";
}

Result<document::Node> manifest_entry(const std::string& name) {
  io::PosixFiles files;
  const std::string path = data_root() + "/manifest.json";
  ARETE_TRY_ASSIGN(const Bytes text, files.read(path));
  ARETE_TRY_ASSIGN(const document::Node manifest, document::parse_json(as_text(text), path));
  const document::Node* entries = manifest.find("entries");
  for (const document::Node& entry :
       entries != nullptr ? entries->items() : std::span<const document::Node>{}) {
    const document::Node* entry_name = entry.find("name");
    if (entry_name != nullptr && entry_name->is_string() && entry_name->string() == name) {
      return entry;
    }
  }
  return fail(ErrorCode::kNotFound, "{}: no entry '{}'", path, name);
}

Result<SampleRig> SampleRig::load(const std::string& model) {
  runtime::DiscoverOptions engines;
  engines.expected = {"onnxruntime"};  // so that a build without it gives kUnavailable
  auto registry = std::make_shared<const runtime::Registry>(runtime::Registry::discover(engines));
  ARETE_TRY(registry->find("onnxruntime"));
  io::PosixFiles files;
  const io::Path path = io::Path(data_root()) / model;
  const io::Path specs = io::Path(environment("ARETE_SOURCE_DIR")) / "tests" / "data" / "specs";
  ARETE_TRY_ASSIGN(const spec::Spec meaning,
                   spec::load(files, specs / spec::spec_name_of(path), path.parent_path()));
  ARETE_TRY_ASSIGN(const auto source, convert::open_source(files, path));
  ARETE_TRY_ASSIGN(auto loaded, convert::load_model(*registry, source, "onnxruntime"));
  ARETE_TRY_ASSIGN(auto resolved, spec::resolve(meaning, pipeline::facts_of(loaded.inputs),
                                                pipeline::facts_of(loaded.outputs)));
  ARETE_TRY_ASSIGN(auto runner,
                   pipeline::ModelRunner::create(std::move(loaded.session), std::move(resolved)));
  return SampleRig(std::move(registry), std::move(runner));
}

Result<tensor::Findings> SampleRig::run(const std::string& picture) {
  io::PosixFiles files;
  ARETE_TRY_ASSIGN(const tensor::Picture pixels,
                   media::read_picture(files, io::Path(data_root()) / picture));
  return run(pixels.view());
}

Result<tensor::Findings> SampleRig::run(const tensor::PictureView& picture) {
  SystemClock clock;
  pipeline::StageTimes times;
  // By hand: through the macro, g++ 12 takes the mask for uninitialized.
  auto output = runner_.run(picture, clock, times);
  if (!output) {
    return std::unexpected<Error>(std::move(output).error());
  }
  return std::move(output->findings);
}

}  // namespace arete::golden
