// Every model file in its other forms says the same: ONNX written and read again, with its
// quantization folded and unfolded; TFLite laid out as NHWC as its file was.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "io/files.hpp"
#include "model/layout/nhwc.hpp"
#include "model/layout/sink_transposes.hpp"
#include "model/onnx/onnx.hpp"
#include "model/summary/summary.hpp"
#include "model/tflite/tflite.hpp"
#include "model_files.hpp"

namespace arete::conformance {

inline void PrintTo(const ModelFile& file, std::ostream* out) { *out << file.path; }

namespace {

class ModelForms : public testing::TestWithParam<ModelFile> {
 protected:
  void SetUp() override {
    auto opened = open_model(GetParam());
    ASSERT_TRUE(opened.has_value()) << opened.error().message();
    model_ = std::move(*opened);
    if (!model::require_known_operators(model_)) {
      GTEST_SKIP() << "has an operator that nobody knows";
    }
    auto seeded = seeded_inputs(model_, GetParam());
    ASSERT_TRUE(seeded.has_value()) << seeded.error().message();
    inputs_ = std::move(*seeded);
    io::PosixFiles files;
    auto bytes = files.map(GetParam().path);
    ASSERT_TRUE(bytes.has_value()) << bytes.error().message();
    bytes_ = *bytes;
  }

  Result<Tensors> answers_of(SharedBytes onnx) const {
    ARETE_TRY_ASSIGN(const auto session, plain_session(std::move(onnx)));
    return run_session(*session, inputs_);
  }

  model::Model model_;
  Tensors inputs_;
  SharedBytes bytes_;  ///< of the file
};

void expect_equal_bits(const Result<Tensors>& a, const Result<Tensors>& b) {
  ASSERT_TRUE(a.has_value()) << a.error().message();
  ASSERT_TRUE(b.has_value()) << b.error().message();
  ASSERT_EQ(a->size(), b->size());
  for (std::size_t i = 0; i < a->size(); ++i) {
    EXPECT_TRUE((*a)[i].same_as((*b)[i])) << "output " << i;
  }
}

TEST_P(ModelForms, OnnxReadAndWrittenAgainGivesTheSameBits) {
  if (const std::string reason = engine_missing(); !reason.empty()) {
    GTEST_SKIP() << reason;
  }
  SharedBytes original = bytes_;
  if (is_tflite(GetParam())) {  // its QDQ form is the file
    auto written = model::write_onnx(model_);
    ASSERT_TRUE(written.has_value()) << written.error().message();
    original = SharedBytes(std::move(*written));
  }
  const auto read = model::read_onnx(original);
  ASSERT_TRUE(read.has_value()) << read.error().message();
  auto rewritten = model::write_onnx(*read);
  ASSERT_TRUE(rewritten.has_value()) << rewritten.error().message();
  expect_equal_bits(answers_of(original), answers_of(SharedBytes(std::move(*rewritten))));
}

TEST_P(ModelForms, QuantizationFoldsAgainAfterWriting) {
  const auto written = model::write_onnx(model_);
  ASSERT_TRUE(written.has_value()) << written.error().message();
  const auto read = model::read_onnx(SharedBytes(to_bytes(as_text(*written))));
  ASSERT_TRUE(read.has_value()) << read.error().message();
  auto before = model::count_operators(model_.graph);
  auto after = model::count_operators(read->graph);
  // A float value that is only quantized becomes one value with its QuantizeLinear.
  EXPECT_LE(after["Identity"], before["Identity"]);
  before.erase("Identity");
  after.erase("Identity");
  EXPECT_EQ(after, before);
}

/// Transposes that the file itself has: not those that NCHW operators put around themselves.
std::size_t own_transposes(SharedBytes tflite) {
  model::TfliteReadOptions options;
  options.push_transposes = false;
  const auto model = model::read_tflite(std::move(tflite), options);
  const std::vector<std::vector<std::int64_t>> ours = {{0, 2, 3, 1}, {0, 3, 1, 2}};
  return !model ? 0
                : static_cast<std::size_t>(
                      std::ranges::count_if(model->graph.nodes, [&](const model::Node& node) {
                        return node.is("Transpose") &&
                               std::ranges::find(ours, node.integers_or("perm", {})) == ours.end();
                      }));
}

/// The file has a recurrent layer's weights gate by gate.
bool feeds_recurrent(const model::Model& model, model::ValueId id) {
  return std::ranges::any_of(model.graph.nodes, [&](const model::Node& node) {
    return node.is("LSTM") && std::ranges::find(node.inputs, id) != node.inputs.end();
  });
}

TEST_P(ModelForms, NhwcAddsNoTransposeAndHasTheFilesWeightsAndTheSameBits) {
  if (!is_tflite(GetParam())) {
    GTEST_SKIP() << "ONNX is NCHW";
  }
  const auto nhwc = model::layout::to_nhwc(model_);
  ASSERT_TRUE(nhwc.has_value()) << nhwc.error().message();
  EXPECT_LE(model::layout::transpose_count(*nhwc), own_transposes(bytes_));
  const std::string_view file = as_text(bytes_.view());
  constexpr std::size_t kTellingBytes = 16;
  for (const model::ValueId id : nhwc->graph.constants) {
    const model::Value& value = nhwc->value(id);
    const std::string_view weights = as_text(value.constant->bytes());
    if (weights.size() >= kTellingBytes && tensor::is_floating(value.dtype) &&
        !feeds_recurrent(*nhwc, id)) {
      EXPECT_NE(file.find(weights), std::string_view::npos)
          << value.name << " " << tensor::name_of(value.constant->dtype())
          << value.constant->shape().text();
    }
  }
  expect_equal_bits(run_evaluator(model_, inputs_), run_evaluator(*nhwc, inputs_));
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ModelForms);
INSTANTIATE_TEST_SUITE_P(Files, ModelForms, testing::ValuesIn(model_files()),
                         [](const auto& file) { return file.param.name; });

}  // namespace
}  // namespace arete::conformance
