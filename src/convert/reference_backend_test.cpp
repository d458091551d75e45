// SPDX-License-Identifier: Apache-2.0
#include "convert/reference_backend.hpp"

#include <gtest/gtest.h>

#include "convert/engine_model.hpp"
#include "convert/test_models.hpp"

namespace arete::convert {
namespace {

std::unique_ptr<runtime::Session> relu_session() {
  runtime::Registry registry;
  registry.add(reference_backend());
  auto loaded = load_model(registry, onnx_source(unary_model("Relu", model::symbolic({2, 3}))),
                           kReferenceName);
  EXPECT_TRUE(loaded.has_value());
  return loaded ? std::move(loaded->session) : nullptr;
}

const tensor::Tensor& signed_numbers() {
  static const auto tensor =
      tensor::Tensor::of<float>({2, 3}, std::vector<float>{-1, 2, -3, 4, -5, 6});
  return tensor;
}

TEST(ReferenceBackend, RunsAModelOfTheIr) {
  const auto session = relu_session();
  ASSERT_NE(session, nullptr);
  const std::vector<tensor::TensorView> inputs = {runtime::view_of(signed_numbers())};
  const auto outputs = session->run(inputs, {});
  ASSERT_TRUE(outputs.has_value()) << outputs.error().message();
  EXPECT_TRUE(outputs->at(0).same_as(
      tensor::Tensor::of<float>({2, 3}, std::vector<float>{0, 2, 0, 4, 0, 6})));
}

TEST(ReferenceBackend, WritesIntoStridedMemory) {
  const auto session = relu_session();
  ASSERT_NE(session, nullptr);
  std::vector<float> memory(16, -9);
  runtime::MutableTensorView view;
  view.dtype = tensor::DType::kF32;
  view.shape = {2, 3};
  view.strides = {8 * sizeof(float), 2 * sizeof(float)};
  view.data = reinterpret_cast<std::byte*>(memory.data());
  const std::vector<tensor::TensorView> inputs = {runtime::view_of(signed_numbers())};
  const Status status = session->run_into(inputs, std::span(&view, 1), {});
  ASSERT_TRUE(status.has_value()) << status.error().message();
  EXPECT_EQ(memory, (std::vector<float>{0, -9, 2, -9, 0, -9, -9, -9,  //
                                        4, -9, 0, -9, 6, -9, -9, -9}));
}

TEST(ReferenceBackend, RefusesWrongShapesCountsAndMemory) {
  const auto session = relu_session();
  ASSERT_NE(session, nullptr);
  EXPECT_FALSE(session->run({}, {}).has_value());
  const auto wide = tensor::Tensor::of<float>({2, 4}, std::vector<float>(8));
  const std::vector<tensor::TensorView> wrong = {runtime::view_of(wide)};
  const auto outputs = session->run(wrong, {});
  ASSERT_FALSE(outputs.has_value());
  EXPECT_NE(outputs.error().message().find("x"), std::string::npos) << outputs.error().message();

  std::vector<float> memory(6);
  runtime::MutableTensorView view;
  view.dtype = tensor::DType::kI32;
  view.shape = {2, 3};
  view.data = reinterpret_cast<std::byte*>(memory.data());
  const std::vector<tensor::TensorView> inputs = {runtime::view_of(signed_numbers())};
  const Status status = session->run_into(inputs, std::span(&view, 1), {});
  ASSERT_FALSE(status.has_value());
  EXPECT_NE(status.error().message().find("'y'"), std::string::npos) << status.error().message();
  EXPECT_FALSE(session->run_into(inputs, {}, {}).has_value());
}

TEST(ReferenceBackend, NamesAnOperatorThatItLacks) {
  const ModelSource source = onnx_source(unary_model("Frobnicate", model::symbolic({2, 3})));
  const auto model = model_for(*reference_backend(), source);
  ASSERT_FALSE(model.has_value());
  EXPECT_NE(model.error().message().find("Frobnicate"), std::string::npos)
      << model.error().message();
}

}  // namespace
}  // namespace arete::convert
