// Loading, support queries, options, state, profile, unloading.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include "backend_suite.hpp"

namespace arete::conformance {
namespace {

using runtime::ModelFile;
using tensor::DType;
using tensor::Tensor;
using tensor::TensorView;
using testing::ElementsAre;
using testing::HasSubstr;

class BackendSessions : public BackendSuite {};

/// A file that is gone after the test.
class ModelOnDisk {
 public:
  explicit ModelOnDisk(std::string_view content) : path_(testing::TempDir() + "model_XXXXXX") {
    const int descriptor = ::mkstemp(path_.data());
    EXPECT_GE(descriptor, 0);
    ::close(descriptor);
    std::ofstream(path_, std::ios::binary) << content;
  }
  ModelOnDisk(const ModelOnDisk&) = delete;
  ModelOnDisk& operator=(const ModelOnDisk&) = delete;
  ~ModelOnDisk() { std::filesystem::remove(path_); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// The folder that a plug-in came from.
runtime::DiscoverOptions beside(const runtime::Backend& backend) {
  runtime::DiscoverOptions options;
  options.path = {std::filesystem::path(backend.info().path).parent_path()};
  return options;
}

TEST_P(BackendSessions, LoadsFromMemoryAndFromAPathAlike) {
  const std::string model = models().identity(DType::kF32, {"2"}).value();
  const ModelOnDisk file(model);
  for (const ModelFile& source :
       {in_memory(model), ModelFile{"", file.path(), {}},
        ModelFile{std::string(models().format()), file.path(), SharedBytes(to_bytes(model))}}) {
    const Status supported = backend().supports(source, load_options({}));
    EXPECT_TRUE(supported.has_value()) << supported.error().message();
    auto session = backend().load(source, load_options({}));
    ASSERT_TRUE(session.has_value()) << session.error().message();
    EXPECT_THAT(run_floats(**session, {3, 4}).value().front().data<float>(), ElementsAre(3, 4));
  }
}

TEST_P(BackendSessions, AMissingFileIsNotFoundByName) {
  const ModelFile missing{"", "/nowhere/model.bin", {}};
  const auto session = backend().load(missing, load_options({}));
  ASSERT_FALSE(session.has_value());
  EXPECT_EQ(session.error().code(), ErrorCode::kNotFound);
  EXPECT_THAT(session.error().message(), HasSubstr("/nowhere/model.bin"));
  EXPECT_FALSE(backend().supports(missing, load_options({})).has_value());
}

TEST_P(BackendSessions, SupportQueryGivesTheReasonThatLoadWouldGive) {
  const std::string tflite = std::string("\x1c\0\0\0", 4) + "TFL3" + std::string(64, '\0');
  for (const std::string& model : {tflite, std::string("no model at all"), std::string(1, '\0'),
                                   models().identity(DType::kF32, {"2"}).value().substr(0, 20)}) {
    const Status supported = backend().supports(in_memory(model), load_options({}));
    const auto session = backend().load(in_memory(model), load_options({}));
    ASSERT_FALSE(supported.has_value()) << model;
    ASSERT_FALSE(session.has_value()) << model;
    EXPECT_EQ(supported.error().code(), session.error().code()) << session.error().message();
    EXPECT_FALSE(supported.error().message().empty());
  }
}

TEST_P(BackendSessions, EveryTruncationOfAModelIsRefusedOrRuns) {
  const std::string model = models().identity(DType::kF32, {"batch", "2"}).value();
  for (std::size_t length = 1; length < model.size(); ++length) {
    const auto session = backend().load(in_memory(model.substr(0, length)), load_options({}));
    if (!session.has_value()) {
      EXPECT_FALSE(session.error().message().empty()) << length;
      EXPECT_NE(session.error().code(), ErrorCode::kInternal) << session.error().message();
    }
  }
}

TEST_P(BackendSessions, UnknownOptionsAndBadValuesAreNamed) {
  const std::string model = models().identity(DType::kF32, {"2"}).value();
  const auto unknown = backend().load(in_memory(model), load_options({{"warp_speed", "9"}}));
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().code(), ErrorCode::kInvalid);
  EXPECT_THAT(unknown.error().message(), HasSubstr("'warp_speed'"));
  for (const runtime::OptionInfo& option : inner_info().options) {
    EXPECT_FALSE(option.doc.empty()) << option.name;
    const auto bad = backend().load(in_memory(model), load_options({{option.name, "@"}}));
    ASSERT_FALSE(bad.has_value()) << option.name;
    EXPECT_THAT(bad.error().message(), HasSubstr("'" + option.name + "'"));
    const auto good =
        backend().load(in_memory(model), load_options({{option.name, option.default_value}}));
    EXPECT_TRUE(good.has_value()) << option.name << ": " << good.error().message();
  }
}

TEST_P(BackendSessions, StateIsKeptReadWrittenAndReset) {
  auto session = load(models().accumulate());
  ARETE_SKIP_IF_UNSUPPORTED(session);
  ASSERT_TRUE(session.has_value()) << session.error().message();
  runtime::ModelState* const state = (*session)->state();
  ASSERT_NE(state, nullptr);
  ASSERT_EQ(state->infos().size(), 1U);
  EXPECT_EQ(text_of(state->infos()[0]), "f32[3]");
  ASSERT_TRUE(run_floats(**session, {1, 2, 3}).has_value());
  EXPECT_THAT(run_floats(**session, {1, 2, 3}).value().front().data<float>(), ElementsAre(2, 4, 6));
  const auto kept = state->get();
  ASSERT_TRUE(state->reset().has_value());
  EXPECT_THAT(run_floats(**session, {1, 2, 3}).value().front().data<float>(), ElementsAre(1, 2, 3));
  ARETE_SKIP_IF_UNSUPPORTED(kept);
  ASSERT_TRUE(kept.has_value()) << kept.error().message();
  EXPECT_THAT(kept->front().data<float>(), ElementsAre(2, 4, 6));
  const std::array views{TensorView(kept->front())};
  ASSERT_TRUE(state->set(views).has_value());
  EXPECT_THAT(run_floats(**session, {1, 1, 1}).value().front().data<float>(), ElementsAre(3, 5, 7));
}

TEST_P(BackendSessions, WrongStatesAreRefused) {
  auto session = load(models().accumulate());
  ARETE_SKIP_IF_UNSUPPORTED(session);
  ASSERT_TRUE(session.has_value()) << session.error().message();
  runtime::ModelState* const state = (*session)->state();
  ASSERT_NE(state, nullptr);
  const Tensor longer = Tensor::of<float>({4}, {1, 2, 3, 4});
  const std::array views{TensorView(longer)};
  EXPECT_EQ(state->set(views).error().code(), ErrorCode::kInvalid);
  EXPECT_EQ(state->set({}).error().code(), ErrorCode::kInvalid);
}

TEST_P(BackendSessions, AModelWithoutStateHasNone) {
  auto session = load(models().identity(DType::kF32, {"2"}));
  ASSERT_TRUE(session.has_value()) << session.error().message();
  EXPECT_EQ((*session)->state(), nullptr);
}

TEST_P(BackendSessions, ProfileSaysWhatReallyRanWhere) {
  const Options wanted = has_option("profile") ? Options{{"profile", "on"}} : Options{};
  // Two runs of different shapes, of an engine that cannot size results by data too.
  const auto dynamic = models().nonzero();
  const bool sizes_by_data =
      dynamic && backend().supports(in_memory(*dynamic), load_options({})).has_value();
  auto session = load(sizes_by_data ? dynamic : models().identity(DType::kF32, {"n"}), wanted);
  ARETE_SKIP_IF_UNSUPPORTED(session);
  ASSERT_TRUE(session.has_value()) << session.error().message();
  for (const std::vector<float>& values : {std::vector<float>{1, 0}, {1, 0, 3}}) {
    const auto outputs = run_floats(**session, values);
    ASSERT_TRUE(outputs.has_value()) << outputs.error().message();
  }
  const auto profile = (*session)->profile();
  ARETE_SKIP_IF_UNSUPPORTED(profile);
  ASSERT_TRUE(profile.has_value()) << profile.error().message();
  EXPECT_EQ(profile->runs, 2U);
  ASSERT_FALSE(profile->nodes.empty());
  for (const runtime::NodeProfile& node : profile->nodes) {
    EXPECT_FALSE(node.type.empty());
    EXPECT_EQ(node.calls, 2U) << node.name;
    EXPECT_THAT(inner_info().devices, testing::Contains(node.device)) << node.name;
  }
  EXPECT_TRUE(run_floats(**session, {1}).has_value()) << "running on after the report";
}

TEST_P(BackendSessions, ProfileNotAskedForIsAConflictThatNamesTheOption) {
  if (!has_option("profile")) {
    GTEST_SKIP() << inner_info().name << " always profiles";
  }
  auto session = load(models().identity(DType::kF32, {"2"}));
  ASSERT_TRUE(session.has_value()) << session.error().message();
  const auto profile = (*session)->profile();
  ASSERT_FALSE(profile.has_value());
  EXPECT_EQ(profile.error().code(), ErrorCode::kConflict);
  EXPECT_THAT(profile.error().message(), HasSubstr("'profile'"));
}

TEST_P(BackendSessions, NothingIsWrittenToStandardError) {
  testing::internal::CaptureStderr();
  {
    auto session = load(models().identity(DType::kF32, {"2"}));
    EXPECT_TRUE(session.has_value() && run_floats(**session, {1, 2}).has_value());
    EXPECT_FALSE(load(std::string("no model at all")).has_value());
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST_P(BackendSessions, MetricsHaveNames) {
  auto session = load(models().identity(DType::kF32, {"2"}));
  ASSERT_TRUE(session.has_value()) << session.error().message();
  ASSERT_TRUE(run_floats(**session, {1, 2}).has_value());
  for (const runtime::Metric& metric : (*session)->metrics()) {
    EXPECT_FALSE(metric.name.empty());
    EXPECT_GE(metric.value, 0) << metric.name;
  }
}

TEST_P(BackendSessions, LoadsAgainAfterUnloadingTheModelAndThePlugin) {
  const std::string model = models().identity(DType::kF32, {"2"}).value();
  for (int round = 0; round < 3; ++round) {
    // A registry of its own: when it goes, so does the last user of the plug-in.
    const runtime::Registry own = runtime::Registry::discover(beside(backend()));
    const auto found = own.find(GetParam().engine);
    ASSERT_TRUE(found.has_value()) << found.error().message();
    auto session = (*found)->load(in_memory(model), load_options({}));
    ASSERT_TRUE(session.has_value()) << session.error().message();
    EXPECT_THAT(run_floats(**session, {1, 2}).value().front().data<float>(), ElementsAre(1, 2));
  }
}

TEST_P(BackendSessions, ASessionOutlivesTheRegistry) {
  auto own = std::make_unique<runtime::Registry>(runtime::Registry::discover(beside(backend())));
  auto session =
      own->find(GetParam().engine)
          .value()
          ->load(in_memory(models().identity(DType::kF32, {"1"}).value()), load_options({}));
  ASSERT_TRUE(session.has_value()) << session.error().message();
  own.reset();
  EXPECT_TRUE(run_floats(**session, {1}).has_value());
}

INSTANTIATE_TEST_SUITE_P(Engines, BackendSessions, testing::ValuesIn(subjects()), label_of);

}  // namespace
}  // namespace arete::conformance
