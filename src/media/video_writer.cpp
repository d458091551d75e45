// SPDX-License-Identifier: Apache-2.0
#include "media/video_writer.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>

#include "io/pending_file.hpp"
#include "media/media_plugin.hpp"
#include "media/yuv_from_rgb.hpp"

namespace arete::media {
namespace {

using tensor::PixelFormat;
using tensor::YuvMatrix;

/// From this height on players take BT.709 for granted.
constexpr int kHighDefinition = 720;

YuvMatrix matrix_of(const tensor::PictureView& picture) {
  if (tensor::is_yuv(picture.format)) {
    return picture.color.matrix;
  }
  return picture.height >= kHighDefinition ? YuvMatrix::kBt709 : YuvMatrix::kBt601;
}

class PluginVideo final : public VideoWriter {
 public:
  PluginVideo(const MediaPlugin& plugin, io::Path path, io::PendingFile file,
              const VideoSettings& settings)
      : plugin_(plugin), path_(std::move(path)), file_(std::move(file)), settings_(settings) {}
  PluginVideo(const PluginVideo&) = delete;
  PluginVideo& operator=(const PluginVideo&) = delete;
  ~PluginVideo() override { close(); }

  /// Starts the encoder, anew if it runs.
  [[nodiscard]] Status start(YuvMatrix matrix);
  [[nodiscard]] Status write(const tensor::PictureView& picture, Nanoseconds media_time) override;
  [[nodiscard]] Status finish() override;

 private:
  void close();
  [[nodiscard]] Status fill(const tensor::PictureView& picture, const arete_video_canvas& memory);

  MediaPlugin plugin_;
  io::Path path_;
  io::PendingFile file_;
  VideoSettings settings_;
  arete_video_writer* writer_ = nullptr;
  YuvMatrix matrix_ = YuvMatrix::kBt601;
  std::int64_t frames_ = 0;
  bool finished_ = false;
};

void PluginVideo::close() { plugin_.table().close_video(std::exchange(writer_, nullptr)); }

Status PluginVideo::start(YuvMatrix matrix) {
  close();
  matrix_ = matrix;
  arete_video_request request{};
  request.struct_size = sizeof(arete_video_request);
  request.path = file_.temporary().c_str();
  request.width = settings_.width - settings_.width % 2;
  request.height = settings_.height - settings_.height % 2;
  request.frames_per_second = settings_.frames_per_second;
  request.kilobits_per_second = settings_.kilobits_per_second;
  request.matrix = matrix == YuvMatrix::kBt709 ? ARETE_YUV_BT709 : ARETE_YUV_BT601;
  return plugin_.check(plugin_.table().create_video(&request, &writer_));
}

Status PluginVideo::fill(const tensor::PictureView& picture, const arete_video_canvas& memory) {
  YuvCanvas canvas;
  if (memory.format != ARETE_PIXELS_I420 && memory.format != ARETE_PIXELS_NV12) {
    return fail(ErrorCode::kInternal, "the plug-in wants frames in format {}", memory.format);
  }
  canvas.format = memory.format == ARETE_PIXELS_I420 ? PixelFormat::kI420 : PixelFormat::kNv12;
  canvas.width = settings_.width - settings_.width % 2;
  canvas.height = settings_.height - settings_.height % 2;
  for (std::size_t i = 0; i < canvas.planes.size(); ++i) {
    canvas.planes.at(i) = {memory.planes[i], static_cast<std::ptrdiff_t>(memory.strides[i])};
  }
  if (tensor::is_yuv(picture.format)) {
    yuv_from_yuv(picture, canvas);
  } else {
    yuv_from_rgb(picture, matrix_, canvas);
  }
  return {};
}

Status PluginVideo::write(const tensor::PictureView& picture, Nanoseconds media_time) {
  if (picture.width != settings_.width || picture.height != settings_.height) {
    return fail(ErrorCode::kInvalid, "{}: a frame of {}x{} pixels in a video of {}x{}",
                path_.native(), picture.width, picture.height, settings_.width, settings_.height);
  }
  if (picture.format == PixelFormat::kYuyv) {
    return fail(ErrorCode::kUnsupported, "{}: frames in format YUYV cannot be written",
                path_.native());
  }
  if (finished_) {
    return fail(ErrorCode::kConflict, "{}: the video is finished", path_.native());
  }
  const YuvMatrix matrix = matrix_of(picture);
  if (frames_ == 0 && matrix != matrix_) {
    ARETE_TRY(start(matrix), "{}", path_.native());
  }
  if (tensor::is_yuv(picture.format) && matrix != matrix_) {
    return fail(ErrorCode::kUnsupported, "{}: the frames' color matrix changes at frame {}",
                path_.native(), frames_);
  }
  arete_video_canvas memory{};
  memory.struct_size = sizeof(arete_video_canvas);
  ARETE_TRY(plugin_.check(plugin_.table().frame_memory(writer_, &memory)), "{}", path_.native());
  ARETE_TRY(fill(picture, memory), "{}", path_.native());
  ARETE_TRY(plugin_.check(plugin_.table().write_frame(writer_, media_time.count())), "{}",
            path_.native());
  ++frames_;
  return {};
}

Status PluginVideo::finish() {
  if (std::exchange(finished_, true)) {
    return fail(ErrorCode::kConflict, "{}: the video is finished", path_.native());
  }
  const Status finished = plugin_.check(plugin_.table().finish_video(writer_));
  close();
  ARETE_TRY(finished, "{}", path_.native());
  return file_.commit();
}

Status check_video(const io::Path& path, const VideoSettings& settings) {
  constexpr int kMostSide = 1 << 14;
  if (settings.width < 2 || settings.height < 2 || settings.width > kMostSide ||
      settings.height > kMostSide) {
    return fail(ErrorCode::kInvalid, "{}: a video cannot have {}x{} pixels", path.native(),
                settings.width, settings.height);
  }
  if (!(settings.frames_per_second > 0 && settings.frames_per_second <= 1000)) {
    return fail(ErrorCode::kInvalid, "{}: {} frames/s is out of range", path.native(),
                settings.frames_per_second);
  }
  if (settings.kilobits_per_second < 0) {
    return fail(ErrorCode::kInvalid, "{}: {} kbit/s is negative", path.native(),
                settings.kilobits_per_second);
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<VideoWriter>> create_video(const io::Path& path,
                                                  const VideoSettings& settings) {
  ARETE_TRY(check_video(path, settings));
  ARETE_TRY_ASSIGN(const MediaPlugin plugin, MediaPlugin::find(), "writing {}", path.native());
  ARETE_TRY_ASSIGN(io::PendingFile file, io::PendingFile::create(path));
  auto video = std::make_unique<PluginVideo>(plugin, path, std::move(file), settings);
  // At once, so that a missing encoder is known before the first frame.
  ARETE_TRY(
      video->start(settings.height >= kHighDefinition ? YuvMatrix::kBt709 : YuvMatrix::kBt601),
      "{}", path.native());
  return std::unique_ptr<VideoWriter>(std::move(video));
}

}  // namespace arete::media
