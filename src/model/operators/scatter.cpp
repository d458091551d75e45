// Writing by index: ScatterElements (and its old name Scatter), ScatterND, TensorScatter.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <functional>
#include <string>

#include "model/operators/broadcast.hpp"
#include "model/operators/elementwise.hpp"
#include "model/operators/families.hpp"
#include "model/operators/indices.hpp"
#include "model/operators/rules.hpp"

namespace arete::model::operators {
namespace {

using tensor::DType;
using tensor::Shape;
using tensor::Tensor;
using Integers = std::vector<std::int64_t>;

template <class T>
T combined(T old, T update, const std::string& how) {
  if (how == "add") {
    return wrapping(old, update, std::plus<>());
  }
  if (how == "mul") {
    return wrapping(old, update, std::multiplies<>());
  }
  return how == "max" ? std::max(old, update) : std::min(old, update);
}

/// One update after the other, so that an index that comes twice counts twice.
Result<Tensor> scattered(const Tensor& data, const Integers& to, const Tensor& updates,
                         const std::string& how) {
  if (how == "none") {
    return put(data, to, updates);
  }
  if (how != "add" && how != "mul" && how != "max" && how != "min") {
    return fail(ErrorCode::kInvalid, "reduction '{}' is not known", how);
  }
  if (data.dtype() != updates.dtype()) {
    return fail(ErrorCode::kInvalid, "updates of type {} for data of type {}",
                tensor::name_of(updates.dtype()), tensor::name_of(data.dtype()));
  }
  Tensor out = data;
  ARETE_TRY(visit_numbers(data.dtype(), [&]<class T>(Type<T>) -> Status {
    const auto cells = out.mutable_data<T>();
    const auto news = updates.data<T>();
    for (std::size_t i = 0; i < to.size(); ++i) {
      T& cell = cells[static_cast<std::size_t>(to[i])];
      cell = store<T>(combined<ComputeType<T>>(load(cell), load(news[i]), how));
    }
    return {};
  }));
  return out;
}

Result<std::vector<Datum>> scatter_elements_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* data, context.input(0));
  ARETE_TRY_ASSIGN(const Tensor* indices, context.input(1));
  ARETE_TRY_ASSIGN(const Tensor* updates, context.input(2));
  if (indices->shape() != updates->shape()) {
    return fail(ErrorCode::kInvalid, "indices of shape {} for updates of shape {}",
                indices->shape().text(), updates->shape().text());
  }
  ARETE_TRY_ASSIGN(const Integers to,
                   element_indices(*data, *indices, context.node().integer_or("axis", 0)));
  ARETE_TRY_ASSIGN(Tensor out,
                   scattered(*data, to, *updates, context.node().string_or("reduction", "none")));
  return one(std::move(out));
}

Result<std::vector<Datum>> scatter_nd_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* data, context.input(0));
  ARETE_TRY_ASSIGN(const Tensor* indices, context.input(1));
  ARETE_TRY_ASSIGN(const Tensor* updates, context.input(2));
  ARETE_TRY_ASSIGN(const SliceIndices slices, slice_indices(data->shape(), *indices, 0));
  if (static_cast<std::size_t>(updates->elements()) != slices.elements.size()) {
    return fail(ErrorCode::kInvalid, "updates of shape {} for indices of shape {} into {}",
                updates->shape().text(), indices->shape().text(), data->shape().text());
  }
  ARETE_TRY_ASSIGN(Tensor out, scattered(*data, slices.elements, *updates,
                                         context.node().string_or("reduction", "none")));
  return one(std::move(out));
}

/// Writes the update into the cache at each batch's place along the axis.
Result<std::vector<Datum>> tensor_scatter_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* cache, context.input(0));
  ARETE_TRY_ASSIGN(const Tensor* update, context.input(1));
  const Shape& shape = cache->shape();
  ARETE_TRY_ASSIGN(const std::size_t axis,
                   tensor::normalize_axis(context.node().integer_or("axis", -2), shape.rank()));
  Shape wanted = shape;
  wanted[axis] = update->shape().rank() == shape.rank() ? update->shape()[axis] : -1;
  const std::string mode = context.node().string_or("mode", "linear");
  if (axis == 0 || update->shape() != wanted || (mode != "linear" && mode != "circular")) {
    return fail(ErrorCode::kInvalid, "update {} of cache {} along axis {}, mode '{}'",
                update->shape().text(), shape.text(), axis, mode);
  }
  Integers first(static_cast<std::size_t>(shape[0]), 0);
  if (const Tensor* places = context.optional_input(2)) {
    ARETE_TRY_ASSIGN(first, integers_of(*places));
    if (std::cmp_not_equal(first.size(), shape[0])) {
      return fail(ErrorCode::kInvalid, "{} write indices for batch {}", first.size(), shape[0]);
    }
  }
  const std::vector<std::int64_t> strides = row_major_strides(shape);
  const std::vector<std::int64_t> own = row_major_strides(update->shape());
  Integers to = strided_indices(update->shape(), strides);
  for (std::size_t i = 0; i < to.size(); ++i) {
    const auto flat = static_cast<std::int64_t>(i);
    const std::int64_t step = flat / own[axis] % update->shape()[axis];
    std::int64_t place = first[static_cast<std::size_t>(flat / own[0])] + step;
    place = mode == "circular" && place >= 0 ? place % shape[axis] : place;
    if (place < 0 || place >= shape[axis]) {
      return fail(ErrorCode::kInvalid, "place {} is outside axis {} of {}", place, axis,
                  shape.text());
    }
    to[i] += (place - step) * strides[axis];
  }
  ARETE_TRY_ASSIGN(Tensor out, put(*cache, to, *update));
  return one(std::move(out));
}

constexpr std::array kScatterRows = {
    Operator{"", "Scatter", 9, 3, 3, scatter_elements_kernel, same_as_input},
    Operator{"", "ScatterElements", 11, 3, 3, scatter_elements_kernel, same_as_input},
    Operator{"", "ScatterND", 11, 3, 3, scatter_nd_kernel, same_as_input},
    Operator{"", "TensorScatter", 24, 2, 3, tensor_scatter_kernel, same_as_input},
};

}  // namespace

std::span<const Operator> scatter_family() { return kScatterRows; }

}  // namespace arete::model::operators
