// Compiled programs cannot be made at test time as other engines' models are, so the suite's
// questions are asked here of three that are kept in tests/data: for ExecuTorch's own kernels, for
// its XNNPACK delegate, and one compiled by TVM.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <ostream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "io/files.hpp"
#include "runtime/registry.hpp"

namespace arete::conformance {
namespace {

using testing::AnyOf;
using testing::Contains;
using testing::Each;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// relu(W x + b) as make_models.py has it.
std::vector<float> expected(const std::vector<float>& x) {
  constexpr std::array kBias{0.1F, -0.2F, 0.3F};
  std::vector<float> y;
  for (std::size_t row = 0; row < 2; ++row) {
    for (std::size_t i = 0; i < 3; ++i) {
      float sum = kBias.at(i);
      for (std::size_t j = 0; j < 4; ++j) {
        sum += (0.5F * static_cast<float>(i + 1) - 0.25F * static_cast<float>(j)) * x[row * 4 + j];
      }
      y.push_back(std::max(sum, 0.0F));
    }
  }
  return y;
}

const std::vector<float> kInput{1, 2, 3, 4, -1, 0.5F, -2, 8};

tensor::TensorView view_of(const std::vector<float>& values, const tensor::Shape& shape) {
  return {tensor::DType::kF32, shape, reinterpret_cast<const std::byte*>(values.data())};
}

std::vector<float> floats_of(const tensor::Tensor& tensor) {
  std::vector<float> values(static_cast<std::size_t>(tensor.elements()));
  std::memcpy(values.data(), tensor.bytes().data(), tensor.bytes().size());
  return values;
}

struct Program {
  const char* label;
  const char* engine;
  const char* file;    ///< under tests/data
  const char* device;  ///< as the engine's profile names it
  const char* kernel;  ///< part of a node's name or type; empty if the engine tells none
  bool from_memory;    ///< whether the engine loads it from memory too
};

void PrintTo(const Program& program, std::ostream* out) { *out << program.label; }

class CompiledProgram : public testing::TestWithParam<Program> {
 protected:
  void SetUp() override {
    runtime::DiscoverOptions engines;
    engines.expected = {GetParam().engine};
    engines.only = engines.expected;
    registry_ = runtime::Registry::discover(engines);
    auto found = registry_.find(GetParam().engine);
    if (!found) {
      GTEST_SKIP() << found.error().message();
    }
    backend_ = *found;
    const char* root = std::getenv("ARETE_SOURCE_DIR");
    path_ = std::string(root == nullptr ? "." : root) + "/tests/data/" + GetParam().file;
  }

  Result<std::unique_ptr<runtime::Session>> load(runtime::LoadOptions options = {}) const {
    runtime::ModelFile file;
    file.path = path_;
    return backend_->load(file, options);
  }

  static void expect_right(runtime::Session& session, const std::vector<float>& input) {
    auto outputs = session.run(std::array{view_of(input, {2, 4})});
    ASSERT_TRUE(outputs.has_value()) << outputs.error().message();
    ASSERT_EQ(outputs->size(), 1U);
    EXPECT_EQ(outputs->at(0).shape(), tensor::Shape({2, 3}));
    EXPECT_THAT(floats_of(outputs->at(0)),
                testing::Pointwise(testing::FloatNear(1e-5F), expected(input)));
  }

  runtime::Registry registry_;
  std::shared_ptr<const runtime::Backend> backend_;
  std::string path_;
};

TEST_P(CompiledProgram, AnswersAsTheNetworkItWasMadeFrom) {
  auto session = load();
  ASSERT_TRUE(session.has_value()) << session.error().message();
  ASSERT_EQ((*session)->inputs().size(), 1U);
  EXPECT_EQ(runtime::text_of((*session)->inputs()[0]), "f32[2, 4]");
  expect_right(**session, kInput);
  expect_right(**session, {0, 0, 0, 0, 1, 1, 1, 1});
}

TEST_P(CompiledProgram, IsLoadedFromMemoryToo) {
  io::PosixFiles files;
  const auto bytes = files.map(path_);
  ASSERT_TRUE(bytes.has_value());
  runtime::ModelFile file;
  file.bytes = *bytes;
  auto session = backend_->load(file, {});
  if (!GetParam().from_memory) {
    ASSERT_FALSE(session.has_value());
    EXPECT_EQ(session.error().code(), ErrorCode::kUnsupported);
    EXPECT_THAT(session.error().message(), HasSubstr("from a file"));
    return;
  }
  ASSERT_TRUE(session.has_value()) << session.error().message();
  expect_right(**session, kInput);
}

TEST_P(CompiledProgram, WritesIntoTheCallersMemory) {
  auto session = load();
  ASSERT_TRUE(session.has_value()) << session.error().message();
  std::vector<float> dense(6);
  const runtime::MutableTensorView out(tensor::DType::kF32, {2, 3},
                                       reinterpret_cast<std::byte*>(dense.data()));
  for (int run = 0; run < 2; ++run) {
    std::ranges::fill(dense, -1.0F);
    const Status ran =
        (*session)->run_into(std::array{view_of(kInput, {2, 4})}, std::span(&out, 1));
    ASSERT_TRUE(ran.has_value()) << ran.error().message();
    EXPECT_THAT(dense, testing::Pointwise(testing::FloatNear(1e-5F), expected(kInput)));
  }
}

TEST_P(CompiledProgram, ReadsAndWritesStridedMemory) {
  auto session = load();
  ASSERT_TRUE(session.has_value()) << session.error().message();
  std::vector<float> wide(16, 99.0F);  // every other element counts
  for (std::size_t i = 0; i < 8; ++i) {
    wide[i * 2] = kInput[i];
  }
  tensor::TensorView in = view_of(wide, {2, 4});
  in.strides = {32, 8};
  std::vector<float> gaps(12, -1.0F);
  runtime::MutableTensorView out(tensor::DType::kF32, {2, 3},
                                 reinterpret_cast<std::byte*>(gaps.data()));
  out.strides = {24, 8};
  const Status ran = (*session)->run_into(std::array{in}, std::span(&out, 1));
  ASSERT_TRUE(ran.has_value()) << ran.error().message();
  const std::vector<float> right = expected(kInput);
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_NEAR(gaps[i * 2], right[i], 1e-5F);
    EXPECT_EQ(gaps[i * 2 + 1], -1.0F) << "a gap was written";
  }
}

TEST_P(CompiledProgram, RefusesAnotherShapeAndTypeByName) {
  auto session = load();
  ASSERT_TRUE(session.has_value()) << session.error().message();
  const auto shape = (*session)->run(std::array{view_of(kInput, {1, 8})});
  ASSERT_FALSE(shape.has_value());
  EXPECT_EQ(shape.error().code(), ErrorCode::kInvalid);
  EXPECT_THAT(shape.error().message(), HasSubstr("[1, 8]"));
  tensor::TensorView wrong = view_of(kInput, {2, 4});
  wrong.dtype = tensor::DType::kI32;
  const auto type = (*session)->run(std::array{wrong});
  ASSERT_FALSE(type.has_value());
  EXPECT_THAT(type.error().message(), HasSubstr("i32"));
}

TEST_P(CompiledProgram, SaysWhatRanWhere) {
  auto silent = load();
  ASSERT_TRUE(silent.has_value());
  EXPECT_EQ((*silent)->profile().error().code(), ErrorCode::kConflict);
  auto session = load({.cache_dir = {}, .options = {{"profile", "on"}}});
  ASSERT_TRUE(session.has_value()) << session.error().message();
  expect_right(**session, kInput);
  expect_right(**session, kInput);
  const auto profile = (*session)->profile();
  ASSERT_TRUE(profile.has_value()) << profile.error().message();
  EXPECT_EQ(profile->runs, 2U);
  ASSERT_FALSE(profile->nodes.empty());
  EXPECT_THAT(profile->nodes, Each(Field(&runtime::NodeProfile::device, GetParam().device)));
  EXPECT_THAT(profile->nodes, Each(Field(&runtime::NodeProfile::calls, 2U)));
  EXPECT_THAT(profile->nodes,
              Contains(AnyOf(Field(&runtime::NodeProfile::type, HasSubstr(GetParam().kernel)),
                             Field(&runtime::NodeProfile::name, HasSubstr(GetParam().kernel)))));
}

TEST_P(CompiledProgram, RunsInTwoSessionsAtOnce) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([this, t] {
      auto session = load();
      ASSERT_TRUE(session.has_value()) << session.error().message();
      for (int run = 0; run < 50; ++run) {
        expect_right(**session, {static_cast<float>(t), 1, static_cast<float>(run), 0, 2, 2, 2, 2});
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

TEST_P(CompiledProgram, LoadsAgainAfterUnloading) {
  for (int round = 0; round < 3; ++round) {
    auto session = load();
    ASSERT_TRUE(session.has_value()) << session.error().message();
    expect_right(**session, kInput);
  }
}

/// Some formats end in bytes that nobody needs: then it loads, and must answer as the whole one.
TEST_P(CompiledProgram, IsRefusedWhenCutShort) {
  io::PosixFiles files;
  const auto whole = files.read(path_);
  ASSERT_TRUE(whole.has_value());
  const std::string folder = testing::TempDir() + "arete_cut_" + GetParam().label;
  ASSERT_TRUE(files.create_directories(folder).has_value());
  const std::string cut = folder + "/model" + path_.substr(path_.rfind('.'));
  if (const auto signature = files.read(path_ + ".json")) {
    ASSERT_TRUE(files.write_atomic(cut + ".json", *signature).has_value());
  }
  for (std::size_t size = 0; size < whole->size(); size += 1 + whole->size() / 23) {
    ASSERT_TRUE(files.write_atomic(cut, ByteView(*whole).first(size)).has_value());
    runtime::ModelFile file;
    file.path = cut;
    const auto session = backend_->load(file, {});
    if (session) {
      EXPECT_GT(size, whole->size() * 9 / 10);
      expect_right(**session, kInput);
    } else {
      EXPECT_THAT(session.error().message(), Not(IsEmpty()));
    }
  }
}

/// What stands beside a TVM module, wrong in one place each, and what must be said of it.
TEST(TvmSignature, IsRefusedWithThePlace) {
  runtime::DiscoverOptions engines;
  engines.expected = {"tvm"};
  engines.only = engines.expected;
  const runtime::Registry registry = runtime::Registry::discover(engines);
  const auto backend = registry.find("tvm");
  if (!backend) {
    GTEST_SKIP() << backend.error().message();
  }
  const char* root = std::getenv("ARETE_SOURCE_DIR");
  io::PosixFiles files;
  const auto module =
      files.read(std::string(root == nullptr ? "." : root) + "/tests/data/tvm/dense.so");
  ASSERT_TRUE(module.has_value());
  const std::string folder = testing::TempDir() + "arete_tvm_signature";
  ASSERT_TRUE(files.create_directories(folder).has_value());
  runtime::ModelFile file;
  file.path = folder + "/dense.so";
  ASSERT_TRUE(files.write_atomic(file.path, *module).has_value());
  std::filesystem::remove(file.path + ".json");
  const auto missing = (*backend)->load(file, {});
  ASSERT_FALSE(missing.has_value());
  EXPECT_THAT(missing.error().message(), HasSubstr("dense.so.json"));

  const std::string y = R"("outputs": [{"name": "y", "dtype": "f32", "shape": [2, 3]}])";
  const std::array<std::pair<std::string, const char*>, 7> cases{{
      {"{", "is not JSON"},
      {"[1]", "has no 'inputs'"},
      {R"({"inputs": 3, )" + y + "}", "inputs must be a list"},
      {R"({"inputs": [{"dtype": "f32", "shape": []}], )" + y + "}", "inputs[0] has no 'name'"},
      {R"({"inputs": [{"name": "x", "dtype": "f33", "shape": []}], )" + y + "}", "'f33'"},
      {R"({"inputs": [{"name": "x", "dtype": "f32", "shape": [2, -4]}], )" + y + "}",
       "inputs[0].shape has the extent -4"},
      {R"({"inputs": [], )" + y + "}", "takes 1 tensors"},
  }};
  for (const auto& [text, words] : cases) {
    ASSERT_TRUE(files.write_atomic(file.path + ".json", as_bytes(text)).has_value());
    const auto session = (*backend)->load(file, {});
    ASSERT_FALSE(session.has_value()) << text;
    EXPECT_THAT(session.error().message(), HasSubstr(words)) << text;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Programs, CompiledProgram,
    testing::Values(Program{"executorch", "executorch", "executorch/dense.pte",
                            "ExecuTorch kernels", "relu", true},
                    Program{"executorch_xnnpack", "executorch", "executorch/dense_xnnpack.pte",
                            "XnnpackBackend", "delegate", true},
                    Program{"tvm", "tvm", "tvm/dense.so", "TVM compiled code", "relu", false}),
    [](const testing::TestParamInfo<Program>& program) { return program.param.label; });

}  // namespace
}  // namespace arete::conformance
