// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "media/built_in_source.hpp"
#include "media/built_in_sources.hpp"
#include "media/frame_layout.hpp"
#include "media/recycler.hpp"

namespace arete::media {
namespace {

using tensor::PixelFormat;

constexpr int kBandPeriod = 256;   ///< columns after which the bands repeat
constexpr int kBandsPerFrame = 4;  ///< columns that the bands move in a frame
constexpr int kSquarePerFrame = 4;

/// Up from `low` to `high` and down again once a period.
std::uint8_t band_value(int column, int low, int high) {
  const int phase = column % kBandPeriod;
  const int rising = phase < kBandPeriod / 2 ? phase : kBandPeriod - 1 - phase;
  return static_cast<std::uint8_t>(low + rising * (high - low) / (kBandPeriod / 2 - 1));
}

/// The plane of a format: what a row consists of, and what the square looks like there.
struct PatternPlane {
  std::vector<std::uint8_t> unit;  ///< of white: bytes that repeat, one grid step
  int columns_per_unit = 1;        ///< pixels
  int rows_per_row = 1;
  std::vector<std::uint8_t> bands;  ///< a row and one period more
};

std::uint8_t unit_sample(PixelFormat format, int plane, std::size_t byte, int column) {
  switch (format) {
    case PixelFormat::kRgb:
      return band_value(column + 85 * static_cast<int>(byte), 0, 255);
    case PixelFormat::kBgr:
      return band_value(column + 85 * (2 - static_cast<int>(byte)), 0, 255);
    case PixelFormat::kGray:
      return band_value(column, 0, 255);
    case PixelFormat::kYuyv:
      return byte % 2 == 0 ? band_value(column + static_cast<int>(byte) / 2, 16, 235)
                           : band_value(column + 42 * static_cast<int>(byte), 16, 240);
    default:
      return plane == 0
                 ? band_value(column, 16, 235)
                 : band_value(column + 42 + 84 * (plane - 1 + static_cast<int>(byte)), 16, 240);
  }
}

PatternPlane pattern_plane(PixelFormat format, int plane, int width) {
  PatternPlane out;
  if (format == PixelFormat::kRgb || format == PixelFormat::kBgr) {
    out.unit = {255, 255, 255};
  } else if (format == PixelFormat::kGray) {
    out.unit = {255};
  } else if (format == PixelFormat::kYuyv) {
    out.unit = {235, 128, 235, 128};
    out.columns_per_unit = 2;
  } else if (plane == 0) {
    out.unit = {235};
  } else {
    out.unit.assign(format == PixelFormat::kNv12 ? 2 : 1, 128);
    out.columns_per_unit = 2;
    out.rows_per_row = 2;
  }
  for (int column = 0; column < width + kBandPeriod + 1; column += out.columns_per_unit) {
    for (std::size_t byte = 0; byte < out.unit.size(); ++byte) {
      out.bands.push_back(unit_sample(format, plane, byte, column));
    }
  }
  return out;
}

/// There and back again: 0 .. last .. 0, in steps that all planes' grids have.
int wandering(std::int64_t step, int last) {
  if (last < 1) {
    return 0;
  }
  const auto phase = static_cast<int>(step % (std::int64_t{2} * last));
  return (phase <= last ? phase : 2 * last - phase) / 2 * 2;
}

class TestSource final : public BuiltInSource {
 public:
  TestSource(StreamInfo info, const SourceSettings& settings, std::size_t bytes)
      : BuiltInSource(std::move(info)),
        format_(settings.format),
        frames_(settings.frames),
        bytes_(bytes) {
    const int planes = format_ == PixelFormat::kI420 ? 3 : format_ == PixelFormat::kNv12 ? 2 : 1;
    for (int plane = 0; plane < planes; ++plane) {
      planes_.push_back(pattern_plane(format_, plane, settings.width));
    }
  }

 private:
  Result<std::optional<MediaPacket>> read_next() override {
    if (frames_ > 0 && index_ == frames_) {
      return std::nullopt;
    }
    const auto memory = memory_.take();
    memory->resize(bytes_);
    std::uint8_t* out = memory->data();
    for (const PatternPlane& plane : planes_) {
      out = paint(plane, out);
    }
    const Nanoseconds due = due_time(index_++, info().frames_per_second);
    return VideoFrame{frame_view(format_, info().width, info().height, memory->data()), memory, due,
                      ""};
  }

  /// Fills one plane; where the next one begins.
  std::uint8_t* paint(const PatternPlane& plane, std::uint8_t* out) const {
    const int width = info().width;
    const int height = info().height;
    const std::size_t unit = plane.unit.size();
    const auto units = [&](int pixels) {
      return static_cast<std::size_t>((pixels + plane.columns_per_unit - 1) /
                                      plane.columns_per_unit);
    };
    const std::size_t row_bytes = units(width) * unit;
    const int side = std::max(std::min(width, height) / 8, 2) / 2 * 2;
    const int left = wandering(index_ * kSquarePerFrame, width - side);
    const int top = wandering(index_ * kSquarePerFrame, height - side);
    const std::size_t from = units(left);
    const std::size_t to = std::min(units(left + side), units(width));
    for (int y = 0; y < height; y += plane.rows_per_row, out += row_bytes) {
      const auto moved =
          static_cast<int>((index_ * kBandsPerFrame + std::int64_t{y / 2} * 2) % kBandPeriod);
      std::memcpy(out, plane.bands.data() + units(moved) * unit, row_bytes);
      if (y >= top && y < top + side) {
        for (std::size_t i = from; i < to; ++i) {
          std::ranges::copy(plane.unit, out + i * unit);
        }
      }
    }
    return out;
  }

  PixelFormat format_;
  std::int64_t frames_;  ///< 0 = endless
  std::size_t bytes_;
  std::vector<PatternPlane> planes_;
  std::int64_t index_ = 0;
  Recycler<std::vector<std::uint8_t>> memory_;
};

}  // namespace

Result<std::unique_ptr<Source>> open_test_source(const SourceSettings& settings) {
  ARETE_TRY_ASSIGN(const std::size_t bytes,
                   frame_bytes(settings.format, settings.width, settings.height),
                   "the test picture");
  StreamInfo info;
  info.kind = MediaKind::kVideo;
  info.name = "test";
  info.width = settings.width;
  info.height = settings.height;
  info.frames_per_second = settings.frames_per_second > 0 ? settings.frames_per_second : 25;
  return std::make_unique<TestSource>(std::move(info), settings, bytes);
}

}  // namespace arete::media
