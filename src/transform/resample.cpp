// SPDX-License-Identifier: Apache-2.0
#include "transform/resample.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace arete::transform {
namespace {

using Window = Taps::Window;

double triangle(double x) { return std::max(0.0, 1.0 - std::abs(x)); }

/// Two taps around the center; beyond the edge the edge pixel counts.
void bilinear_window(double center, const AxisSpan& span, Window& window,
                     std::vector<double>& weights) {
  const double at = std::clamp(center - 0.5, static_cast<double>(span.low), span.high - 1.0);
  window.first = std::min(static_cast<int>(at), std::max(span.low, span.high - 2));
  const double second = at - window.first;
  weights = span.high - span.low == 1 ? std::vector<double>{1.0}
                                      : std::vector<double>{1.0 - second, second};
}

/// A triangle as wide as the reduction; outside the picture nothing counts.
void antialias_window(double center, const AxisSpan& span, Window& window,
                      std::vector<double>& weights) {
  const double support = std::max(1.0, span.ratio);
  // Half is added and the rest cut off, as Pillow does: below zero that differs from rounding.
  // NOLINTBEGIN(bugprone-incorrect-roundings)
  window.first = std::max(span.low, static_cast<int>(center - support + 0.5));
  const int end = std::min(span.high, static_cast<int>(center + support + 0.5));
  // NOLINTEND(bugprone-incorrect-roundings)
  weights.clear();
  for (int x = window.first; x < end; ++x) {
    weights.push_back(triangle((x + 0.5 - center) / support));
  }
}

/// Each input pixel by the part of it that the output pixel covers.
void area_window(double begin, double end, const AxisSpan& span, Window& window,
                 std::vector<double>& weights) {
  window.first = std::clamp(static_cast<int>(begin), span.low, span.high - 1);
  weights.clear();
  for (int x = window.first; x < span.high && x < end; ++x) {
    weights.push_back(std::min(end, x + 1.0) - std::max(begin, static_cast<double>(x)));
  }
}

/// Where a filter found nothing to weigh (a window at or beyond the edge), the edge counts.
void keep_to_edge(double center, const AxisSpan& span, Window& window,
                  std::vector<double>& weights) {
  double sum = 0;
  for (const double weight : weights) {
    sum += weight;
  }
  if (sum > 1e-9) {
    return;
  }
  window.first = static_cast<int>(
      std::clamp(std::floor(center), static_cast<double>(span.low), span.high - 1.0));
  weights = {1.0};
}

void one_window(spec::Resample method, int output, const AxisSpan& span, Window& window,
                std::vector<double>& weights) {
  const double center = span.center(output);
  switch (method) {
    case spec::Resample::kBilinear:
      bilinear_window(center, span, window, weights);
      return;
    case spec::Resample::kBilinearAntialias:
      antialias_window(center, span, window, weights);
      break;
    case spec::Resample::kNearest:
      window.first = static_cast<int>(
          std::clamp(std::floor(center), static_cast<double>(span.low), span.high - 1.0));
      weights = {1.0};
      return;
    case spec::Resample::kArea:
      area_window(span.origin + output * span.ratio, span.origin + (output + 1) * span.ratio, span,
                  window, weights);
      break;
  }
  keep_to_edge(center, span, window, weights);
}

/// One source row at the new width, as floats.
template <int kChannels>
void resample_row(const std::uint8_t* in, const Taps& taps, float* out) {
  for (std::size_t x = 0; x < taps.windows.size(); ++x) {
    const Window window = taps.windows[x];
    const float* weights = taps.weights_of(x);
    const std::uint8_t* pixel = in + std::ptrdiff_t{window.first} * kChannels;
    float sums[kChannels] = {};
    for (int k = 0; k < window.count; ++k) {
      for (int c = 0; c < kChannels; ++c) {
        sums[c] += weights[k] * static_cast<float>(pixel[c]);
      }
      pixel += kChannels;
    }
    out = std::copy_n(sums, kChannels, out);
  }
}

/// The rows at the new width that the current output row needs; each is made once.
class RowWindow {
 public:
  RowWindow(const tensor::PictureView& source, const Taps& across, int rows)
      : source_(source),
        across_(across),
        slots_(static_cast<std::size_t>(rows)),
        row_size_(across.windows.size() *
                  static_cast<std::size_t>(tensor::channels_of(source.format))),
        values_(slots_ * row_size_) {}

  void advance_to(const Window& window) {
    for (int y = std::max(next_, window.first); y < window.first + window.count; ++y) {
      if (tensor::channels_of(source_.format) == 1) {
        resample_row<1>(source_.row(y), across_, slot(y));
      } else {
        resample_row<3>(source_.row(y), across_, slot(y));
      }
      next_ = y + 1;
    }
  }
  [[nodiscard]] float* slot(int y) {
    return values_.data() + static_cast<std::size_t>(y) % slots_ * row_size_;
  }
  [[nodiscard]] std::size_t row_size() const { return row_size_; }

 private:
  tensor::PictureView source_;
  const Taps& across_;
  std::size_t slots_;
  std::size_t row_size_;
  std::vector<float> values_;
  int next_ = 0;
};

}  // namespace

Taps make_taps(spec::Resample method, int inputs, int outputs) {
  return make_taps(method, AxisSpan{0, static_cast<double>(inputs) / outputs, outputs, 0, inputs});
}

Taps make_taps(spec::Resample method, const AxisSpan& span) {
  std::vector<std::vector<double>> all(static_cast<std::size_t>(span.outputs));
  Taps taps;
  taps.windows.resize(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    one_window(method, static_cast<int>(i), span, taps.windows[i], all[i]);
    taps.windows[i].count = static_cast<int>(all[i].size());
    taps.width = std::max(taps.width, taps.windows[i].count);
  }
  taps.weights.assign(all.size() * static_cast<std::size_t>(taps.width), 0.0F);
  for (std::size_t i = 0; i < all.size(); ++i) {
    double sum = 0;
    for (const double weight : all[i]) {
      sum += weight;
    }
    float* out = taps.weights.data() + i * static_cast<std::size_t>(taps.width);
    for (const double weight : all[i]) {
      *out++ = static_cast<float>(weight / sum);
    }
  }
  return taps;
}

tensor::Picture resize(const tensor::PictureView& source, spec::Size size, spec::Resample method) {
  const Taps across = make_taps(method, source.width, size.width);
  const Taps down = make_taps(method, source.height, size.height);
  RowWindow rows(source, across, down.width);
  tensor::Picture result(source.format, size.width, size.height);
  std::vector<float> sums(rows.row_size());
  for (int y = 0; y < size.height; ++y) {
    const Window window = down.windows[static_cast<std::size_t>(y)];
    const float* weights = down.weights_of(static_cast<std::size_t>(y));
    rows.advance_to(window);
    std::fill(sums.begin(), sums.end(), 0.5F);  // rounds the conversion below
    for (int k = 0; k < window.count; ++k) {
      const float* row = rows.slot(window.first + k);
      for (std::size_t i = 0; i < sums.size(); ++i) {
        sums[i] += weights[k] * row[i];
      }
    }
    std::uint8_t* out = result.row(y);
    for (std::size_t i = 0; i < sums.size(); ++i) {
      out[i] = static_cast<std::uint8_t>(std::min(sums[i], 255.0F));
    }
  }
  return result;
}

}  // namespace arete::transform
