// SPDX-License-Identifier: Apache-2.0
#include "model/operators/softmax.hpp"

#include <algorithm>
#include <cmath>

namespace arete::model::operators {
namespace {

using AxisFunction = void (*)(const AxisSplit&, std::span<double>);

/// Calls visit(index of element k of the lane) for each lane along the axis.
template <class Visit>
void for_each_lane(const AxisSplit& split, Visit&& visit) {
  for (std::int64_t outer = 0; outer < split.outer; ++outer) {
    for (std::int64_t inner = 0; inner < split.inner; ++inner) {
      const std::int64_t base = outer * split.extent * split.inner + inner;
      visit([base, &split](std::int64_t k) {
        return static_cast<std::size_t>(base + k * split.inner);
      });
    }
  }
}

void hardmax_along(const AxisSplit& split, std::span<double> at) {
  for_each_lane(split, [&](auto index) {
    std::int64_t best = 0;
    for (std::int64_t k = 1; k < split.extent; ++k) {
      best = at[index(k)] > at[index(best)] ? k : best;
    }
    for (std::int64_t k = 0; k < split.extent; ++k) {
      at[index(k)] = k == best ? 1 : 0;
    }
  });
}

Outputs along_axis(const KernelContext& context, AxisFunction function) {
  ARETE_TRY_ASSIGN(Numbers x, numbers_input(context, 0));
  if (x.rank() == 0) {
    function({1, 1, 1}, x.at);
    return outputs_of(x.tensor());
  }
  ARETE_TRY_ASSIGN(const std::size_t axis,
                   tensor::normalize_axis(context.node().integer_or("axis", -1), x.rank()));
  function(split_at(x.shape, axis), x.at);
  return outputs_of(x.tensor());
}

/// Axes before `axis` become rows, the others columns.
Outputs coerced(const KernelContext& context, AxisFunction function) {
  ARETE_TRY_ASSIGN(Numbers x, numbers_input(context, 0));
  const std::int64_t wanted = context.node().integer_or("axis", 1);
  const auto rank = static_cast<std::int64_t>(x.rank());
  if (wanted < -rank || wanted > rank) {
    return fail(ErrorCode::kInvalid, "axis {} is outside a tensor of rank {}", wanted, rank);
  }
  const auto axis = static_cast<std::size_t>(wanted < 0 ? wanted + rank : wanted);
  function({x.shape.elements(0, axis), x.shape.elements(axis, x.rank()), 1}, x.at);
  return outputs_of(x.tensor());
}

}  // namespace

void softmax_along(const AxisSplit& split, std::span<double> at) {
  for_each_lane(split, [&](auto index) {
    double highest = at[index(0)];
    for (std::int64_t k = 1; k < split.extent; ++k) {
      highest = std::max(highest, at[index(k)]);
    }
    double sum = 0;
    for (std::int64_t k = 0; k < split.extent; ++k) {
      at[index(k)] = std::exp(at[index(k)] - highest);
      sum += at[index(k)];
    }
    for (std::int64_t k = 0; k < split.extent; ++k) {
      at[index(k)] /= sum;
    }
  });
}

void log_softmax_along(const AxisSplit& split, std::span<double> at) {
  for_each_lane(split, [&](auto index) {
    double highest = at[index(0)];
    for (std::int64_t k = 1; k < split.extent; ++k) {
      highest = std::max(highest, at[index(k)]);
    }
    double sum = 0;
    for (std::int64_t k = 0; k < split.extent; ++k) {
      sum += std::exp(at[index(k)] - highest);
    }
    for (std::int64_t k = 0; k < split.extent; ++k) {
      at[index(k)] -= highest + std::log(sum);
    }
  });
}

Outputs softmax_kernel(KernelContext& context) { return along_axis(context, softmax_along); }
Outputs log_softmax_kernel(KernelContext& context) {
  return along_axis(context, log_softmax_along);
}
Outputs hardmax_kernel(KernelContext& context) { return along_axis(context, hardmax_along); }
Outputs coercing_softmax_kernel(KernelContext& context) { return coerced(context, softmax_along); }
Outputs coercing_log_softmax_kernel(KernelContext& context) {
  return coerced(context, log_softmax_along);
}
Outputs coercing_hardmax_kernel(KernelContext& context) { return coerced(context, hardmax_along); }

}  // namespace arete::model::operators
