// SPDX-License-Identifier: Apache-2.0
#include "transform/resampler.hpp"

#include <algorithm>
#include <cstring>

namespace arete::transform {
namespace {

/// From here on, lookups of one channel at a time leave many lanes unused.
constexpr double kMixedRatio = 3.5;

bool is_copy(const AcrossPlan& plan) {
  const AxisTaps& taps = plan.taps;
  if (taps.wide || plan.layout.step != 1) {
    return false;
  }
  for (std::size_t i = 0; i < taps.outputs(); ++i) {
    if (taps.weight[i] != 0 || taps.first[i] != taps.first[0] + static_cast<int>(i)) {
      return false;
    }
  }
  return true;
}

}  // namespace

void Resampler::plan(tensor::PixelFormat format, int components, spec::Resample method,
                     const AxisSpan& across, const AxisSpan& down) {
  used_ = 0;
  std::size_t longest = 0;
  std::size_t most_rows = 0;
  for (const SampleGroup& samples : groups_of(format)) {
    if (samples.component >= components) {
      break;
    }
    if (used_ == groups_.size()) {
      groups_.emplace_back();
    }
    Group& group = groups_[used_++];
    group.samples = samples;
    make_axis_taps(method, down_span(samples, down), group.down);
    make_axis_taps(method, across_span(samples, across), group.across.taps);
    group.across.layout = samples.layout;
    group.across.mixed = kernels_->shape.joint_index && !group.across.taps.wide &&
                         samples.layout.channels == 3 && across.ratio >= kMixedRatio;
    if (group.across.mixed) {
      group.across.layout.channels = 1;
      mixed_.resize(padded_row(3 * group.across.taps.outputs()));
    }
    make_across_plan(kernels_->shape, group.across);
    group.copied = is_copy(group.across);
    longest = std::max(longest, group.across.size);
    most_rows = std::max(most_rows, static_cast<std::size_t>(group.down.width));
  }
  buffer_.resize(padded_row(longest));
  rows_.resize(most_rows);
}

const std::uint8_t* Resampler::blended(const Group& group, const tensor::PlaneView& plane,
                                       std::size_t output) {
  const std::uint8_t* begin = plane.data + group.across.begin;
  const std::uint8_t* first = begin + group.down.first[output] * plane.stride;
  if (group.down.wide) {
    const int count = group.down.count[output];
    for (int k = 0; k < count; ++k) {
      rows_[static_cast<std::size_t>(k)] = first + k * plane.stride;
    }
    kernels_->mix(rows_.data(), group.down.weights_of(output), count, buffer_.data(),
                  group.across.size);
    return buffer_.data();
  }
  const std::int16_t weight = group.down.weight[output];
  if (weight != 0) {
    kernels_->blend(first, begin + group.down.second[output] * plane.stride, weight, buffer_.data(),
                    group.across.size);
    return buffer_.data();
  }
  if (group.across.reads_behind) {
    std::memcpy(buffer_.data(), first, group.across.size);
    return buffer_.data();
  }
  return first;
}

void Resampler::row(const tensor::PictureView& picture, int output,
                    std::uint8_t* const* components) {
  for (std::size_t g = 0; g < used_; ++g) {
    const Group& group = groups_[g];
    const std::uint8_t* source =
        blended(group, plane_of(picture, group.samples.plane), static_cast<std::size_t>(output));
    std::uint8_t* const* outs = components + group.samples.component;
    if (group.copied) {
      std::memcpy(outs[0], source, group.across.taps.outputs());
    } else if (group.across.taps.wide) {
      across_wide(source, group.across, outs);
    } else if (group.across.mixed) {
      std::uint8_t* const mixed = mixed_.data();
      kernels_->across(source, group.across, &mixed);
      kernels_->separate(mixed, outs, group.across.taps.outputs());
    } else {
      kernels_->across(source, group.across, outs);
    }
  }
}

}  // namespace arete::transform
