// The fixture of the back-end conformance suite: one parameter for every engine found, and for the
// fault engine around each of them. What an engine cannot do is skipped with its own reason.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "backend_models.hpp"
#include "runtime/registry.hpp"

/// Ends the test, saying what the engine says, if `result` is an error of the kind "cannot".
#define ARETE_SKIP_IF_UNSUPPORTED(result)                                              \
  do {                                                                                 \
    if (!(result).has_value() && (result).error().code() == ErrorCode::kUnsupported) { \
      GTEST_SKIP() << (result).error().message();                                      \
    }                                                                                  \
  } while (false)

namespace arete::conformance {

/// An engine under test.
struct Subject {
  std::string label;    ///< "onnxruntime", "fault_null"
  std::string engine;   ///< to be found in the registry
  std::string inside;   ///< the engine that "fault" wraps; empty otherwise
  std::string missing;  ///< why it cannot be tested; empty = it can
};

/// The registry of the plug-ins of this build.
[[nodiscard]] const runtime::Registry& registry();
[[nodiscard]] std::vector<Subject> subjects();

inline void PrintTo(const Subject& subject, std::ostream* out) { *out << subject.label; }
[[nodiscard]] inline std::string label_of(const testing::TestParamInfo<Subject>& subject) {
  return subject.param.label;
}

using Options = std::map<std::string, std::string>;

class BackendSuite : public testing::TestWithParam<Subject> {
 protected:
  void SetUp() override;

  /// `options` are those of the engine (inside); `outer` those of the fault engine around it.
  [[nodiscard]] runtime::LoadOptions load_options(const Options& options,
                                                  const Options& outer = {}) const;
  [[nodiscard]] Result<std::unique_ptr<runtime::Session>> load(const Result<std::string>& model,
                                                               const Options& options = {},
                                                               const Options& outer = {}) const;
  [[nodiscard]] const runtime::Backend& backend() const { return *backend_; }
  /// The engine whose abilities count: the one inside, if there is one.
  [[nodiscard]] const runtime::BackendInfo& inner_info() const { return inner_->info(); }
  [[nodiscard]] const ModelMaker& models() const { return *models_; }
  /// models().endless(), for engines that can be stopped inside a loop.
  [[nodiscard]] Result<std::string> endless() const;
  [[nodiscard]] bool has_option(std::string_view name) const;

 private:
  std::shared_ptr<const runtime::Backend> backend_;
  std::shared_ptr<const runtime::Backend> inner_;
  const ModelMaker* models_ = nullptr;
};

[[nodiscard]] runtime::ModelFile in_memory(std::string_view model);

/// run() on one f32 vector.
[[nodiscard]] Result<std::vector<tensor::Tensor>> run_floats(
    runtime::Session& session, const std::vector<float>& values,
    const runtime::RunOptions& options = {});

}  // namespace arete::conformance
