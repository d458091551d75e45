// The loops of element-by-element operators: unary, and binary with broadcasting. Internal to the
// families that use them.
// Threads: no state.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include "model/operators/broadcast.hpp"
#include "model/operators/dispatch.hpp"

namespace arete::model::operators {

/// out[i] = op(a[i], b[i]) with broadcasting. Elements are read as A and B and written as Out;
/// `op` works on their compute types.
template <class Out, class A, class B, class Op>
Result<tensor::Tensor> binary_loop(const tensor::Tensor& a, const tensor::Tensor& b,
                                   tensor::DType out_type, Op op) {
  ARETE_TRY_ASSIGN(const tensor::Shape shape, tensor::broadcast(a.shape(), b.shape()));
  ARETE_TRY_ASSIGN(tensor::Tensor out, tensor::Tensor::allocate(out_type, shape));
  const A* left = a.data<A>().data();
  const B* right = b.data<B>().data();
  Out* result = out.mutable_data<Out>().data();
  for_each_offset<2>(
      shape, {broadcast_strides(a.shape(), shape), broadcast_strides(b.shape(), shape)},
      [&](std::int64_t i, std::int64_t at_a, std::int64_t at_b) {
        result[i] =
            store<Out>(static_cast<ComputeType<Out>>(op(load(left[at_a]), load(right[at_b]))));
      });
  return out;
}

/// out[i] = op(x[i]), in the compute type of T; dtype and shape stay.
template <class T, class Op>
Result<tensor::Tensor> unary_loop(const tensor::Tensor& x, Op op) {
  ARETE_TRY_ASSIGN(tensor::Tensor out, tensor::Tensor::allocate(x.dtype(), x.shape()));
  std::ranges::transform(x.data<T>(), out.mutable_data<T>().begin(), [&](T value) {
    return store<T>(static_cast<ComputeType<T>>(op(load(value))));
  });
  return out;
}

/// The inputs of a binary operator, of one dtype.
struct Operands {
  const tensor::Tensor* a;
  const tensor::Tensor* b;
};
[[nodiscard]] inline Result<Operands> same_type_operands(const KernelContext& context) {
  ARETE_TRY_ASSIGN(const tensor::Tensor* a, context.input(0));
  ARETE_TRY_ASSIGN(const tensor::Tensor* b, context.input(1));
  if (a->dtype() != b->dtype()) {
    return fail(ErrorCode::kInvalid, "the inputs have different types, {} and {}",
                tensor::name_of(a->dtype()), tensor::name_of(b->dtype()));
  }
  return Operands{a, b};
}

/// Adds, subtracts or multiplies integers modulo their width, as hardware does.
template <class T, class Op>
T wrapping(T a, T b, Op op) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(op(static_cast<std::uint64_t>(a), static_cast<std::uint64_t>(b)));
  } else {
    return op(a, b);
  }
}

}  // namespace arete::model::operators
