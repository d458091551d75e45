// Matrix products of ONNX Runtime's domain: turned and scaled, of dynamically quantized inputs, and
// with weights packed to a few bits in blocks.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "model/operators/broadcast.hpp"
#include "model/operators/contrib.hpp"
#include "model/operators/matmul.hpp"
#include "model/operators/quantization.hpp"
#include "model/operators/quantized_math.hpp"
#include "model/operators/rules.hpp"

namespace arete::model::operators {
namespace {

using tensor::DType;
using tensor::Shape;
using tensor::Tensor;

/// The last two axes swapped.
Result<Tensor> matrices_turned(const Tensor& x) {
  const std::size_t rank = x.shape().rank();
  std::vector<std::size_t> order(rank);
  for (std::size_t i = 0; i < rank; ++i) {
    order[i] = i;
  }
  if (rank >= 2) {
    std::swap(order[rank - 2], order[rank - 1]);
  }
  return permuted(x, order);
}

Status refuse_batch_turns(const Node& node) {
  if (node.integer_or("transBatchA", 0) != 0 || node.integer_or("transBatchB", 0) != 0) {
    return fail(ErrorCode::kUnsupported, "turned batches");
  }
  return {};
}

SymbolicShape shape_turned(SymbolicShape shape, bool turned) {
  if (turned && shape.size() >= 2) {
    std::swap(shape[shape.size() - 2], shape[shape.size() - 1]);
  }
  return shape;
}

/// Sums times a scale for all or one a column, plus a bias.
Outputs scaled_sums(const KernelContext& context, const MatmulGeometry& geometry,
                    const std::vector<std::uint32_t>& sums, double a_scale, std::size_t b_scale,
                    std::size_t bias) {
  ARETE_TRY_ASSIGN(const Numbers scales, numbers_input(context, b_scale));
  const std::int64_t columns = std::max<std::int64_t>(geometry.columns, 1);
  if (scales.size() != 1 && scales.size() != columns) {
    return fail(ErrorCode::kInvalid, "{} scales for {} columns", scales.size(), columns);
  }
  ARETE_TRY_ASSIGN(Numbers y, zero_numbers(DType::kF32, geometry.output));
  for (std::int64_t i = 0; i < y.size(); ++i) {
    y[i] = signed_sum(sums[static_cast<std::size_t>(i)]) * a_scale *
           scales[scales.size() == 1 ? 0 : i % columns];
  }
  if (context.has_input(bias)) {
    ARETE_TRY_ASSIGN(const Numbers addend, numbers_input(context, bias));
    ARETE_TRY(require_shape("bias", addend.shape, {columns}));
    for (std::int64_t i = 0; i < y.size(); ++i) {
      y[i] += addend[i % columns];
    }
  }
  return outputs_of(y.tensor());
}

Outputs integer_product(const KernelContext& context, const Tensor& a, const Tensor* a_zero,
                        const Tensor* b_zero, double a_scale, std::size_t b_scale,
                        std::size_t bias) {
  ARETE_TRY_ASSIGN(const Tensor* b, context.input(1));
  ARETE_TRY_ASSIGN(const MatmulGeometry geometry, matmul_geometry(a.shape(), b->shape()));
  ARETE_TRY_ASSIGN(const auto left, centered_integers(a, a_zero, 0));
  ARETE_TRY_ASSIGN(const auto right, centered_integers(*b, b_zero, b->shape().rank() - 1));
  std::vector<std::uint32_t> sums(static_cast<std::size_t>(geometry.output.elements()));
  add_matmul<std::uint32_t>(geometry, left.data(), right.data(), sums.data());
  return scaled_sums(context, geometry, sums, a_scale, b_scale, bias);
}

/// Weights [columns, blocks, bytes of a block] of `bits` each, low bits first.
struct PackedWeights {
  std::int64_t depth = 0;
  std::int64_t columns = 0;
  std::int64_t bits = 4;
  std::int64_t block = 32;
  std::int64_t blocks = 0;

  [[nodiscard]] std::int64_t block_bytes() const { return block * bits / 8; }
};

Result<PackedWeights> packed_weights(const Node& node) {
  PackedWeights w;
  w.depth = node.integer_or("K", 0);
  w.columns = node.integer_or("N", 0);
  w.bits = node.integer_or("bits", 4);
  w.block = node.integer_or("block_size", 32);
  constexpr std::int64_t kMost = std::int64_t{1} << 31;
  const bool fits = w.bits == 2 || w.bits == 4 || w.bits == 8;
  if (w.depth < 1 || w.columns < 1 || w.depth > kMost || w.columns > kMost || !fits ||
      w.block < 8 || w.block > 65536 || w.block % 8 != 0) {
    return fail(ErrorCode::kInvalid, "weights of {} x {} with {} bits in blocks of {}", w.depth,
                w.columns, w.bits, w.block);
  }
  w.blocks = (w.depth + w.block - 1) / w.block;
  return w;
}

std::int64_t packed_at(std::span<const std::byte> bytes, std::int64_t index, std::int64_t bits) {
  const std::int64_t at = index * bits;
  const auto byte = std::to_integer<std::int64_t>(bytes[static_cast<std::size_t>(at / 8)]);
  return byte >> (at % 8) & ((1 << bits) - 1);
}

/// Zero points by column and block: packed rows of bytes, plain numbers, or the middle.
Result<std::vector<double>> packed_zero_points(const KernelContext& context,
                                               const PackedWeights& w) {
  std::vector<double> zeros(static_cast<std::size_t>(w.columns * w.blocks),
                            static_cast<double>(std::int64_t{1} << (w.bits - 1)));
  const Tensor* given = context.optional_input(3);
  if (given == nullptr) {
    return zeros;
  }
  if (given->dtype() != DType::kU8) {
    ARETE_TRY_ASSIGN(const Numbers numbers, Numbers::of(*given));
    if (numbers.at.size() != zeros.size()) {
      return fail(ErrorCode::kInvalid, "{} zero points for {} blocks", numbers.size(),
                  zeros.size());
    }
    return numbers.at;
  }
  const std::int64_t row = (w.blocks * w.bits + 7) / 8;
  if (given->elements() != w.columns * row) {
    return fail(ErrorCode::kInvalid, "zero points of {} bytes where {} are needed",
                given->elements(), w.columns * row);
  }
  for (std::int64_t i = 0; i < w.columns * w.blocks; ++i) {
    const auto bytes = given->bytes().subspan(static_cast<std::size_t>(i / w.blocks * row),
                                              static_cast<std::size_t>(row));
    zeros[static_cast<std::size_t>(i)] =
        static_cast<double>(packed_at(bytes, i % w.blocks, w.bits));
  }
  return zeros;
}

/// The weights as [depth, columns].
Result<Tensor> unpacked_weights(const KernelContext& context, const PackedWeights& w) {
  ARETE_TRY_ASSIGN(const Tensor* packed, context.input(1));
  ARETE_TRY_ASSIGN(const Numbers scales, numbers_input(context, 2));
  ARETE_TRY_ASSIGN(const std::int64_t count, result_elements({w.columns, w.blocks, w.block}));
  if (packed->dtype() != DType::kU8 || packed->elements() != count * w.bits / 8 ||
      scales.size() != w.columns * w.blocks) {
    return fail(ErrorCode::kInvalid, "packed weights {} and {} scales do not fit {} blocks",
                packed->shape().text(), scales.size(), w.columns * w.blocks);
  }
  ARETE_TRY_ASSIGN(const auto zeros, packed_zero_points(context, w));
  std::vector<float> numbers(static_cast<std::size_t>(w.depth * w.columns));
  for (std::int64_t column = 0; column < w.columns; ++column) {
    for (std::int64_t k = 0; k < w.depth; ++k) {
      const std::int64_t at = column * w.blocks + k / w.block;
      const auto step =
          static_cast<double>(packed_at(packed->bytes(), column * w.blocks * w.block + k, w.bits));
      numbers[static_cast<std::size_t>(k * w.columns + column)] =
          static_cast<float>((step - zeros[static_cast<std::size_t>(at)]) * scales[at]);
    }
  }
  return Tensor::of<float>({w.depth, w.columns}, numbers);
}

}  // namespace

Outputs fused_matmul_kernel(KernelContext& context) {
  const Node& node = context.node();
  ARETE_TRY(refuse_batch_turns(node));
  ARETE_TRY_ASSIGN(const Tensor* a, context.input(0));
  ARETE_TRY_ASSIGN(const Tensor* b, context.input(1));
  Tensor left = *a;
  Tensor right = *b;
  if (node.integer_or("transA", 0) != 0) {
    ARETE_TRY_ASSIGN(left, matrices_turned(left));
  }
  if (node.integer_or("transB", 0) != 0) {
    ARETE_TRY_ASSIGN(right, matrices_turned(right));
  }
  ARETE_TRY_ASSIGN(const Tensor product, matmul_of(left, right));
  ARETE_TRY_ASSIGN(Numbers y, Numbers::of(product));
  const double alpha = node.float_or("alpha", 1);
  for (double& value : y.at) {
    value *= alpha;
  }
  return outputs_of(y.tensor());
}

Status fused_matmul_shape(ShapeContext& context) {
  const auto& a = context.input(0).shape;
  const auto& b = context.input(1).shape;
  context.set_output(0, context.input(0).dtype, std::nullopt);
  if (a && b) {
    const Node& node = context.node();
    ARETE_TRY_ASSIGN(auto shape,
                     matmul_output_shape(shape_turned(*a, node.integer_or("transA", 0) != 0),
                                         shape_turned(*b, node.integer_or("transB", 0) != 0)));
    context.set_output(0, context.input(0).dtype, std::move(shape));
  }
  return {};
}

Outputs dynamic_quantize_matmul_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* a, context.input(0));
  ARETE_TRY_ASSIGN(const DynamicallyQuantized left, dynamically_quantized(*a));
  const Tensor zero = Tensor::scalar<std::uint8_t>(left.zero_point);
  return integer_product(context, left.steps, &zero, context.optional_input(3), left.scale, 2, 4);
}

Outputs matmul_integer_to_float_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* a, context.input(0));
  ARETE_TRY_ASSIGN(const double a_scale, scalar_input(context, 2));
  return integer_product(context, *a, context.optional_input(4), context.optional_input(5), a_scale,
                         3, 6);
}

Status contrib_matmul_shape(ShapeContext& context) {
  ARETE_TRY_ASSIGN(auto shape, matmul_output_shape(context.input(0).shape, context.input(1).shape));
  context.set_output(0, DType::kF32, std::move(shape));
  return {};
}

Outputs matmul_nbits_kernel(KernelContext& context) {
  if (context.has_input(4)) {
    return fail(ErrorCode::kUnsupported, "MatMulNBits with a group index");
  }
  ARETE_TRY_ASSIGN(const Tensor* a, context.input(0));
  ARETE_TRY_ASSIGN(const PackedWeights packing, packed_weights(context.node()));
  ARETE_TRY_ASSIGN(const Tensor b, unpacked_weights(context, packing));
  ARETE_TRY_ASSIGN(const Tensor product, matmul_of(*a, b));
  if (!context.has_input(5)) {
    return outputs_of(product);
  }
  ARETE_TRY_ASSIGN(Numbers y, Numbers::of(product));
  ARETE_TRY_ASSIGN(const Numbers bias, numbers_input(context, 5));
  ARETE_TRY(require_shape("bias", bias.shape, {packing.columns}));
  for (std::int64_t i = 0; i < y.size(); ++i) {
    y[i] += bias[i % packing.columns];
  }
  return outputs_of(y.tensor());
}

Status matmul_nbits_shape(ShapeContext& context) {
  std::optional<SymbolicShape> shape = context.input(0).shape;
  ARETE_TRY_ASSIGN(const PackedWeights packing, packed_weights(context.node()));
  if (shape && !shape->empty()) {
    shape->back() = Dim(packing.columns);
  }
  context.set_output(0, context.input(0).dtype, std::move(shape));
  return {};
}

std::optional<std::int64_t> contrib_matmul_macs(const Node& node,
                                                std::span<const ShapeFacts> inputs,
                                                std::span<const ShapeFacts> outputs) {
  if (node.integer_or("transA", 0) != 0 && !outputs.empty()) {
    const auto y = elements_of(outputs[0].shape);
    const auto& a = inputs[0].shape;
    const bool known = y && a && a->size() >= 2 && (*a)[a->size() - 2].known();
    return known ? std::optional(*y * (*a)[a->size() - 2].size()) : std::nullopt;
  }
  return matmul_macs(inputs, outputs, 0);
}

}  // namespace arete::model::operators
