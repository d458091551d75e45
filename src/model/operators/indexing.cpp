// Reading by index: Gather and its kin, OneHot, NonZero, Compress, Unique.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>

#include "model/operators/broadcast.hpp"
#include "model/operators/dispatch.hpp"
#include "model/operators/families.hpp"
#include "model/operators/indices.hpp"
#include "model/operators/rules.hpp"

namespace arete::model::operators {
namespace {

using tensor::DType;
using tensor::Shape;
using tensor::Tensor;
using Integers = std::vector<std::int64_t>;

// --- Gather ---

/// `data` with the dims of `indices` in place of `axis`.
template <class Dims>
Dims gathered_dims(const Dims& data, const Dims& indices, std::size_t axis) {
  Dims dims(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(axis));
  dims.insert(dims.end(), indices.begin(), indices.end());
  dims.insert(dims.end(), data.begin() + static_cast<std::ptrdiff_t>(axis) + 1, data.end());
  return dims;
}

Result<std::vector<Datum>> gather_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* data, context.input(0));
  ARETE_TRY_ASSIGN(const Tensor* indices, context.input(1));
  const Shape& shape = data->shape();
  ARETE_TRY_ASSIGN(const std::size_t axis,
                   tensor::normalize_axis(context.node().integer_or("axis", 0), shape.rank()));
  std::vector<Integers> tables;
  for (const std::int64_t extent : shape) {
    tables.push_back(whole_axis(extent));
  }
  ARETE_TRY_ASSIGN(tables[axis], checked_indices(*indices, shape[axis]));
  const Shape out_shape(gathered_dims(shape.dims(), indices->shape().dims(), axis));
  ARETE_TRY_ASSIGN(Tensor out, pick(*data, out_shape, table_indices(shape, tables)));
  return one(std::move(out));
}

/// Extents picked out of a vector of extents.
void gather_elements_of_shape(ShapeContext& context) {
  const ShapeFacts& data = context.input(0);
  const auto indices = constant_integers(context, 1);
  if (!data.elements || !data.shape || data.shape->size() != 1 || !indices) {
    return;
  }
  const auto extent = static_cast<std::int64_t>(data.elements->size());
  std::vector<Dim> picked;
  for (const std::int64_t index : *indices) {
    if (index < -extent || index >= extent) {
      return;
    }
    picked.push_back(
        (*data.elements)[static_cast<std::size_t>(index < 0 ? index + extent : index)]);
  }
  context.outputs()[0].elements = std::move(picked);
}

Status gather_rule(ShapeContext& context) {
  const ShapeFacts& data = context.input(0);
  const ShapeFacts& indices = context.input(1);
  context.set_output(0, data.dtype, std::nullopt);
  if (data.shape) {
    ARETE_TRY_ASSIGN(
        const std::size_t axis,
        tensor::normalize_axis(context.node().integer_or("axis", 0), data.shape->size()));
    if (indices.shape) {
      context.set_output(0, data.dtype, gathered_dims(*data.shape, *indices.shape, axis));
      gather_elements_of_shape(context);
    }
  }
  return {};
}

// --- GatherElements, GatherND ---

Result<std::vector<Datum>> gather_elements_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* data, context.input(0));
  ARETE_TRY_ASSIGN(const Tensor* indices, context.input(1));
  ARETE_TRY_ASSIGN(const Integers from,
                   element_indices(*data, *indices, context.node().integer_or("axis", 0)));
  ARETE_TRY_ASSIGN(Tensor out, pick(*data, indices->shape(), from));
  return one(std::move(out));
}

Status gather_elements_rule(ShapeContext& context) {
  context.set_output(0, context.input(0).dtype, context.input(1).shape);
  return {};
}

Result<std::vector<Datum>> gather_nd_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* data, context.input(0));
  ARETE_TRY_ASSIGN(const Tensor* indices, context.input(1));
  ARETE_TRY_ASSIGN(
      const SliceIndices slices,
      slice_indices(data->shape(), *indices, context.node().integer_or("batch_dims", 0)));
  Integers dims = indices->shape().dims();
  dims.pop_back();
  dims.insert(dims.end(), slices.slice_dims.begin(), slices.slice_dims.end());
  ARETE_TRY_ASSIGN(Tensor out, pick(*data, Shape(std::move(dims)), slices.elements));
  return one(std::move(out));
}

Status gather_nd_rule(ShapeContext& context) {
  const ShapeFacts& data = context.input(0);
  const ShapeFacts& indices = context.input(1);
  context.set_output(0, data.dtype, std::nullopt);
  if (!data.shape || !indices.shape || indices.shape->empty() || !indices.shape->back().known()) {
    return {};
  }
  const std::int64_t used =
      context.node().integer_or("batch_dims", 0) + indices.shape->back().size();
  if (used < 0 || used > static_cast<std::int64_t>(data.shape->size())) {
    return fail(ErrorCode::kInvalid, "{} indices into shape {}", used, text_of(*data.shape));
  }
  SymbolicShape shape(indices.shape->begin(), indices.shape->end() - 1);
  shape.insert(shape.end(), data.shape->begin() + used, data.shape->end());
  context.set_output(0, data.dtype, std::move(shape));
  return {};
}

// --- OneHot ---

/// Where the new axis goes: -1 is after the last.
Result<std::size_t> one_hot_axis(const Node& node, std::size_t rank) {
  return tensor::normalize_axis(node.integer_or("axis", -1), rank + 1);
}

Result<std::vector<Datum>> one_hot_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* indices, context.input(0));
  ARETE_TRY_ASSIGN(const Tensor* depth_tensor, context.input(1));
  ARETE_TRY_ASSIGN(const Tensor* values, context.input(2));
  if (depth_tensor->elements() != 1 || values->elements() != 2) {
    return fail(ErrorCode::kInvalid, "depth has {} elements and values {}",
                depth_tensor->elements(), values->elements());
  }
  const auto depth = static_cast<std::int64_t>(depth_tensor->number_at(0));
  const Shape& shape = indices->shape();
  ARETE_TRY_ASSIGN(const std::size_t axis, one_hot_axis(context.node(), shape.rank()));
  Integers dims = shape.dims();
  dims.insert(dims.begin() + static_cast<std::ptrdiff_t>(axis), depth);
  ARETE_TRY(Tensor::allocate(values->dtype(), Shape(dims)));
  const std::int64_t inner = shape.elements(axis, shape.rank());
  Integers from(static_cast<std::size_t>(Shape(dims).elements()), 0);
  const std::vector<double> numbers = numbers_of(*indices);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto index = static_cast<std::int64_t>(numbers[i]);
    if (index < -depth || index >= depth) {
      continue;  // all off
    }
    const auto flat = static_cast<std::int64_t>(i);
    const std::int64_t at =
        (flat / inner * depth + (index < 0 ? index + depth : index)) * inner + flat % inner;
    from[static_cast<std::size_t>(at)] = 1;
  }
  ARETE_TRY_ASSIGN(Tensor out, pick(*values, Shape(std::move(dims)), from));
  return one(std::move(out));
}

Status one_hot_rule(ShapeContext& context) {
  const DType dtype = context.input(2).dtype;
  context.set_output(0, dtype, std::nullopt);
  if (const auto& indices = context.input(0).shape) {
    ARETE_TRY_ASSIGN(const std::size_t axis, one_hot_axis(context.node(), indices->size()));
    Dim depth;
    const Tensor* constant = context.input(1).constant;
    if (constant != nullptr && constant->elements() == 1) {
      depth = Dim(static_cast<std::int64_t>(constant->number_at(0)));
    } else if (const auto& elements = context.input(1).elements; elements && !elements->empty()) {
      depth = elements->front();
    }
    SymbolicShape shape = *indices;
    shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(axis), depth);
    context.set_output(0, dtype, std::move(shape));
  }
  return {};
}

// --- NonZero, Compress ---

bool is_nonzero(const Tensor& x, std::int64_t i) {
  return x.dtype() == DType::kString ? !x.strings()[static_cast<std::size_t>(i)].empty()
                                     : x.number_at(i) != 0;
}

Result<std::vector<Datum>> non_zero_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  Integers found;
  for (std::int64_t i = 0; i < x->elements(); ++i) {
    if (is_nonzero(*x, i)) {
      found.push_back(i);
    }
  }
  const Shape& shape = x->shape();
  const std::vector<std::int64_t> strides = row_major_strides(shape);
  const auto count = static_cast<std::int64_t>(found.size());
  ARETE_TRY_ASSIGN(
      Tensor out,
      Tensor::allocate(DType::kI64, Shape{static_cast<std::int64_t>(shape.rank()), count}));
  auto to = out.mutable_data<std::int64_t>().begin();
  for (std::size_t axis = 0; axis < shape.rank(); ++axis) {
    for (const std::int64_t flat : found) {
      *to++ = flat / strides[axis] % shape[axis];
    }
  }
  return one(std::move(out));
}

Status non_zero_rule(ShapeContext& context) {
  SymbolicShape shape(2);
  if (const auto& x = context.input(0).shape) {
    shape[0] = Dim(static_cast<std::int64_t>(x->size()));
  }
  context.set_output(0, DType::kI64, std::move(shape));
  return {};
}

Result<std::vector<Datum>> compress_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  ARETE_TRY_ASSIGN(const Tensor* condition, context.input(1));
  if (condition->dtype() != DType::kBool) {
    return fail(ErrorCode::kInvalid, "the condition is {}", tensor::name_of(condition->dtype()));
  }
  const auto* axis_attribute = context.node().attribute<std::int64_t>("axis");
  const Shape shape = axis_attribute != nullptr ? x->shape() : Shape{x->elements()};
  ARETE_TRY_ASSIGN(
      const std::size_t axis,
      tensor::normalize_axis(axis_attribute != nullptr ? *axis_attribute : 0, shape.rank()));
  std::vector<Integers> tables;
  for (const std::int64_t extent : shape) {
    tables.push_back(whole_axis(extent));
  }
  tables[axis].clear();
  for (std::int64_t i = 0; i < std::min(condition->elements(), shape[axis]); ++i) {
    if (condition->integer_at(i) != 0) {
      tables[axis].push_back(i);
    }
  }
  ARETE_TRY_ASSIGN(Tensor out, pick(*x, table_shape(tables), table_indices(shape, tables)));
  return one(std::move(out));
}

Status compress_rule(ShapeContext& context) {
  const ShapeFacts& x = context.input(0);
  const auto* axis = context.node().attribute<std::int64_t>("axis");
  context.set_output(0, x.dtype, std::nullopt);
  if (axis == nullptr) {
    context.set_output(0, x.dtype, unknown_dims(1));
  } else if (x.shape) {
    ARETE_TRY_ASSIGN(const std::size_t at, tensor::normalize_axis(*axis, x.shape->size()));
    SymbolicShape shape = *x.shape;
    shape[at] = Dim();
    context.set_output(0, x.dtype, std::move(shape));
  }
  return {};
}

constexpr std::array kIndexingRows = {
    Operator{"", "Gather", 1, 2, 2, gather_kernel, gather_rule},
    Operator{"", "GatherElements", 11, 2, 2, gather_elements_kernel, gather_elements_rule},
    Operator{"", "GatherND", 11, 2, 2, gather_nd_kernel, gather_nd_rule},
    Operator{"", "OneHot", 9, 3, 3, one_hot_kernel, one_hot_rule},
    Operator{"", "NonZero", 9, 1, 1, non_zero_kernel, non_zero_rule},
    Operator{"", "Compress", 9, 2, 2, compress_kernel, compress_rule},
};

}  // namespace

std::span<const Operator> indexing_family() { return kIndexingRows; }

}  // namespace arete::model::operators
