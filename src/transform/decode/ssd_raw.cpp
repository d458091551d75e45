// Boxes and class scores of an SSD head before suppression, decoded by the file or as offsets from
// prior boxes. Every class of a row may become a detection.
// Source: SSD, arXiv:1512.02325, section 2.2 and the variances of its published code's description.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
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

/// The boxes of the head, each decoded when it is asked for.
class SsdBoxes {
 public:
  [[nodiscard]] static Result<SsdBoxes> of(const DecodeRequest& request,
                                           const spec::SsdRaw& settings) {
    SsdBoxes boxes(settings);
    ARETE_TRY_ASSIGN(boxes.values_, request.stored("boxes"));
    const std::string& name = request.facts("boxes").name;
    ARETE_TRY_ASSIGN(const auto dims, extents(boxes.values_.shape(), 2, name, kSsdBoxesShape));
    boxes.rows_ = static_cast<std::size_t>(dims[0]);
    if (dims[1] != 4) {
      return fail(ErrorCode::kInvalid, "output '{}' has shape {}; expected {}", name,
                  boxes.values_.shape().text(), kSsdBoxesShape);
    }
    if (settings.priors) {
      ARETE_TRY_ASSIGN(boxes.priors_, make_priors(*settings.priors, request.geometry.input));
      if (boxes.priors_.size() != boxes.rows_) {
        return fail(ErrorCode::kInvalid, "output '{}' has {} boxes; the priors are {}", name,
                    boxes.rows_, boxes.priors_.size());
      }
    }
    const bool in_pixels = !settings.priors && !settings.normalized;
    boxes.by_x_ = in_pixels ? 1.0F : static_cast<float>(request.geometry.input.width);
    boxes.by_y_ = in_pixels ? 1.0F : static_cast<float>(request.geometry.input.height);
    return boxes;
  }

  [[nodiscard]] std::size_t rows() const { return rows_; }
  /// In input pixels.
  [[nodiscard]] tensor::Box box(std::size_t row) const {
    const std::array<float, 4> four = values_.visit([row](const auto& stored) {
      return std::array<float, 4>{stored[4 * row], stored[4 * row + 1], stored[4 * row + 2],
                                  stored[4 * row + 3]};
    });
    return scaled(settings_->priors ? box_from_prior(*settings_->priors, priors_[row], four)
                                    : box_of(settings_->form, four),
                  by_x_, by_y_);
  }

 private:
  explicit SsdBoxes(const spec::SsdRaw& settings) : settings_(&settings) {}

  const spec::SsdRaw* settings_;
  StoredValues values_;
  std::vector<Anchor> priors_;
  std::size_t rows_ = 0;
  float by_x_ = 1;
  float by_y_ = 1;
};

/// Under this a class surely stays below the threshold, whatever the activation makes of it. With
/// softmax it is what lies below the row's highest score: that one's exponential alone is 1.
double score_bound(const spec::SsdRaw& settings) {
  const double min_score = settings.detector.min_score;
  if (settings.activation == spec::Activation::kSigmoid) {
    return logit_bound(min_score);
  }
  if (settings.activation == spec::Activation::kSoftmax) {
    return min_score > 1e-6 ? std::log(min_score) - 0.01 : -HUGE_VAL;
  }
  return min_score;
}

/// Whether any class of the row but the background may reach the threshold.
bool may_pass(std::span<const float> row, const spec::SsdRaw& settings, double bound) {
  float highest = -HUGE_VALF;
  float candidate = -HUGE_VALF;
  const std::size_t background = settings.background && *settings.background >= 0
                                     ? static_cast<std::size_t>(*settings.background)
                                     : row.size();
  for (std::size_t c = 0; c < row.size(); ++c) {
    highest = row[c] > highest ? row[c] : highest;
    candidate = c != background && row[c] > candidate ? row[c] : candidate;
  }
  if (!std::isfinite(highest) || !std::isfinite(candidate)) {
    return true;  // hostile rows take the plain way
  }
  const double base =
      settings.activation == spec::Activation::kSoftmax ? static_cast<double>(highest) : 0;
  return static_cast<double>(candidate) - base >= bound;
}

template <class T>
Candidates ssd_candidates(const SsdBoxes& boxes, const Stored<T>& scores, std::size_t classes,
                          const spec::SsdRaw& settings) {
  Candidates candidates;
  const double bound = score_bound(settings);
  std::vector<float> row(classes);
  for (std::size_t i = 0; i < boxes.rows(); ++i) {
    for (std::size_t c = 0; c < classes; ++c) {
      row[c] = scores[i * classes + c];
    }
    if (!may_pass(row, settings, bound)) {
      continue;
    }
    activate(settings.activation, row);
    const tensor::Box box = boxes.box(i);
    for (std::size_t c = 0; c < classes; ++c) {
      const int index = static_cast<int>(c);
      if (settings.background != index && usable(row[c], box, settings.detector.min_score)) {
        candidates.add(row[c], index, box, i);
      }
    }
  }
  return candidates;
}

}  // namespace

Status decode_ssd_raw(const DecodeRequest& request, tensor::Findings& findings) {
  const auto& settings = std::get<spec::SsdRaw>(request.output.meaning.decoder);
  ARETE_TRY(need_picture(request));
  ARETE_TRY_ASSIGN(const SsdBoxes boxes, SsdBoxes::of(request, settings));
  ARETE_TRY_ASSIGN(const StoredValues scores, request.stored("scores"));
  const std::string& name = request.facts("scores").name;
  ARETE_TRY_ASSIGN(const auto dims, extents(scores.shape(), 2, name, kSsdScoresShape));
  if (static_cast<std::size_t>(dims[0]) != boxes.rows() || dims[1] < 1) {
    return fail(ErrorCode::kInvalid, "output '{}' has shape {}; expected {} with n = {}", name,
                scores.shape().text(), kSsdScoresShape, boxes.rows());
  }
  Candidates candidates = scores.visit([&](const auto& stored) {
    return ssd_candidates(boxes, stored, static_cast<std::size_t>(dims[1]), settings);
  });
  report(std::move(candidates), settings.detector, request.geometry, findings);
  return {};
}

}  // namespace arete::transform
