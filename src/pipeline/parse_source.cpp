// SPDX-License-Identifier: Apache-2.0
#include "pipeline/parse_source.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "document/reader.hpp"

namespace arete::pipeline {
namespace {

using document::Choice;
using document::MapReader;
using media::SourceKind;
using tensor::PixelFormat;

constexpr int kMaxSide = 32'768;

Nanoseconds seconds_of(double seconds) {
  return std::chrono::duration_cast<Nanoseconds>(std::chrono::duration<double>(seconds));
}

constexpr std::array<Choice<SourceKind>, 9> kKinds = {{{"video", SourceKind::kVideo},
                                                       {"camera", SourceKind::kCamera},
                                                       {"rtsp", SourceKind::kRtsp},
                                                       {"pictures", SourceKind::kPictures},
                                                       {"raw", SourceKind::kRaw},
                                                       {"wav", SourceKind::kWav},
                                                       {"microphone", SourceKind::kMicrophone},
                                                       {"csv", SourceKind::kCsv},
                                                       {"test", SourceKind::kTest}}};
constexpr std::array<Choice<PixelFormat>, 6> kFormats = {{{"i420", PixelFormat::kI420},
                                                          {"nv12", PixelFormat::kNv12},
                                                          {"yuyv", PixelFormat::kYuyv},
                                                          {"gray", PixelFormat::kGray},
                                                          {"rgb", PixelFormat::kRgb},
                                                          {"bgr", PixelFormat::kBgr}}};
constexpr std::array<Choice<Pace>, 2> kPaces = {
    {{"fast", Pace::kFast}, {"realtime", Pace::kRealtime}}};

Status read_media(MapReader& reader, SourceSpec& source) {
  media::SourceSettings& settings = source.settings;
  ARETE_TRY_ASSIGN(settings.frames_per_second, reader.optional<double>("fps", 0, {0, 1000}));
  ARETE_TRY_ASSIGN(settings.width, reader.optional<int>("width", 0, {0, kMaxSide}));
  ARETE_TRY_ASSIGN(settings.height, reader.optional<int>("height", 0, {0, kMaxSide}));
  ARETE_TRY_ASSIGN(settings.format,
                   reader.choice<PixelFormat>("format", PixelFormat::kI420, kFormats));
  ARETE_TRY_ASSIGN(settings.sample_rate_hz, reader.optional<int>("sample_rate", 0, {0, 768'000}));
  ARETE_TRY_ASSIGN(settings.block, reader.optional<int>("block", 0, {0, 10'000'000}));
  ARETE_TRY_ASSIGN(settings.time_column, reader.optional<std::string>("time_column", ""));
  ARETE_TRY_ASSIGN(settings.rate_hz, reader.optional<double>("rate", 0, {0, 1e9}));
  ARETE_TRY_ASSIGN(const double timeout, reader.optional<double>("timeout", 10, {0.1, 86'400}));
  settings.timeout = seconds_of(timeout);
  return {};
}

Result<RetrySettings> read_retry(MapReader& reader) {
  RetrySettings retry;
  const document::Node* const node = reader.find("retry");
  if (node == nullptr) {
    return retry;
  }
  ARETE_TRY_ASSIGN(MapReader inner, MapReader::open(*node, "retry"));
  ARETE_TRY_ASSIGN(const double first, inner.optional<double>("first", 0.5, {0.001, 3600}));
  ARETE_TRY_ASSIGN(const double most, inner.optional<double>("most", 30, {0.001, 86'400}));
  ARETE_TRY_ASSIGN(retry.at_start, inner.optional<bool>("at_start", false));
  if (most < first) {
    return document::invalid_node(
        *node, fmt::format("retry: most ({}) is less than first ({})", most, first));
  }
  retry.first = seconds_of(first);
  retry.most = seconds_of(most);
  ARETE_TRY(inner.finish());
  return retry;
}

bool needs_url(SourceKind kind) {
  return kind != SourceKind::kTest && kind != SourceKind::kMicrophone;
}

Result<SourceKind> kind_of(io::Files& files, const SourceSpec& source) {
  auto guessed = media::guess_kind(files, source.settings.url);
  if (!guessed) {
    return std::unexpected(std::move(guessed).error().with_context(
        fmt::format("{}: source '{}'", source.where, source.name)));
  }
  return *guessed;
}

Status choose_kind(io::Files& files, MapReader& reader, SourceSpec& source) {
  source.kind_given = reader.has("kind");
  ARETE_TRY_ASSIGN(source.settings.kind,
                   reader.choice<SourceKind>("kind", SourceKind::kVideo, kKinds));
  if (!source.kind_given) {
    ARETE_TRY_ASSIGN(source.settings.kind, kind_of(files, source));
  }
  return {};
}

Status check_size(const document::Node& node, const SourceSpec& source) {
  const bool sized =
      source.settings.kind == SourceKind::kRaw || source.settings.kind == SourceKind::kTest;
  if (sized && (source.settings.width == 0 || source.settings.height == 0)) {
    return document::invalid_node(node, fmt::format("a source of kind '{}' needs width and height",
                                                    media::name_of(source.settings.kind)));
  }
  return {};
}

}  // namespace

std::string path_from(const io::Path& folder, const std::string& text) {
  if (text.find("://") != std::string::npos || io::Path(text).is_absolute() || folder.empty()) {
    return text;
  }
  return (folder / text).lexically_normal().string();
}

Result<SourceSpec> parse_source(io::Files& files, const document::Node& node,
                                const io::Path& folder) {
  SourceSpec source;
  source.name = node.key();
  source.where = node.where();
  if (node.is_string()) {
    source.settings.url = path_from(folder, node.string());
    ARETE_TRY_ASSIGN(source.settings.kind, kind_of(files, source));
    return source;
  }
  ARETE_TRY_ASSIGN(MapReader reader,
                   MapReader::open(node, fmt::format("source '{}'", source.name)));
  ARETE_TRY_ASSIGN(source.settings.url, reader.optional<std::string>("url", ""));
  if (source.settings.url.empty() && !reader.has("kind")) {
    ARETE_TRY(reader.child("url"));
  }
  if (!source.settings.url.empty()) {
    source.settings.url = path_from(folder, source.settings.url);
  }
  ARETE_TRY(choose_kind(files, reader, source));
  if (source.settings.url.empty() && needs_url(source.settings.kind)) {
    ARETE_TRY(reader.child("url"));
    return document::invalid_node(node, "url is empty");
  }
  ARETE_TRY(read_media(reader, source));
  ARETE_TRY_ASSIGN(source.pace, reader.choice<Pace>("pace", Pace::kFast, kPaces));
  ARETE_TRY_ASSIGN(source.loop, reader.optional<bool>("loop", false));
  ARETE_TRY_ASSIGN(source.most_packets, reader.optional<std::int64_t>("frames", 0, {0, 1e15}));
  ARETE_TRY_ASSIGN(source.retry, read_retry(reader));
  ARETE_TRY(reader.finish());
  ARETE_TRY(check_size(node, source));
  return source;
}

}  // namespace arete::pipeline
