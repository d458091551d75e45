// Boxes and class scores of an SSD head before suppression, decoded by the file or as offsets from
// prior boxes. Every class of a row may become a detection.
// Source: SSD, arXiv:1512.02325, section 2.2 and the variances of its published code's description.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <utility>

#include "transform/anchors.hpp"
#include "transform/decode/detections.hpp"

namespace arete::transform {
namespace {

constexpr std::string_view kSsdBoxesShape = "[1, n, 4]";
constexpr std::string_view kSsdScoresShape = "[1, n, classes]";

tensor::Box box_of(spec::BoxForm form, std::span<const float> four) {
  switch (form) {
    case spec::BoxForm::kYxyx:
      return {four[1], four[0], four[3], four[2]};
    case spec::BoxForm::kCxcywh:
      return centered_box(four[0], four[1], four[2], four[3]);
    default:
      return {four[0], four[1], four[2], four[3]};
  }
}

/// Offsets are always center and size; the result is in 0..1.
tensor::Box box_from_prior(const spec::PriorBoxes& priors, const Anchor& prior,
                           std::span<const float> four) {
  const double center = priors.variances[0];
  const double size = priors.variances[1];
  return centered_box(
      static_cast<float>(prior.center_x + static_cast<double>(four[0]) * center * prior.width),
      static_cast<float>(prior.center_y + static_cast<double>(four[1]) * center * prior.height),
      static_cast<float>(prior.width * std::exp(static_cast<double>(four[2]) * size)),
      static_cast<float>(prior.height * std::exp(static_cast<double>(four[3]) * size)));
}

void activate(spec::Activation activation, std::span<float> row) {
  if (activation == spec::Activation::kSoftmax) {
    softmax(row);
  } else if (activation == spec::Activation::kSigmoid) {
    std::ranges::transform(row, row.begin(), sigmoid);
  }
}

/// All boxes in input pixels.
Result<std::vector<tensor::Box>> ssd_boxes(const DecodeRequest& request,
                                           const spec::SsdRaw& settings) {
  ARETE_TRY_ASSIGN(const RealValues boxes, request.real("boxes"));
  const std::string& name = request.facts("boxes").name;
  ARETE_TRY_ASSIGN(const auto dims, extents(boxes.shape(), 2, name, kSsdBoxesShape));
  const auto rows = static_cast<std::size_t>(dims[0]);
  if (dims[1] != 4) {
    return fail(ErrorCode::kInvalid, "output '{}' has shape {}; expected {}", name,
                boxes.shape().text(), kSsdBoxesShape);
  }
  std::vector<Anchor> priors;
  if (settings.priors) {
    ARETE_TRY_ASSIGN(priors, make_priors(*settings.priors, request.geometry.input));
    if (priors.size() != rows) {
      return fail(ErrorCode::kInvalid, "output '{}' has {} boxes; the priors are {}", name, rows,
                  priors.size());
    }
  }
  const bool in_pixels = !settings.priors && !settings.normalized;
  const float by_x = in_pixels ? 1.0F : static_cast<float>(request.geometry.input.width);
  const float by_y = in_pixels ? 1.0F : static_cast<float>(request.geometry.input.height);
  std::vector<tensor::Box> result;
  result.reserve(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    const auto four = boxes.values().subspan(4 * i, 4);
    result.push_back(scaled(settings.priors ? box_from_prior(*settings.priors, priors[i], four)
                                            : box_of(settings.form, four),
                            by_x, by_y));
  }
  return result;
}

}  // namespace

Status decode_ssd_raw(const DecodeRequest& request, tensor::Findings& findings) {
  const auto& settings = std::get<spec::SsdRaw>(request.output.meaning.decoder);
  ARETE_TRY(need_picture(request));
  ARETE_TRY_ASSIGN(const auto boxes, ssd_boxes(request, settings));
  ARETE_TRY_ASSIGN(const RealValues scores, request.real("scores"));
  const std::string& name = request.facts("scores").name;
  ARETE_TRY_ASSIGN(const auto dims, extents(scores.shape(), 2, name, kSsdScoresShape));
  if (static_cast<std::size_t>(dims[0]) != boxes.size() || dims[1] < 1) {
    return fail(ErrorCode::kInvalid, "output '{}' has shape {}; expected {} with n = {}", name,
                scores.shape().text(), kSsdScoresShape, boxes.size());
  }
  const auto classes = static_cast<std::size_t>(dims[1]);
  std::vector<float> row(classes);
  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    std::ranges::copy(scores.values().subspan(i * classes, classes), row.begin());
    activate(settings.activation, row);
    for (std::size_t c = 0; c < classes; ++c) {
      const int index = static_cast<int>(c);
      if (settings.background != index && usable(row[c], boxes[i], settings.detector.min_score)) {
        candidates.push_back({row[c], index, boxes[i], i, {}});
      }
    }
  }
  report(std::move(candidates), settings.detector, request.geometry, findings);
  return {};
}

}  // namespace arete::transform
