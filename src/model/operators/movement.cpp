// Operators that move elements without computing on them: order, join, cut, repeat.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <numeric>
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

// --- Transpose ---

Result<std::vector<std::size_t>> transpose_order(const Node& node, std::size_t rank) {
  const auto* perm = node.attribute<std::vector<std::int64_t>>("perm");
  if (perm == nullptr) {
    std::vector<std::size_t> reversed(rank);
    std::iota(reversed.rbegin(), reversed.rend(), std::size_t{0});
    return reversed;
  }
  if (perm->size() != rank) {
    return fail(ErrorCode::kInvalid, "perm has {} entries, the input rank {}", perm->size(), rank);
  }
  return normalize_axes(*perm, rank);
}

Result<std::vector<Datum>> transpose_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  ARETE_TRY_ASSIGN(const auto order, transpose_order(context.node(), x->shape().rank()));
  ARETE_TRY_ASSIGN(Tensor out, permuted(*x, order));
  return one(std::move(out));
}

Status transpose_rule(ShapeContext& context) {
  const ShapeFacts& x = context.input(0);
  context.set_output(0, x.dtype, std::nullopt);
  if (x.shape) {
    ARETE_TRY_ASSIGN(const auto order, transpose_order(context.node(), x.shape->size()));
    SymbolicShape shape;
    for (const std::size_t axis : order) {
      shape.push_back((*x.shape)[axis]);
    }
    context.set_output(0, x.dtype, std::move(shape));
  }
  return {};
}

// --- Split ---

/// The part of an axis that each output takes.
Result<std::vector<std::int64_t>> split_sizes(
    const Node& node, std::int64_t extent, std::size_t outputs,
    const std::optional<std::vector<std::int64_t>>& given) {
  if (given) {
    const bool negative = std::ranges::any_of(*given, [](std::int64_t n) { return n < 0; });
    if (negative || given->size() != outputs ||
        std::accumulate(given->begin(), given->end(), std::int64_t{0}) != extent) {
      return fail(ErrorCode::kInvalid, "split {} does not fit extent {} and {} outputs",
                  Shape(*given).text(), extent, outputs);
    }
    return *given;
  }
  const auto count = node.integer_or("num_outputs", static_cast<std::int64_t>(outputs));
  if (count < 1 || count != static_cast<std::int64_t>(outputs)) {
    return fail(ErrorCode::kInvalid, "num_outputs is {}, the node has {}", count, outputs);
  }
  const std::int64_t part = (extent + count - 1) / count;
  std::vector<std::int64_t> sizes;
  for (std::int64_t left = extent; sizes.size() < outputs; left -= sizes.back()) {
    sizes.push_back(std::min(part, left));
  }
  return sizes;
}

Result<std::vector<Datum>> split_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  ARETE_TRY_ASSIGN(const std::size_t axis,
                   tensor::normalize_axis(context.node().integer_or("axis", 0), x->shape().rank()));
  ARETE_TRY_ASSIGN(const auto given, integers_from(context, 1, "split"));
  ARETE_TRY_ASSIGN(const auto sizes,
                   split_sizes(context.node(), x->shape()[axis], context.output_count(), given));
  const std::vector<std::int64_t> strides = row_major_strides(x->shape());
  std::vector<Datum> parts;
  std::int64_t first = 0;
  for (const std::int64_t size : sizes) {
    Shape shape = x->shape();
    shape[axis] = size;
    ARETE_TRY_ASSIGN(Tensor part,
                     pick(*x, shape, strided_indices(shape, strides, first * strides[axis])));
    parts.push_back(datum(std::move(part)));
    first += size;
  }
  return parts;
}

Status split_rule(ShapeContext& context) {
  const ShapeFacts& x = context.input(0);
  const KnownIntegers given = integers_from(context, 1, "split");
  const std::size_t count = context.outputs().size();
  for (std::size_t i = 0; i < count; ++i) {
    context.set_output(i, x.dtype, std::nullopt);
  }
  if (!x.shape) {
    return {};
  }
  ARETE_TRY_ASSIGN(const std::size_t axis,
                   tensor::normalize_axis(context.node().integer_or("axis", 0), x.shape->size()));
  const Dim extent = (*x.shape)[axis];
  std::vector<Dim> sizes(count);
  if (extent.known() && (given.values || !given.given)) {
    ARETE_TRY_ASSIGN(const auto numbers,
                     split_sizes(context.node(), extent.size(), count, given.values));
    std::ranges::transform(numbers, sizes.begin(), [](std::int64_t n) { return Dim(n); });
  } else if (given.values && given.values->size() == count) {
    std::ranges::transform(*given.values, sizes.begin(), [](std::int64_t n) { return Dim(n); });
  }
  for (std::size_t i = 0; i < count; ++i) {
    SymbolicShape shape = *x.shape;
    shape[axis] = sizes[i];
    context.set_output(i, x.dtype, std::move(shape));
  }
  return {};
}

// --- Expand, Tile ---

Result<std::vector<Datum>> expand_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  ARETE_TRY_ASSIGN(const Tensor* wanted, context.input(1));
  ARETE_TRY_ASSIGN(auto dims, integers_of(*wanted));
  ARETE_TRY(tensor::checked_elements(dims));
  ARETE_TRY_ASSIGN(const Shape target, tensor::broadcast(x->shape(), Shape(std::move(dims))));
  ARETE_TRY_ASSIGN(Tensor out, expand_to(*x, target));
  return one(std::move(out));
}

Status expand_rule(ShapeContext& context) {
  const ShapeFacts& x = context.input(0);
  context.set_output(0, x.dtype, std::nullopt);
  const auto wanted = constant_integers(context, 1);
  if (!x.shape || (!wanted && !context.input(1).elements)) {
    return {};
  }
  SymbolicShape target;
  if (wanted) {
    ARETE_TRY(tensor::checked_elements(*wanted));
    target = symbolic(Shape(*wanted));
  } else {
    target = *context.input(1).elements;
  }
  ARETE_TRY_ASSIGN(auto shape, broadcast_symbolic(*x.shape, target));
  context.set_output(0, x.dtype, std::move(shape));
  return {};
}

Result<std::vector<Datum>> tile_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  ARETE_TRY_ASSIGN(const Tensor* counts, context.input(1));
  ARETE_TRY_ASSIGN(const auto repeats, integers_of(*counts));
  if (repeats.size() != x->shape().rank()) {
    return fail(ErrorCode::kInvalid, "{} repeats for rank {}", repeats.size(), x->shape().rank());
  }
  std::vector<std::int64_t> dims;
  for (std::size_t axis = 0; axis < repeats.size(); ++axis) {
    if (repeats[axis] < 0 || repeats[axis] > (std::int64_t{1} << 40)) {
      return fail(ErrorCode::kInvalid, "repeat {} cannot be taken", repeats[axis]);
    }
    dims.push_back(multiply(Dim(x->shape()[axis]), Dim(repeats[axis])).size());
  }
  ARETE_TRY(Tensor::allocate(x->dtype(), Shape(dims)));
  std::vector<std::vector<std::int64_t>> tables;
  for (std::size_t axis = 0; axis < dims.size(); ++axis) {
    tables.push_back(whole_axis(dims[axis]));
    for (std::int64_t& at : tables.back()) {
      at %= x->shape()[axis];
    }
  }
  ARETE_TRY_ASSIGN(Tensor out, pick(*x, Shape(dims), table_indices(x->shape(), tables)));
  return one(std::move(out));
}

Status tile_rule(ShapeContext& context) {
  const ShapeFacts& x = context.input(0);
  context.set_output(0, x.dtype, std::nullopt);
  if (!x.shape) {
    return {};
  }
  SymbolicShape shape = unknown_dims(x.shape->size());
  const auto& repeats = context.input(1).elements;
  if (repeats && repeats->size() == shape.size()) {
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
      shape[axis] = multiply((*x.shape)[axis], (*repeats)[axis]);
    }
  }
  context.set_output(0, x.dtype, std::move(shape));
  return {};
}

// --- DepthToSpace, SpaceToDepth: reshape, transpose, reshape ---

/// The three shapes and the order between them.
struct BlockMove {
  Shape split;
  std::vector<std::size_t> order;
  Shape out;
};

Result<BlockMove> block_move(const Node& node, const Shape& x) {
  const std::int64_t b = node.integer_or("blocksize", 0);
  if (x.rank() != 4 || b < 1 || b > 65536) {
    return fail(ErrorCode::kInvalid, "blocksize {} on shape {}", b, x.text());
  }
  const bool to_space = node.op_type == "DepthToSpace";
  if (to_space ? x[1] % (b * b) != 0 : (x[2] % b != 0 || x[3] % b != 0)) {
    return fail(ErrorCode::kInvalid, "blocksize {} does not divide {}", b, x.text());
  }
  const std::string mode = node.string_or("mode", "DCR");
  if (mode != "DCR" && mode != "CRD") {
    return fail(ErrorCode::kInvalid, "mode '{}' is neither DCR nor CRD", mode);
  }
  if (to_space) {
    const std::int64_t c = x[1] / (b * b);
    const Shape out{x[0], c, x[2] * b, x[3] * b};
    return mode == "DCR" ? BlockMove{{x[0], b, b, c, x[2], x[3]}, {0, 3, 4, 1, 5, 2}, out}
                         : BlockMove{{x[0], c, b, b, x[2], x[3]}, {0, 1, 4, 2, 5, 3}, out};
  }
  const Shape split{x[0], x[1], x[2] / b, b, x[3] / b, b};
  const Shape out{x[0], x[1] * b * b, x[2] / b, x[3] / b};
  return mode == "DCR" ? BlockMove{split, {0, 3, 5, 1, 2, 4}, out}
                       : BlockMove{split, {0, 1, 3, 5, 2, 4}, out};
}

Result<std::vector<Datum>> block_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  ARETE_TRY_ASSIGN(const BlockMove move, block_move(context.node(), x->shape()));
  ARETE_TRY_ASSIGN(const Tensor moved, permuted(x->reshaped(move.split), move.order));
  return one(moved.reshaped(move.out));
}

Status block_rule(ShapeContext& context) {
  const ShapeFacts& x = context.input(0);
  context.set_output(0, x.dtype, unknown_dims(4));
  if (!x.shape || x.shape->size() != 4) {
    return {};
  }
  // An unknown batch extent does not matter.
  SymbolicShape whole = *x.shape;
  whole[0] = Dim(std::int64_t{1});
  if (const auto shape = concrete(whole)) {
    ARETE_TRY_ASSIGN(const BlockMove move, block_move(context.node(), *shape));
    SymbolicShape out = symbolic(move.out);
    out[0] = (*x.shape)[0];
    context.set_output(0, x.dtype, std::move(out));
  }
  return {};
}

// --- ReverseSequence, Trilu ---

Result<std::vector<Datum>> reverse_sequence_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  ARETE_TRY_ASSIGN(const Tensor* lengths_tensor, context.input(1));
  ARETE_TRY_ASSIGN(const auto lengths, integers_of(*lengths_tensor));
  const std::size_t rank = x->shape().rank();
  ARETE_TRY_ASSIGN(const std::size_t batch_axis,
                   tensor::normalize_axis(context.node().integer_or("batch_axis", 1), rank));
  ARETE_TRY_ASSIGN(const std::size_t time_axis,
                   tensor::normalize_axis(context.node().integer_or("time_axis", 0), rank));
  if (std::cmp_not_equal(lengths.size(), x->shape()[batch_axis]) || batch_axis == time_axis) {
    return fail(ErrorCode::kInvalid, "{} lengths for shape {}", lengths.size(), x->shape().text());
  }
  const std::vector<std::int64_t> strides = row_major_strides(x->shape());
  std::vector<std::int64_t> from = strided_indices(x->shape(), strides);
  for (std::int64_t& at : from) {
    const std::int64_t batch = at / strides[batch_axis] % x->shape()[batch_axis];
    const std::int64_t time = at / strides[time_axis] % x->shape()[time_axis];
    const std::int64_t length = lengths[static_cast<std::size_t>(batch)];
    if (length < 0 || length > x->shape()[time_axis]) {
      return fail(ErrorCode::kInvalid, "length {} of sequence {} is out of range", length, batch);
    }
    if (time < length) {
      at += (length - 1 - 2 * time) * strides[time_axis];
    }
  }
  ARETE_TRY_ASSIGN(Tensor out, pick(*x, x->shape(), from));
  return one(std::move(out));
}

Result<std::vector<Datum>> trilu_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  const std::size_t rank = x->shape().rank();
  if (rank < 2) {
    return fail(ErrorCode::kInvalid, "rank {} is not a matrix", rank);
  }
  const bool upper = context.node().integer_or("upper", 1) != 0;
  std::int64_t k = 0;
  if (const Tensor* diagonal = context.optional_input(1)) {
    ARETE_TRY_ASSIGN(const auto values, integers_of(*diagonal));
    if (values.size() != 1) {
      return fail(ErrorCode::kInvalid, "k has {} elements", values.size());
    }
    k = std::clamp<std::int64_t>(values[0], -(std::int64_t{1} << 40), std::int64_t{1} << 40);
  }
  const std::int64_t rows = x->shape()[rank - 2];
  const std::int64_t columns = x->shape()[rank - 1];
  std::vector<std::int64_t> from = whole_axis(x->elements());
  for (std::int64_t& at : from) {
    const std::int64_t above = at % columns - at / columns % rows - k;
    if (upper ? above < 0 : above > 0) {
      at = -1;
    }
  }
  ARETE_TRY_ASSIGN(Tensor out, pick(*x, x->shape(), from));
  return one(std::move(out));
}

constexpr std::array kMovementRows = {
    Operator{"", "Transpose", 1, 1, 1, transpose_kernel, transpose_rule},
    Operator{"", "Split", 2, 1, 2, split_kernel, split_rule},
    Operator{"", "Expand", 8, 2, 2, expand_kernel, expand_rule},
    Operator{"", "Tile", 6, 2, 2, tile_kernel, tile_rule},
    Operator{"", "DepthToSpace", 1, 1, 1, block_kernel, block_rule},
    Operator{"", "SpaceToDepth", 1, 1, 1, block_kernel, block_rule},
    Operator{"", "ReverseSequence", 10, 2, 2, reverse_sequence_kernel, same_as_input},
    Operator{"", "Trilu", 14, 1, 2, trilu_kernel, same_as_input},
};

}  // namespace

std::span<const Operator> movement_family() { return kMovementRows; }

}  // namespace arete::model::operators
