// The family that selects or accumulates along an axis: TopK, ArgMax, ArgMin, CumSum, CumProd.
// Ties go to the lower index unless an attribute says otherwise.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "model/operators/broadcast.hpp"
#include "model/operators/families.hpp"
#include "model/operators/numbers.hpp"
#include "model/operators/rules.hpp"

namespace arete::model::operators {
namespace {

using tensor::DType;
using tensor::Shape;
using tensor::Tensor;

/// Calls visit(keys) with keys that order like the elements: double, or exact integers.
template <class Visit>
Outputs with_keys(const Tensor& tensor, Visit&& visit) {
  if (!tensor::is_integer(tensor.dtype())) {
    ARETE_TRY_ASSIGN(const auto numbers, ElementsAs<double>::of(tensor));
    std::vector<double> keys(numbers.begin(), numbers.end());
    // A key that equals nothing would break the order: NaN counts as the lowest.
    std::ranges::replace_if(
        keys, [](double key) { return std::isnan(key); }, -std::numeric_limits<double>::infinity());
    return visit(std::move(keys));
  }
  ARETE_TRY_ASSIGN(const auto numbers, ElementsAs<std::int64_t>::of(tensor));
  std::vector<std::int64_t> keys(numbers.begin(), numbers.end());
  if (tensor.dtype() == DType::kU64) {
    for (std::int64_t& key : keys) {
      key ^= std::numeric_limits<std::int64_t>::min();
    }
  }
  return visit(std::move(keys));
}

/// Flat index of element 0 of a lane.
std::int64_t lane_base(const AxisSplit& split, std::int64_t lane) {
  return lane / split.inner * split.extent * split.inner + lane % split.inner;
}

Result<std::int64_t> top_count(KernelContext& context, std::int64_t extent) {
  ARETE_TRY_ASSIGN(const Tensor* count, context.input(1));
  if (count->elements() != 1 || !tensor::is_integer(count->dtype())) {
    return fail(ErrorCode::kInvalid, "K must be one integer");
  }
  const std::int64_t k = count->integer_at(0);
  if (k < 0 || k > extent) {
    return fail(ErrorCode::kInvalid, "K is {}, the axis has {} elements", k, extent);
  }
  return k;
}

Outputs top_k_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  ARETE_TRY_ASSIGN(
      const std::size_t axis,
      tensor::normalize_axis(context.node().integer_or("axis", -1), x->shape().rank()));
  const AxisSplit split = split_at(x->shape(), axis);
  ARETE_TRY_ASSIGN(const std::int64_t k, top_count(context, split.extent));
  const bool largest = context.node().integer_or("largest", 1) != 0;
  Shape shape = x->shape();
  shape[axis] = k;
  ARETE_TRY_ASSIGN(const std::int64_t count, result_elements(shape));
  return with_keys(*x, [&](const auto& keys) -> Outputs {
    std::vector<std::int64_t> from(static_cast<std::size_t>(count));
    std::vector<std::int64_t> chosen(static_cast<std::size_t>(count));
    std::vector<std::int64_t> order(static_cast<std::size_t>(split.extent));
    for (std::int64_t lane = 0; lane < split.outer * split.inner; ++lane) {
      const std::int64_t base = lane_base(split, lane);
      for (std::size_t i = 0; i < order.size(); ++i) {
        order[i] = static_cast<std::int64_t>(i);
      }
      const auto before = [&](std::int64_t a, std::int64_t b) {
        const auto left = keys[static_cast<std::size_t>(base + a * split.inner)];
        const auto right = keys[static_cast<std::size_t>(base + b * split.inner)];
        return left != right ? (largest ? left > right : left < right) : a < b;
      };
      std::partial_sort(order.begin(), order.begin() + k, order.end(), before);
      const std::int64_t out = lane / split.inner * k * split.inner + lane % split.inner;
      for (std::int64_t i = 0; i < k; ++i) {
        const std::int64_t source = order[static_cast<std::size_t>(i)];
        from[static_cast<std::size_t>(out + i * split.inner)] = base + source * split.inner;
        chosen[static_cast<std::size_t>(out + i * split.inner)] = source;
      }
    }
    return outputs_of({pick(*x, shape, from), Tensor::of<std::int64_t>(shape, chosen)});
  });
}

/// The axis' extent becomes 1, or the axis goes.
Shape without_axis(const Node& node, const Shape& shape, std::size_t axis) {
  std::vector<std::int64_t> dims = shape.dims();
  if (node.integer_or("keepdims", 1) != 0) {
    dims[axis] = 1;
  } else {
    dims.erase(dims.begin() + static_cast<std::ptrdiff_t>(axis));
  }
  return Shape(std::move(dims));
}

Outputs arg_extreme(const KernelContext& context, bool largest) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  ARETE_TRY_ASSIGN(const std::size_t axis,
                   tensor::normalize_axis(context.node().integer_or("axis", 0), x->shape().rank()));
  const AxisSplit split = split_at(x->shape(), axis);
  if (split.extent == 0) {
    return fail(ErrorCode::kInvalid, "axis {} of shape {} is empty", axis, x->shape().text());
  }
  const bool last = context.node().integer_or("select_last_index", 0) != 0;
  return with_keys(*x, [&](const auto& keys) -> Outputs {
    std::vector<std::int64_t> found;
    for (std::int64_t lane = 0; lane < split.outer * split.inner; ++lane) {
      const auto key_at = [&](std::int64_t i) {
        return keys[static_cast<std::size_t>(lane_base(split, lane) + i * split.inner)];
      };
      std::int64_t best = 0;
      for (std::int64_t i = 1; i < split.extent; ++i) {
        const bool better = largest ? key_at(i) > key_at(best) : key_at(i) < key_at(best);
        best = better || (last && key_at(i) == key_at(best)) ? i : best;
      }
      found.push_back(best);
    }
    return outputs_of(
        Tensor::of<std::int64_t>(without_axis(context.node(), x->shape(), axis), found));
  });
}

Outputs arg_max_kernel(KernelContext& context) { return arg_extreme(context, true); }
Outputs arg_min_kernel(KernelContext& context) { return arg_extreme(context, false); }

template <class T, class Combine>
void accumulate_lanes(const Node& node, const AxisSplit& split, std::span<T> at, T start,
                      Combine&& combine) {
  const bool reverse = node.integer_or("reverse", 0) != 0;
  const bool exclusive = node.integer_or("exclusive", 0) != 0;
  for (std::int64_t lane = 0; lane < split.outer * split.inner; ++lane) {
    T sum = start;
    for (std::int64_t i = 0; i < split.extent; ++i) {
      const std::int64_t along = reverse ? split.extent - 1 - i : i;
      T& element = at[static_cast<std::size_t>(lane_base(split, lane) + along * split.inner)];
      const T next = combine(sum, element);
      element = exclusive ? sum : next;
      sum = next;
    }
  }
}

/// Integers are combined as unsigned, where overflow wraps.
template <class Combine>
Outputs accumulated(KernelContext& context, std::uint64_t start, Combine&& combine) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  ARETE_TRY_ASSIGN(const double wanted, scalar_input(context, 1));
  ARETE_TRY_ASSIGN(const std::size_t axis,
                   tensor::normalize_axis(static_cast<std::int64_t>(wanted), x->shape().rank()));
  const AxisSplit split = split_at(x->shape(), axis);
  if (!tensor::is_integer(x->dtype())) {
    ARETE_TRY_ASSIGN(Numbers numbers, numbers_input(context, 0));
    accumulate_lanes<double>(context.node(), split, numbers.at, static_cast<double>(start),
                             combine);
    return outputs_of(numbers.tensor());
  }
  ARETE_TRY_ASSIGN(const auto elements, ElementsAs<std::int64_t>::of(*x));
  std::vector<std::uint64_t> sums(elements.begin(), elements.end());
  accumulate_lanes<std::uint64_t>(context.node(), split, sums, start, combine);
  if (x->dtype() == DType::kU64) {
    return outputs_of(Tensor::of<std::uint64_t>(x->shape(), sums));
  }
  const std::vector<std::int64_t> back(sums.begin(), sums.end());
  return outputs_of(rounded_tensor<std::int64_t>(x->dtype(), x->shape(), back));
}

Outputs cum_sum_kernel(KernelContext& context) {
  return accumulated(context, 0, [](auto sum, auto element) { return sum + element; });
}
Outputs cum_prod_kernel(KernelContext& context) {
  return accumulated(context, 1, [](auto sum, auto element) { return sum * element; });
}

Status top_k_shape(ShapeContext& context) {
  const ShapeFacts& x = context.input(0);
  std::optional<SymbolicShape> shape = x.shape;
  if (shape) {
    ARETE_TRY_ASSIGN(const std::size_t axis,
                     tensor::normalize_axis(context.node().integer_or("axis", -1), shape->size()));
    const auto k = constant_integers(context, 1);
    (*shape)[axis] = k && k->size() == 1 && k->front() >= 0 ? Dim(k->front()) : Dim();
  }
  context.set_output(0, x.dtype, shape);
  context.set_output(1, DType::kI64, shape);
  return {};
}

Status arg_shape(ShapeContext& context) {
  std::optional<SymbolicShape> shape = context.input(0).shape;
  if (shape) {
    ARETE_TRY_ASSIGN(const std::size_t axis,
                     tensor::normalize_axis(context.node().integer_or("axis", 0), shape->size()));
    if (context.node().integer_or("keepdims", 1) != 0) {
      (*shape)[axis] = Dim(1);
    } else {
      shape->erase(shape->begin() + static_cast<std::ptrdiff_t>(axis));
    }
  }
  context.set_output(0, DType::kI64, std::move(shape));
  return {};
}

}  // namespace

std::span<const Operator> selection_family() {
  static constexpr std::array kRows = {
      Operator{"", "ArgMax", 1, 1, 1, arg_max_kernel, arg_shape},
      Operator{"", "ArgMin", 1, 1, 1, arg_min_kernel, arg_shape},
      Operator{"", "CumProd", 26, 2, 2, cum_prod_kernel, same_as_input},
      Operator{"", "CumSum", 11, 2, 2, cum_sum_kernel, same_as_input},
      Operator{"", "TopK", 10, 2, 2, top_k_kernel, top_k_shape},
  };
  return kRows;
}

}  // namespace arete::model::operators
