// What goes in and comes out: dtypes, shapes, memory of the caller, strides.
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <numeric>

#include "backend_suite.hpp"

namespace arete::conformance {
namespace {

using runtime::MutableTensorView;
using runtime::Session;
using tensor::DType;
using tensor::Shape;
using tensor::Tensor;
using tensor::TensorView;
using testing::ElementsAre;
using testing::HasSubstr;

class BackendTensors : public BackendSuite {};
class BackendDtypes : public BackendSuite {};

/// Every byte different, but values that are valid for the dtype.
Tensor sample_of(DType dtype, Shape shape) {
  Tensor tensor = Tensor::allocate(dtype, std::move(shape)).value();
  for (std::int64_t i = 0; i < tensor.elements(); ++i) {
    tensor.set_number(
        i, dtype == DType::kBool ? static_cast<double>(i % 2) : static_cast<double>(i % 4));
  }
  return tensor;
}

TEST_P(BackendDtypes, EveryDtypeComesBackBitForBit) {
  std::string skipped;
  int passed = 0;
  for (const DType dtype : {DType::kF32, DType::kF64, DType::kF16, DType::kBf16, DType::kI8,
                            DType::kI16, DType::kI32, DType::kI64, DType::kU8, DType::kU16,
                            DType::kU32, DType::kU64, DType::kI4, DType::kU4, DType::kBool}) {
    SCOPED_TRACE(tensor::name_of(dtype));
    auto session = load(models().identity(dtype, {"3", "5"}));
    if (!session.has_value() && session.error().code() == ErrorCode::kUnsupported) {
      skipped += fmt::format(" {}: {}", tensor::name_of(dtype), session.error().message());
      continue;
    }
    ASSERT_TRUE(session.has_value()) << session.error().message();
    EXPECT_EQ((*session)->inputs()[0].dtype, dtype);
    const Tensor input = sample_of(dtype, {3, 5});
    const std::array views{TensorView(input)};
    const auto outputs = (*session)->run(views);
    ASSERT_TRUE(outputs.has_value()) << outputs.error().message();
    ASSERT_EQ(outputs->size(), 1U);
    EXPECT_TRUE(outputs->front().same_as(input));
    ++passed;
  }
  EXPECT_GE(passed, 10) << skipped;
  if (!skipped.empty()) {
    GTEST_SKIP() << passed << " dtypes passed; not supported:" << skipped;
  }
}

TEST_P(BackendDtypes, StringsComeBack) {
  auto session = load(models().identity(DType::kString, {"n"}));
  ARETE_SKIP_IF_UNSUPPORTED(session);
  ASSERT_TRUE(session.has_value()) << session.error().message();
  const Tensor words = Tensor::from_strings({3}, {"", "two", std::string("a\0b", 3)}).value();
  const std::array views{runtime::view_of(words)};
  const auto outputs = (*session)->run(views);
  ASSERT_TRUE(outputs.has_value()) << outputs.error().message();
  EXPECT_EQ(outputs->front().strings(), words.strings());
}

TEST_P(BackendTensors, DescribesNamesDtypesAndSymbolicExtents) {
  auto session = load(models().identity(DType::kF32, {"batch", "3"}));
  ASSERT_TRUE(session.has_value()) << session.error().message();
  ASSERT_EQ((*session)->inputs().size(), 1U);
  EXPECT_EQ((*session)->inputs()[0].name, "x");
  EXPECT_EQ((*session)->outputs()[0].name, "y");
  EXPECT_EQ(text_of((*session)->inputs()[0]),
            models().names_extents() ? "f32[batch, 3]" : "f32[?, 3]");
}

TEST_P(BackendTensors, OneSessionTakesBatchesOfAnySize) {
  auto session = load(models().identity(DType::kF32, {"batch", "3"}));
  ASSERT_TRUE(session.has_value()) << session.error().message();
  for (const std::int64_t batch : {1, 4, 2, 64}) {
    const Tensor input = sample_of(DType::kF32, {batch, 3});
    const std::array views{TensorView(input)};
    const auto outputs = (*session)->run(views);
    ASSERT_TRUE(outputs.has_value()) << outputs.error().message();
    EXPECT_TRUE(outputs->front().same_as(input)) << "batch " << batch;
  }
}

TEST_P(BackendTensors, WrongInputsAreRefusedByNameAndTheSessionGoesOn) {
  auto session = load(models().identity(DType::kF32, {"batch", "3"}));
  ASSERT_TRUE(session.has_value()) << session.error().message();
  const auto refused = [&](const std::vector<TensorView>& views) {
    const auto outputs = (*session)->run(views);
    EXPECT_FALSE(outputs.has_value());
    EXPECT_EQ(outputs.has_value() ? ErrorCode::kInternal : outputs.error().code(),
              ErrorCode::kInvalid);
    return outputs.has_value() ? std::string() : outputs.error().message();
  };
  const Tensor good = sample_of(DType::kF32, {2, 3});
  const Tensor other_extent = sample_of(DType::kF32, {2, 4});
  const Tensor other_rank = sample_of(DType::kF32, {2, 3, 1});
  const Tensor other_dtype = sample_of(DType::kU8, {2, 3});
  EXPECT_THAT(refused({TensorView(other_extent)}), HasSubstr("'x' has shape [2, 4]"));
  EXPECT_THAT(refused({TensorView(other_rank)}), HasSubstr("'x' has shape [2, 3, 1]"));
  EXPECT_THAT(refused({TensorView(other_dtype)}), HasSubstr("'x' is u8"));
  EXPECT_THAT(refused({}), HasSubstr("0 inputs given"));
  EXPECT_THAT(refused({TensorView(good), TensorView(good)}), HasSubstr("2 inputs given"));
  EXPECT_THAT(refused({TensorView(DType::kF32, {2, 3}, nullptr)}), HasSubstr("'x' has no memory"));
  EXPECT_THAT(refused({TensorView(DType::kF32, {-1, 3}, good.bytes().data())}), HasSubstr("-1"));
  const std::array views{TensorView(good)};
  EXPECT_TRUE((*session)->run(views).has_value());
}

TEST_P(BackendTensors, WritesIntoMemoryOfTheCallerAndNotBeside) {
  auto session = load(models().identity(DType::kF32, {"batch", "3"}));
  ASSERT_TRUE(session.has_value()) << session.error().message();
  const Tensor input = sample_of(DType::kF32, {2, 3});
  std::array<float, 8> memory{};
  memory.fill(-7);
  const std::array views{TensorView(input)};
  const std::array outputs{
      MutableTensorView(DType::kF32, {2, 3}, reinterpret_cast<std::byte*>(memory.data() + 1))};
  for (int round = 0; round < 2; ++round) {
    const Status status = (*session)->run_into(views, outputs);
    ASSERT_TRUE(status.has_value()) << status.error().message();
    EXPECT_THAT(memory, ElementsAre(-7, 0, 1, 2, 3, 0, 1, -7));
  }
  // Memory of its own again, afterwards.
  EXPECT_TRUE((*session)->run(views).value().front().same_as(input));
}

TEST_P(BackendTensors, ReadsWhatTheBoundMemoryHoldsNow) {
  auto session = load(models().identity(DType::kF32, {"2"}));
  ASSERT_TRUE(session.has_value()) << session.error().message();
  std::array<float, 2> memory{1, 2};
  std::array<float, 2> result{};
  const std::array views{
      TensorView(DType::kF32, {2}, reinterpret_cast<const std::byte*>(memory.data()))};
  const std::array outputs{
      MutableTensorView(DType::kF32, {2}, reinterpret_cast<std::byte*>(result.data()))};
  ASSERT_TRUE((*session)->run_into(views, outputs).has_value());
  memory = {8, 9};
  ASSERT_TRUE((*session)->run_into(views, outputs).has_value());
  EXPECT_THAT(result, ElementsAre(8, 9));
}

TEST_P(BackendTensors, RefusesMemoryOfAnotherShapeThanTheResult) {
  auto session = load(models().identity(DType::kF32, {"batch", "3"}));
  ASSERT_TRUE(session.has_value()) << session.error().message();
  const Tensor input = sample_of(DType::kF32, {2, 3});
  std::array<float, 12> memory{};
  const std::array views{TensorView(input)};
  const std::array outputs{
      MutableTensorView(DType::kF32, {4, 3}, reinterpret_cast<std::byte*>(memory.data()))};
  const Status status = (*session)->run_into(views, outputs);
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code(), ErrorCode::kInvalid) << status.error().message();
}

TEST_P(BackendTensors, GathersAndScattersStridedMemory) {
  auto session = load(models().identity(DType::kF32, {"2", "3"}));
  ASSERT_TRUE(session.has_value()) << session.error().message();
  std::array<float, 12> memory{};
  std::iota(memory.begin(), memory.end(), 0.0F);
  std::array<float, 12> result{};
  TensorView input(DType::kF32, {2, 3}, reinterpret_cast<const std::byte*>(memory.data()));
  input.strides = {24, 8};  // every second column
  MutableTensorView output(DType::kF32, {2, 3}, reinterpret_cast<std::byte*>(result.data()));
  output.strides = {4, 8};  // transposed
  const std::array inputs{input};
  const std::array outputs{output};
  const Status status = (*session)->run_into(inputs, outputs);
  ASSERT_TRUE(status.has_value()) << status.error().message();
  EXPECT_THAT(result, ElementsAre(0, 6, 2, 8, 4, 10, 0, 0, 0, 0, 0, 0));
}

TEST_P(BackendTensors, ShapesThatDependOnDataAreKnownAfterTheRun) {
  auto session = load(models().nonzero());
  ARETE_SKIP_IF_UNSUPPORTED(session);
  ASSERT_TRUE(session.has_value()) << session.error().message();
  EXPECT_FALSE((*session)->outputs()[0].shape().has_value());
  const auto first = run_floats(**session, {0, 5, 0, 7, 1});
  ARETE_SKIP_IF_UNSUPPORTED(first);
  ASSERT_TRUE(first.has_value()) << first.error().message();
  EXPECT_THAT(first->front().data<std::int64_t>(), ElementsAre(1, 3, 4));
  const auto none = run_floats(**session, {0, 0});
  ASSERT_TRUE(none.has_value()) << none.error().message();
  EXPECT_EQ(none->front().elements(), 0);
}

INSTANTIATE_TEST_SUITE_P(Engines, BackendTensors, testing::ValuesIn(subjects()), label_of);
INSTANTIATE_TEST_SUITE_P(Engines, BackendDtypes, testing::ValuesIn(subjects()), label_of);

}  // namespace
}  // namespace arete::conformance
