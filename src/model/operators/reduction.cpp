// Reduce*: one number out of all elements along some axes.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <type_traits>
#include <vector>

#include "model/operators/elementwise.hpp"
#include "model/operators/families.hpp"
#include "model/operators/rules.hpp"

namespace arete::model::operators {
namespace {

using tensor::DType;
using tensor::Shape;
using tensor::Tensor;

/// Each gives the answer for one group; `values` may be empty. Accum is double for floats and the
/// type itself for integers.
struct SumGroup {
  template <class T>
  static T of(std::span<const T> values) {
    T sum{};
    for (const T x : values) {
      sum = wrapping(sum, x, std::plus<>());
    }
    return sum;
  }
};
struct MeanGroup {
  template <class T>
  static T of(std::span<const T> values) {
    if constexpr (std::is_floating_point_v<T>) {
      return SumGroup::of(values) / static_cast<T>(values.size());
    } else {
      return values.empty() ? T{0}
                            : static_cast<T>(SumGroup::of(values) / static_cast<T>(values.size()));
    }
  }
};
struct ProdGroup {
  template <class T>
  static T of(std::span<const T> values) {
    T product{1};
    for (const T x : values) {
      product = wrapping(product, x, std::multiplies<>());
    }
    return product;
  }
};
struct L1Group {
  template <class T>
  static T of(std::span<const T> values) {
    T sum{};
    for (const T x : values) {
      sum = x < T{0} ? wrapping(sum, x, std::minus<>()) : wrapping(sum, x, std::plus<>());
    }
    return sum;
  }
};
struct SumSquareGroup {
  template <class T>
  static T of(std::span<const T> values) {
    T sum{};
    for (const T x : values) {
      sum = wrapping(sum, wrapping(x, x, std::multiplies<>()), std::plus<>());
    }
    return sum;
  }
};
struct L2Group {
  template <class T>
  static T of(std::span<const T> values) {
    return static_cast<T>(std::sqrt(static_cast<double>(SumSquareGroup::of(values))));
  }
};
struct LogSumGroup {
  template <class T>
  static T of(std::span<const T> values) {
    return static_cast<T>(std::log(static_cast<double>(SumGroup::of(values))));
  }
};
struct LogSumExpGroup {
  template <class T>
  static T of(std::span<const T> values) {
    double highest = -std::numeric_limits<double>::infinity();
    for (const T x : values) {
      highest = std::max(highest, static_cast<double>(x));
    }
    if (std::isinf(highest)) {
      return static_cast<T>(highest);
    }
    double sum = 0;
    for (const T x : values) {
      sum += std::exp(static_cast<double>(x) - highest);
    }
    return static_cast<T>(highest + std::log(sum));
  }
};
struct MaxGroup {
  template <class T>
  static T of(std::span<const T> values) {
    constexpr bool kHasInfinity = std::numeric_limits<T>::has_infinity;
    T best = kHasInfinity ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::lowest();
    for (const T x : values) {
      best = x > best || x != x ? x : best;
    }
    return best;
  }
};
struct MinGroup {
  template <class T>
  static T of(std::span<const T> values) {
    constexpr bool kHasInfinity = std::numeric_limits<T>::has_infinity;
    T best = kHasInfinity ? std::numeric_limits<T>::infinity() : std::numeric_limits<T>::max();
    for (const T x : values) {
      best = x < best || x != x ? x : best;
    }
    return best;
  }
};

struct ReducePlan {
  std::vector<bool> reduced;  ///< by axis
  bool keep_dims = true;
  bool nothing = false;  ///< noop_with_empty_axes
};

Result<ReducePlan> reduce_plan(const Node& node, std::size_t rank, bool axes_given,
                               const std::vector<std::int64_t>& axes) {
  ReducePlan plan;
  plan.keep_dims = node.integer_or("keepdims", 1) != 0;
  const bool empty = !axes_given || axes.empty();
  plan.nothing = empty && node.integer_or("noop_with_empty_axes", 0) != 0;
  plan.reduced.assign(rank, empty && !plan.nothing);
  ARETE_TRY_ASSIGN(const auto normalized, normalize_axes(axes, rank));
  for (const std::size_t axis : normalized) {
    plan.reduced[axis] = true;
  }
  return plan;
}

template <class T, class Group>
Result<Tensor> reduce_typed(const Tensor& x, const ReducePlan& plan) {
  using Accum = std::conditional_t<kIsFloat<T>, double,
                                   std::conditional_t<std::is_same_v<T, bool>, std::uint8_t, T>>;
  const std::vector<std::int64_t> strides = row_major_strides(x.shape());
  std::vector<std::int64_t> out_dims;
  std::vector<std::int64_t> outer_dims;
  std::vector<std::int64_t> outer_strides;
  std::vector<std::int64_t> inner_dims;
  std::vector<std::int64_t> inner_strides;
  for (std::size_t axis = 0; axis < x.shape().rank(); ++axis) {
    if (plan.reduced[axis]) {
      inner_dims.push_back(x.shape()[axis]);
      inner_strides.push_back(strides[axis]);
      if (plan.keep_dims) {
        out_dims.push_back(1);
      }
    } else {
      outer_dims.push_back(x.shape()[axis]);
      outer_strides.push_back(strides[axis]);
      out_dims.push_back(x.shape()[axis]);
    }
  }
  ARETE_TRY_ASSIGN(Tensor out, Tensor::allocate(x.dtype(), Shape(std::move(out_dims))));
  const auto group_starts = strided_indices(Shape(std::move(outer_dims)), outer_strides);
  const auto members = strided_indices(Shape(std::move(inner_dims)), inner_strides);
  const T* in = x.data<T>().data();
  T* result = out.mutable_data<T>().data();
  std::vector<Accum> group(members.size());
  for (std::size_t g = 0; g < group_starts.size(); ++g) {
    for (std::size_t i = 0; i < members.size(); ++i) {
      group[i] = static_cast<Accum>(load(in[group_starts[g] + members[i]]));
    }
    result[g] = store<T>(
        static_cast<ComputeType<T>>(Group::template of<Accum>(std::span<const Accum>(group))));
  }
  return out;
}

template <class Group>
Result<std::vector<Datum>> reduce_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  ARETE_TRY_ASSIGN(const auto axes, integers_from(context, 1, "axes"));
  ARETE_TRY_ASSIGN(const ReducePlan plan,
                   reduce_plan(context.node(), x->shape().rank(), axes.has_value(),
                               axes.value_or(std::vector<std::int64_t>())));
  if (plan.nothing && (std::is_same_v<Group, SumGroup> || std::is_same_v<Group, MeanGroup> ||
                       std::is_same_v<Group, MaxGroup> || std::is_same_v<Group, MinGroup> ||
                       std::is_same_v<Group, ProdGroup>)) {
    return one(*x);
  }
  ARETE_TRY_ASSIGN(Tensor out, visit_numbers_and_bool(x->dtype(), [&]<class T>(Type<T>) {
                     return reduce_typed<T, Group>(*x, plan);
                   }));
  return one(std::move(out));
}

Status reduce_rule(ShapeContext& context) {
  const ShapeFacts& x = context.input(0);
  context.set_output(0, x.dtype, std::nullopt);
  const KnownIntegers axes = integers_from(context, 1, "axes");
  if (!x.shape) {
    return {};
  }
  if (axes.given && !axes.values) {
    if (context.node().integer_or("keepdims", 1) != 0) {
      context.set_output(0, x.dtype, unknown_dims(x.shape->size()));
    }
    return {};
  }
  ARETE_TRY_ASSIGN(const ReducePlan plan,
                   reduce_plan(context.node(), x.shape->size(), axes.given,
                               axes.values.value_or(std::vector<std::int64_t>())));
  SymbolicShape shape;
  for (std::size_t axis = 0; axis < x.shape->size(); ++axis) {
    if (!plan.reduced[axis]) {
      shape.push_back((*x.shape)[axis]);
    } else if (plan.keep_dims) {
      shape.emplace_back(std::int64_t{1});
    }
  }
  context.set_output(0, x.dtype, std::move(shape));
  return {};
}

constexpr std::array kReductionRows = {
    Operator{"", "ReduceSum", 1, 1, 2, reduce_kernel<SumGroup>, reduce_rule},
    Operator{"", "ReduceMean", 1, 1, 2, reduce_kernel<MeanGroup>, reduce_rule},
    Operator{"", "ReduceMax", 1, 1, 2, reduce_kernel<MaxGroup>, reduce_rule},
    Operator{"", "ReduceMin", 1, 1, 2, reduce_kernel<MinGroup>, reduce_rule},
    Operator{"", "ReduceProd", 1, 1, 2, reduce_kernel<ProdGroup>, reduce_rule},
    Operator{"", "ReduceL1", 1, 1, 2, reduce_kernel<L1Group>, reduce_rule},
    Operator{"", "ReduceL2", 1, 1, 2, reduce_kernel<L2Group>, reduce_rule},
    Operator{"", "ReduceLogSum", 1, 1, 2, reduce_kernel<LogSumGroup>, reduce_rule},
    Operator{"", "ReduceLogSumExp", 1, 1, 2, reduce_kernel<LogSumExpGroup>, reduce_rule},
    Operator{"", "ReduceSumSquare", 1, 1, 2, reduce_kernel<SumSquareGroup>, reduce_rule},
};

}  // namespace

std::span<const Operator> reduction_family() { return kReductionRows; }

}  // namespace arete::model::operators
