// Rows of center, size, objectness and classes that the file has decoded (YOLOv5 exports).
// Source: the export layout that the YOLOv5 project documents.
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "transform/decode/detections.hpp"

namespace arete::transform {

Status decode_yolo_v5(const DecodeRequest& request, tensor::Findings& findings) {
  const auto& settings = std::get<spec::YoloV5>(request.output.meaning.decoder);
  constexpr std::string_view kShape = "[1, n, 5 + classes]";
  ARETE_TRY(need_picture(request));
  ARETE_TRY_ASSIGN(const RealValues output, request.real("output"));
  const std::string& name = request.facts("output").name;
  ARETE_TRY_ASSIGN(const auto dims, extents(output.shape(), 2, name, kShape));
  if (dims[1] < 6) {
    return fail(ErrorCode::kInvalid, "output '{}' has shape {}; expected {}", name,
                output.shape().text(), kShape);
  }
  const auto columns = static_cast<std::size_t>(dims[1]);
  const auto& input = request.geometry.input;
  const float by_x = settings.normalized ? static_cast<float>(input.width) : 1.0F;
  const float by_y = settings.normalized ? static_cast<float>(input.height) : 1.0F;
  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < static_cast<std::size_t>(dims[0]); ++i) {
    const auto row = output.values().subspan(i * columns, columns);
    if (!(static_cast<double>(row[4]) >= settings.detector.min_score)) {
      continue;  // a class score is at most 1
    }
    const BestClass best = best_class(row, 5, 1, columns - 5);
    const float score = row[4] * best.score;
    const tensor::Box box = scaled(centered_box(row[0], row[1], row[2], row[3]), by_x, by_y);
    if (best.index >= 0 && usable(score, box, settings.detector.min_score)) {
      candidates.push_back({score, best.index, box, i, {}});
    }
  }
  report(std::move(candidates), settings.detector, request.geometry, findings);
  return {};
}

}  // namespace arete::transform
