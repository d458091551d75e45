// Rows of center, size, objectness and classes that the file has decoded (YOLOv5 exports).
// Source: the export layout that the YOLOv5 project documents.
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "transform/decode/class_scan.hpp"
#include "transform/decode/detections.hpp"

namespace arete::transform {

namespace {

/// A class score is at most 1, so an object's score below the threshold settles the row.
template <class T>
Candidates yolo_v5_candidates(const Stored<T>& output, std::size_t rows, std::size_t columns,
                              const spec::YoloV5& settings, spec::Size input) {
  Candidates candidates;
  const double min_score = settings.detector.min_score;
  const auto lowest = output.lowest_from(min_score);
  if (!lowest) {
    return candidates;
  }
  const float by_x = settings.normalized ? static_cast<float>(input.width) : 1.0F;
  const float by_y = settings.normalized ? static_cast<float>(input.height) : 1.0F;
  for (std::size_t i = 0; i < rows; ++i) {
    const T* const row = output.values.data() + i * columns;
    if (!(row[4] >= *lowest)) {
      continue;
    }
    const ScanHit<T> best = best_of_row(row + 5, columns - 5);
    const float score = output.real(row[4]) * output.real(best.score);
    const tensor::Box box = scaled(centered_box(output.real(row[0]), output.real(row[1]),
                                                output.real(row[2]), output.real(row[3])),
                                   by_x, by_y);
    if (best.index >= 0 && usable(score, box, min_score)) {
      candidates.add(score, best.index, box, i);
    }
  }
  return candidates;
}

}  // namespace

Status decode_yolo_v5(const DecodeRequest& request, tensor::Findings& findings) {
  const auto& settings = std::get<spec::YoloV5>(request.output.meaning.decoder);
  constexpr std::string_view kShape = "[1, n, 5 + classes]";
  ARETE_TRY(need_picture(request));
  ARETE_TRY_ASSIGN(const StoredValues output, request.stored("output"));
  const std::string& name = request.facts("output").name;
  ARETE_TRY_ASSIGN(const auto dims, extents(output.shape(), 2, name, kShape));
  if (dims[1] < 6) {
    return fail(ErrorCode::kInvalid, "output '{}' has shape {}; expected {}", name,
                output.shape().text(), kShape);
  }
  Candidates candidates = output.visit([&](const auto& stored) {
    return yolo_v5_candidates(stored, static_cast<std::size_t>(dims[0]),
                              static_cast<std::size_t>(dims[1]), settings, request.geometry.input);
  });
  report(std::move(candidates), settings.detector, request.geometry, findings);
  return {};
}

}  // namespace arete::transform
