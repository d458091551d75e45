// The k best classes of one row of scores. Equal scores keep the order of the classes.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "transform/decode/detections.hpp"

namespace arete::transform {

Status decode_top_k(const DecodeRequest& request, tensor::Findings& findings) {
  const auto& settings = std::get<spec::TopK>(request.output.meaning.decoder);
  ARETE_TRY_ASSIGN(const RealValues output, request.real("output"));
  ARETE_TRY_ASSIGN(const auto classes, single_extent(output.shape(), request.facts("output").name,
                                                     "[1, classes], one row"));
  std::vector<float> scores(output.values().begin(), output.values().end());
  if (classes < 1 || scores.empty()) {
    return fail(ErrorCode::kInvalid, "output '{}' is empty", request.facts("output").name);
  }
  if (settings.activation == spec::Activation::kSoftmax) {
    softmax(scores);
  } else if (settings.activation == spec::Activation::kSigmoid) {
    std::ranges::transform(scores, scores.begin(), sigmoid);
  }
  std::vector<int> order;
  for (int i = 0; i < static_cast<int>(scores.size()); ++i) {
    const float score = scores[static_cast<std::size_t>(i)];
    if (std::isfinite(score) && static_cast<double>(score) >= settings.min_score &&
        settings.background != i) {
      order.push_back(i);
    }
  }
  const auto kept = std::min(order.size(), static_cast<std::size_t>(std::max(0, settings.k)));
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept), order.end(),
                    [&](int a, int b) {
                      const float score_a = scores[static_cast<std::size_t>(a)];
                      const float score_b = scores[static_cast<std::size_t>(b)];
                      return score_a != score_b ? score_a > score_b : a < b;
                    });
  for (std::size_t i = 0; i < kept; ++i) {
    findings.classes.push_back(
        {settings.labels.name_of(order[i]), order[i], scores[static_cast<std::size_t>(order[i])]});
  }
  return {};
}

}  // namespace arete::transform
