// Center, size and classes that the file has decoded (YOLOv8 to YOLO11 exports), a column or a row
// a prediction. Source: the export layout that the Ultralytics documentation gives.
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "transform/decode/class_scan.hpp"
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

/// How the numbers of the predictions lie.
struct YoloV8Layout {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::size_t row_stride = 0;
  std::size_t column_stride = 0;
};

Result<YoloV8Layout> yolo_v8_layout(const DecodeRequest& request, const StoredValues& output,
                                    std::size_t labels) {
  const std::string& name = request.facts("output").name;
  ARETE_TRY_ASSIGN(const auto dims, extents(output.shape(), 2, name, kYoloV8Shape));
  const bool last = predictions_last(dims, labels);
  YoloV8Layout layout;
  layout.columns = static_cast<std::size_t>(last ? dims[0] : dims[1]);
  layout.rows = static_cast<std::size_t>(last ? dims[1] : dims[0]);
  if (layout.columns < 5) {
    return fail(ErrorCode::kInvalid, "output '{}' has shape {}; expected {}", name,
                output.shape().text(), kYoloV8Shape);
  }
  layout.row_stride = last ? 1 : layout.columns;
  layout.column_stride = last ? layout.rows : 1;
  return layout;
}

template <class T>
Candidates yolo_v8_candidates(const Stored<T>& output, const YoloV8Layout& layout,
                              const spec::YoloV8& settings, spec::Size input) {
  Candidates candidates;
  const auto lowest = output.lowest_from(settings.detector.min_score);
  if (!lowest || layout.rows == 0) {
    return candidates;
  }
  const ScoreTable<T> table{output.values.data() + 4 * layout.column_stride, layout.rows,
                            layout.columns - 4, layout.row_stride, layout.column_stride};
  const float by_x = settings.normalized ? static_cast<float>(input.width) : 1.0F;
  const float by_y = settings.normalized ? static_cast<float>(input.height) : 1.0F;
  const auto hits = scan_classes(table, *lowest);
  candidates.reserve(hits.size());
  for (const ScanHit<T>& hit : hits) {
    const auto at = [&](std::size_t column) {
      return output[hit.row * layout.row_stride + column * layout.column_stride];
    };
    const float score = output.real(hit.score);
    const tensor::Box box = scaled(centered_box(at(0), at(1), at(2), at(3)), by_x, by_y);
    if (usable(score, box, settings.detector.min_score)) {
      candidates.add(score, hit.index, box, hit.row);
    }
  }
  return candidates;
}

}  // namespace

Status decode_yolo_v8(const DecodeRequest& request, tensor::Findings& findings) {
  const auto& settings = std::get<spec::YoloV8>(request.output.meaning.decoder);
  ARETE_TRY(need_picture(request));
  ARETE_TRY_ASSIGN(const StoredValues output, request.stored("output"));
  ARETE_TRY_ASSIGN(const YoloV8Layout layout,
                   yolo_v8_layout(request, output, settings.detector.labels.names.size()));
  Candidates candidates = output.visit([&](const auto& stored) {
    return yolo_v8_candidates(stored, layout, settings, request.geometry.input);
  });
  report(std::move(candidates), settings.detector, request.geometry, findings);
  return {};
}

}  // namespace arete::transform
