// Gemm (alpha * A' * B' + beta * C) and Det.
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <utility>

#include "model/operators/broadcast.hpp"
#include "model/operators/matmul.hpp"

namespace arete::model::operators {
namespace {

using tensor::Shape;
using tensor::Tensor;

template <class T>
std::vector<T> matrix_turned(const T* source, std::int64_t rows, std::int64_t columns) {
  std::vector<T> turned(static_cast<std::size_t>(rows * columns));
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t column = 0; column < columns; ++column) {
      turned[static_cast<std::size_t>(column * rows + row)] = source[row * columns + column];
    }
  }
  return turned;
}

/// The matrix as it enters the product: a copy, turned if the attribute says so.
template <class T>
Result<std::vector<T>> gemm_side(const Tensor& tensor, bool turned) {
  ARETE_TRY_ASSIGN(const auto elements, ElementsAs<T>::of(tensor));
  if (turned) {
    return matrix_turned(elements.data(), tensor.shape()[0], tensor.shape()[1]);
  }
  return std::vector<T>(elements.begin(), elements.end());
}

template <class T>
Outputs gemm_real(KernelContext& context, const Tensor& a, const Tensor& b,
                  const MatmulGeometry& geometry) {
  const Node& node = context.node();
  ARETE_TRY_ASSIGN(const auto left, gemm_side<T>(a, node.integer_or("transA", 0) != 0));
  ARETE_TRY_ASSIGN(const auto right, gemm_side<T>(b, node.integer_or("transB", 0) != 0));
  std::vector<T> y(static_cast<std::size_t>(geometry.output.elements()));
  add_matmul<T>(geometry, left.data(), right.data(), y.data());
  const auto alpha = static_cast<T>(node.float_or("alpha", 1));
  for (T& value : y) {
    value *= alpha;
  }
  if (const Tensor* c = context.optional_input(2)) {
    ARETE_TRY_ASSIGN(const Shape shape, tensor::broadcast(c->shape(), geometry.output));
    ARETE_TRY(require_shape("the broadcast C", shape, geometry.output));
    ARETE_TRY_ASSIGN(const auto addend, ElementsAs<T>::of(*c));
    const auto beta = static_cast<T>(node.float_or("beta", 1));
    const auto strides = broadcast_strides(c->shape(), geometry.output);
    for_each_offset<1>(geometry.output, {strides}, [&](std::int64_t flat, std::int64_t at) {
      y[static_cast<std::size_t>(flat)] += beta * addend[at];
    });
  }
  return outputs_of(rounded_tensor<T>(a.dtype(), geometry.output, y));
}

/// Gaussian elimination with the largest pivot; destroys `m`.
double determinant(std::vector<double>& m, std::size_t n) {
  double product = 1;
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t pivot = k;
    for (std::size_t row = k + 1; row < n; ++row) {
      if (std::fabs(m[row * n + k]) > std::fabs(m[pivot * n + k])) {
        pivot = row;
      }
    }
    if (m[pivot * n + k] == 0) {
      return 0;
    }
    if (pivot != k) {
      product = -product;
      for (std::size_t column = 0; column < n; ++column) {
        std::swap(m[pivot * n + column], m[k * n + column]);
      }
    }
    product *= m[k * n + k];
    for (std::size_t row = k + 1; row < n; ++row) {
      const double factor = m[row * n + k] / m[k * n + k];
      for (std::size_t column = k; column < n; ++column) {
        m[row * n + column] -= factor * m[k * n + column];
      }
    }
  }
  return product;
}

}  // namespace

Outputs gemm_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* a, context.input(0));
  ARETE_TRY_ASSIGN(const Tensor* b, context.input(1));
  ARETE_TRY(require_rank("A", a->shape(), 2, 2));
  ARETE_TRY(require_rank("B", b->shape(), 2, 2));
  Shape left = a->shape();
  Shape right = b->shape();
  if (context.node().integer_or("transA", 0) != 0) {
    std::swap(left[0], left[1]);
  }
  if (context.node().integer_or("transB", 0) != 0) {
    std::swap(right[0], right[1]);
  }
  ARETE_TRY_ASSIGN(const MatmulGeometry geometry, matmul_geometry(left, right));
  if (tensor::is_integer(a->dtype())) {
    return gemm_real<double>(context, *a, *b, geometry);
  }
  return in_real_type(
      a->dtype(), [&](auto type) { return gemm_real<decltype(type)>(context, *a, *b, geometry); });
}

Status gemm_shape(ShapeContext& context) {
  const ShapeFacts& a = context.input(0);
  const ShapeFacts& b = context.input(1);
  context.set_output(0, a.dtype, std::nullopt);
  if (!a.shape || !b.shape) {
    return {};
  }
  if (a.shape->size() != 2 || b.shape->size() != 2) {
    return fail(ErrorCode::kInvalid, "{} and {} are not two matrices", text_of(*a.shape),
                text_of(*b.shape));
  }
  const std::size_t a_turned = context.node().integer_or("transA", 0) != 0 ? 1 : 0;
  const std::size_t b_turned = context.node().integer_or("transB", 0) != 0 ? 1 : 0;
  const Dim& left = (*a.shape)[1 - a_turned];
  const Dim& right = (*b.shape)[b_turned];
  if (left.known() && right.known() && left != right) {
    return fail(ErrorCode::kInvalid, "matrices {} and {} do not fit", text_of(*a.shape),
                text_of(*b.shape));
  }
  context.set_output(0, a.dtype, SymbolicShape{(*a.shape)[a_turned], (*b.shape)[1 - b_turned]});
  return {};
}

std::optional<std::int64_t> gemm_macs(const Node& node, std::span<const ShapeFacts> inputs,
                                      std::span<const ShapeFacts> outputs) {
  const std::size_t depth_axis = node.integer_or("transA", 0) != 0 ? 0 : 1;
  if (inputs.empty() || outputs.empty() || !inputs[0].shape || inputs[0].shape->size() != 2 ||
      !outputs[0].shape) {
    return std::nullopt;
  }
  const auto output = concrete(*outputs[0].shape);
  const Dim& depth = (*inputs[0].shape)[depth_axis];
  return output && depth.known() ? std::optional(output->elements() * depth.size()) : std::nullopt;
}

Outputs det_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Numbers x, numbers_input(context, 0));
  ARETE_TRY(require_rank("input", x.shape, 2, 64));
  const std::int64_t n = x.shape[x.rank() - 1];
  if (x.shape[x.rank() - 2] != n) {
    return fail(ErrorCode::kInvalid, "matrices of shape {} are not square", x.shape.text());
  }
  Shape shape(std::vector<std::int64_t>(x.shape.begin(), x.shape.end() - 2));
  ARETE_TRY_ASSIGN(Numbers y, zero_numbers(x.dtype, std::move(shape)));
  for (std::int64_t i = 0; i < y.size(); ++i) {
    std::vector<double> matrix(x.at.begin() + i * n * n, x.at.begin() + (i + 1) * n * n);
    y[i] = determinant(matrix, static_cast<std::size_t>(n));
  }
  return outputs_of(y.tensor());
}

}  // namespace arete::model::operators
