// Small quantized models (the seeds of the reader's fuzzing) and some of the data folder: laid out
// as NHWC and back they answer bit for bit the same.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "model/layout/nhwc.hpp"
#include "model/layout/sink_transposes.hpp"
#include "model/reference/evaluator.hpp"
#include "model/tflite/test_files.hpp"
#include "model/tflite/tflite.hpp"

namespace arete::model {
namespace {

/// Inputs whose bytes count up: the same for every run.
std::vector<Datum> counting_inputs(const Model& model) {
  std::vector<Datum> inputs;
  for (const ValueId id : model.graph.inputs) {
    const Value& value = model.value(id);
    auto made = tensor::Tensor::allocate(value.stored_dtype(), *concrete(*value.shape));
    EXPECT_TRUE(made);
    std::int64_t next = 0;
    for (std::int64_t i = 0; i < made->elements(); ++i) {
      made->set_number(i, static_cast<double>(next % 101));
      next += 37;
    }
    inputs.push_back(Datum{.tensor = std::move(*made)});
  }
  return inputs;
}

std::vector<std::string> answers(const Model& model) {
  auto evaluator = Evaluator::create(model);
  EXPECT_TRUE(evaluator) << evaluator.error().message();
  const auto outputs = evaluator->run(counting_inputs(model));
  EXPECT_TRUE(outputs) << outputs.error().message();
  std::vector<std::string> all;
  for (const Datum& datum : *outputs) {
    all.emplace_back(as_text(datum.tensor.bytes()));
  }
  return all;
}

void expect_same_again(const std::string& name, const Model& model) {
  const auto nhwc = layout::to_nhwc(model);
  ASSERT_TRUE(nhwc) << name << ": " << nhwc.error().message();
  EXPECT_LE(layout::transpose_count(*nhwc), layout::transpose_count(model)) << name;
  const auto back = layout::from_nhwc(*nhwc);
  ASSERT_TRUE(back) << name << ": " << back.error().message();
  EXPECT_EQ(layout::transpose_count(*back), layout::transpose_count(model)) << name;
  EXPECT_EQ(answers(*back), answers(model)) << name;
}

TEST(NhwcAgain, SeedsAnswerBitForBitTheSame) {
  const char* source = std::getenv("ARETE_SOURCE_DIR");
  const std::filesystem::path folder = std::filesystem::path(source == nullptr ? "." : source) /
                                       "tests/fuzz/corpus/tflite_reader_fuzz";
  std::error_code error;
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    const auto model = read_tflite(SharedBytes(to_bytes(text)));
    ASSERT_TRUE(model) << entry.path() << ": " << model.error().message();
    expect_same_again(entry.path().filename().string(), *model);
    ++count;
  }
  if (count == 0) {
    GTEST_SKIP() << "no seeds in " << folder;
  }
}

TEST(NhwcAgain, ModelsOfTheDataFolderAnswerBitForBitTheSame) {
  for (const char* name : {"keyword/kws_ref_model.tflite", "cifar10/pretrainedResnet_quant.tflite",
                           "micro/micro_speech_quantized.tflite"}) {
    const auto bytes = tflite::test_model(name);
    if (!bytes) {
      GTEST_SKIP() << name << " is absent";
    }
    const auto model = read_tflite(*bytes);
    ASSERT_TRUE(model) << model.error().message();
    expect_same_again(name, *model);
  }
}

}  // namespace
}  // namespace arete::model
