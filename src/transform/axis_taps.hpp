// Which samples of one axis of a plane make each output pixel, and with which weights: the integer
// form of resample.hpp's filters, and the definition that every row kernel follows exactly. Not
// here: rows and planes. Errors: none, the caller has checked extents. Threads: no shared state.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "spec/input.hpp"

namespace arete::transform {

/// Output i has its center at origin + (i + 0.5) * ratio, in coordinates where sample k spans
/// [k, k + 1]. Samples outside low..high-1 are never read; beyond the edge the edge sample counts.
struct AxisSpan {
  double origin = 0;
  double ratio = 1;  ///< samples an output pixel
  int outputs = 1;
  int low = 0;
  int high = 1;

  [[nodiscard]] double center(int output) const { return origin + (output + 0.5) * ratio; }
};

/// One of two forms. Two taps: sample = first + round_half_up((second - first) * weight / 2^15),
/// which is within half a step of the unrounded filter. Wide (area and antialiased reduction):
/// round_half_up(sum of count samples from first * weights / 2^14), the weights summing to 2^14.
struct AxisTaps {
  bool wide = false;
  std::vector<int> first;
  std::vector<int> second;            ///< two taps: first or first + 1
  std::vector<std::int16_t> weight;   ///< two taps: of second, 0..32767
  std::vector<int> count;             ///< wide
  std::vector<std::int16_t> weights;  ///< wide: `width` an output, unused ones 0
  int width = 2;                      ///< most taps of an output

  [[nodiscard]] std::size_t outputs() const { return first.size(); }
  [[nodiscard]] const std::int16_t* weights_of(std::size_t output) const {
    return weights.data() + output * static_cast<std::size_t>(width);
  }
  /// The last sample that output i reads.
  [[nodiscard]] int last(std::size_t output) const {
    return wide ? first[output] + count[output] - 1 : second[output];
  }
};

/// Overwrites `taps` and keeps its memory. An antialiased axis that is not reduced has two taps.
void make_axis_taps(spec::Resample method, const AxisSpan& span, AxisTaps& taps);

}  // namespace arete::transform
