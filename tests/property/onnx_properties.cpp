// What must hold for any model: reading what was written gives the same file and the same answers.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>

#include "model/onnx/onnx.hpp"
#include "model/operators/infer_shapes.hpp"
#include "model/reference/evaluator.hpp"
#include "random_model.hpp"

namespace arete::model {
namespace {

std::uint32_t seed_count() { return std::getenv("ARETE_TEST_FULL") != nullptr ? 5000 : 300; }

Result<std::map<std::string, tensor::Tensor>> answers(const Model& model, std::uint32_t seed) {
  ARETE_TRY_ASSIGN(Evaluator evaluator, Evaluator::create(model));
  return evaluator.run({{"x", random_input(seed)}});
}

TEST(OnnxProperties, WritingWhatWasReadGivesTheSameBytes) {
  for (std::uint32_t seed = 0; seed < seed_count(); ++seed) {
    const auto first = write_onnx(random_model(seed));
    ASSERT_TRUE(first.has_value()) << "seed " << seed << ": " << first.error().message();
    const auto read = read_onnx(SharedBytes(*first));
    ASSERT_TRUE(read.has_value()) << "seed " << seed << ": " << read.error().message();
    const auto second = write_onnx(*read);
    ASSERT_TRUE(second.has_value()) << "seed " << seed << ": " << second.error().message();
    EXPECT_EQ(*first, *second) << "seed " << seed;
  }
}

TEST(OnnxProperties, AModelAndItsFileGiveTheSameAnswers) {
  for (std::uint32_t seed = 0; seed < seed_count(); ++seed) {
    const Model model = random_model(seed);
    const auto bytes = write_onnx(model);
    ASSERT_TRUE(bytes.has_value()) << "seed " << seed << ": " << bytes.error().message();
    for (const bool fold : {true, false}) {
      OnnxReadOptions options;
      options.fold_quantization = fold;
      const auto read = read_onnx(SharedBytes(*bytes), options);
      ASSERT_TRUE(read.has_value()) << "seed " << seed << ": " << read.error().message();
      const auto expected = answers(model, seed);
      const auto got = answers(*read, seed);
      ASSERT_TRUE(expected.has_value()) << "seed " << seed << ": " << expected.error().message();
      ASSERT_TRUE(got.has_value()) << "seed " << seed << ": " << got.error().message();
      ASSERT_EQ(expected->size(), got->size());
      for (const auto& [name, tensor] : *expected) {
        ASSERT_TRUE(got->contains(name)) << "seed " << seed << ": " << name;
        EXPECT_TRUE(tensor.same_as(got->at(name))) << "seed " << seed << ", fold " << fold;
      }
    }
  }
}

TEST(OnnxProperties, InferredShapesAreThoseOfTheAnswers) {
  for (std::uint32_t seed = 0; seed < seed_count(); ++seed) {
    Model model = random_model(seed);
    ASSERT_TRUE(infer_shapes(model, {{"x", {3, 4}}}).has_value()) << "seed " << seed;
    const auto got = answers(model, seed);
    ASSERT_TRUE(got.has_value()) << "seed " << seed << ": " << got.error().message();
    for (const ValueId id : model.graph.outputs) {
      const Value& value = model.value(id);
      ASSERT_TRUE(value.shape.has_value()) << "seed " << seed << ": " << value.name;
      EXPECT_EQ(concrete(*value.shape), got->at(value.name).shape()) << "seed " << seed;
      EXPECT_EQ(value.stored_dtype(), got->at(value.name).dtype()) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace arete::model
