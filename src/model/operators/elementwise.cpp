// Arithmetic element by element: binary with broadcasting, unary, variadic.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "model/operators/broadcast.hpp"
#include "model/operators/dispatch.hpp"
#include "model/operators/families.hpp"
#include "model/operators/rules.hpp"

namespace arete::model::operators {
namespace {

using tensor::Shape;
using tensor::Tensor;

/// out[i] = op(a[i], b[i]) with broadcasting, in the compute type of T.
template <class T, class Op>
Result<Tensor> binary_typed(const Tensor& a, const Tensor& b, Op op) {
  ARETE_TRY_ASSIGN(const Shape shape, tensor::broadcast(a.shape(), b.shape()));
  ARETE_TRY_ASSIGN(Tensor out, Tensor::allocate(a.dtype(), shape));
  const auto left = a.data<T>();
  const auto right = b.data<T>();
  const auto result = out.mutable_data<T>();
  for_each_offset<2>(
      shape, {broadcast_strides(a.shape(), shape), broadcast_strides(b.shape(), shape)},
      [&](std::int64_t i, std::int64_t at_a, std::int64_t at_b) {
        result[static_cast<std::size_t>(i)] =
            store<T>(static_cast<ComputeType<T>>(op(load(left[static_cast<std::size_t>(at_a)]),
                                                    load(right[static_cast<std::size_t>(at_b)]))));
      });
  return out;
}

struct AddOp {
  template <class T>
  T operator()(T a, T b) const {
    return static_cast<T>(a + b);
  }
};

template <class Op>
Result<std::vector<Datum>> binary_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* a, context.input(0));
  ARETE_TRY_ASSIGN(const Tensor* b, context.input(1));
  if (a->dtype() != b->dtype()) {
    return fail(ErrorCode::kInvalid, "inputs of types {} and {}", tensor::name_of(a->dtype()),
                tensor::name_of(b->dtype()));
  }
  ARETE_TRY_ASSIGN(Tensor out, visit_numbers(a->dtype(), [&]<class T>(Type<T>) -> Result<Tensor> {
                     return binary_typed<T>(*a, *b, Op{});
                   }));
  return one(std::move(out));
}

constexpr std::array kRows = {
    Operator{"", "Add", 1, 2, 2, binary_kernel<AddOp>, broadcast_rule},
};

}  // namespace

std::span<const Operator> elementwise_family() { return kRows; }

}  // namespace arete::model::operators
