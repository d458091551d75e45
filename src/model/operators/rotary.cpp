// RotaryEmbedding: pairs of a head's numbers are turned by an angle that grows with the position.
// SPDX-License-Identifier: Apache-2.0
#include "model/operators/attention.hpp"

namespace arete::model::operators {
namespace {

using tensor::Shape;

struct RotaryTables {
  Numbers cosine;
  Numbers sine;
  std::vector<std::int64_t> positions;  ///< empty: the tables are by batch and position already

  /// Row of the tables for a token.
  [[nodiscard]] Result<std::int64_t> row(std::int64_t token) const {
    if (positions.empty()) {
      return token;
    }
    const std::int64_t at = positions[static_cast<std::size_t>(token)];
    if (at < 0 || at >= cosine.shape[0]) {
      return fail(ErrorCode::kInvalid, "position {} is outside a table of {}", at, cosine.shape[0]);
    }
    return at;
  }
};

Result<RotaryTables> rotary_tables(const KernelContext& context, std::int64_t batch,
                                   std::int64_t length, std::int64_t half) {
  RotaryTables tables;
  ARETE_TRY_ASSIGN(tables.cosine, numbers_input(context, 1));
  ARETE_TRY_ASSIGN(tables.sine, numbers_input(context, 2));
  ARETE_TRY(require_shape("sin_cache", tables.sine.shape, tables.cosine.shape));
  if (context.has_input(3)) {
    ARETE_TRY_ASSIGN(tables.positions, integers_input(context, 3));
    ARETE_TRY(require_rank("cos_cache", tables.cosine.shape, 2, 2));
    if (static_cast<std::int64_t>(tables.positions.size()) != batch * length) {
      return fail(ErrorCode::kInvalid, "{} positions for {} tokens", tables.positions.size(),
                  batch * length);
    }
    return tables.cosine.shape[1] == half
               ? Result<RotaryTables>(std::move(tables))
               : fail(ErrorCode::kInvalid, "cos_cache has {} columns, {} are needed",
                      tables.cosine.shape[1], half);
  }
  ARETE_TRY(require_shape("cos_cache", tables.cosine.shape, {batch, length, half}));
  return tables;
}

}  // namespace

Outputs rotary_embedding_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(Numbers x, numbers_input(context, 0));
  const bool merged = x.rank() == 3;
  ARETE_TRY_ASSIGN(Numbers y,
                   split_heads(std::move(x), context.node().integer_or("num_heads", 0), "X"));
  const Shape shape = y.shape;
  const std::int64_t wanted = context.node().integer_or("rotary_embedding_dim", 0);
  const std::int64_t rotary = wanted == 0 ? shape[3] : wanted;
  if (rotary < 0 || rotary > shape[3] || rotary % 2 != 0) {
    return fail(ErrorCode::kInvalid, "cannot turn {} numbers of heads of {}", rotary, shape[3]);
  }
  const std::int64_t half = rotary / 2;
  ARETE_TRY_ASSIGN(const RotaryTables tables, rotary_tables(context, shape[0], shape[2], half));
  const bool interleaved = context.node().integer_or("interleaved", 0) != 0;
  for (std::int64_t row = 0; row < shape[0] * shape[1] * shape[2]; ++row) {
    const std::int64_t batch = row / shape[2] / shape[1];
    ARETE_TRY_ASSIGN(const std::int64_t at, tables.row(batch * shape[2] + row % shape[2]));
    double* head = y.at.data() + row * shape[3];
    for (std::int64_t i = 0; i < half; ++i) {
      double& real = head[interleaved ? 2 * i : i];
      double& imaginary = head[interleaved ? 2 * i + 1 : half + i];
      const double cosine = tables.cosine[at * half + i];
      const double sine = tables.sine[at * half + i];
      const double turned = cosine * real - sine * imaginary;
      imaginary = sine * real + cosine * imaginary;
      real = turned;
    }
  }
  return outputs_of(merged ? merged_heads(y).tensor() : y.tensor());
}

}  // namespace arete::model::operators
