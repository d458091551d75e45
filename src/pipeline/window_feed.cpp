// SPDX-License-Identifier: Apache-2.0
#include "pipeline/window_feed.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <variant>
#include <vector>

namespace arete::pipeline {
namespace {

std::size_t elements_in(const spec::ResolvedInput& input) {
  std::size_t count = 1;
  for (const std::int64_t extent : input.shape) {
    count *= static_cast<std::size_t>(std::max<std::int64_t>(extent, 1));
  }
  return count;
}

Status append_audio(WindowBuffer& buffer, const spec::AudioInput& audio,
                    const media::AudioBlock& block, Nanoseconds start) {
  if (block.sample_rate_hz != audio.sample_rate_hz) {
    return fail(ErrorCode::kUnsupported,
                "the sound has {} samples a second, the model wants {}: convert the source",
                block.sample_rate_hz, audio.sample_rate_hz);
  }
  std::vector<Nanoseconds> times(block.samples.size());
  for (std::size_t i = 0; i < times.size(); ++i) {
    times[i] =
        start + Nanoseconds(static_cast<std::int64_t>(i) * 1'000'000'000 / block.sample_rate_hz);
  }
  buffer.append(block.samples, times);
  return {};
}

/// Positions in the stream's rows of the columns that the model wants.
Result<std::vector<std::size_t>> columns_of(const spec::SeriesInput& series,
                                            const media::SeriesBlock& block) {
  std::vector<std::size_t> positions;
  for (const spec::SeriesColumn& column : series.columns) {
    const auto found = std::ranges::find(*block.columns, column.name);
    if (found == block.columns->end()) {
      return fail(ErrorCode::kInvalid, "the rows have no column '{}'; they have {}", column.name,
                  fmt::join(*block.columns, ", "));
    }
    positions.push_back(static_cast<std::size_t>(found - block.columns->begin()));
  }
  if (positions.empty()) {
    for (std::size_t i = 0; i < block.columns->size(); ++i) {
      positions.push_back(i);
    }
  }
  return positions;
}

Status append_rows(WindowBuffer& buffer, const spec::ResolvedInput& input,
                   const media::SeriesBlock& block, Nanoseconds start) {
  const auto& series = std::get<spec::SeriesInput>(input.meaning.kind);
  ARETE_TRY_ASSIGN(const std::vector<std::size_t> columns, columns_of(series, block));
  const std::size_t wanted = window_shape_of(input).columns;
  if (columns.size() != wanted) {
    return fail(ErrorCode::kInvalid, "the rows have {} columns, the model wants {}", columns.size(),
                wanted);
  }
  const std::size_t width = block.columns->size();
  std::vector<float> rows;
  std::vector<Nanoseconds> times;
  for (std::size_t row = 0; row < block.times.size(); ++row) {
    for (const std::size_t column : columns) {
      rows.push_back(static_cast<float>(block.values[row * width + column]));
    }
    times.push_back(start + (block.times[row] - block.times.front()));
  }
  buffer.append(rows, times);
  return {};
}

}  // namespace

WindowShape window_shape_of(const spec::ResolvedInput& input) {
  WindowShape shape;
  const std::size_t elements = elements_in(input);
  if (const auto* audio = std::get_if<spec::AudioInput>(&input.meaning.kind)) {
    shape.context = static_cast<std::size_t>(audio->context);
    shape.length = elements > shape.context ? elements - shape.context : 1;
    shape.hop = audio->hop > 0 ? static_cast<std::size_t>(audio->hop) : shape.length;
    return shape;
  }
  const auto& series = std::get<spec::SeriesInput>(input.meaning.kind);
  shape.columns = std::max<std::size_t>(series.columns.size(), 1);
  if (series.columns.empty() && input.shape.size() == 3) {
    shape.columns = static_cast<std::size_t>(std::max<std::int64_t>(input.shape[2], 1));
  }
  shape.length = std::max<std::size_t>(elements / shape.columns, 1);
  shape.hop = series.hop > 0 ? static_cast<std::size_t>(series.hop) : shape.length;
  return shape;
}

Status append_to(WindowBuffer& buffer, const spec::ResolvedInput& input, const Packet& packet) {
  if (const auto* audio = std::get_if<spec::AudioInput>(&input.meaning.kind)) {
    const auto* const block = std::get_if<media::AudioBlock>(packet.media.get());
    if (block == nullptr) {
      return fail(ErrorCode::kInvalid, "the packet is no sound");
    }
    return append_audio(buffer, *audio, *block, packet.stamp.media_time);
  }
  const auto* const block = std::get_if<media::SeriesBlock>(packet.media.get());
  if (block == nullptr) {
    return fail(ErrorCode::kInvalid, "the packet has no rows");
  }
  return append_rows(buffer, input, *block, packet.stamp.media_time);
}

}  // namespace arete::pipeline
