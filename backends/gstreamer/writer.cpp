// SPDX-License-Identifier: Apache-2.0
#include "writer.hpp"

#include <chrono>
#include <string>
#include <utility>

#include "arete/plugin/failure.hpp"
#include "elements.hpp"
#include "encoders.hpp"
#include "frame_rate.hpp"

namespace arete_gstreamer {
namespace {

using arete::plugin::Failure;

/// Frames that wait for the encoder at most: one is being encoded, one is ready.
constexpr int kMostWaiting = 2;
/// Ticks a second of the file's times: the rates of film and television divide it.
constexpr guint kTimeScale = 90'000;
constexpr int kMostSide = 1 << 14;

const arete_video_request& checked(const arete_video_request* request) {
  if (request == nullptr || request->struct_size < sizeof(arete_video_request)) {
    throw Failure(ARETE_INVALID, "a struct of the host is shorter than ABI 1 has it");
  }
  if (request->path == nullptr || *request->path == '\0') {
    throw Failure(ARETE_INVALID, "no path was given");
  }
  const bool size_fits = request->width > 0 && request->width <= kMostSide && request->height > 0 &&
                         request->height <= kMostSide;
  if (!size_fits || request->width % 2 != 0 || request->height % 2 != 0) {
    throw Failure(ARETE_INVALID, "a video cannot have " + std::to_string(request->width) + "x" +
                                     std::to_string(request->height) + " pixels");
  }
  if (!(request->frames_per_second >= 0.001 && request->frames_per_second <= 10'000)) {
    throw Failure(ARETE_INVALID, "the frame rate is out of range");
  }
  if (request->kilobits_per_second < 0) {
    throw Failure(ARETE_INVALID, "the bit rate is negative");
  }
  return *request;
}

/// What the probe on the feed's way out needs.
struct Taken {
  Watch* watch;
  int* waiting;
};

GstPadProbeReturn on_taken(GstPad* /*pad*/, GstPadProbeInfo* /*info*/, gpointer counter) {
  const auto& taken = *static_cast<Taken*>(counter);
  taken.watch->change([&] { --*taken.waiting; });
  return GST_PAD_PROBE_OK;
}

}  // namespace

Writer::Writer(const arete_video_request* request) : pipeline_(gst_pipeline_new(nullptr)) {
  gst_object_ref_sink(pipeline_.get());
  const arete_video_request& wanted = checked(request);
  build(wanted, wanted.path);
  make_pool();
  watch_.attach(pipeline_.get());
  if (gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) {
    try {
      watch_.wait([] { return false; }, std::chrono::steady_clock::now(),
                  "GStreamer gives no reason");
    } catch (...) {
      gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
      throw;
    }
  }
}

Writer::~Writer() {
  drop_frame();
  gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
  Watch::detach(pipeline_.get());
  gst_buffer_pool_set_active(pool_.get(), FALSE);
}

void Writer::set_format(const arete_video_request& request) {
  const GstVideoFormat format =
      best_encoder().format == ARETE_PIXELS_NV12 ? GST_VIDEO_FORMAT_NV12 : GST_VIDEO_FORMAT_I420;
  gst_video_info_set_format(&info_, format, static_cast<guint>(request.width),
                            static_cast<guint>(request.height));
  const FrameRate rate = frame_rate_of(request.frames_per_second);
  GST_VIDEO_INFO_FPS_N(&info_) = rate.numerator;
  GST_VIDEO_INFO_FPS_D(&info_) = rate.denominator;
  gst_video_colorimetry_from_string(&info_.colorimetry, request.matrix == ARETE_YUV_BT709
                                                            ? GST_VIDEO_COLORIMETRY_BT709
                                                            : GST_VIDEO_COLORIMETRY_BT601);
  caps_.reset(gst_video_info_to_caps(&info_));
}

void Writer::build(const arete_video_request& request, const std::string& path) {
  const Encoder& encoder = best_encoder();
  set_format(request);
  GstElement* const bin = pipeline_.get();
  GstElement* const feed = add_element(bin, "appsrc");
  GstElement* const encode = add_element(bin, encoder.factory);
  GstElement* const pack = add_element(bin, "mp4mux");
  GstElement* const file = add_element(bin, "filesink");
  feed_ = GST_APP_SRC(feed);
  gst_app_src_set_caps(feed_, caps_.get());
  g_object_set(feed, "format", GST_FORMAT_TIME, "block", FALSE, "max-bytes", guint64{0}, nullptr);
  encoder.set_up(encode, request.kilobits_per_second);
  // The index comes first, so that a player can start while the file is still being fetched.
  g_object_set(pack, "faststart", TRUE, "faststart-file", (path + ".index").c_str(), nullptr);
  g_object_set(file, "location", path.c_str(), nullptr);
  link(feed, encode);
  GstElement* last = encode;
  if (encoder.needs_parser) {
    last = add_element(bin, "h264parse");
    link(encode, last);
  }
  const ObjectPtr<GstPad> from(gst_element_get_static_pad(last, "src"));
  const ObjectPtr<GstPad> into(gst_element_request_pad_simple(pack, "video_%u"));
  g_object_set(into.get(), "trak-timescale", kTimeScale, nullptr);
  if (gst_pad_link(from.get(), into.get()) != GST_PAD_LINK_OK) {
    throw Failure(ARETE_INTERNAL, "the encoder's stream does not fit MP4");
  }
  link(pack, file);
  const ObjectPtr<GstPad> out(gst_element_get_static_pad(feed, "src"));
  gst_pad_add_probe(out.get(), GST_PAD_PROBE_TYPE_BUFFER, on_taken, new Taken{&watch_, &waiting_},
                    [](gpointer taken) { delete static_cast<Taken*>(taken); });
}

void Writer::make_pool() {
  pool_.reset(gst_video_buffer_pool_new());
  GstStructure* const settings = gst_buffer_pool_get_config(pool_.get());
  gst_buffer_pool_config_set_params(settings, caps_.get(),
                                    static_cast<guint>(GST_VIDEO_INFO_SIZE(&info_)), 0, 0);
  if (gst_buffer_pool_set_config(pool_.get(), settings) == FALSE ||
      gst_buffer_pool_set_active(pool_.get(), TRUE) == FALSE) {
    throw Failure(ARETE_NO_SPACE, "no memory for frames");
  }
}

void Writer::drop_frame() {
  if (buffer_ != nullptr) {
    gst_video_frame_unmap(&frame_);
    buffer_.reset();
  }
}

void Writer::frame_memory(arete_video_canvas& out) {
  drop_frame();
  watch_.wait([&] { return waiting_ < kMostWaiting; }, std::nullopt, "");
  GstBuffer* buffer = nullptr;
  if (gst_buffer_pool_acquire_buffer(pool_.get(), &buffer, nullptr) != GST_FLOW_OK) {
    throw Failure(ARETE_NO_SPACE, "no memory for a frame");
  }
  BufferPtr owned(buffer);
  if (gst_video_frame_map(&frame_, &info_, buffer, GST_MAP_WRITE) == FALSE) {
    throw Failure(ARETE_INTERNAL, "a frame's memory cannot be written");
  }
  buffer_ = std::move(owned);
  out.format = best_encoder().format;
  out.width = GST_VIDEO_FRAME_WIDTH(&frame_);
  out.height = GST_VIDEO_FRAME_HEIGHT(&frame_);
  for (guint i = 0; i < GST_VIDEO_FRAME_N_PLANES(&frame_); ++i) {
    out.planes[i] = static_cast<std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&frame_, i));
    out.strides[i] = GST_VIDEO_FRAME_PLANE_STRIDE(&frame_, i);
  }
}

void Writer::write(std::int64_t time_ns) {
  if (buffer_ == nullptr || finished_) {
    throw Failure(ARETE_CONFLICT, "frame_memory has to be called before each frame");
  }
  if (time_ns <= last_ns_) {
    drop_frame();
    throw Failure(ARETE_INVALID, "a frame at " + std::to_string(time_ns) +
                                     " ns cannot follow one at " + std::to_string(last_ns_) +
                                     " ns");
  }
  last_ns_ = time_ns;
  gst_video_frame_unmap(&frame_);
  GstBuffer* const buffer = buffer_.release();
  GST_BUFFER_PTS(buffer) = static_cast<GstClockTime>(time_ns);
  GST_BUFFER_DURATION(buffer) =
      gst_util_uint64_scale(GST_SECOND, static_cast<guint64>(GST_VIDEO_INFO_FPS_D(&info_)),
                            static_cast<guint64>(GST_VIDEO_INFO_FPS_N(&info_)));
  watch_.change([&] { ++waiting_; });
  gst_app_src_push_buffer(feed_, buffer);  // what goes wrong is reported to the watch
}

void Writer::finish() {
  drop_frame();
  if (last_ns_ < 0) {
    throw Failure(ARETE_INVALID, "a video needs at least one frame");
  }
  finished_ = true;
  gst_app_src_end_of_stream(feed_);
  watch_.wait([&] { return watch_.ended(); }, std::nullopt, "");
  gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
}

}  // namespace arete_gstreamer
