// SPDX-License-Identifier: Apache-2.0
#include "backend_models.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "onnx_bytes.hpp"

namespace arete::conformance {
namespace {

using tensor::DType;

class NullModels final : public ModelMaker {
 public:
  [[nodiscard]] std::string_view format() const override { return "null-model"; }
  [[nodiscard]] Result<std::string> identity(DType dtype,
                                             const std::vector<Extent>& shape) const override {
    const std::string type = fmt::format("{} [{}]", tensor::name_of(dtype), fmt::join(shape, ", "));
    return fmt::format("null-model v1\ninput x {}\noutput y {} copy x\n", type, type);
  }
  [[nodiscard]] Result<std::string> nonzero() const override {
    return std::string("null-model v1\ninput x f32 [n]\noutput y i64 [?] nonzero x\n");
  }
  [[nodiscard]] Result<std::string> accumulate() const override {
    return std::string(
        "null-model v1\ninput x f32 [3]\nstate h f32 [3]\noutput y f32 [3] accumulate x h\n");
  }
  [[nodiscard]] Result<std::string> endless() const override {
    return std::string("null-model v1\ninput x f32 [1]\noutput y f32 [1] copy x\nhold\n");
  }
};

class OnnxModels final : public ModelMaker {
 public:
  [[nodiscard]] std::string_view format() const override { return "onnx"; }
  [[nodiscard]] Result<std::string> identity(DType dtype,
                                             const std::vector<Extent>& shape) const override {
    const int element = onnx::element_type(dtype);
    return onnx::model(onnx::graph({onnx::node("Identity", {"x"}, {"y"})},
                                   {onnx::value("x", element, shape)},
                                   {onnx::value("y", element, shape)}));
  }
  [[nodiscard]] Result<std::string> nonzero() const override {
    return onnx::model(onnx::graph({onnx::node("NonZero", {"x"}, {"y"})},
                                   {onnx::value("x", onnx::kFloat, {"n"})},
                                   {onnx::value("y", onnx::kInt64, {"1", "found"})}));
  }
  [[nodiscard]] Result<std::string> accumulate() const override {
    return fail(ErrorCode::kUnsupported, "ONNX models keep no state between runs");
  }
  /// A Loop of 2^62 rounds.
  [[nodiscard]] Result<std::string> endless() const override {
    const std::string body =
        onnx::graph({onnx::node("Identity", {"go"}, {"go_on"}), onnx::node("Neg", {"a"}, {"b"})},
                    {onnx::value("i", onnx::kInt64, {}), onnx::value("go", onnx::kBool, {}),
                     onnx::value("a", onnx::kFloat, {"1"})},
                    {onnx::value("go_on", onnx::kBool, {}), onnx::value("b", onnx::kFloat, {"1"})});
    return onnx::model(onnx::graph(
        {onnx::constant_int64("rounds", std::int64_t{1} << 62), onnx::constant_true("always"),
         onnx::node("Loop", {"rounds", "always", "x"}, {"y"}, onnx::graph_attribute("body", body))},
        {onnx::value("x", onnx::kFloat, {"1"})}, {onnx::value("y", onnx::kFloat, {"1"})}));
  }
};

}  // namespace

const ModelMaker* maker_for(const std::vector<std::string>& formats) {
  static const NullModels null_models;
  static const OnnxModels onnx_models;
  static const std::array<const ModelMaker*, 3> all{&null_models, &onnx_models, &tflite_models()};
  const auto* const found = std::ranges::find_if(all, [&](const ModelMaker* maker) {
    return std::ranges::find(formats, maker->format()) != formats.end();
  });
  return found == all.end() ? nullptr : *found;
}

}  // namespace arete::conformance
