// YOLOX before decoding: one row a grid cell, strides in turn, rows of the grid from the top.
// Source: YOLOX, arXiv:2107.08430, section 2 (anchor-free: one prediction a cell).
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <utility>

#include "transform/decode/detections.hpp"

namespace arete::transform {
namespace {

constexpr std::string_view kYoloxShape = "[1, n, 5 + classes]";

struct YoloxCell {
  float x;
  float y;
  float stride;
};

Result<std::vector<YoloxCell>> yolox_cells(const spec::Yolox& settings, spec::Size input) {
  std::vector<YoloxCell> cells;
  for (const int stride : settings.strides) {
    if (stride < 1) {
      return fail(ErrorCode::kInvalid, "stride {} is below 1", stride);
    }
    for (int y = 0; y < input.height / stride; ++y) {
      for (int x = 0; x < input.width / stride; ++x) {
        cells.push_back({static_cast<float>(x), static_cast<float>(y), static_cast<float>(stride)});
      }
    }
  }
  return cells;
}

}  // namespace

Status decode_yolox(const DecodeRequest& request, tensor::Findings& findings) {
  const auto& settings = std::get<spec::Yolox>(request.output.meaning.decoder);
  ARETE_TRY(need_picture(request));
  ARETE_TRY_ASSIGN(const RealValues output, request.real("output"));
  const std::string& name = request.facts("output").name;
  ARETE_TRY_ASSIGN(const auto dims, extents(output.shape(), 2, name, kYoloxShape));
  ARETE_TRY_ASSIGN(const auto cells, yolox_cells(settings, request.geometry.input));
  if (dims[1] < 6 || static_cast<std::size_t>(dims[0]) != cells.size()) {
    return fail(ErrorCode::kInvalid,
                "output '{}' has shape {}; expected {} with n = {} for an input of {} x {}", name,
                output.shape().text(), kYoloxShape, cells.size(), request.geometry.input.width,
                request.geometry.input.height);
  }
  const auto columns = static_cast<std::size_t>(dims[1]);
  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto row = output.values().subspan(i * columns, columns);
    const BestClass best = best_class(row, 5, 1, columns - 5);
    const YoloxCell& cell = cells[i];
    const float score = row[4] * best.score;
    if (best.index < 0 || !(static_cast<double>(score) >= settings.detector.min_score)) {
      continue;
    }
    const tensor::Box box =
        centered_box((row[0] + cell.x) * cell.stride, (row[1] + cell.y) * cell.stride,
                     std::exp(row[2]) * cell.stride, std::exp(row[3]) * cell.stride);
    if (usable(score, box, settings.detector.min_score)) {
      candidates.push_back({score, best.index, box, i, {}});
    }
  }
  report(std::move(candidates), settings.detector, request.geometry, findings);
  return {};
}

}  // namespace arete::transform
