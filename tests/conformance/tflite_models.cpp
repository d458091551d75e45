// The suite's models as TFLite files.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "backend_models.hpp"
#include "tflite_bytes.hpp"

namespace arete::conformance {
namespace {

using tensor::DType;
using tflite::Graph;
using tflite::kBool;
using tflite::kFloat;
using tflite::kInt32;
using tflite::kInt64;
using tflite::kResource;
using tflite::Operator;
using tflite::raw;

// Operators and kinds of options, by the format's numbers.
constexpr int kAdd = 0;
constexpr int kCast = 53;
constexpr int kLess = 58;
constexpr int kNotEqual = 72;
constexpr int kWhere = 109;
constexpr int kWhile = 119;
constexpr int kCallOnce = 129;
constexpr int kVarHandle = 142;
constexpr int kReadVariable = 143;
constexpr int kAssignVariable = 144;
constexpr int kAddOptions = 11;
constexpr int kCastOptions = 37;
constexpr int kWhileOptions = 93;
constexpr int kCallOnceOptions = 103;
constexpr int kVarHandleOptions = 111;

/// Names become -1: the format has no names for extents.
std::vector<std::int32_t> dims_of(const std::vector<Extent>& shape) {
  std::vector<std::int32_t> dims;
  for (const Extent& extent : shape) {
    std::int32_t number = -1;
    std::from_chars(extent.data(), extent.data() + extent.size(), number);
    dims.push_back(number);
  }
  return dims;
}

class TfliteModels final : public ModelMaker {
 public:
  [[nodiscard]] std::string_view format() const override { return "tflite"; }
  [[nodiscard]] bool names_extents() const override { return false; }

  /// A cast to the same type: the operator that takes the most types.
  [[nodiscard]] Result<std::string> identity(DType dtype,
                                             const std::vector<Extent>& shape) const override {
    constexpr std::array kUncast{DType::kU64, DType::kI4, DType::kU4, DType::kString};
    const int type = tflite::element_type(dtype);
    if (type < 0 || std::ranges::find(kUncast, dtype) != kUncast.end()) {
      return fail(ErrorCode::kUnsupported, "TFLite has no identity for {}", tensor::name_of(dtype));
    }
    const auto dims = dims_of(shape);
    const auto code = static_cast<std::int8_t>(type);
    return tflite::model({Graph{{{"x", type, dims}, {"y", type, dims}},
                                {0},
                                {1},
                                {{kCast, {0}, {1}, {kCastOptions, {}, {code, code}}}}}});
  }

  [[nodiscard]] Result<std::string> nonzero() const override {
    return tflite::model({Graph{{{"x", kFloat, {-1}},
                                 {"zero", kFloat, {}, raw(0.0F)},
                                 {"is", kBool, {-1}},
                                 {"y", kInt64, {-1, 1}}},
                                {0},
                                {3},
                                {{kNotEqual, {0, 1}, {2}}, {kWhere, {2}, {3}}}}});
  }

  [[nodiscard]] Result<std::string> accumulate() const override {
    const Operator handle{kVarHandle, {}, {1}, {kVarHandleOptions, {}, {}, {"", "h"}}};
    const Graph main{
        {{"x", kFloat, {3}}, {"handle", kResource, {}}, {"h", kFloat, {3}}, {"y", kFloat, {3}}},
        {0},
        {3},
        {{kCallOnce, {}, {}, {kCallOnceOptions, {1}}},
         handle,
         {kReadVariable, {1}, {2}},
         {kAdd, {0, 2}, {3}, {kAddOptions}},
         {kAssignVariable, {1, 3}, {}}}};
    const Graph start{
        {{"zero", kFloat, {3}, std::string(3 * sizeof(float), 0)}, {"handle", kResource, {}}},
        {},
        {},
        {handle, {kAssignVariable, {1, 0}, {}}}};
    return tflite::model({main, start});
  }

  /// Counts to a bound that is out of reach.
  [[nodiscard]] Result<std::string> endless() const override {
    const auto bound = std::numeric_limits<float>::infinity();
    const Graph main{{{"x", kFloat, {1}}, {"y", kFloat, {1}}},
                     {0},
                     {1},
                     {{kWhile, {0}, {1}, {kWhileOptions, {1, 2}}}}};
    const Graph condition{
        {{"a", kFloat, {1}}, {"bound", kFloat, {1}, raw(bound)}, {"go", kBool, {1}}},
        {0},
        {2},
        {{kLess, {0, 1}, {2}}}};
    const Graph body{{{"b", kFloat, {1}}, {"one", kFloat, {1}, raw(1.0F)}, {"c", kFloat, {1}}},
                     {0},
                     {2},
                     {{kAdd, {0, 1}, {2}, {kAddOptions}}}};
    return tflite::model({main, condition, body});
  }
};

}  // namespace

const ModelMaker& tflite_models() {
  static const TfliteModels models;
  return models;
}

}  // namespace arete::conformance
