// The family of poolings. A window is a list of input elements; each pooling reduces it.
// SPDX-License-Identifier: Apache-2.0
#include "model/operators/pooling.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "model/operators/families.hpp"
#include "model/operators/window.hpp"

namespace arete::model::operators {
namespace {

using tensor::Shape;
using tensor::Tensor;

struct Pool {
  std::vector<WindowAxis> axes;
  Shape input;   ///< spatial
  Shape output;  ///< spatial
  Shape result;  ///< whole
  std::int64_t planes = 0;
};

Result<Pool> pool_of(const Node& node, const Shape& x) {
  ARETE_TRY(require_rank("input", x, 3, 16));
  ARETE_TRY_ASSIGN(const auto attributes, window_attributes(node, x.rank() - 2));
  Pool pool;
  ARETE_TRY_ASSIGN(pool.axes, window_axes(attributes, std::span(x.dims()).subspan(2)));
  pool.input = window_input_shape(pool.axes);
  pool.output = window_output_shape(pool.axes);
  pool.planes = x[0] * x[1];
  std::vector<std::int64_t> dims = {x[0], x[1]};
  dims.insert(dims.end(), pool.output.begin(), pool.output.end());
  pool.result = Shape(std::move(dims));
  return pool;
}

/// Calls visit(plane offset into x, input indices under the window, output index, position).
template <class Visit>
void for_each_window(const Pool& pool, Visit&& visit) {
  const std::int64_t in_plane = pool.input.elements();
  const std::int64_t out_plane = pool.output.elements();
  std::vector<std::int64_t> taps;
  std::vector<std::int64_t> position(pool.output.rank(), 0);
  for (std::int64_t at = 0; at < out_plane; ++at) {
    window_taps(pool.axes, position, taps);
    std::erase(taps, -1);
    for (std::int64_t plane = 0; plane < pool.planes; ++plane) {
      visit(plane * in_plane, taps, plane * out_plane + at, position);
    }
    next_position(pool.output, position);
  }
}

/// Taps within the padded input: what an average that counts its padding divides by.
std::int64_t padded_taps(const Pool& pool, std::span<const std::int64_t> position) {
  std::int64_t count = 1;
  for (std::size_t i = 0; i < pool.axes.size(); ++i) {
    const WindowAxis& axis = pool.axes[i];
    const std::int64_t start = position[i] * axis.stride - axis.pad_begin;
    const std::int64_t room = axis.input + axis.pad_end - 1 - start;
    count *= std::min(axis.kernel, room / axis.dilation + 1);
  }
  return std::max<std::int64_t>(count, 1);
}

/// Spatial index in column-major order (first axis fastest), MaxPool's storage_order 1.
std::int64_t column_major(const Shape& spatial, std::int64_t row_major) {
  std::int64_t index = 0;
  std::int64_t rest = row_major;
  for (std::size_t axis = spatial.rank(); axis-- > 0;) {
    index += rest % spatial[axis] * spatial.elements(0, axis);
    rest /= spatial[axis];
  }
  return index;
}

Outputs max_pool_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Numbers x, numbers_input(context, 0));
  ARETE_TRY_ASSIGN(const Pool pool, pool_of(context.node(), x.shape));
  ARETE_TRY_ASSIGN(Numbers y, zero_numbers(x.dtype, pool.result));
  const bool by_column = context.node().integer_or("storage_order", 0) != 0;
  const bool wants_indices = context.wants_output(1);
  std::vector<std::int64_t> indices(wants_indices ? y.at.size() : 0);
  for_each_window(pool, [&](std::int64_t base, const auto& taps, std::int64_t out, const auto&) {
    double best = -std::numeric_limits<double>::infinity();
    std::int64_t best_at = taps.empty() ? 0 : taps[0];
    for (const std::int64_t tap : taps) {
      if (x[base + tap] > best) {
        best = x[base + tap];
        best_at = tap;
      }
    }
    y[out] = best;
    if (wants_indices) {
      const std::int64_t within = by_column ? column_major(pool.input, best_at) : best_at;
      indices[static_cast<std::size_t>(out)] = base + within;
    }
  });
  if (!wants_indices) {
    return outputs_of(y.tensor());
  }
  return outputs_of({y.tensor(), Tensor::of<std::int64_t>(pool.result, indices)});
}

Outputs average_pool_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Numbers x, numbers_input(context, 0));
  ARETE_TRY_ASSIGN(const Numbers y, average_pooled(context.node(), x));
  return outputs_of(y.tensor());
}

Result<std::int64_t> norm_order(const Node& node) {
  const std::int64_t p = node.integer_or("p", 2);
  if (p < 1) {
    return fail(ErrorCode::kInvalid, "attribute p is {}, it must be positive", p);
  }
  return p;
}

Outputs lp_pool_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Numbers x, numbers_input(context, 0));
  ARETE_TRY_ASSIGN(const Pool pool, pool_of(context.node(), x.shape));
  ARETE_TRY_ASSIGN(Numbers y, zero_numbers(x.dtype, pool.result));
  ARETE_TRY_ASSIGN(const std::int64_t order, norm_order(context.node()));
  const auto p = static_cast<double>(order);
  for_each_window(pool, [&](std::int64_t base, const auto& taps, std::int64_t out, const auto&) {
    double sum = 0;
    for (const std::int64_t tap : taps) {
      sum += std::pow(std::fabs(x[base + tap]), p);
    }
    y[out] = std::pow(sum, 1 / p);
  });
  return outputs_of(y.tensor());
}

/// One number a plane, by reduce(span of its elements).
template <class Reduce>
Result<Numbers> reduced_planes(const Numbers& x, Reduce&& reduce) {
  ARETE_TRY(require_rank("input", x.shape, 2, 16));
  Shape shape = x.shape;
  for (std::size_t axis = 2; axis < shape.rank(); ++axis) {
    shape[axis] = 1;
  }
  ARETE_TRY_ASSIGN(Numbers y, zero_numbers(x.dtype, std::move(shape)));
  const auto plane = static_cast<std::size_t>(x.shape.elements(2, x.rank()));
  if (plane == 0) {
    return fail(ErrorCode::kInvalid, "planes of shape {} are empty", x.shape.text());
  }
  for (std::size_t i = 0; i < y.at.size(); ++i) {
    y.at[i] = reduce(std::span(x.at).subspan(i * plane, plane));
  }
  return y;
}

Outputs global_average_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Numbers x, numbers_input(context, 0));
  ARETE_TRY_ASSIGN(const Numbers y, globally_averaged(x));
  return outputs_of(y.tensor());
}

Outputs global_max_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Numbers x, numbers_input(context, 0));
  ARETE_TRY_ASSIGN(const Numbers y, reduced_planes(x, [](std::span<const double> plane) {
                     return std::ranges::max(plane);
                   }));
  return outputs_of(y.tensor());
}

Outputs global_lp_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Numbers x, numbers_input(context, 0));
  ARETE_TRY_ASSIGN(const std::int64_t order, norm_order(context.node()));
  const auto p = static_cast<double>(order);
  ARETE_TRY_ASSIGN(const Numbers y, reduced_planes(x, [p](std::span<const double> plane) {
                     double sum = 0;
                     for (const double value : plane) {
                       sum += std::pow(std::fabs(value), p);
                     }
                     return std::pow(sum, 1 / p);
                   }));
  return outputs_of(y.tensor());
}

Status max_pool_shape(ShapeContext& context) {
  ARETE_TRY(pool_shape(context));
  if (context.outputs().size() > 1) {
    context.set_output(1, tensor::DType::kI64, context.outputs()[0].shape);
  }
  return {};
}

}  // namespace

Result<Numbers> average_pooled(const Node& node, const Numbers& x) {
  ARETE_TRY_ASSIGN(const Pool pool, pool_of(node, x.shape));
  ARETE_TRY_ASSIGN(Numbers y, zero_numbers(x.dtype, pool.result));
  const bool count_padding = node.integer_or("count_include_pad", 0) != 0;
  for_each_window(pool, [&](std::int64_t base, const auto& taps, std::int64_t out,
                            std::span<const std::int64_t> position) {
    double sum = 0;
    for (const std::int64_t tap : taps) {
      sum += x[base + tap];
    }
    const auto inside = std::max<std::int64_t>(static_cast<std::int64_t>(taps.size()), 1);
    y[out] = sum / static_cast<double>(count_padding ? padded_taps(pool, position) : inside);
  });
  return y;
}

Result<Numbers> globally_averaged(const Numbers& x) {
  return reduced_planes(x, [](std::span<const double> plane) {
    double sum = 0;
    for (const double value : plane) {
      sum += value;
    }
    return sum / static_cast<double>(plane.size());
  });
}

Status pool_shape(ShapeContext& context) {
  const ShapeFacts& x = context.input(0);
  context.set_output(0, x.dtype, std::nullopt);
  if (!x.shape) {
    return {};
  }
  if (x.shape->size() < 3) {
    return fail(ErrorCode::kInvalid, "input {} has no spatial axes", text_of(*x.shape));
  }
  ARETE_TRY_ASSIGN(const auto attributes, window_attributes(context.node(), x.shape->size() - 2));
  ARETE_TRY_ASSIGN(const auto spatial, window_outputs(attributes, std::span(*x.shape).subspan(2)));
  SymbolicShape output = *x.shape;
  std::ranges::copy(spatial, output.begin() + 2);
  context.set_output(0, x.dtype, std::move(output));
  return {};
}

Status global_pool_shape(ShapeContext& context) {
  const ShapeFacts& x = context.input(0);
  context.set_output(0, x.dtype, x.shape);
  if (x.shape) {
    for (std::size_t axis = 2; axis < x.shape->size(); ++axis) {
      (*context.outputs()[0].shape)[axis] = Dim(1);
    }
  }
  return {};
}

std::span<const Operator> pooling_family() {
  static constexpr std::array kRows = {
      Operator{"", "AveragePool", 1, 1, 1, average_pool_kernel, pool_shape},
      Operator{"", "GlobalAveragePool", 1, 1, 1, global_average_kernel, global_pool_shape},
      Operator{"", "GlobalLpPool", 2, 1, 1, global_lp_kernel, global_pool_shape},
      Operator{"", "GlobalMaxPool", 1, 1, 1, global_max_kernel, global_pool_shape},
      Operator{"", "LpPool", 2, 1, 1, lp_pool_kernel, pool_shape},
      Operator{"", "MaxPool", 1, 1, 1, max_pool_kernel, max_pool_shape},
      Operator{"", "MaxUnpool", 9, 2, 3, max_unpool_kernel, max_unpool_shape},
  };
  return kRows;
}

}  // namespace arete::model::operators
