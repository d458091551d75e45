// The family of attention: Attention (scaled dot product, with masks, caches and windows), and the
// table that also holds RotaryEmbedding and LinearAttention (rotary.cpp, linear_attention.cpp).
// SPDX-License-Identifier: Apache-2.0
#include "model/operators/attention.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "model/operators/families.hpp"
#include "model/operators/rules.hpp"

namespace arete::model::operators {
namespace {

using tensor::DType;
using tensor::Shape;
using tensor::Tensor;

constexpr double kMasked = -std::numeric_limits<double>::infinity();

struct AttentionProblem {
  Numbers q;  ///< [batch, q heads, q length, size]
  Numbers k;  ///< [batch, kv heads, total, size], past included
  Numbers v;  ///< [batch, kv heads, total, v size]
  std::int64_t past = 0;
  std::vector<std::int64_t> valid;  ///< keys that count, by batch; empty = all
  bool causal = false;
  std::int64_t left = -1;
  std::int64_t right = -1;
  double softcap = 0;
  double scale = 1;
  std::int64_t score_mode = 0;
  Numbers mask;  ///< added to the scores; rank 4, extents 1 or full
  bool masked = false;

  [[nodiscard]] std::int64_t total() const { return k.shape[2]; }
};

/// Past and new keys (or values) along the length.
Result<Numbers> with_past(const KernelContext& context, std::size_t input, Numbers fresh) {
  if (!context.has_input(input)) {
    return fresh;
  }
  ARETE_TRY_ASSIGN(const Numbers past, numbers_input(context, input));
  ARETE_TRY(require_rank("past", past.shape, 4, 4));
  Shape shape = fresh.shape;
  shape[2] = past.shape[2];
  ARETE_TRY(require_shape("past", past.shape, shape));
  shape[2] += fresh.shape[2];
  ARETE_TRY_ASSIGN(Numbers all, zero_numbers(fresh.dtype, shape));
  const std::int64_t old_part = past.shape[2] * past.shape[3];
  const std::int64_t new_part = fresh.shape[2] * fresh.shape[3];
  for (std::int64_t head = 0; head < shape[0] * shape[1]; ++head) {
    auto out = all.at.begin() + head * (old_part + new_part);
    std::copy_n(past.at.begin() + head * old_part, old_part, out);
    std::copy_n(fresh.at.begin() + head * new_part, new_part, out + old_part);
  }
  return all;
}

/// The mask as numbers to add, its rank filled up to 4; a short last axis stays short.
Status read_mask(const KernelContext& context, AttentionProblem& p) {
  const Tensor* given = context.optional_input(3);
  if (given == nullptr) {
    return {};
  }
  ARETE_TRY_ASSIGN(p.mask, Numbers::of(*given));
  ARETE_TRY(require_rank("attn_mask", p.mask.shape, 1, 4));
  std::vector<std::int64_t> dims = p.mask.shape.dims();
  dims.insert(dims.begin(), 4 - dims.size(), 1);
  p.mask.shape = Shape(dims);
  const Shape whole = {p.q.shape[0], p.q.shape[1], p.q.shape[2], p.total()};
  for (std::size_t axis = 0; axis < 4; ++axis) {
    const bool shorter = axis == 3 && dims[axis] <= whole[axis];
    if (dims[axis] != 1 && dims[axis] != whole[axis] && !shorter) {
      return fail(ErrorCode::kInvalid, "attn_mask {} does not fit scores {}", p.mask.shape.text(),
                  whole.text());
    }
  }
  if (given->dtype() == DType::kBool) {
    for (double& value : p.mask.at) {
      value = value != 0 ? 0 : kMasked;
    }
  }
  p.masked = true;
  return {};
}

/// What is added to the score of query i and key j.
double score_bias(const AttentionProblem& p, std::int64_t batch, std::int64_t head, std::int64_t i,
                  std::int64_t j) {
  std::int64_t offset = p.past;
  if (!p.valid.empty()) {
    const std::int64_t valid = p.valid[static_cast<std::size_t>(batch)];
    if (j >= valid) {
      return kMasked;
    }
    offset = valid - p.q.shape[2];
  }
  const std::int64_t position = i + offset;
  if ((p.causal && j > position) || (p.left >= 0 && j < position - p.left) ||
      (p.right >= 0 && j > position + p.right)) {
    return kMasked;
  }
  if (!p.masked) {
    return 0;
  }
  const Shape& m = p.mask.shape;
  if (m[3] != 1 && j >= m[3]) {
    return kMasked;
  }
  const auto at = [](std::int64_t index, std::int64_t extent) { return extent == 1 ? 0 : index; };
  return p
      .mask[((at(batch, m[0]) * m[1] + at(head, m[1])) * m[2] + at(i, m[2])) * m[3] + at(j, m[3])];
}

/// Softmax of one row; a row without any key becomes zeros.
void softmax_row(std::span<double> row) {
  const double highest = row.empty() ? kMasked : std::ranges::max(row);
  double sum = 0;
  for (double& value : row) {
    value = highest == kMasked ? 0 : std::exp(value - highest);
    sum += value;
  }
  for (double& value : row) {
    value = sum > 0 ? value / sum : 0;
  }
}

/// One query of one head: fills y and, at the wished stage, the scores for the fourth output.
void attend(const AttentionProblem& p, std::int64_t batch, std::int64_t head, std::int64_t i,
            Numbers& y, Numbers* scores) {
  const std::int64_t kv_head = head / (p.q.shape[1] / p.k.shape[1]);
  const std::int64_t size = p.q.shape[3];
  const std::int64_t v_size = p.v.shape[3];
  const std::int64_t total = p.total();
  const std::int64_t query = (batch * p.q.shape[1] + head) * p.q.shape[2] + i;
  const std::int64_t keys = (batch * p.k.shape[1] + kv_head) * total;
  std::vector<double> row(static_cast<std::size_t>(total));
  const auto keep = [&](std::int64_t stage) {
    if (scores != nullptr && p.score_mode == stage) {
      std::ranges::copy(row, scores->at.begin() + query * total);
    }
  };
  for (std::int64_t j = 0; j < total; ++j) {
    double sum = 0;
    for (std::int64_t d = 0; d < size; ++d) {
      sum += p.q[query * size + d] * p.k[(keys + j) * size + d];
    }
    row[static_cast<std::size_t>(j)] = sum * p.scale;
  }
  keep(0);
  for (double& value : row) {
    value = p.softcap > 0 ? p.softcap * std::tanh(value / p.softcap) : value;
  }
  keep(1);
  for (std::int64_t j = 0; j < total; ++j) {
    row[static_cast<std::size_t>(j)] += score_bias(p, batch, head, i, j);
  }
  keep(2);
  softmax_row(row);
  keep(3);
  for (std::int64_t j = 0; j < total; ++j) {
    const double share = row[static_cast<std::size_t>(j)];
    for (std::int64_t d = 0; share != 0 && d < v_size; ++d) {
      y[query * v_size + d] += share * p.v[(keys + j) * v_size + d];
    }
  }
}

Status check_attention(const AttentionProblem& p) {
  const Shape& q = p.q.shape;
  const Shape& k = p.k.shape;
  const Shape& v = p.v.shape;
  if (k[0] != q[0] || v[0] != q[0] || k[3] != q[3] || v[1] != k[1] || v[2] != k[2] || k[1] < 1 ||
      q[1] % k[1] != 0) {
    return fail(ErrorCode::kInvalid, "heads Q {}, K {} and V {} do not fit", q.text(), k.text(),
                v.text());
  }
  if (!p.valid.empty() && static_cast<std::int64_t>(p.valid.size()) != q[0]) {
    return fail(ErrorCode::kInvalid, "{} key lengths for a batch of {}", p.valid.size(), q[0]);
  }
  return {};
}

Result<AttentionProblem> read_attention(const KernelContext& context) {
  const Node& node = context.node();
  AttentionProblem p;
  ARETE_TRY_ASSIGN(Numbers q, numbers_input(context, 0));
  ARETE_TRY_ASSIGN(Numbers k, numbers_input(context, 1));
  ARETE_TRY_ASSIGN(Numbers v, numbers_input(context, 2));
  const std::int64_t kv_heads = node.integer_or("kv_num_heads", 0);
  ARETE_TRY_ASSIGN(p.q, split_heads(std::move(q), node.integer_or("q_num_heads", 0), "Q"));
  ARETE_TRY_ASSIGN(k, split_heads(std::move(k), kv_heads, "K"));
  ARETE_TRY_ASSIGN(v, split_heads(std::move(v), kv_heads, "V"));
  ARETE_TRY_ASSIGN(p.k, with_past(context, 4, k));
  ARETE_TRY_ASSIGN(p.v, with_past(context, 5, std::move(v)));
  p.past = p.k.shape[2] - k.shape[2];
  if (context.has_input(6)) {
    ARETE_TRY_ASSIGN(p.valid, integers_input(context, 6));
  }
  p.causal = node.integer_or("is_causal", 0) != 0;
  p.left = node.integer_or("left_window_size", -1);
  p.right = node.integer_or("right_window_size", -1);
  p.softcap = node.float_or("softcap", 0);
  p.score_mode = node.integer_or("qk_matmul_output_mode", 0);
  const double size = static_cast<double>(std::max<std::int64_t>(p.q.shape[3], 1));
  p.scale = node.float_or("scale", 0);
  p.scale = p.scale == 0 ? 1 / std::sqrt(size) : p.scale;
  ARETE_TRY(check_attention(p));
  ARETE_TRY(read_mask(context, p));
  return p;
}

Outputs attention_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* q, context.input(0));
  ARETE_TRY_ASSIGN(const AttentionProblem p, read_attention(context));
  const Shape& shape = p.q.shape;
  ARETE_TRY_ASSIGN(Numbers y,
                   zero_numbers(p.q.dtype, {shape[0], shape[1], shape[2], p.v.shape[3]}));
  Numbers scores;
  if (context.wants_output(3)) {
    ARETE_TRY_ASSIGN(scores, zero_numbers(p.q.dtype, {shape[0], shape[1], shape[2], p.total()}));
  }
  for (std::int64_t batch = 0; batch < shape[0]; ++batch) {
    for (std::int64_t head = 0; head < shape[1]; ++head) {
      for (std::int64_t i = 0; i < shape[2]; ++i) {
        attend(p, batch, head, i, y, context.wants_output(3) ? &scores : nullptr);
      }
    }
  }
  if (q->shape().rank() == 3) {
    y = merged_heads(y);
  }
  std::vector<Result<Tensor>> outputs;
  outputs.push_back(y.tensor());
  if (context.output_count() > 1) {
    outputs.push_back(p.k.tensor());
    outputs.push_back(p.v.tensor());
  }
  if (context.wants_output(3)) {
    outputs.push_back(scores.tensor());
  }
  return outputs_of(std::move(outputs));
}

/// Extents as heads: [batch, heads, length, size] from either layout; unknown where not known.
std::optional<SymbolicShape> head_extents(const ShapeFacts& x, std::int64_t heads) {
  if (!x.shape || (x.shape->size() != 3 && x.shape->size() != 4)) {
    return std::nullopt;
  }
  if (x.shape->size() == 4) {
    return x.shape;
  }
  const Dim& hidden = (*x.shape)[2];
  return SymbolicShape{(*x.shape)[0], heads > 0 ? Dim(heads) : Dim(), (*x.shape)[1],
                       hidden.known() && heads > 0 ? Dim(hidden.size() / heads) : Dim()};
}

Status attention_shape(ShapeContext& context) {
  const Node& node = context.node();
  const auto q = head_extents(context.input(0), node.integer_or("q_num_heads", 0));
  auto k = head_extents(context.input(1), node.integer_or("kv_num_heads", 0));
  auto v = head_extents(context.input(2), node.integer_or("kv_num_heads", 0));
  const DType dtype = context.input(0).dtype;
  for (std::size_t i = 0; i < 4; ++i) {
    context.set_output(i, i == 2 ? context.input(2).dtype : dtype, std::nullopt);
  }
  if (!q || !k || !v) {
    return {};
  }
  const auto& past = context.input(4).shape;
  if (context.has_input(4)) {
    const Dim total = past && past->size() == 4 ? add((*past)[2], (*k)[2]) : Dim();
    (*k)[2] = total;
    (*v)[2] = total;
  }
  const bool merged = context.input(0).shape->size() == 3;
  const Dim v_size = (*v)[3];
  context.set_output(0, dtype,
                     merged ? SymbolicShape{(*q)[0], (*q)[2], multiply((*q)[1], v_size)}
                            : SymbolicShape{(*q)[0], (*q)[1], (*q)[2], v_size});
  context.set_output(3, dtype, SymbolicShape{(*q)[0], (*q)[1], (*q)[2], (*k)[2]});
  context.set_output(1, dtype, std::move(k));
  context.set_output(2, context.input(2).dtype, std::move(v));
  return {};
}

/// Queries times keys, and shares times values.
std::optional<std::int64_t> attention_macs(const Node& node, std::span<const ShapeFacts> inputs,
                                           std::span<const ShapeFacts> outputs) {
  if (inputs.size() < 3 || outputs.empty()) {
    return std::nullopt;
  }
  const auto q = elements_of(inputs[0].shape);
  const auto y = elements_of(outputs[0].shape);
  const auto k = head_extents(inputs[1], node.integer_or("kv_num_heads", 0));
  Dim total = k ? (*k)[2] : Dim();
  if (inputs.size() > 4 && inputs[4].present && inputs[4].shape && inputs[4].shape->size() == 4) {
    total = add(total, (*inputs[4].shape)[2]);
  }
  return q && y && total.known() ? std::optional((*q + *y) * total.size()) : std::nullopt;
}

}  // namespace

Result<Numbers> split_heads(Numbers x, std::int64_t heads, std::string_view what) {
  ARETE_TRY(require_rank(what, x.shape, 3, 4));
  if (x.rank() == 4) {
    return x;
  }
  if (heads < 1 || x.shape[2] % heads != 0) {
    return fail(ErrorCode::kInvalid, "{} of shape {} cannot be split into {} heads", what,
                x.shape.text(), heads);
  }
  const std::int64_t size = x.shape[2] / heads;
  Numbers y{x.dtype, {x.shape[0], heads, x.shape[1], size}, std::vector<double>(x.at.size())};
  for (std::int64_t i = 0; i < x.size(); ++i) {
    const std::int64_t length = i / x.shape[2] % x.shape[1];
    const std::int64_t head = i / size % heads;
    const std::int64_t batch = i / x.shape[2] / x.shape[1];
    y[((batch * heads + head) * x.shape[1] + length) * size + i % size] = x[i];
  }
  return y;
}

Numbers merged_heads(const Numbers& x) {
  const std::int64_t heads = x.shape[1];
  const std::int64_t length = x.shape[2];
  const std::int64_t size = x.shape[3];
  Numbers y{x.dtype, {x.shape[0], length, heads * size}, std::vector<double>(x.at.size())};
  for (std::int64_t i = 0; i < x.size(); ++i) {
    const std::int64_t row = i / size;
    const std::int64_t batch = row / length / heads;
    y[((batch * length + row % length) * heads + row / length % heads) * size + i % size] = x[i];
  }
  return y;
}

std::span<const Operator> attention_family() {
  static constexpr std::array kRows = {
      Operator{"", "Attention", 23, 3, 7, attention_kernel, attention_shape, attention_macs},
      Operator{"", "LinearAttention", 27, 3, 6, linear_attention_kernel, linear_attention_shape},
      Operator{"", "RotaryEmbedding", 23, 3, 4, rotary_embedding_kernel, same_as_input},
  };
  return kRows;
}

}  // namespace arete::model::operators
