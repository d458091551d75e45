// Constants in files beside the model, and files that try to reach others.
// SPDX-License-Identifier: Apache-2.0
#include "model/onnx/external_data.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "io/files.hpp"
#include "model/onnx/proto_builder.hpp"

namespace arete::model::onnx {
namespace {

namespace fs = std::filesystem;

/// A folder of its own for each test.
class OnnxExternalData : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(::testing::TempDir()) /
              ("arete_external_" +
               std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(folder_);
    fs::create_directories(folder_ / "model");
    std::ofstream(folder_ / "secret") << "12345678";
    std::ofstream(folder_ / "model" / "data") << "....12345678";
  }
  void TearDown() override { fs::remove_all(folder_); }

  Result<SharedBytes> load(const std::string& location, std::uint64_t offset = 0,
                           std::optional<std::uint64_t> length = std::nullopt,
                           std::uint64_t wanted = 8) const {
    return ExternalData(folder_ / "model").load({location, offset, length}, wanted);
  }

  fs::path folder_;
};

TEST_F(OnnxExternalData, ReadsAPart) {
  const auto bytes = load("data", 4);
  ASSERT_TRUE(bytes.has_value()) << bytes.error().message();
  EXPECT_EQ(as_text(bytes->view()), "12345678");
}

TEST_F(OnnxExternalData, RefusesSizesThatAreNotThere) {
  EXPECT_EQ(load("data", 5).error().code(), ErrorCode::kCorrupt);
  EXPECT_EQ(load("data", ~std::uint64_t{0}).error().code(), ErrorCode::kCorrupt);
  EXPECT_EQ(load("data", 0, 7).error().code(), ErrorCode::kCorrupt);
  EXPECT_EQ(load("data", 0, std::nullopt, std::uint64_t{1} << 60).error().code(),
            ErrorCode::kCorrupt);
}

TEST_F(OnnxExternalData, StaysInItsFolder) {
  fs::create_symlink("../secret", folder_ / "model" / "link");
  fs::create_directory_symlink("..", folder_ / "model" / "up");
  EXPECT_EQ(load("../secret").error().code(), ErrorCode::kDenied);
  EXPECT_EQ(load("x/../../secret").error().code(), ErrorCode::kDenied);
  EXPECT_EQ(load((folder_ / "secret").string()).error().code(), ErrorCode::kDenied);
  EXPECT_EQ(load("link").error().code(), ErrorCode::kDenied);
  EXPECT_EQ(load("up/secret").error().code(), ErrorCode::kDenied);
  EXPECT_EQ(load("").error().code(), ErrorCode::kDenied);
  EXPECT_EQ(load("missing").error().code(), ErrorCode::kNotFound);
  EXPECT_FALSE(load(".").has_value());
  EXPECT_EQ(ExternalData({}).load({"data", 0, {}}, 8).error().code(), ErrorCode::kDenied);
}

TEST_F(OnnxExternalData, WritesWhatItReads) {
  auto proto = relu_model();
  std::vector<float> numbers(1000, 1.5F);
  add_floats(*proto.mutable_graph(), "large", {1000}, numbers);
  add_floats(*proto.mutable_graph(), "small", {1}, {2});
  const auto model = read_proto(proto);
  ASSERT_TRUE(model.has_value());
  const fs::path file = folder_ / "out.onnx";
  OnnxWriteOptions options;
  options.external_name = "out.weights";
  ASSERT_TRUE(write_onnx_file(*model, file, options).has_value());
  EXPECT_GE(fs::file_size(folder_ / "out.weights"), 4000U);
  EXPECT_LT(fs::file_size(file), 1000U);
  const auto again = read_onnx_file(file);
  ASSERT_TRUE(again.has_value()) << again.error().message();
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_TRUE(again->value(again->graph.constants[i])
                    .constant->same_as(*model->value(model->graph.constants[i]).constant));
  }
  options.external_name = "../out.weights";
  EXPECT_FALSE(write_onnx_file(*model, file, options).has_value());
}

}  // namespace
}  // namespace arete::model::onnx
