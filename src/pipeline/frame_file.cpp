// SPDX-License-Identifier: Apache-2.0
#include "pipeline/frame_file.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <string>
#include <utility>
#include <variant>

#include "document/reader.hpp"

namespace arete::pipeline {
namespace {

using document::Choice;
using document::MapReader;
using document::Node;
using tensor::PixelFormat;

constexpr std::array<Choice<PixelFormat>, 6> kFormats = {{{"i420", PixelFormat::kI420},
                                                          {"nv12", PixelFormat::kNv12},
                                                          {"yuyv", PixelFormat::kYuyv},
                                                          {"gray", PixelFormat::kGray},
                                                          {"rgb", PixelFormat::kRgb},
                                                          {"bgr", PixelFormat::kBgr}}};
constexpr double kMaxSide = 32'768;

/// Rows of one plane: how many, and how many bytes each.
struct Rows {
  std::size_t count = 0;
  std::size_t bytes = 0;
};

struct Planes {
  std::array<Rows, 3> rows{};
  std::size_t count = 1;

  [[nodiscard]] std::size_t bytes() const {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < count; ++i) {
      sum += rows[i].count * rows[i].bytes;
    }
    return sum;
  }
};

Planes planes_of(PixelFormat format, int width, int height) {
  const auto w = static_cast<std::size_t>(width);
  const auto h = static_cast<std::size_t>(height);
  const Rows half{(h + 1) / 2, (w + 1) / 2};
  switch (format) {
    case PixelFormat::kNv12:
      return {{Rows{h, w}, Rows{half.count, 2 * half.bytes}, Rows{}}, 2};
    case PixelFormat::kI420:
      return {{Rows{h, w}, half, half}, 3};
    case PixelFormat::kYuyv:
      return {{Rows{h, 4 * half.bytes}, Rows{}, Rows{}}, 1};
    default:
      return {{Rows{h, w * static_cast<std::size_t>(tensor::channels_of(format))}, Rows{}, Rows{}},
              1};
  }
}

/// Calls `take` with each run of bytes.
template <class Take>
void for_each_row(const tensor::PictureView& view, Take&& take) {
  const Planes planes = planes_of(view.format, view.width, view.height);
  for (std::size_t plane = 0; plane < planes.count; ++plane) {
    const std::uint8_t* const data = plane == 0 ? view.data : view.chroma[plane - 1].data;
    const std::ptrdiff_t stride = plane == 0 ? view.stride : view.chroma[plane - 1].stride;
    for (std::size_t row = 0; row < planes.rows[plane].count; ++row) {
      take(std::as_bytes(
          std::span(data + static_cast<std::ptrdiff_t>(row) * stride, planes.rows[plane].bytes)));
    }
  }
}

template <class Take>
void for_each_run(const media::MediaPacket& packet, Take&& take) {
  if (const auto* frame = std::get_if<media::VideoFrame>(&packet)) {
    for_each_row(frame->view, take);
  } else if (const auto* audio = std::get_if<media::AudioBlock>(&packet)) {
    take(std::as_bytes(std::span(audio->samples)));
  } else {
    const auto& rows = std::get<media::SeriesBlock>(packet);
    take(std::as_bytes(std::span(rows.values)));
    take(std::as_bytes(std::span(rows.times)));
  }
}

Result<media::MediaPacket> frame_from(MapReader& reader, SharedBytes bytes) {
  media::VideoFrame frame;
  tensor::PictureView& view = frame.view;
  ARETE_TRY_ASSIGN(view.format, reader.choice<PixelFormat>("format", PixelFormat::kRgb, kFormats));
  ARETE_TRY_ASSIGN(view.width, reader.required<int>("width", {1, kMaxSide}));
  ARETE_TRY_ASSIGN(view.height, reader.required<int>("height", {1, kMaxSide}));
  ARETE_TRY_ASSIGN(const bool bt709, reader.optional<bool>("bt709", false));
  ARETE_TRY_ASSIGN(const bool full, reader.optional<bool>("full_range", false));
  ARETE_TRY_ASSIGN(frame.file, reader.optional<std::string>("file", ""));
  view.color = {bt709 ? tensor::YuvMatrix::kBt709 : tensor::YuvMatrix::kBt601,
                full ? tensor::YuvRange::kFull : tensor::YuvRange::kLimited};
  const Planes planes = planes_of(view.format, view.width, view.height);
  if (planes.bytes() != bytes.size()) {
    return fail(ErrorCode::kCorrupt, "a frame of {}x{} needs {} bytes, not {}", view.width,
                view.height, planes.bytes(), bytes.size());
  }
  auto owner = std::make_shared<const SharedBytes>(std::move(bytes));
  const auto* at = reinterpret_cast<const std::uint8_t*>(owner->data());
  for (std::size_t plane = 0; plane < planes.count; ++plane) {
    const auto stride = static_cast<std::ptrdiff_t>(planes.rows[plane].bytes);
    if (plane == 0) {
      view.data = at;
      view.stride = stride;
    } else {
      view.chroma[plane - 1] = {at, stride};
    }
    at += planes.rows[plane].count * planes.rows[plane].bytes;
  }
  frame.owner = std::move(owner);
  return frame;
}

Result<media::MediaPacket> audio_from(MapReader& reader, const SharedBytes& bytes) {
  media::AudioBlock block;
  ARETE_TRY_ASSIGN(block.sample_rate_hz, reader.required<int>("sample_rate", {1, 10'000'000}));
  if (bytes.size() % sizeof(float) != 0) {
    return fail(ErrorCode::kCorrupt, "{} bytes are no whole samples", bytes.size());
  }
  block.samples.resize(bytes.size() / sizeof(float));
  std::memcpy(block.samples.data(), bytes.data(), bytes.size());
  return block;
}

Result<media::MediaPacket> rows_from(MapReader& reader, const SharedBytes& bytes) {
  media::SeriesBlock block;
  ARETE_TRY_ASSIGN(auto columns, reader.required<std::vector<std::string>>("columns"));
  const std::size_t row = (columns.size() + 1) * sizeof(double);
  if (columns.empty() || bytes.size() % row != 0) {
    return fail(ErrorCode::kCorrupt, "{} bytes are no whole rows of {} columns", bytes.size(),
                columns.size());
  }
  const std::size_t rows = bytes.size() / row;
  block.values.resize(rows * columns.size());
  block.times.resize(rows);
  const std::size_t value_bytes = block.values.size() * sizeof(double);
  std::memcpy(block.values.data(), bytes.data(), value_bytes);
  std::memcpy(block.times.data(), bytes.data() + value_bytes, rows * sizeof(Nanoseconds));
  block.columns = std::make_shared<const std::vector<std::string>>(std::move(columns));
  return block;
}

}  // namespace

Bytes bytes_of(const media::MediaPacket& packet) {
  Bytes bytes;
  for_each_run(packet, [&](ByteView run) { bytes.insert(bytes.end(), run.begin(), run.end()); });
  return bytes;
}

std::uint64_t hash_of(const media::MediaPacket& packet) {
  std::uint64_t hash = 14695981039346656037U;
  for_each_run(packet, [&](ByteView run) {
    for (const std::byte byte : run) {
      hash = (hash ^ std::to_integer<std::uint64_t>(byte)) * 1099511628211U;
    }
  });
  return hash;
}

document::Node description_of(const media::MediaPacket& packet) {
  Node node = Node::map();
  if (const auto* frame = std::get_if<media::VideoFrame>(&packet)) {
    const tensor::PictureView& view = frame->view;
    const auto format = std::ranges::find(kFormats, view.format, &Choice<PixelFormat>::second);
    node.set("kind", "video").set("format", format->first);
    node.set("width", view.width).set("height", view.height);
    node.set("bt709", view.color.matrix == tensor::YuvMatrix::kBt709);
    node.set("full_range", view.color.range == tensor::YuvRange::kFull);
    return frame->file.empty() ? node : node.set("file", frame->file);
  }
  if (const auto* audio = std::get_if<media::AudioBlock>(&packet)) {
    return node.set("kind", "audio").set("sample_rate", audio->sample_rate_hz);
  }
  Node columns = Node::list();
  for (const std::string& column : *std::get<media::SeriesBlock>(packet).columns) {
    columns.push(column);
  }
  return node.set("kind", "series").set("columns", std::move(columns));
}

Result<media::MediaPacket> packet_from(const document::Node& description, SharedBytes bytes) {
  ARETE_TRY_ASSIGN(MapReader reader, MapReader::open(description, "a recorded packet"));
  ARETE_TRY_ASSIGN(const std::string kind, reader.required<std::string>("kind"));
  if (kind == "video") {
    return frame_from(reader, std::move(bytes));
  }
  if (kind == "audio") {
    return audio_from(reader, bytes);
  }
  if (kind == "series") {
    return rows_from(reader, bytes);
  }
  return fail(ErrorCode::kCorrupt, "a recorded packet of kind '{}'", kind);
}

}  // namespace arete::pipeline
