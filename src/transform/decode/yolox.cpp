// YOLOX before decoding: one row a grid cell, strides in turn, rows of the grid from the top.
// Source: YOLOX, arXiv:2107.08430, section 2 (anchor-free: one prediction a cell).
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <utility>

#include "transform/decode/class_scan.hpp"
#include "transform/decode/detections.hpp"

namespace arete::transform {
namespace {

constexpr std::string_view kYoloxShape = "[1, n, 5 + classes]";

Result<std::size_t> yolox_cell_count(const spec::Yolox& settings, spec::Size input) {
  std::size_t cells = 0;
  for (const int stride : settings.strides) {
    if (stride < 1) {
      return fail(ErrorCode::kInvalid, "stride {} is below 1", stride);
    }
    cells += static_cast<std::size_t>(input.width / stride) *
             static_cast<std::size_t>(input.height / stride);
  }
  return cells;
}

/// Both scores are at most 1, so an object's score below the threshold settles the row.
template <class T>
class YoloxRows {
 public:
  YoloxRows(const Stored<T>& output, std::size_t columns, const spec::Yolox& settings, T lowest)
      : output_(output),
        columns_(columns),
        min_score_(settings.detector.min_score),
        lowest_(lowest) {}

  /// The next row of the output is the cell at column x and row y of a grid.
  void add(int x, int y, int stride, Candidates& candidates) {
    const T* const row = output_.values.data() + next_ * columns_;
    const std::size_t order = next_++;
    if (!(row[4] >= lowest_)) {
      return;
    }
    const ScanHit<T> best = best_of_row(row + 5, columns_ - 5);
    const float score = output_.real(row[4]) * output_.real(best.score);
    if (best.index < 0 || !(static_cast<double>(score) >= min_score_)) {
      return;
    }
    const auto size = static_cast<float>(stride);
    const auto real = [&](std::size_t column) { return output_.real(row[column]); };
    const tensor::Box box = centered_box((real(0) + static_cast<float>(x)) * size,
                                         (real(1) + static_cast<float>(y)) * size,
                                         std::exp(real(2)) * size, std::exp(real(3)) * size);
    if (usable(score, box, min_score_)) {
      candidates.add(score, best.index, box, order);
    }
  }

 private:
  const Stored<T>& output_;
  std::size_t columns_;
  double min_score_;
  T lowest_;
  std::size_t next_ = 0;
};

template <class T>
Candidates yolox_candidates(const Stored<T>& output, std::size_t columns,
                            const spec::Yolox& settings, spec::Size input) {
  Candidates candidates;
  const auto lowest = output.lowest_from(settings.detector.min_score);
  if (!lowest) {
    return candidates;
  }
  YoloxRows<T> rows(output, columns, settings, *lowest);
  for (const int stride : settings.strides) {
    for (int y = 0; y < input.height / stride; ++y) {
      for (int x = 0; x < input.width / stride; ++x) {
        rows.add(x, y, stride, candidates);
      }
    }
  }
  return candidates;
}

}  // namespace

Status decode_yolox(const DecodeRequest& request, tensor::Findings& findings) {
  const auto& settings = std::get<spec::Yolox>(request.output.meaning.decoder);
  ARETE_TRY(need_picture(request));
  ARETE_TRY_ASSIGN(const StoredValues output, request.stored("output"));
  const std::string& name = request.facts("output").name;
  const spec::Size input = request.geometry.input;
  ARETE_TRY_ASSIGN(const auto dims, extents(output.shape(), 2, name, kYoloxShape));
  ARETE_TRY_ASSIGN(const std::size_t cells, yolox_cell_count(settings, input));
  if (dims[1] < 6 || static_cast<std::size_t>(dims[0]) != cells) {
    return fail(ErrorCode::kInvalid,
                "output '{}' has shape {}; expected {} with n = {} for an input of {} x {}", name,
                output.shape().text(), kYoloxShape, cells, input.width, input.height);
  }
  Candidates candidates = output.visit([&](const auto& stored) {
    return yolox_candidates(stored, static_cast<std::size_t>(dims[1]), settings, input);
  });
  report(std::move(candidates), settings.detector, request.geometry, findings);
  return {};
}

}  // namespace arete::transform
