// Center, size and classes that the file has decoded (YOLOv8 to YOLO11 exports), a column or a row
// a prediction. Source: the export layout that the Ultralytics documentation gives.
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "transform/decode/detections.hpp"

namespace arete::transform {
namespace {

constexpr std::string_view kYoloV8Shape = "[1, 4 + classes, n] or [1, n, 4 + classes]";

/// Whether the numbers of one prediction lie apart by n (true) or side by side.
bool predictions_last(const std::vector<std::int64_t>& dims, std::size_t labels) {
  const auto wanted = static_cast<std::int64_t>(labels) + 4;
  if (labels > 0 && (dims[0] == wanted) != (dims[1] == wanted)) {
    return dims[0] == wanted;
  }
  return dims[0] < dims[1];  // there are far more predictions than classes
}

}  // namespace

Status decode_yolo_v8(const DecodeRequest& request, tensor::Findings& findings) {
  const auto& settings = std::get<spec::YoloV8>(request.output.meaning.decoder);
  ARETE_TRY(need_picture(request));
  ARETE_TRY_ASSIGN(const RealValues output, request.real("output"));
  const std::string& name = request.facts("output").name;
  ARETE_TRY_ASSIGN(const auto dims, extents(output.shape(), 2, name, kYoloV8Shape));
  const bool last = predictions_last(dims, settings.detector.labels.names.size());
  const auto columns = static_cast<std::size_t>(last ? dims[0] : dims[1]);
  const auto rows = static_cast<std::size_t>(last ? dims[1] : dims[0]);
  if (columns < 5) {
    return fail(ErrorCode::kInvalid, "output '{}' has shape {}; expected {}", name,
                output.shape().text(), kYoloV8Shape);
  }
  const std::size_t row_stride = last ? 1 : columns;
  const std::size_t column_stride = last ? rows : 1;
  const auto& input = request.geometry.input;
  const float by_x = settings.normalized ? static_cast<float>(input.width) : 1.0F;
  const float by_y = settings.normalized ? static_cast<float>(input.height) : 1.0F;
  const auto values = output.values();
  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < rows; ++i) {
    const auto at = [&](std::size_t column) {
      return values[i * row_stride + column * column_stride];
    };
    const BestClass best =
        best_class(values, i * row_stride + 4 * column_stride, column_stride, columns - 4);
    const tensor::Box box = scaled(centered_box(at(0), at(1), at(2), at(3)), by_x, by_y);
    if (best.index >= 0 && usable(best.score, box, settings.detector.min_score)) {
      candidates.push_back({best.score, best.index, box, i, {}});
    }
  }
  report(std::move(candidates), settings.detector, request.geometry, findings);
  return {};
}

}  // namespace arete::transform
