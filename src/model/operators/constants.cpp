// Tensors out of little or nothing: Constant, ConstantOfShape, Range, EyeLike.
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>
#include <string>

#include "model/operators/broadcast.hpp"
#include "model/operators/dispatch.hpp"
#include "model/operators/families.hpp"
#include "model/operators/rules.hpp"

namespace arete::model::operators {
namespace {

using tensor::DType;
using tensor::Shape;
using tensor::Tensor;

template <class T>
Shape vector_shape(const std::vector<T>& values) {
  return Shape{static_cast<std::int64_t>(values.size())};
}

Result<Tensor> constant_of(const Node& node) {
  if (const auto* value = node.attribute<Tensor>("value")) {
    return *value;
  }
  if (const auto* value = node.attribute<float>("value_float")) {
    return Tensor::scalar<float>(*value);
  }
  if (const auto* value = node.attribute<std::int64_t>("value_int")) {
    return Tensor::scalar<std::int64_t>(*value);
  }
  if (const auto* value = node.attribute<std::string>("value_string")) {
    return Tensor::from_strings(Shape{}, {*value});
  }
  if (const auto* values = node.attribute<std::vector<float>>("value_floats")) {
    return Tensor::of<float>(vector_shape(*values), *values);
  }
  if (const auto* values = node.attribute<std::vector<std::int64_t>>("value_ints")) {
    return Tensor::of<std::int64_t>(vector_shape(*values), *values);
  }
  if (const auto* values = node.attribute<std::vector<std::string>>("value_strings")) {
    return Tensor::from_strings(vector_shape(*values), *values);
  }
  return fail(ErrorCode::kUnsupported, "none of the value attributes that we read is there");
}

Result<std::vector<Datum>> constant_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(Tensor value, constant_of(context.node()));
  return one(std::move(value));
}

Status constant_rule(ShapeContext& context) {
  const auto value = constant_of(context.node());
  if (value) {
    context.set_output(0, value->dtype(), symbolic(value->shape()));
  }
  return {};
}

Result<std::vector<Datum>> constant_of_shape_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* wanted, context.input(0));
  ARETE_TRY_ASSIGN(auto dims, integers_of(*wanted));
  const auto* value = context.node().attribute<Tensor>("value");
  if (value != nullptr && value->elements() != 1) {
    return fail(ErrorCode::kInvalid, "the value has {} elements", value->elements());
  }
  if (value == nullptr) {
    ARETE_TRY_ASSIGN(Tensor zeros, Tensor::allocate(DType::kF32, Shape(std::move(dims))));
    return one(std::move(zeros));
  }
  const Shape shape(std::move(dims));
  ARETE_TRY(Tensor::allocate(value->dtype(), shape));
  const std::vector<std::int64_t> from(static_cast<std::size_t>(shape.elements()), 0);
  ARETE_TRY_ASSIGN(Tensor out, pick(*value, shape, from));
  return one(std::move(out));
}

Status constant_of_shape_rule(ShapeContext& context) {
  const auto* value = context.node().attribute<Tensor>("value");
  const DType dtype = value != nullptr ? value->dtype() : DType::kF32;
  context.set_output(0, dtype, std::nullopt);
  if (const auto dims = constant_integers(context, 0)) {
    ARETE_TRY(tensor::checked_elements(*dims));
    context.set_output(0, dtype, symbolic(Shape(*dims)));
  } else if (const auto& elements = context.input(0).elements) {
    context.set_output(0, dtype, elements);
  }
  return {};
}

// --- Range ---

/// How many numbers lie in [start, limit) with step delta.
Result<std::int64_t> range_count(double start, double limit, double delta) {
  const double count = std::ceil((limit - start) / delta);
  if (delta == 0 || !std::isfinite(count) || count > 1e15) {
    return fail(ErrorCode::kInvalid, "no range from {} to {} by {}", start, limit, delta);
  }
  return count > 0 ? static_cast<std::int64_t>(count) : 0;
}

Result<std::vector<Datum>> range_kernel(KernelContext& context) {
  std::array<double, 3> numbers{};
  for (std::size_t i = 0; i < 3; ++i) {
    ARETE_TRY_ASSIGN(const Tensor* x, context.input(i));
    if (x->elements() != 1 || x->dtype() == DType::kString) {
      return fail(ErrorCode::kInvalid, "input {} is not one number", i);
    }
    numbers[i] = x->number_at(0);
  }
  const auto [start, limit, delta] = numbers;
  ARETE_TRY_ASSIGN(const std::int64_t count, range_count(start, limit, delta));
  const DType dtype = context.data()[0].tensor.dtype();
  ARETE_TRY_ASSIGN(Tensor out, Tensor::allocate(dtype, Shape{count}));
  const std::int64_t first = tensor::is_integer(dtype) ? context.data()[0].tensor.integer_at(0) : 0;
  const std::int64_t step = tensor::is_integer(dtype) ? context.data()[2].tensor.integer_at(0) : 0;
  ARETE_TRY(visit_numbers(dtype, [&]<class T>(Type<T>) -> Status {
    const auto values = out.mutable_data<T>();
    for (std::size_t i = 0; i < values.size(); ++i) {
      if constexpr (kIsFloat<T>) {
        values[i] = store<T>(static_cast<ComputeType<T>>(start + static_cast<double>(i) * delta));
      } else {
        values[i] = static_cast<T>(first + static_cast<std::int64_t>(i) * step);
      }
    }
    return {};
  }));
  return one(std::move(out));
}

Status range_rule(ShapeContext& context) {
  const DType dtype = context.input(0).dtype;
  context.set_output(0, dtype, unknown_dims(1));
  std::array<double, 3> numbers{};
  for (std::size_t i = 0; i < 3; ++i) {
    const Tensor* constant = context.input(i).constant;
    if (constant == nullptr) {
      // From 0 by 1 there are as many numbers as the limit says, symbol or not.
      const auto is = [&](std::size_t at, std::int64_t number) {
        const auto& elements = context.input(at).elements;
        return elements && elements->size() == 1 && (*elements)[0] == Dim(number);
      };
      const auto& limit = context.input(1).elements;
      if (is(0, 0) && is(2, 1) && limit && limit->size() == 1) {
        context.set_output(0, dtype, SymbolicShape{(*limit)[0]});
      }
      return {};
    }
    if (constant->elements() != 1 || constant->dtype() == DType::kString) {
      return fail(ErrorCode::kInvalid, "input {} is not one number", i);
    }
    numbers[i] = constant->number_at(0);
  }
  ARETE_TRY_ASSIGN(const std::int64_t count, range_count(numbers[0], numbers[1], numbers[2]));
  context.set_output(0, dtype, SymbolicShape{Dim(count)});
  return {};
}

// --- EyeLike ---

DType eye_dtype(const Node& node, DType fallback) {
  const auto* wanted = node.attribute<std::int64_t>("dtype");
  return wanted != nullptr ? dtype_from_onnx(*wanted) : fallback;
}

Result<std::vector<Datum>> eye_like_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  const DType dtype = eye_dtype(context.node(), x->dtype());
  if (x->shape().rank() != 2 || dtype == DType::kString || dtype == DType::kUndefined) {
    return fail(ErrorCode::kInvalid, "shape {} as {}", x->shape().text(), tensor::name_of(dtype));
  }
  ARETE_TRY_ASSIGN(Tensor out, Tensor::allocate(dtype, x->shape()));
  const std::int64_t k = context.node().integer_or("k", 0);
  for (std::int64_t row = 0; row < x->shape()[0]; ++row) {
    const std::int64_t column = row + k;
    if (column >= 0 && column < x->shape()[1]) {
      out.set_number(row * x->shape()[1] + column, 1);
    }
  }
  return one(std::move(out));
}

Status eye_like_rule(ShapeContext& context) {
  context.set_output(0, eye_dtype(context.node(), context.input(0).dtype), context.input(0).shape);
  return {};
}

constexpr std::array kConstantsRows = {
    Operator{"", "Constant", 1, 0, 0, constant_kernel, constant_rule},
    Operator{"", "ConstantOfShape", 9, 1, 1, constant_of_shape_kernel, constant_of_shape_rule},
    Operator{"", "Range", 11, 3, 3, range_kernel, range_rule},
    Operator{"", "EyeLike", 9, 1, 1, eye_like_kernel, eye_like_rule},
};

}  // namespace

std::span<const Operator> constants_family() { return kConstantsRows; }

}  // namespace arete::model::operators
