// SPDX-License-Identifier: Apache-2.0
#include "transform/axis_taps.hpp"

#include <algorithm>
#include <cmath>

#include "transform/resample.hpp"

namespace arete::transform {
namespace {

constexpr int kTwoTapOne = 1 << 15;
constexpr int kWideOne = 1 << 14;

/// Two taps, or one of them for kNearest.
void two_taps(spec::Resample method, const AxisSpan& span, AxisTaps& taps) {
  const auto outputs = static_cast<std::size_t>(span.outputs);
  taps.wide = false;
  taps.width = 2;
  taps.first.resize(outputs);
  taps.second.resize(outputs);
  taps.weight.resize(outputs);
  for (std::size_t i = 0; i < outputs; ++i) {
    const double center = span.center(static_cast<int>(i));
    const double shifted = method == spec::Resample::kNearest ? std::floor(center) : center - 0.5;
    const double at = std::clamp(shifted, static_cast<double>(span.low), span.high - 1.0);
    int first = static_cast<int>(at);
    auto weight = static_cast<int>(std::lround((at - first) * kTwoTapOne));
    if (weight == kTwoTapOne) {
      first += 1;
      weight = 0;
    }
    taps.first[i] = first;
    taps.second[i] = std::min(first + 1, span.high - 1);
    taps.weight[i] = static_cast<std::int16_t>(weight);
  }
}

/// Rounds the weights of one output so that they sum to one; the largest takes what is left over.
void round_weights(const float* real, int count, std::int16_t* rounded) {
  int sum = 0;
  int largest = 0;
  for (int k = 0; k < count; ++k) {
    rounded[k] = static_cast<std::int16_t>(std::lround(static_cast<double>(real[k]) * kWideOne));
    sum += rounded[k];
    largest = rounded[k] > rounded[largest] ? k : largest;
  }
  rounded[largest] = static_cast<std::int16_t>(rounded[largest] + kWideOne - sum);
}

void wide_taps(spec::Resample method, const AxisSpan& span, AxisTaps& taps) {
  const Taps real = make_taps(method, span);
  taps.wide = true;
  taps.width = real.width;
  taps.first.resize(real.windows.size());
  taps.count.resize(real.windows.size());
  taps.weights.assign(real.weights.size(), 0);
  for (std::size_t i = 0; i < real.windows.size(); ++i) {
    taps.first[i] = real.windows[i].first;
    taps.count[i] = real.windows[i].count;
    round_weights(real.weights_of(i), real.windows[i].count,
                  taps.weights.data() + i * static_cast<std::size_t>(taps.width));
  }
}

}  // namespace

void make_axis_taps(spec::Resample method, const AxisSpan& span, AxisTaps& taps) {
  const bool wide = method == spec::Resample::kArea ||
                    (method == spec::Resample::kBilinearAntialias && span.ratio > 1);
  if (wide) {
    wide_taps(method, span, taps);
  } else {
    two_taps(method, span, taps);
  }
}

}  // namespace arete::transform
