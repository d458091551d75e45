// LinearAttention: a matrix of state for each head is decayed, corrected and read token by token.
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <string>

#include "model/operators/attention.hpp"
#include "model/operators/rules.hpp"

namespace arete::model::operators {
namespace {

using tensor::Shape;

struct LinearProblem {
  Numbers q;  ///< [batch, q heads, length, key size]
  Numbers k;
  Numbers v;      ///< [batch, kv heads, length, value size]
  Numbers decay;  ///< [batch, length, kv heads * (key size or 1)]
  Numbers beta;   ///< [batch, length, kv heads or 1]
  bool gated = false;
  bool corrected = false;  ///< the delta rule
  double scale = 1;
};

/// One token of one key-value head: state becomes its successor.
void advance_state(const LinearProblem& p, std::int64_t batch, std::int64_t head, std::int64_t t,
                   double* state) {
  const std::int64_t heads = p.k.shape[1];
  const std::int64_t length = p.k.shape[2];
  const std::int64_t keys = p.k.shape[3];
  const std::int64_t values = p.v.shape[3];
  const std::int64_t token = batch * length + t;
  const double* key = p.k.at.data() + ((batch * heads + head) * length + t) * keys;
  const double* value = p.v.at.data() + ((batch * heads + head) * length + t) * values;
  if (p.gated) {
    const std::int64_t gates = p.decay.shape[2] / heads;
    for (std::int64_t i = 0; i < keys; ++i) {
      const double gate =
          std::exp(p.decay[token * p.decay.shape[2] + head * gates + (gates == 1 ? 0 : i)]);
      for (std::int64_t j = 0; j < values; ++j) {
        state[i * values + j] *= gate;
      }
    }
  }
  double rate = 1;
  if (p.corrected) {
    const std::int64_t rates = p.beta.shape[2];
    rate = p.beta[token * rates + (rates == 1 ? 0 : head)];
  }
  for (std::int64_t j = 0; j < values; ++j) {
    double known = 0;
    for (std::int64_t i = 0; p.corrected && i < keys; ++i) {
      known += state[i * values + j] * key[i];
    }
    const double change = rate * (value[j] - known);
    for (std::int64_t i = 0; i < keys; ++i) {
      state[i * values + j] += key[i] * change;
    }
  }
}

/// Every query head of the group reads the state.
void read_state(const LinearProblem& p, std::int64_t batch, std::int64_t head, std::int64_t t,
                const double* state, Numbers& y) {
  const std::int64_t group = p.q.shape[1] / p.k.shape[1];
  const std::int64_t keys = p.k.shape[3];
  const std::int64_t values = p.v.shape[3];
  for (std::int64_t member = head * group; member < (head + 1) * group; ++member) {
    const std::int64_t row = (batch * p.q.shape[1] + member) * p.q.shape[2] + t;
    for (std::int64_t j = 0; j < values; ++j) {
      double sum = 0;
      for (std::int64_t i = 0; i < keys; ++i) {
        sum += p.q[row * keys + i] * state[i * values + j];
      }
      y[row * values + j] = p.scale * sum;
    }
  }
}

Status read_gates(const KernelContext& context, LinearProblem& p) {
  const std::string rule = context.node().string_or("update_rule", "gated_delta");
  if (rule != "linear" && rule != "gated" && rule != "delta" && rule != "gated_delta") {
    return fail(ErrorCode::kInvalid, "update_rule '{}' is unknown", rule);
  }
  p.gated = rule.starts_with("gated");
  p.corrected = rule.ends_with("delta");
  const std::int64_t heads = p.k.shape[1];
  const auto token_shape = [&](std::int64_t columns) {
    return Shape{p.k.shape[0], p.k.shape[2], columns};
  };
  if (p.gated) {
    ARETE_TRY_ASSIGN(p.decay, numbers_input(context, 4));
    ARETE_TRY(require_rank("decay", p.decay.shape, 3, 3));
    const std::int64_t columns = p.decay.shape[2] == heads ? heads : heads * p.k.shape[3];
    ARETE_TRY(require_shape("decay", p.decay.shape, token_shape(columns)));
  }
  if (p.corrected) {
    ARETE_TRY_ASSIGN(p.beta, numbers_input(context, 5));
    ARETE_TRY(require_rank("beta", p.beta.shape, 3, 3));
    const std::int64_t columns = p.beta.shape[2] == 1 ? 1 : heads;
    ARETE_TRY(require_shape("beta", p.beta.shape, token_shape(columns)));
  }
  return {};
}

Result<LinearProblem> read_linear_attention(const KernelContext& context) {
  const Node& node = context.node();
  LinearProblem p;
  ARETE_TRY_ASSIGN(Numbers q, numbers_input(context, 0));
  ARETE_TRY_ASSIGN(Numbers k, numbers_input(context, 1));
  ARETE_TRY_ASSIGN(Numbers v, numbers_input(context, 2));
  const std::int64_t kv_heads = node.integer_or("kv_num_heads", 0);
  ARETE_TRY_ASSIGN(p.q, split_heads(std::move(q), node.integer_or("q_num_heads", 0), "query"));
  ARETE_TRY_ASSIGN(p.k, split_heads(std::move(k), kv_heads, "key"));
  ARETE_TRY_ASSIGN(p.v, split_heads(std::move(v), kv_heads, "value"));
  const Shape& keys = p.k.shape;
  if (keys[1] < 1 || p.q.shape[1] % keys[1] != 0 || p.q.shape[3] != keys[3]) {
    return fail(ErrorCode::kInvalid, "heads {} and {} do not fit", p.q.shape.text(), keys.text());
  }
  ARETE_TRY(require_shape("query", p.q.shape, {keys[0], p.q.shape[1], keys[2], keys[3]}));
  ARETE_TRY(require_shape("value", p.v.shape, {keys[0], keys[1], keys[2], p.v.shape[3]}));
  p.scale = node.float_or("scale", 0);
  p.scale = p.scale == 0 ? 1 / std::sqrt(static_cast<double>(keys[3])) : p.scale;
  ARETE_TRY(read_gates(context, p));
  return p;
}

}  // namespace

Outputs linear_attention_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const LinearProblem p, read_linear_attention(context));
  const Shape& keys = p.k.shape;
  const std::int64_t values = p.v.shape[3];
  ARETE_TRY_ASSIGN(Numbers state, zero_numbers(p.q.dtype, {keys[0], keys[1], keys[3], values}));
  if (context.has_input(3)) {
    ARETE_TRY_ASSIGN(Numbers past, numbers_input(context, 3));
    ARETE_TRY(require_shape("past_state", past.shape, state.shape));
    state = std::move(past);
  }
  ARETE_TRY_ASSIGN(Numbers y, zero_numbers(p.q.dtype, {keys[0], p.q.shape[1], keys[2], values}));
  for (std::int64_t map = 0; map < keys[0] * keys[1]; ++map) {
    double* matrix = state.at.data() + map * keys[3] * values;
    for (std::int64_t t = 0; t < keys[2]; ++t) {
      advance_state(p, map / keys[1], map % keys[1], t, matrix);
      read_state(p, map / keys[1], map % keys[1], t, matrix, y);
    }
  }
  return outputs_of({merged_heads(y).tensor(), state.tensor()});
}

Status linear_attention_shape(ShapeContext& context) {
  const Node& node = context.node();
  const ShapeFacts& q = context.input(0);
  const ShapeFacts& k = context.input(1);
  const ShapeFacts& v = context.input(2);
  const tensor::DType state = context.has_input(3) ? context.input(3).dtype : q.dtype;
  context.set_output(0, q.dtype, std::nullopt);
  context.set_output(1, state, std::nullopt);
  const std::int64_t q_heads = node.integer_or("q_num_heads", 0);
  const std::int64_t heads = node.integer_or("kv_num_heads", 0);
  if (!q.shape || !k.shape || !v.shape || q.shape->size() != 3 || k.shape->size() != 3 ||
      v.shape->size() != 3 || q_heads < 1 || heads < 1) {
    return {};
  }
  const auto each = [&](const Dim& dim) { return dim.known() ? Dim(dim.size() / heads) : Dim(); };
  const Dim values = each((*v.shape)[2]);
  context.set_output(0, q.dtype,
                     SymbolicShape{(*q.shape)[0], (*q.shape)[1], multiply(Dim(q_heads), values)});
  context.set_output(1, state,
                     SymbolicShape{(*q.shape)[0], Dim(heads), each((*k.shape)[2]), values});
  return {};
}

}  // namespace arete::model::operators
