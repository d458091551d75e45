// LabelEncoder of the domain ai.onnx.ml: each element looked up in a list of keys.
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>
#include <map>
#include <string>

#include "model/operators/broadcast.hpp"
#include "model/operators/dispatch.hpp"
#include "model/operators/families.hpp"

namespace arete::model::operators {
namespace {

using tensor::DType;
using tensor::Shape;
using tensor::Tensor;

template <class T>
Shape list_shape(const std::vector<T>& values) {
  return Shape{static_cast<std::int64_t>(values.size())};
}

/// The list "keys_*" or "values_*", whichever form it has.
Result<Tensor> label_list(const Node& node, const std::string& prefix) {
  if (const auto* list = node.attribute<Tensor>(prefix + "_tensor")) {
    return *list;
  }
  if (const auto* list = node.attribute<std::vector<std::string>>(prefix + "_strings")) {
    return Tensor::from_strings(list_shape(*list), *list);
  }
  if (const auto* list = node.attribute<std::vector<std::int64_t>>(prefix + "_int64s")) {
    return Tensor::of<std::int64_t>(list_shape(*list), *list);
  }
  if (const auto* list = node.attribute<std::vector<float>>(prefix + "_floats")) {
    return Tensor::of<float>(list_shape(*list), *list);
  }
  return fail(ErrorCode::kInvalid, "none of {}_tensor, _strings, _int64s, _floats is there",
              prefix);
}

/// What an element without a key becomes.
Result<Tensor> label_default(const Node& node, DType dtype) {
  const auto* given = node.attribute<Tensor>("default_tensor");
  if (given != nullptr && given->dtype() == dtype && given->elements() == 1) {
    return given->reshaped(Shape{});
  }
  if (dtype == DType::kString) {
    return Tensor::from_strings(Shape{}, {node.string_or("default_string", "_Unused")});
  }
  const double number = dtype == DType::kI64 || dtype == DType::kI16
                            ? static_cast<double>(node.integer_or("default_int64", -1))
                            : node.float_or("default_float", -0.0F);
  return tensor_from(dtype, Shape{}, std::span<const double>(&number, 1));
}

/// Elements as map keys: strings themselves, numbers as double; every NaN is one key.
struct LabelKey {
  std::string text;
  double number = 0;
  bool is_nan = false;
  auto operator<=>(const LabelKey&) const = default;
};

LabelKey label_key(const Tensor& x, std::int64_t i) {
  if (x.dtype() == DType::kString) {
    return {.text = x.strings()[static_cast<std::size_t>(i)]};
  }
  const double number = x.number_at(i);
  return std::isnan(number) ? LabelKey{.text = {}, .is_nan = true}
                            : LabelKey{.text = {}, .number = number};
}

Result<std::vector<Datum>> label_encoder_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  ARETE_TRY_ASSIGN(const Tensor keys, label_list(context.node(), "keys"));
  ARETE_TRY_ASSIGN(const Tensor values, label_list(context.node(), "values"));
  if (keys.elements() != values.elements() || keys.dtype() != x->dtype()) {
    return fail(ErrorCode::kInvalid, "{} keys of type {} and {} values for an input of type {}",
                keys.elements(), tensor::name_of(keys.dtype()), values.elements(),
                tensor::name_of(x->dtype()));
  }
  ARETE_TRY_ASSIGN(const Tensor other, label_default(context.node(), values.dtype()));
  std::map<LabelKey, std::int64_t> places;
  for (std::int64_t i = 0; i < keys.elements(); ++i) {
    places[label_key(keys, i)] = i;
  }
  std::vector<std::int64_t> from(static_cast<std::size_t>(x->elements()), -1);
  for (std::size_t i = 0; i < from.size(); ++i) {
    const auto found = places.find(label_key(*x, static_cast<std::int64_t>(i)));
    if (found != places.end()) {
      from[i] = found->second;
    }
  }
  ARETE_TRY_ASSIGN(Tensor out, pick(values, x->shape(), from, &other));
  return one(std::move(out));
}

Status label_encoder_rule(ShapeContext& context) {
  ARETE_TRY_ASSIGN(const Tensor values, label_list(context.node(), "values"));
  context.set_output(0, values.dtype(), context.input(0).shape);
  return {};
}

constexpr std::array kLabelEncoderRows = {
    Operator{"ai.onnx.ml", "LabelEncoder", 2, 1, 1, label_encoder_kernel, label_encoder_rule},
};

}  // namespace

std::span<const Operator> label_encoder_family() { return kLabelEncoderRows; }

}  // namespace arete::model::operators
