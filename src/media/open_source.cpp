// SPDX-License-Identifier: Apache-2.0
#include "media/open_source.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "media/built_in_sources.hpp"
#include "media/plugin_source.hpp"

namespace arete::media {
namespace {

constexpr int kLargestBlock = 1 << 24;

/// How addresses of a kind begin or files of it end.
struct KindSign {
  SourceKind kind;
  std::string_view sign;
};

constexpr auto kBeginnings = std::to_array<KindSign>({{SourceKind::kRtsp, "rtsp://"},
                                                      {SourceKind::kRtsp, "rtsps://"},
                                                      {SourceKind::kCamera, "/dev/video"},
                                                      {SourceKind::kMicrophone, "hw:"},
                                                      {SourceKind::kMicrophone, "plughw:"},
                                                      {SourceKind::kMicrophone, "alsa:"}});
constexpr auto kEndings =
    std::to_array<KindSign>({{SourceKind::kPictures, ".jpg"}, {SourceKind::kPictures, ".jpeg"},
                             {SourceKind::kPictures, ".png"}, {SourceKind::kPictures, ".bmp"},
                             {SourceKind::kPictures, ".dib"}, {SourceKind::kWav, ".wav"},
                             {SourceKind::kWav, ".wave"},     {SourceKind::kCsv, ".csv"},
                             {SourceKind::kRaw, ".yuv"},      {SourceKind::kRaw, ".raw"},
                             {SourceKind::kRaw, ".nv12"},     {SourceKind::kRaw, ".i420"},
                             {SourceKind::kRaw, ".yuyv"},     {SourceKind::kRaw, ".rgb"},
                             {SourceKind::kRaw, ".bgr"},      {SourceKind::kRaw, ".gray"},
                             {SourceKind::kVideo, ".mp4"},    {SourceKind::kVideo, ".m4v"},
                             {SourceKind::kVideo, ".mov"},    {SourceKind::kVideo, ".avi"},
                             {SourceKind::kVideo, ".mkv"},    {SourceKind::kVideo, ".webm"},
                             {SourceKind::kVideo, ".mpg"},    {SourceKind::kVideo, ".mpeg"},
                             {SourceKind::kVideo, ".ts"},     {SourceKind::kVideo, ".mts"},
                             {SourceKind::kVideo, ".m2ts"},   {SourceKind::kVideo, ".flv"},
                             {SourceKind::kVideo, ".wmv"},    {SourceKind::kVideo, ".3gp"},
                             {SourceKind::kVideo, ".ogv"},    {SourceKind::kVideo, ".y4m"},
                             {SourceKind::kVideo, ".mjpg"},   {SourceKind::kVideo, ".mjpeg"},
                             {SourceKind::kVideo, ".264"},    {SourceKind::kVideo, ".h264"},
                             {SourceKind::kVideo, ".265"},    {SourceKind::kVideo, ".h265"},
                             {SourceKind::kVideo, ".hevc"}});

std::string lower_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

bool is_rate(double value) { return value == 0 || (value >= 1e-3 && value <= 1e9); }

Status check_settings(const SourceSettings& settings) {
  if (!is_rate(settings.frames_per_second) || !is_rate(settings.rate_hz)) {
    return fail(ErrorCode::kInvalid, "{} frames or {} rows a second: 0.001 to 1e9, or 0",
                settings.frames_per_second, settings.rate_hz);
  }
  if (settings.block < 0 || settings.block > kLargestBlock) {
    return fail(ErrorCode::kInvalid, "packets of {} samples or rows: at most {}", settings.block,
                kLargestBlock);
  }
  if (settings.frames < 0) {
    return fail(ErrorCode::kInvalid, "{} frames", settings.frames);
  }
  if (settings.url.empty() && settings.kind != SourceKind::kTest) {
    return fail(ErrorCode::kInvalid, "a source of the kind '{}' needs a path or an address",
                name_of(settings.kind));
  }
  return {};
}

}  // namespace

std::string_view name_of(SourceKind kind) {
  switch (kind) {
    case SourceKind::kVideo:
      return "video";
    case SourceKind::kCamera:
      return "camera";
    case SourceKind::kRtsp:
      return "rtsp";
    case SourceKind::kPictures:
      return "pictures";
    case SourceKind::kRaw:
      return "raw";
    case SourceKind::kWav:
      return "wav";
    case SourceKind::kMicrophone:
      return "microphone";
    case SourceKind::kCsv:
      return "csv";
    case SourceKind::kTest:
      return "test";
  }
  return "unknown";
}

Result<SourceKind> guess_kind(io::Files& files, const std::string& url) {
  const std::string lower = lower_case(url);
  if (lower == "test") {
    return SourceKind::kTest;
  }
  for (const KindSign& known : kBeginnings) {
    if (lower.starts_with(known.sign)) {
      return known.kind;
    }
  }
  ARETE_TRY_ASSIGN(const io::FileStatus status, files.status(url));
  if (status.kind == io::FileKind::kFolder) {
    return SourceKind::kPictures;
  }
  for (const KindSign& known : kEndings) {
    if (lower.size() > known.sign.size() && lower.ends_with(known.sign)) {
      return known.kind;
    }
  }
  return fail_at(url, ErrorCode::kInvalid,
                 "what '{}' is does not show: say which kind of video, camera, rtsp, pictures, "
                 "raw, wav, microphone, csv, test",
                 url);
}

Result<std::unique_ptr<Source>> open_source(io::Files& files, Clock& clock,
                                            const SourceSettings& settings) {
  ARETE_TRY(check_settings(settings));
  switch (settings.kind) {
    case SourceKind::kPictures:
      return open_picture_source(files, settings);
    case SourceKind::kRaw:
      return open_raw_source(files, settings);
    case SourceKind::kWav:
      return open_wav_source(files, settings);
    case SourceKind::kCsv:
      return open_csv_source(files, settings);
    case SourceKind::kTest:
      return open_test_source(settings);
    default:
      return open_plugin_source(clock, settings);
  }
}

}  // namespace arete::media
