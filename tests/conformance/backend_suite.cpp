// SPDX-License-Identifier: Apache-2.0
#include "backend_suite.hpp"

#include <algorithm>
#include <cstdlib>

namespace arete::conformance {

using runtime::BackendStatus;

const runtime::Registry& registry() {
  static const runtime::Registry registry = [] {
    runtime::DiscoverOptions options;
    if (std::getenv("ARETE_PLUGIN_PATH") == nullptr) {
      options.path = {ARETE_TEST_PLUGINS};
    }
    // Always asked for, so that a build without its plug-in shows as skipped tests with a reason.
    options.expected = {"null", "fault", "litert", "onnxruntime", "openvino"};
    return runtime::Registry::discover(options);
  }();
  return registry;
}

std::vector<Subject> subjects() {
  std::vector<Subject> made;
  for (const BackendStatus& status : registry().list()) {
    const std::string& name = status.info.name;
    if (name == "fault") {
      continue;
    }
    made.push_back({name, name, "", status.reason});
    made.push_back({"fault_" + name, "fault", name, status.reason});
  }
  return made;
}

void BackendSuite::SetUp() {
  const Subject& subject = GetParam();
  if (!subject.missing.empty()) {
    GTEST_SKIP() << subject.missing;
  }
  auto found = registry().find(subject.engine);
  ASSERT_TRUE(found.has_value()) << found.error().message();
  backend_ = *found;
  inner_ = subject.inside.empty() ? backend_ : registry().find(subject.inside).value();
  models_ = maker_for(inner_->info().formats);
  if (models_ == nullptr) {
    GTEST_SKIP() << "no test models in a format that " << inner_->info().name << " loads";
  }
}

runtime::LoadOptions BackendSuite::load_options(const Options& options,
                                                const Options& outer) const {
  runtime::LoadOptions made;
  if (GetParam().inside.empty()) {
    made.options = options;
    return made;
  }
  made.options = outer;
  made.options["engine"] = GetParam().inside;
  std::string inner;
  for (const auto& [name, value] : options) {
    inner += (inner.empty() ? "" : ";") + name + "=" + value;
  }
  made.options["inner"] = inner;
  return made;
}

Result<std::unique_ptr<runtime::Session>> BackendSuite::load(const Result<std::string>& model,
                                                             const Options& options,
                                                             const Options& outer) const {
  if (!model.has_value()) {
    return std::unexpected<Error>(model.error());
  }
  return backend().load(in_memory(*model), load_options(options, outer));
}

Result<std::string> BackendSuite::endless() const {
  if (inner_info().name == "openvino") {
    return fail(ErrorCode::kUnsupported,
                "OpenVINO looks for a stop between two operators, and a "
                "loop is one");
  }
  return models().endless();
}

bool BackendSuite::has_option(std::string_view name) const {
  const auto& options = inner_info().options;
  return std::ranges::find(options, name, &runtime::OptionInfo::name) != options.end();
}

runtime::ModelFile in_memory(std::string_view model) {
  return {"", "", SharedBytes(to_bytes(model))};
}

Result<std::vector<tensor::Tensor>> run_floats(runtime::Session& session,
                                               const std::vector<float>& values,
                                               const runtime::RunOptions& options) {
  const auto input = tensor::Tensor::of<float>({static_cast<std::int64_t>(values.size())}, values);
  const std::vector<tensor::TensorView> views{tensor::TensorView(input)};
  return session.run(views, options);
}

}  // namespace arete::conformance
