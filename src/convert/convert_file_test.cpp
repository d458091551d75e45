// SPDX-License-Identifier: Apache-2.0
#include "convert/convert_file.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "convert/test_models.hpp"

namespace arete::convert {
namespace {

class ConvertFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = std::filesystem::temp_directory_path() / "arete_convert_XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    const auto bytes = model::write_onnx(unary_model("Relu", model::symbolic({2, 3})));
    ASSERT_TRUE(bytes.has_value());
    ASSERT_TRUE(files_.write_atomic(folder_ / "net.onnx", *bytes).has_value());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  Result<ConvertReport> convert(const std::string& output, const ConvertOptions& options = {}) {
    ARETE_TRY_ASSIGN(const ModelSource source, open_source(files_, folder_ / "net.onnx"));
    return convert_file(files_, source, folder_ / output, options);
  }

  io::PosixFiles files_;
  io::Path folder_;
};

TEST_F(ConvertFile, WritesAModelThatReadsBack) {
  const auto report = convert("out.onnx");
  ASSERT_TRUE(report.has_value()) << report.error().message();
  EXPECT_EQ(report->operators, (std::map<std::string, std::int64_t>{{"Relu", 1}}));
  EXPECT_TRUE(report->warnings.empty());
  const auto again = open_source(files_, folder_ / "out.onnx");
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(report->bytes, again->bytes().view().size());
  ASSERT_TRUE(again->model().has_value());
  EXPECT_EQ(again->model().value(), again->model().value()) << "the IR is read once";
}

TEST_F(ConvertFile, SaysThatAFloatModelHasNothingToDequantize) {
  const auto report = convert("out.onnx", {.dequantize = true, .external_name = {}});
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->warnings.size(), 1U);
}

TEST_F(ConvertFile, RefusesOutputsThatWouldDoHarm) {
  EXPECT_EQ(convert("net.onnx").error().code(), ErrorCode::kInvalid);
  EXPECT_EQ(convert("out.tflite").error().code(), ErrorCode::kInvalid);
  EXPECT_EQ(convert("out").error().code(), ErrorCode::kInvalid);
  EXPECT_EQ(convert("out.onnx", {.dequantize = false, .external_name = "net.onnx"}).error().code(),
            ErrorCode::kInvalid);
  EXPECT_EQ(convert("out.onnx", {.dequantize = false, .external_name = "../x"}).error().code(),
            ErrorCode::kInvalid);
  EXPECT_FALSE(convert("none/out.onnx").has_value());
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
}

TEST_F(ConvertFile, OtherToolsFilesAreAnsweredWithTheExport) {
  ASSERT_TRUE(
      files_.write_atomic(folder_ / "m.h5", as_bytes("\x89HDF\r\n\x1a\n and more")).has_value());
  const auto source = open_source(files_, folder_ / "m.h5");
  ASSERT_FALSE(source.has_value());
  EXPECT_EQ(source.error().code(), ErrorCode::kUnsupported);
  EXPECT_NE(source.error().message().find("Keras"), std::string::npos);
  EXPECT_EQ(open_source(files_, folder_ / "none.onnx").error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(open_source(files_, folder_).error().code(), ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace arete::convert
