// The family of matrix products: MatMul, MatMulInteger, QLinearMatMul, and its table.
// SPDX-License-Identifier: Apache-2.0
#include "model/operators/matmul.hpp"

#include <algorithm>
#include <array>

#include "model/operators/families.hpp"
#include "model/operators/panel_product.hpp"
#include "model/operators/quantized_math.hpp"
#include "model/operators/rules.hpp"

namespace arete::model::operators {
namespace {

using tensor::DType;
using tensor::Shape;
using tensor::Tensor;

/// Vectors become matrices: [k] is [1, k] on the left and [k, 1] on the right.
Shape as_matrices(const Shape& shape, bool left) {
  std::vector<std::int64_t> dims = shape.dims();
  if (dims.size() == 1) {
    dims.insert(left ? dims.begin() : dims.end(), 1);
  }
  return Shape(std::move(dims));
}

/// For each batch of the broadcast `whole`, the batch of `part` that it reads.
std::vector<std::int64_t> batch_sources(const Shape& part, const Shape& whole) {
  std::vector<std::int64_t> sources;
  std::vector<std::int64_t> position(whole.rank(), 0);
  const std::int64_t count = whole.elements();
  for (std::int64_t i = 0; i < count; ++i) {
    std::int64_t at = 0;
    for (std::size_t axis = 0; axis < part.rank(); ++axis) {
      const std::int64_t index = position[axis + whole.rank() - part.rank()];
      at = at * part[axis] + (part[axis] == 1 ? 0 : index);
    }
    sources.push_back(at);
    next_position(whole, position);
  }
  return sources;
}

template <class T>
Result<Tensor> real_matmul(const MatmulGeometry& geometry, const Tensor& a, const Tensor& b) {
  ARETE_TRY_ASSIGN(const auto left, ElementsAs<T>::of(a));
  ARETE_TRY_ASSIGN(const auto right, ElementsAs<T>::of(b));
  std::vector<T> y(static_cast<std::size_t>(geometry.output.elements()));
  add_matmul<T>(geometry, left.data(), right.data(), y.data());
  return rounded_tensor<T>(a.dtype(), geometry.output, y);
}

/// Integers as two's complement, so that overflow wraps as it does in every engine.
Result<Tensor> integer_matmul(const MatmulGeometry& geometry, const Tensor& a, const Tensor& b) {
  std::vector<std::uint64_t> left(static_cast<std::size_t>(a.elements()));
  std::vector<std::uint64_t> right(static_cast<std::size_t>(b.elements()));
  for (std::size_t i = 0; i < left.size(); ++i) {
    left[i] = static_cast<std::uint64_t>(a.integer_at(static_cast<std::int64_t>(i)));
  }
  for (std::size_t i = 0; i < right.size(); ++i) {
    right[i] = static_cast<std::uint64_t>(b.integer_at(static_cast<std::int64_t>(i)));
  }
  std::vector<std::uint64_t> y(static_cast<std::size_t>(geometry.output.elements()));
  add_matmul<std::uint64_t>(geometry, left.data(), right.data(), y.data());
  ARETE_TRY_ASSIGN(Tensor out, Tensor::allocate(a.dtype(), geometry.output));
  const std::size_t width = tensor::bytes_of(a.dtype(), 1);
  const auto bytes = out.mutable_bytes();
  for (std::size_t i = 0; i < y.size(); ++i) {
    for (std::size_t byte = 0; byte < width; ++byte) {
      bytes[i * width + byte] = static_cast<std::byte>(y[i] >> (8 * byte));
    }
  }
  return out;
}

Status matmul_shape(ShapeContext& context) {
  ARETE_TRY_ASSIGN(auto shape, matmul_output_shape(context.input(0).shape, context.input(1).shape));
  context.set_output(0, context.input(0).dtype, std::move(shape));
  return {};
}

Status matmul_integer_shape(ShapeContext& context) {
  ARETE_TRY(matmul_shape(context));
  context.outputs()[0].dtype = DType::kI32;
  return {};
}

Status qlinear_matmul_shape(ShapeContext& context) {
  ARETE_TRY_ASSIGN(auto shape, matmul_output_shape(context.input(0).shape, context.input(3).shape));
  context.set_output(0, context.input(7).dtype, std::move(shape));
  return {};
}

Status det_shape(ShapeContext& context) {
  const ShapeFacts& x = context.input(0);
  std::optional<SymbolicShape> shape = x.shape;
  if (shape && shape->size() < 2) {
    return fail(ErrorCode::kInvalid, "{} is no matrix", text_of(*shape));
  }
  if (shape) {
    shape->resize(shape->size() - 2);
  }
  context.set_output(0, x.dtype, std::move(shape));
  return {};
}

std::optional<std::int64_t> plain_matmul_macs(const Node&, std::span<const ShapeFacts> inputs,
                                              std::span<const ShapeFacts> outputs) {
  return matmul_macs(inputs, outputs, 0);
}

}  // namespace

Result<MatmulGeometry> matmul_geometry(const Shape& a, const Shape& b) {
  ARETE_TRY(require_rank("left side", a, 1, 64));
  ARETE_TRY(require_rank("right side", b, 1, 64));
  const Shape left = as_matrices(a, true);
  const Shape right = as_matrices(b, false);
  MatmulGeometry geometry{.rows = left[left.rank() - 2],
                          .depth = left[left.rank() - 1],
                          .columns = right[right.rank() - 1],
                          .a_batches = {},
                          .b_batches = {},
                          .output = {}};
  if (geometry.depth != right[right.rank() - 2]) {
    return fail(ErrorCode::kInvalid, "matrices {} and {} do not fit", a.text(), b.text());
  }
  const Shape a_batch(std::vector<std::int64_t>(left.begin(), left.end() - 2));
  const Shape b_batch(std::vector<std::int64_t>(right.begin(), right.end() - 2));
  ARETE_TRY_ASSIGN(const Shape batch, tensor::broadcast(a_batch, b_batch));
  std::vector<std::int64_t> dims = batch.dims();
  if (a.rank() > 1) {
    dims.push_back(geometry.rows);
  }
  if (b.rank() > 1) {
    dims.push_back(geometry.columns);
  }
  geometry.output = Shape(std::move(dims));
  ARETE_TRY(result_elements(geometry.output));
  ARETE_TRY(result_elements(batch));
  geometry.a_batches = batch_sources(a_batch, batch);
  geometry.b_batches = batch_sources(b_batch, batch);
  return geometry;
}

template <class T>
void add_matmul(const MatmulGeometry& g, const T* a, const T* b, T* y) {
  for (std::size_t i = 0; i < g.a_batches.size(); ++i) {
    add_matrix_product(
        a + g.a_batches[i] * g.rows * g.depth, b + g.b_batches[i] * g.depth * g.columns,
        y + static_cast<std::int64_t>(i) * g.rows * g.columns, g.rows, g.depth, g.columns);
  }
}
template void add_matmul<float>(const MatmulGeometry&, const float*, const float*, float*);
template void add_matmul<double>(const MatmulGeometry&, const double*, const double*, double*);
template void add_matmul<std::uint32_t>(const MatmulGeometry&, const std::uint32_t*,
                                        const std::uint32_t*, std::uint32_t*);
template void add_matmul<std::uint64_t>(const MatmulGeometry&, const std::uint64_t*,
                                        const std::uint64_t*, std::uint64_t*);

Result<Tensor> matmul_of(const Tensor& a, const Tensor& b) {
  ARETE_TRY_ASSIGN(const MatmulGeometry geometry, matmul_geometry(a.shape(), b.shape()));
  if (tensor::is_integer(a.dtype()) && tensor::is_integer(b.dtype()) &&
      !tensor::is_packed(a.dtype()) && !tensor::is_packed(b.dtype())) {
    return integer_matmul(geometry, a, b);
  }
  return a.dtype() == DType::kF64 ? real_matmul<double>(geometry, a, b)
                                  : real_matmul<float>(geometry, a, b);
}

Outputs matmul_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* a, context.input(0));
  ARETE_TRY_ASSIGN(const Tensor* b, context.input(1));
  return outputs_of(matmul_of(*a, *b));
}

Outputs matmul_integer_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* a, context.input(0));
  ARETE_TRY_ASSIGN(const Tensor* b, context.input(1));
  ARETE_TRY_ASSIGN(const MatmulGeometry geometry, matmul_geometry(a->shape(), b->shape()));
  const std::size_t a_axis = a->shape().rank() > 1 ? a->shape().rank() - 2 : 0;
  ARETE_TRY_ASSIGN(const auto left, centered_integers(*a, context.optional_input(2), a_axis));
  ARETE_TRY_ASSIGN(const auto right,
                   centered_integers(*b, context.optional_input(3), b->shape().rank() - 1));
  ARETE_TRY_ASSIGN(Tensor y, Tensor::allocate(DType::kI32, geometry.output));
  std::vector<std::uint32_t> sums(static_cast<std::size_t>(y.elements()));
  add_matmul<std::uint32_t>(geometry, left.data(), right.data(), sums.data());
  std::ranges::transform(sums, y.mutable_data<std::int32_t>().begin(), signed_sum);
  return outputs_of(std::move(y));
}

Outputs qlinear_matmul_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* a, context.input(0));
  ARETE_TRY_ASSIGN(const Tensor* b, context.input(3));
  ARETE_TRY_ASSIGN(const MatmulGeometry geometry, matmul_geometry(a->shape(), b->shape()));
  const std::size_t a_axis = a->shape().rank() > 1 ? a->shape().rank() - 2 : 0;
  ARETE_TRY_ASSIGN(const auto left, centered_integers(*a, context.optional_input(2), a_axis));
  ARETE_TRY_ASSIGN(const auto right,
                   centered_integers(*b, context.optional_input(5), b->shape().rank() - 1));
  ARETE_TRY_ASSIGN(const Requantization requantize,
                   requantization(context, 1, 4, 6, 7, geometry.columns));
  std::vector<std::uint32_t> sums(static_cast<std::size_t>(geometry.output.elements()));
  add_matmul<std::uint32_t>(geometry, left.data(), right.data(), sums.data());
  std::vector<std::int64_t> steps(sums.size());
  for (std::size_t i = 0; i < sums.size(); ++i) {
    steps[i] = requantize(signed_sum(sums[i]), static_cast<std::int64_t>(i) % geometry.columns);
  }
  return outputs_of(rounded_tensor<std::int64_t>(requantize.stored, geometry.output, steps));
}

Result<std::optional<SymbolicShape>> matmul_output_shape(const std::optional<SymbolicShape>& a,
                                                         const std::optional<SymbolicShape>& b) {
  if (!a || !b) {
    return std::optional<SymbolicShape>();
  }
  if (a->empty() || b->empty()) {
    return fail(ErrorCode::kInvalid, "a scalar is no matrix");
  }
  const Dim& left = a->back();
  const Dim& right = b->size() > 1 ? (*b)[b->size() - 2] : b->back();
  if (left.known() && right.known() && left != right) {
    return fail(ErrorCode::kInvalid, "matrices {} and {} do not fit", text_of(*a), text_of(*b));
  }
  const auto batch_of = [](const SymbolicShape& shape) {
    return shape.size() > 2 ? SymbolicShape(shape.begin(), shape.end() - 2) : SymbolicShape();
  };
  ARETE_TRY_ASSIGN(SymbolicShape output, broadcast_symbolic(batch_of(*a), batch_of(*b)));
  if (a->size() > 1) {
    output.push_back((*a)[a->size() - 2]);
  }
  if (b->size() > 1) {
    output.push_back(b->back());
  }
  return std::optional(std::move(output));
}

std::optional<std::int64_t> matmul_macs(std::span<const ShapeFacts> inputs,
                                        std::span<const ShapeFacts> outputs, std::size_t a) {
  if (inputs.size() <= a || outputs.empty() || !inputs[a].shape || inputs[a].shape->empty() ||
      !inputs[a].shape->back().known()) {
    return std::nullopt;
  }
  const auto y = elements_of(outputs[0].shape);
  return y ? std::optional(*y * inputs[a].shape->back().size()) : std::nullopt;
}

std::span<const Operator> matmul_family() {
  static constexpr std::array kRows = {
      Operator{"", "Det", 11, 1, 1, det_kernel, det_shape},
      Operator{"", "Einsum", 12, 1, kVariadic, einsum_kernel, einsum_shape, einsum_macs},
      Operator{"", "Gemm", 7, 2, 3, gemm_kernel, gemm_shape, gemm_macs},
      Operator{"", "MatMul", 1, 2, 2, matmul_kernel, matmul_shape, plain_matmul_macs},
      Operator{"", "MatMulInteger", 10, 2, 4, matmul_integer_kernel, matmul_integer_shape,
               plain_matmul_macs},
      Operator{"", "QLinearMatMul", 10, 8, 8, qlinear_matmul_kernel, qlinear_matmul_shape,
               plain_matmul_macs},
  };
  return kRows;
}

}  // namespace arete::model::operators
