// SPDX-License-Identifier: Apache-2.0
#include "model/operators/rules.hpp"

#include <algorithm>

#include "model/operators/dispatch.hpp"

namespace arete::model::operators {

using tensor::DType;

Status same_as_input(ShapeContext& context) {
  context.set_output(0, context.input(0).dtype, context.input(0).shape);
  return {};
}

Status all_same_as_input(ShapeContext& context) {
  for (std::size_t i = 0; i < context.outputs().size(); ++i) {
    context.set_output(i, context.input(0).dtype, context.input(0).shape);
  }
  return {};
}

Status bool_of_input(ShapeContext& context) {
  context.set_output(0, DType::kBool, context.input(0).shape);
  return {};
}

Status broadcast_rule(ShapeContext& context) {
  ARETE_TRY_ASSIGN(auto shape, broadcast_inputs(context, 0, context.input_count()));
  context.set_output(0, context.input(0).dtype, std::move(shape));
  return {};
}

Status broadcast_to_bool(ShapeContext& context) {
  ARETE_TRY_ASSIGN(auto shape, broadcast_inputs(context, 0, context.input_count()));
  context.set_output(0, DType::kBool, std::move(shape));
  return {};
}

Status dtype_only(ShapeContext& context) {
  context.set_output(0, context.input(0).dtype, std::nullopt);
  return {};
}

Result<SymbolicShape> broadcast_symbolic(const SymbolicShape& a, const SymbolicShape& b) {
  const std::size_t rank = std::max(a.size(), b.size());
  SymbolicShape joined(rank);
  const Dim single(std::int64_t{1});
  for (std::size_t i = 0; i < rank; ++i) {
    const Dim& from_a = i < a.size() ? a[a.size() - 1 - i] : single;
    const Dim& from_b = i < b.size() ? b[b.size() - 1 - i] : single;
    Dim& out = joined[rank - 1 - i];
    if (from_a == single || from_a == from_b) {
      out = from_b;
    } else if (from_b == single) {
      out = from_a;
    } else if (from_a.known() && from_b.known()) {
      return fail(ErrorCode::kInvalid, "shapes {} and {} do not broadcast", text_of(a), text_of(b));
    } else if (from_a.known() || from_b.known()) {
      out = from_a.known() ? from_a : from_b;  // the other is 1 or the same
    }
  }
  return joined;
}

Result<std::optional<SymbolicShape>> broadcast_inputs(const ShapeContext& context,
                                                      std::size_t first, std::size_t last) {
  SymbolicShape joined;
  for (std::size_t i = first; i < last; ++i) {
    if (!context.has_input(i)) {
      continue;
    }
    if (!context.input(i).shape) {
      return std::optional<SymbolicShape>();
    }
    ARETE_TRY_ASSIGN(joined, broadcast_symbolic(joined, *context.input(i).shape));
  }
  return std::optional(std::move(joined));
}

Dim add(const Dim& a, const Dim& b) {
  if (a.known() && b.known()) {
    return Dim(a.size() + b.size());
  }
  if (a.known() && a.size() == 0) {
    return b;
  }
  return b.known() && b.size() == 0 ? a : Dim();
}

Dim multiply(const Dim& a, const Dim& b) {
  if (a.known() && b.known()) {
    std::int64_t result = 0;
    return __builtin_mul_overflow(a.size(), b.size(), &result) ? Dim() : Dim(result);
  }
  if (a.known() && a.size() == 1) {
    return b;
  }
  return b.known() && b.size() == 1 ? a : Dim();
}

Dim product(std::span<const Dim> dims) {
  Dim result(std::int64_t{1});
  for (const Dim& dim : dims) {
    result = multiply(result, dim);
  }
  return result;
}

std::optional<std::int64_t> elements_of(const std::optional<SymbolicShape>& shape) {
  if (!shape) {
    return std::nullopt;
  }
  const Dim count = product(*shape);
  return count.known() ? std::optional(count.size()) : std::nullopt;
}

Result<Dim> merge(const Dim& a, const Dim& b) {
  if (a.known() && b.known() && a.size() != b.size()) {
    return fail(ErrorCode::kInvalid, "extent {} contradicts {}", a.size(), b.size());
  }
  if (a.known() || (!a.symbol().empty() && !b.known())) {
    return a;
  }
  return b;
}

std::optional<SymbolicShape> common(const std::optional<SymbolicShape>& a,
                                    const std::optional<SymbolicShape>& b) {
  if (!a || !b || a->size() != b->size()) {
    return std::nullopt;
  }
  SymbolicShape shared(a->size());
  for (std::size_t i = 0; i < a->size(); ++i) {
    if ((*a)[i] == (*b)[i]) {
      shared[i] = (*a)[i];
    }
  }
  return shared;
}

std::optional<std::vector<std::int64_t>> constant_integers(const ShapeContext& context,
                                                           std::size_t input) {
  const tensor::Tensor* constant = context.input(input).constant;
  if (constant == nullptr) {
    return std::nullopt;
  }
  auto values = integers_of(*constant);
  return values ? std::optional(std::move(*values)) : std::nullopt;
}

KnownIntegers integers_from(const ShapeContext& context, std::size_t input,
                            std::string_view attribute) {
  if (const auto* values = context.node().attribute<std::vector<std::int64_t>>(attribute)) {
    return {true, *values};
  }
  return {context.has_input(input), constant_integers(context, input)};
}

SymbolicShape unknown_dims(std::size_t rank) { return SymbolicShape(rank); }

}  // namespace arete::model::operators
