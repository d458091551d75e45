// NegativeLogLikelihoodLoss and SoftmaxCrossEntropyLoss.
// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "model/operators/signal.hpp"
#include "model/operators/softmax.hpp"

namespace arete::model::operators {
namespace {

using tensor::Shape;

/// Shape of the labels: that of the scores without the classes.
Shape label_shape(const Shape& scores) {
  std::vector<std::int64_t> dims = scores.dims();
  dims.erase(dims.begin() + 1);
  return Shape(std::move(dims));
}

/// The loss of every label from log-probabilities [N, C, ...], then reduced as the node says.
Result<Numbers> likelihood_loss(const KernelContext& context, const Numbers& log_probabilities) {
  const Shape shape = label_shape(log_probabilities.shape);
  ARETE_TRY_ASSIGN(const auto labels, integers_input(context, 1));
  ARETE_TRY_ASSIGN(Numbers losses, zero_numbers(log_probabilities.dtype, shape));
  const AxisSplit split = split_at(log_probabilities.shape, 1);
  Numbers weights{log_probabilities.dtype, {split.extent}, {}};
  weights.at.assign(static_cast<std::size_t>(split.extent), 1);
  if (context.has_input(2)) {
    ARETE_TRY_ASSIGN(weights, numbers_input(context, 2));
    ARETE_TRY(require_shape("weight", weights.shape, {split.extent}));
  }
  if (static_cast<std::int64_t>(labels.size()) != losses.size()) {
    return fail(ErrorCode::kInvalid, "{} labels for losses of shape {}", labels.size(),
                shape.text());
  }
  const auto* ignored = context.node().attribute<std::int64_t>("ignore_index");
  double sum = 0;
  double weight_sum = 0;
  for (std::int64_t i = 0; i < losses.size(); ++i) {
    const std::int64_t label = labels[static_cast<std::size_t>(i)];
    if (ignored != nullptr && label == *ignored) {
      continue;
    }
    if (label < 0 || label >= split.extent) {
      return fail(ErrorCode::kInvalid, "label {} is outside {} classes", label, split.extent);
    }
    const std::int64_t at =
        (i / split.inner * split.extent + label) * split.inner + i % split.inner;
    losses[i] = -log_probabilities[at] * weights[label];
    sum += losses[i];
    weight_sum += weights[label];
  }
  const std::string reduction = context.node().string_or("reduction", "mean");
  if (reduction == "none") {
    return losses;
  }
  if (reduction != "mean" && reduction != "sum") {
    return fail(ErrorCode::kInvalid, "reduction '{}' is unknown", reduction);
  }
  return Numbers{losses.dtype, Shape{}, {reduction == "sum" ? sum : sum / weight_sum}};
}

}  // namespace

Outputs nll_loss_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Numbers x, numbers_input(context, 0));
  ARETE_TRY(require_rank("input", x.shape, 2, 64));
  ARETE_TRY_ASSIGN(const Numbers loss, likelihood_loss(context, x));
  return outputs_of(loss.tensor());
}

Outputs softmax_loss_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(Numbers x, numbers_input(context, 0));
  ARETE_TRY(require_rank("scores", x.shape, 2, 64));
  if (x.shape[1] < 1) {
    return fail(ErrorCode::kInvalid, "scores {} have no classes", x.shape.text());
  }
  log_softmax_along(split_at(x.shape, 1), x.at);
  ARETE_TRY_ASSIGN(const Numbers loss, likelihood_loss(context, x));
  return outputs_of({loss.tensor(), x.tensor()});
}

Status loss_shape(ShapeContext& context) {
  const ShapeFacts& x = context.input(0);
  const bool whole = context.node().string_or("reduction", "mean") == "none";
  std::optional<SymbolicShape> shape = whole ? x.shape : SymbolicShape();
  if (whole && shape && shape->size() >= 2) {
    shape->erase(shape->begin() + 1);
  }
  context.set_output(0, x.dtype, std::move(shape));
  context.set_output(1, x.dtype, x.shape);
  return {};
}

}  // namespace arete::model::operators
