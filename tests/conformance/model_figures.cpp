// The figures of models whose makers have published them.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "model/summary/summary.hpp"
#include "model_files.hpp"

namespace arete::conformance {
namespace {

struct KnownFigures {
  std::string file;
  std::int64_t macs;
  std::int64_t parameters;
  std::int64_t activation_bytes;
};

TEST(ModelFigures, AreThoseOfTheLiterature) {
  // ResNet8: 16x32x32 convolutions, their input, output and the shortcut alive at once.
  const std::vector<KnownFigures> known = {
      {"resnet8_float_onnx", 12'501'632, 77'706, 3 * 16 * 32 * 32 * 4},
      {"pretrainedResnet_quant_tflite", 12'501'632, 77'706, 3 * 16 * 32 * 32},
      {"kws_ref_model_tflite", 2'656'768, 22'604, 2 * 64 * 25 * 5},
      {"ad01_int8_tflite", 264'192, 265'864, 640 + 128},
  };
  const std::vector<ModelFile> files = model_files();
  if (files.empty()) {
    GTEST_SKIP() << "no model files on this machine";
  }
  for (const KnownFigures& figures : known) {
    SCOPED_TRACE(figures.file);
    const auto file = std::ranges::find(files, figures.file, &ModelFile::name);
    ASSERT_NE(file, files.end());
    const auto model = open_model(*file);
    ASSERT_TRUE(model.has_value()) << model.error().message();
    const auto summary = model::summarize(*model, {});
    ASSERT_TRUE(summary.has_value()) << summary.error().message();
    EXPECT_EQ(summary->macs, figures.macs);
    EXPECT_EQ(summary->parameters, figures.parameters);
    EXPECT_EQ(summary->peak_activation_bytes, figures.activation_bytes);
  }
}

}  // namespace
}  // namespace arete::conformance
