// The four outputs of TFLite_Detection_PostProcess: the file has decoded, suppressed and sorted;
// here they are checked and placed. Source: the operator's documented outputs.
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <utility>

#include "transform/decode/detections.hpp"

namespace arete::transform {
namespace {

/// The rows that count: all, or as many as the model says it found.
std::size_t rows_in_use(float count, std::size_t rows) {
  if (!(count > 0)) {
    return 0;  // NaN too
  }
  return count >= static_cast<float>(rows) ? rows : static_cast<std::size_t>(count);
}

}  // namespace

Status decode_ssd(const DecodeRequest& request, tensor::Findings& findings) {
  const auto& settings = std::get<spec::Ssd>(request.output.meaning.decoder).detector;
  ARETE_TRY(need_picture(request));
  ARETE_TRY_ASSIGN(const RealValues boxes, request.real("boxes"));
  ARETE_TRY_ASSIGN(const RealValues classes, request.real("classes"));
  ARETE_TRY_ASSIGN(const RealValues scores, request.real("scores"));
  ARETE_TRY_ASSIGN(const RealValues count, request.real("count"));
  constexpr std::string_view kBoxesShape = "[1, n, 4]";
  ARETE_TRY_ASSIGN(const auto dims,
                   extents(boxes.shape(), 2, request.facts("boxes").name, kBoxesShape));
  const auto rows = static_cast<std::size_t>(dims[0]);
  if (dims[1] != 4) {
    return fail(ErrorCode::kInvalid, "output '{}' has shape {}; expected {}",
                request.facts("boxes").name, boxes.shape().text(), kBoxesShape);
  }
  if (classes.values().size() != rows || scores.values().size() != rows ||
      count.values().size() != 1) {
    return fail(ErrorCode::kInvalid,
                "{} boxes need as many classes, scores and one count; shapes are {}, {} and {}",
                rows, classes.shape().text(), scores.shape().text(), count.shape().text());
  }
  const auto width = static_cast<float>(request.geometry.input.width);
  const auto height = static_cast<float>(request.geometry.input.height);
  Candidates candidates;
  for (std::size_t i = 0; i < rows_in_use(count[0], rows); ++i) {
    const tensor::Box box =
        scaled({boxes[4 * i + 1], boxes[4 * i], boxes[4 * i + 3], boxes[4 * i + 2]}, width, height);
    const float index = classes[i];
    if (usable(scores[i], box, settings.min_score) && index >= 0 && index < 1e6F) {
      candidates.add(scores[i], static_cast<int>(std::lround(index)), box, i);
    }
  }
  report(std::move(candidates), settings, request.geometry, findings);
  return {};
}

}  // namespace arete::transform
