// SPDX-License-Identifier: Apache-2.0
#include "media/plugin_source.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "io/files.hpp"
#include "media/address.hpp"
#include "media/clip_extent.hpp"

namespace arete::media {
namespace {

/// Larger than anything that a sane plug-in lends.
constexpr int kMostSide = 1 << 16;
constexpr int kDefaultSampleRate = 16'000;

struct AbiFormat {
  arete_pixels abi;
  tensor::PixelFormat ours;
  std::size_t planes;
};
constexpr std::array kAbiFormats{
    AbiFormat{ARETE_PIXELS_NV12, tensor::PixelFormat::kNv12, 2},
    AbiFormat{ARETE_PIXELS_I420, tensor::PixelFormat::kI420, 3},
    AbiFormat{ARETE_PIXELS_YUYV, tensor::PixelFormat::kYuyv, 1},
    AbiFormat{ARETE_PIXELS_GRAY, tensor::PixelFormat::kGray, 1},
    AbiFormat{ARETE_PIXELS_RGB, tensor::PixelFormat::kRgb, 1},
    AbiFormat{ARETE_PIXELS_BGR, tensor::PixelFormat::kBgr, 1},
};

/// kInternal where a plug-in contradicts itself.
Result<tensor::PictureView> picture_of(const arete_media_packet& packet) {
  const auto* const format = std::ranges::find(kAbiFormats, packet.format, &AbiFormat::abi);
  if (format == kAbiFormats.end() || packet.width <= 0 || packet.height <= 0 ||
      packet.width > kMostSide || packet.height > kMostSide) {
    return fail(ErrorCode::kInternal, "the plug-in gave a frame of {}x{} pixels in format {}",
                packet.width, packet.height, packet.format);
  }
  tensor::PictureView view;
  view.format = format->ours;
  view.width = packet.width;
  view.height = packet.height;
  for (std::size_t i = 0; i < format->planes; ++i) {
    if (packet.planes[i] == nullptr) {
      return fail(ErrorCode::kInternal, "the plug-in gave a frame without its plane {}", i);
    }
  }
  view.data = packet.planes[0];
  view.stride = static_cast<std::ptrdiff_t>(packet.strides[0]);
  for (std::size_t i = 1; i < format->planes; ++i) {
    view.chroma.at(i - 1) = {packet.planes[i], static_cast<std::ptrdiff_t>(packet.strides[i])};
  }
  view.color.matrix =
      packet.matrix == ARETE_YUV_BT709 ? tensor::YuvMatrix::kBt709 : tensor::YuvMatrix::kBt601;
  view.color.range =
      packet.range == ARETE_YUV_FULL ? tensor::YuvRange::kFull : tensor::YuvRange::kLimited;
  return view;
}

Result<arete_source_kind> abi_kind(const SourceSettings& settings) {
  switch (settings.kind) {
    case SourceKind::kVideo:
      return ARETE_SOURCE_CLIP;
    case SourceKind::kCamera:
      return ARETE_SOURCE_CAMERA;
    case SourceKind::kRtsp:
      return ARETE_SOURCE_RTSP;
    case SourceKind::kMicrophone: {
      std::error_code error;
      const bool file = std::filesystem::is_regular_file(settings.url, error);
      return file ? ARETE_SOURCE_CLIP : ARETE_SOURCE_MICROPHONE;
    }
    default:
      return fail(ErrorCode::kInvalid, "a media plug-in opens no '{}' source",
                  name_of(settings.kind));
  }
}

/// Why a clip will end too early; empty for all else, also for what cannot be looked at: the
/// plug-in says why.
std::string reason_for_early_end(const SourceSettings& settings) {
  io::PosixFiles files;
  const auto status = files.status(settings.url);
  if (settings.kind != SourceKind::kVideo || !status || status->kind != io::FileKind::kFile) {
    return "";
  }
  const auto file = files.open(settings.url);
  if (!file) {
    return "";
  }
  auto reason = cut_off(**file, status->bytes);
  return reason && !reason->empty() ? "the file is cut off: " + *reason : "";
}

class PluginSource final : public Source {
 public:
  PluginSource(const MediaPlugin& plugin, Clock& clock, Address address, arete_source* source)
      : plugin_(plugin),
        clock_(&clock),
        opened_(clock.monotonic()),
        address_(std::move(address)),
        source_(source) {}
  PluginSource(const PluginSource&) = delete;
  PluginSource& operator=(const PluginSource&) = delete;
  ~PluginSource() override { plugin_.table().close(source_); }

  [[nodiscard]] Status learn(const SourceSettings& settings, std::string early_end);
  [[nodiscard]] const StreamInfo& info() const override { return info_; }
  [[nodiscard]] Result<std::optional<MediaPacket>> next() override;
  void stop() override { plugin_.table().interrupt(source_); }

 private:
  [[nodiscard]] Status explain(arete_error* error) const;
  [[nodiscard]] Result<std::optional<MediaPacket>> next_frame();
  [[nodiscard]] Result<std::optional<MediaPacket>> next_sound();
  [[nodiscard]] Result<std::shared_ptr<const arete_media_packet>> pull();
  /// Never goes back.
  [[nodiscard]] Nanoseconds time_of(const arete_media_packet& packet) const;

  MediaPlugin plugin_;
  Clock* clock_;
  Nanoseconds opened_;
  Address address_;
  arete_source* source_;
  StreamInfo info_;
  std::string early_end_;       ///< what the end of the stream is, if not an end
  std::size_t block_ = 0;       ///< samples a packet
  std::vector<float> sound_;    ///< what is not yet a block
  Nanoseconds sound_start_{0};  ///< of its first sample
  Nanoseconds last_{0};
};

Status PluginSource::learn(const SourceSettings& settings, std::string early_end) {
  early_end_ = std::move(early_end);
  arete_stream_info info{};
  info.struct_size = sizeof(arete_stream_info);
  ARETE_TRY(explain(plugin_.table().info(source_, &info)));
  info_.kind = info.media == ARETE_MEDIA_AUDIO ? MediaKind::kAudio : MediaKind::kVideo;
  info_.name = address_.name;
  info_.live = info.live != 0;
  info_.width = info.width;
  info_.height = info.height;
  info_.frames_per_second = info.frames_per_second;
  info_.sample_rate_hz = info.sample_rate_hz;
  constexpr int kBlocksPerSecond = 50;
  block_ = static_cast<std::size_t>(
      settings.block > 0 ? settings.block : std::max(1, info.sample_rate_hz / kBlocksPerSecond));
  return {};
}

Status PluginSource::explain(arete_error* error) const {
  Status status = plugin_.check(error);
  if (status) {
    return status;
  }
  Error safe(status.error().code(), without_secrets(status.error().message(), address_));
  return std::unexpected<Error>(std::move(safe).with_context(address_.name));
}

Result<std::shared_ptr<const arete_media_packet>> PluginSource::pull() {
  const arete_media_packet* packet = nullptr;
  ARETE_TRY(explain(plugin_.table().next(source_, &packet)));
  if (packet == nullptr) {
    return std::shared_ptr<const arete_media_packet>();
  }
  return std::shared_ptr<const arete_media_packet>(packet, plugin_.table().release);
}

Nanoseconds PluginSource::time_of(const arete_media_packet& packet) const {
  const Nanoseconds time =
      packet.time_ns < 0 ? clock_->monotonic() - opened_ : Nanoseconds(packet.time_ns);
  return std::max(last_, time);
}

Result<std::optional<MediaPacket>> PluginSource::next() {
  return info_.kind == MediaKind::kAudio ? next_sound() : next_frame();
}

Result<std::optional<MediaPacket>> PluginSource::next_frame() {
  ARETE_TRY_ASSIGN(auto packet, pull());
  if (packet == nullptr && !early_end_.empty()) {
    return fail(ErrorCode::kCorrupt, "{}: {}", address_.name, early_end_);
  }
  if (packet == nullptr) {
    return std::optional<MediaPacket>();
  }
  VideoFrame frame;
  ARETE_TRY_ASSIGN(frame.view, picture_of(*packet), "{}", address_.name);
  frame.media_time = last_ = time_of(*packet);
  info_.width = frame.view.width;
  info_.height = frame.view.height;
  frame.owner = std::move(packet);
  return std::optional<MediaPacket>(std::move(frame));
}

Result<std::optional<MediaPacket>> PluginSource::next_sound() {
  while (sound_.size() < block_) {
    ARETE_TRY_ASSIGN(const auto packet, pull());
    if (packet == nullptr) {
      break;
    }
    if (packet->samples == nullptr || packet->sample_rate_hz != info_.sample_rate_hz) {
      return fail(ErrorCode::kInternal, "{}: the plug-in gave no samples at {} Hz", address_.name,
                  info_.sample_rate_hz);
    }
    if (sound_.empty()) {
      sound_start_ = time_of(*packet);
    }
    sound_.insert(sound_.end(), packet->samples, packet->samples + packet->sample_count);
  }
  if (sound_.empty()) {
    return std::optional<MediaPacket>();
  }
  AudioBlock block;
  const auto count = static_cast<std::ptrdiff_t>(std::min(block_, sound_.size()));
  block.sample_rate_hz = info_.sample_rate_hz;
  block.samples.assign(sound_.begin(), sound_.begin() + count);
  block.media_time = last_ = sound_start_;
  sound_.erase(sound_.begin(), sound_.begin() + count);
  sound_start_ += Nanoseconds(std::int64_t{1'000'000'000} * count / info_.sample_rate_hz);
  return std::optional<MediaPacket>(std::move(block));
}

}  // namespace

Result<std::unique_ptr<Source>> open_plugin_source(const MediaPlugin& plugin, Clock& clock,
                                                   const SourceSettings& settings) {
  ARETE_TRY_ASSIGN(const arete_source_kind kind, abi_kind(settings));
  Address address = split_address(settings.url);
  arete_source_request request{};
  request.struct_size = sizeof(arete_source_request);
  request.kind = kind;
  request.media = settings.kind == SourceKind::kMicrophone ? ARETE_MEDIA_AUDIO : ARETE_MEDIA_VIDEO;
  request.url = address.url.c_str();
  request.user = address.user.c_str();
  request.password = address.password.c_str();
  request.width = settings.width;
  request.height = settings.height;
  request.frames_per_second = settings.frames_per_second;
  request.sample_rate_hz =
      settings.sample_rate_hz == 0 ? kDefaultSampleRate : settings.sample_rate_hz;
  request.newest = settings.newest ? 1 : 0;
  request.timeout_ns = settings.timeout.count();
  std::string early_end = reason_for_early_end(settings);
  arete_source* opened = nullptr;
  if (Status status = plugin.check(plugin.table().open(&request, &opened)); !status) {
    const std::string reason = without_secrets(status.error().message(), address);
    return fail(status.error().code(), "{}: {}{}{}", address.name, reason,
                early_end.empty() ? "" : "; ", early_end);
  }
  if (opened == nullptr) {
    return fail(ErrorCode::kInternal, "{}: the plug-in gave neither a source nor an error",
                address.name);
  }
  auto source = std::make_unique<PluginSource>(plugin, clock, std::move(address), opened);
  ARETE_TRY(source->learn(settings, std::move(early_end)));
  return std::unique_ptr<Source>(std::move(source));
}

Result<std::unique_ptr<Source>> open_plugin_source(Clock& clock, const SourceSettings& settings) {
  ARETE_TRY_ASSIGN(const MediaPlugin plugin, MediaPlugin::find(), "opening {}",
                   split_address(settings.url).name);
  return open_plugin_source(plugin, clock, settings);
}

}  // namespace arete::media
