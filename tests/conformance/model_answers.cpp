// Every model file of the data folder gives the same answers in ONNX Runtime and in the reference
// evaluator, quantized ones operator by operator.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <ostream>
#include <string>

#include "model/passes/dequantize.hpp"
#include "model/reference/quantized_values.hpp"
#include "model/summary/summary.hpp"
#include "model/tflite/tflite.hpp"
#include "model_files.hpp"
#include "model_nodes.hpp"
#include "report/table.hpp"

namespace arete::conformance {

inline void PrintTo(const ModelFile& file, std::ostream* out) { *out << file.path; }

namespace {

report::Table& answers_table() {
  static report::Table table({{"model", report::Align::kLeft, 0},
                              {"parameters", report::Align::kRight, 0},
                              {"MACs", report::Align::kRight, 0},
                              {"float", report::Align::kRight, 0},
                              {"nodes", report::Align::kRight, 0},
                              {"exact", report::Align::kRight, 0},
                              {"steps", report::Align::kRight, 0}});
  return table;
}

class ModelAnswers : public testing::TestWithParam<ModelFile> {
 protected:
  static void TearDownTestSuite() { fmt::print("{}\n", answers_table().text()); }

  void SetUp() override {
    if (const std::string reason = engine_missing(); !reason.empty()) {
      GTEST_SKIP() << reason;
    }
    auto opened = open_model(GetParam());
    ASSERT_TRUE(opened.has_value()) << opened.error().message();
    model_ = std::move(*opened);
    if (!model::require_known_operators(model_)) {
      GTEST_SKIP() << "has an operator that nobody knows";  // UnknownOperators tests it
    }
    auto seeded = seeded_inputs(model_, GetParam());
    ASSERT_TRUE(seeded.has_value()) << seeded.error().message();
    inputs_ = std::move(*seeded);
    model_.arithmetic = model::Arithmetic::kQdqFloat;  // what ONNX Runtime computes
  }

  model::Model model_;
  Tensors inputs_;
};

std::string count_text(const std::optional<std::int64_t>& count) {
  return count ? fmt::format("{}", *count) : "?";
}

TEST_P(ModelAnswers, AreThoseOfOnnxRuntime) {
  std::map<std::string, tensor::Shape> shapes;
  for (std::size_t i = 0; const model::ValueId id : fed_inputs(model_)) {
    shapes[model_.value(id).name] = inputs_[i++].shape();
  }
  const auto summary = model::summarize(model_, shapes);
  ASSERT_TRUE(summary.has_value()) << summary.error().message();
  const auto theirs = run_engine(model_, inputs_);
  ASSERT_TRUE(theirs.has_value()) << theirs.error().message();
  NodeComparison nodes(model_);
  const auto ours = run_evaluator(model_, inputs_, [&](const model::Node& node, auto in, auto out) {
    nodes.observe(node, in, out);
  });
  ASSERT_TRUE(ours.has_value()) << ours.error().message();
  const auto apart = difference(*theirs, *ours);
  ASSERT_TRUE(apart.has_value()) << apart.error().message();

  EXPECT_THAT(nodes.findings(), testing::IsEmpty());
  const bool has_quantized_activations = !summary->quantization.activations.empty();
  if (has_quantized_activations) {
    EXPECT_GT(nodes.checked(), 0U);
    EXPECT_LE(nodes.integers().steps, 1);
  } else {
    EXPECT_LE(apart->relative, 1e-3);
    EXPECT_EQ(apart->steps, 0);
  }
  answers_table().add_row(
      {GetParam().name, fmt::format("{}", summary->parameters), count_text(summary->macs),
       has_quantized_activations ? "" : fmt::format("{:.1e}", apart->relative),
       nodes.checked() == 0 ? "" : fmt::format("{}", nodes.checked()),
       nodes.checked() == 0 ? "" : fmt::format("{:.4f} %", 100 * nodes.integers().exact_share()),
       nodes.checked() == 0 ? "" : fmt::format("{}", nodes.integers().steps)});
}

/// A quantized tensor as the real numbers that it stands for; others as they are.
Result<tensor::Tensor> real_of(const tensor::Tensor& stored, const model::Value& value) {
  return value.quantization ? model::dequantized(stored, *value.quantization)
                            : Result<tensor::Tensor>(stored);
}

/// What the value's integers can express; 0 if it has none.
double range_of(const model::Value& value) {
  if (!value.quantization) {
    return 0;
  }
  const auto stored = tensor::integer_range(value.quantization->stored);
  return value.quantization->scales[0] * static_cast<double>(stored.highest - stored.lowest);
}

/// Mean distance as a share of the range of `a`, which is at least `range`; of class indices the
/// share that differs.
double mean_distance(const tensor::Tensor& a, const tensor::Tensor& b, double range) {
  const bool is_index = !tensor::is_floating(a.dtype());
  double lowest = HUGE_VAL;
  double highest = -HUGE_VAL;
  double sum = 0;
  for (std::int64_t i = 0; i < a.elements(); ++i) {
    const double x = a.number_at(i);
    lowest = std::min(lowest, x);
    highest = std::max(highest, x);
    sum += is_index ? (x == b.number_at(i) ? 0.0 : 1.0) : std::abs(x - b.number_at(i));
  }
  const double whole = is_index ? 1.0 : std::max(highest - lowest, range);
  return sum == 0 ? 0 : sum / static_cast<double>(a.elements()) / whole;
}

/// Which boxes survive suppression is decided by differences of any size: the model then ends with
/// the boxes and scores that it would suppress.
void cut_before_suppression(model::Model& model) {
  const auto suppression =
      std::ranges::find(model.graph.nodes, "NonMaxSuppression", &model::Node::op_type);
  if (suppression != model.graph.nodes.end()) {
    model.graph.outputs = {suppression->inputs[0], suppression->inputs[1]};
  }
}

TEST_P(ModelAnswers, OfTheFloatTwinAreNear) {
  cut_before_suppression(model_);
  const auto ids = fed_inputs(model_);
  Tensors real_inputs;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    auto real = real_of(inputs_[i], model_.value(ids[i]));
    ASSERT_TRUE(real.has_value()) << real.error().message();
    real_inputs.push_back(std::move(*real));
  }
  const auto twin = model::dequantize_model(model_);
  ASSERT_TRUE(twin.has_value()) << twin.error().message();
  const auto near = run_engine(*twin, real_inputs);
  ASSERT_TRUE(near.has_value()) << near.error().message();
  const auto exact = run_engine(model_, inputs_);
  ASSERT_TRUE(exact.has_value()) << exact.error().message();
  double worst = 0;
  for (std::size_t i = 0; i < exact->size(); ++i) {
    const auto real = real_of((*exact)[i], model_.value(model_.graph.outputs[i]));
    ASSERT_TRUE(real.has_value()) << real.error().message();
    ASSERT_EQ(real->shape(), (*near)[i].shape());
    const double distance =
        mean_distance(*real, (*near)[i], range_of(model_.value(model_.graph.outputs[i])));
    EXPECT_LT(distance, 0.2) << "output " << i;
    worst = std::max(worst, distance);
  }
  RecordProperty("mean_distance", fmt::format("{:.4f}", worst));
}

TEST(UnknownOperators, AreRefusedByName) {
  bool found = false;
  for (const ModelFile& file : model_files()) {
    const auto model = open_model(file);
    ASSERT_TRUE(model.has_value()) << model.error().message();
    const Status known = model::require_known_operators(*model);
    if (file.name == "unknown_custom_op_tflite") {
      found = true;
      ASSERT_FALSE(known.has_value());
      EXPECT_THAT(known.error().message(), testing::HasSubstr("fake-op-double"));
      const auto evaluator = model::Evaluator::create(*model);
      ASSERT_FALSE(evaluator.has_value());
      EXPECT_THAT(evaluator.error().message(), testing::HasSubstr("fake-op-double"));
    } else {
      EXPECT_TRUE(known.has_value()) << known.error().message();
    }
  }
  if (!found) {
    GTEST_SKIP() << "no model files on this machine";
  }
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ModelAnswers);
INSTANTIATE_TEST_SUITE_P(Files, ModelAnswers, testing::ValuesIn(model_files()),
                         [](const auto& file) { return file.param.name; });

}  // namespace
}  // namespace arete::conformance
