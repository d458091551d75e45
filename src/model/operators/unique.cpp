// Unique: the distinct elements, or slices along an axis, of a tensor.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <utility>

#include "model/operators/broadcast.hpp"
#include "model/operators/dispatch.hpp"
#include "model/operators/families.hpp"
#include "model/operators/rules.hpp"

namespace arete::model::operators {
namespace {

using tensor::DType;
using tensor::Shape;
using tensor::Tensor;

/// -1, 0, 1 as element a is below, equal to or above element b.
int compare_elements(const Tensor& x, std::int64_t a, std::int64_t b) {
  const auto sign = [](const auto& left, const auto& right) {
    return left < right ? -1 : (right < left ? 1 : 0);
  };
  if (x.dtype() == DType::kString) {
    return sign(x.strings()[static_cast<std::size_t>(a)], x.strings()[static_cast<std::size_t>(b)]);
  }
  if (tensor::is_floating(x.dtype())) {
    return sign(x.number_at(a), x.number_at(b));
  }
  return sign(x.integer_at(a), x.integer_at(b));
}

/// The slices of an axis, as flat offsets: slice i begins at i * step and has these members.
struct Slices {
  std::int64_t count;
  std::int64_t step;
  std::vector<std::int64_t> members;
};

int compare_slices(const Tensor& x, const Slices& slices, std::int64_t a, std::int64_t b) {
  for (const std::int64_t member : slices.members) {
    const int order = compare_elements(x, a * slices.step + member, b * slices.step + member);
    if (order != 0) {
      return order;
    }
  }
  return 0;
}

struct Distinct {
  std::vector<std::int64_t> first;    ///< slice at which each distinct one stands first
  std::vector<std::int64_t> inverse;  ///< of each slice, its place among the distinct ones
  std::vector<std::int64_t> counts;
};

Distinct distinct_slices(const Tensor& x, const Slices& slices, bool sorted) {
  std::vector<std::int64_t> order = whole_axis(slices.count);
  std::ranges::stable_sort(
      order, [&](std::int64_t a, std::int64_t b) { return compare_slices(x, slices, a, b) < 0; });
  Distinct distinct;
  std::vector<std::int64_t> group_of(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i == 0 || compare_slices(x, slices, order[i - 1], order[i]) != 0) {
      distinct.first.push_back(order[i]);
      distinct.counts.push_back(0);
    }
    ++distinct.counts.back();
    group_of[static_cast<std::size_t>(order[i])] =
        static_cast<std::int64_t>(distinct.first.size()) - 1;
  }
  std::vector<std::int64_t> ranking = whole_axis(static_cast<std::int64_t>(distinct.first.size()));
  if (!sorted) {
    std::ranges::sort(ranking, {}, [&](std::int64_t group) {
      return distinct.first[static_cast<std::size_t>(group)];
    });
  }
  Distinct ranked;
  std::vector<std::int64_t> place(ranking.size());
  for (std::size_t i = 0; i < ranking.size(); ++i) {
    const auto group = static_cast<std::size_t>(ranking[i]);
    ranked.first.push_back(distinct.first[group]);
    ranked.counts.push_back(distinct.counts[group]);
    place[group] = static_cast<std::int64_t>(i);
  }
  for (const std::int64_t group : group_of) {
    ranked.inverse.push_back(place[static_cast<std::size_t>(group)]);
  }
  return ranked;
}

Datum index_vector(const std::vector<std::int64_t>& values) {
  return datum(Tensor::of<std::int64_t>(Shape{static_cast<std::int64_t>(values.size())}, values));
}

Result<std::vector<Datum>> unique_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* input, context.input(0));
  const auto* axis_attribute = context.node().attribute<std::int64_t>("axis");
  const Tensor x = axis_attribute != nullptr ? *input : input->reshaped(Shape{input->elements()});
  ARETE_TRY_ASSIGN(
      const std::size_t axis,
      tensor::normalize_axis(axis_attribute != nullptr ? *axis_attribute : 0, x.shape().rank()));
  Shape slice = x.shape();
  const std::vector<std::int64_t> strides = row_major_strides(x.shape());
  slice[axis] = 1;
  const Slices slices{x.shape()[axis], strides[axis], strided_indices(slice, strides)};
  const Distinct distinct = distinct_slices(x, slices, context.node().integer_or("sorted", 1) != 0);
  std::vector<std::vector<std::int64_t>> tables;
  for (const std::int64_t extent : x.shape()) {
    tables.push_back(whole_axis(extent));
  }
  tables[axis] = distinct.first;
  ARETE_TRY_ASSIGN(Tensor out, pick(x, table_shape(tables), table_indices(x.shape(), tables)));
  std::vector<Datum> outputs;
  outputs.push_back(datum(std::move(out)));
  outputs.push_back(index_vector(distinct.first));
  outputs.push_back(index_vector(distinct.inverse));
  outputs.push_back(index_vector(distinct.counts));
  return outputs;
}

Status unique_rule(ShapeContext& context) {
  const ShapeFacts& x = context.input(0);
  const auto* axis = context.node().attribute<std::int64_t>("axis");
  context.set_output(0, x.dtype, axis == nullptr ? std::optional(unknown_dims(1)) : std::nullopt);
  Dim slices;
  if (axis == nullptr && x.shape) {
    slices = product(*x.shape);
  } else if (axis != nullptr && x.shape) {
    ARETE_TRY_ASSIGN(const std::size_t at, tensor::normalize_axis(*axis, x.shape->size()));
    SymbolicShape shape = *x.shape;
    slices = std::exchange(shape[at], Dim());
    context.set_output(0, x.dtype, std::move(shape));
  }
  context.set_output(1, DType::kI64, unknown_dims(1));
  context.set_output(2, DType::kI64, SymbolicShape{slices});
  context.set_output(3, DType::kI64, unknown_dims(1));
  return {};
}

constexpr std::array kUniqueRows = {
    Operator{"", "Unique", 11, 1, 1, unique_kernel, unique_rule},
};

}  // namespace

std::span<const Operator> unique_family() { return kUniqueRows; }

}  // namespace arete::model::operators
