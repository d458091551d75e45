// SPDX-License-Identifier: Apache-2.0
#include "source.hpp"

#include <algorithm>
#include <utility>

#include "arete/plugin/failure.hpp"
#include "packet.hpp"

namespace arete_gstreamer {
namespace {

using arete::plugin::Failure;

void build(Pipeline& pipeline) {
  switch (pipeline.request.kind) {
    case ARETE_SOURCE_CLIP:
      return build_clip(pipeline);
    case ARETE_SOURCE_CAMERA:
      return build_camera(pipeline);
    case ARETE_SOURCE_RTSP:
      return build_rtsp(pipeline);
    case ARETE_SOURCE_MICROPHONE:
      return build_microphone(pipeline);
    default:
      throw Failure(ARETE_UNSUPPORTED, "no such kind of source");
  }
}

}  // namespace

Source::Source(const arete_source_request* request) : pipeline_(Request::of(request)) {
  build(pipeline_);
  if (pipeline_.request.live()) {
    pipeline_.go_to(GST_STATE_PLAYING);
  } else {
    open_clip();
  }
}

void Source::open_clip() {
  pipeline_.go_to(GST_STATE_PAUSED);
  Watch& watch = pipeline_.watch;
  watch.wait([&] { return watch.arrived() || watch.ended(); }, pipeline_.deadline(),
             "opening takes too long");
  gint64 duration = 0;
  if (gst_element_query_duration(pipeline_.bin(), GST_FORMAT_TIME, &duration) != FALSE) {
    duration_ns_ = duration;
  }
  const ObjectPtr<GstPad> pad(gst_element_get_static_pad(GST_ELEMENT(pipeline_.sink), "sink"));
  const CapsPtr caps(gst_pad_get_current_caps(pad.get()));
  if (caps != nullptr && pipeline_.request.media == ARETE_MEDIA_VIDEO) {
    learn_format(caps.get());
  }
  pipeline_.go_to(GST_STATE_PLAYING);
}

void Source::info(arete_stream_info& out) const {
  const Request& request = pipeline_.request;
  out.media = request.media;
  out.live = request.live() ? 1 : 0;
  out.width = GST_VIDEO_INFO_WIDTH(&video_);
  out.height = GST_VIDEO_INFO_HEIGHT(&video_);
  if (GST_VIDEO_INFO_FPS_N(&video_) > 0 && GST_VIDEO_INFO_FPS_D(&video_) > 0) {
    out.frames_per_second =
        double{1} * GST_VIDEO_INFO_FPS_N(&video_) / GST_VIDEO_INFO_FPS_D(&video_);
  } else {
    out.frames_per_second = request.frames_per_second;
  }
  out.sample_rate_hz = request.media == ARETE_MEDIA_AUDIO ? request.sample_rate_hz : 0;
  out.duration_ns = duration_ns_;
}

const arete_media_packet* Source::next() {
  if (failure_) {
    throw Failure(*failure_);
  }
  try {
    SamplePtr sample = pull();
    return sample == nullptr ? nullptr : lend(std::move(sample));
  } catch (const Failure& failure) {
    failure_ = failure;
    throw;
  }
}

SamplePtr Source::pull() {
  SamplePtr sample;
  Watch& watch = pipeline_.watch;
  const Watch::Deadline deadline =
      pipeline_.request.live() ? pipeline_.deadline() : Watch::Deadline();
  // A failure behind the last frame counts before the end that GStreamer makes of it.
  bool ended = false;
  const auto come = [&] {
    sample.reset(gst_app_sink_try_pull_sample(pipeline_.sink, 0));
    ended = watch.ended() && !watch.failed();
    return sample != nullptr || ended;
  };
  watch.wait(come, deadline, "nothing came in time");
  return sample;
}

const arete_media_packet* Source::lend(SamplePtr sample) {
  const std::int64_t time_ns = time_of(sample.get());
  if (pipeline_.request.media == ARETE_MEDIA_AUDIO) {
    return Packet::lend(audio_packet(std::move(sample), time_ns));
  }
  learn_format(gst_sample_get_caps(sample.get()));
  return Packet::lend(video_packet(std::move(sample), video_, time_ns));
}

std::int64_t Source::time_of(GstSample* sample) {
  const GstBuffer* const buffer = gst_sample_get_buffer(sample);
  const GstSegment* const segment = gst_sample_get_segment(sample);
  const GstClockTime given =
      GST_BUFFER_PTS_IS_VALID(buffer) ? GST_BUFFER_PTS(buffer) : GST_BUFFER_DTS(buffer);
  const GstClockTime time = pipeline_.request.live()
                                ? gst_segment_to_running_time(segment, GST_FORMAT_TIME, given)
                                : gst_segment_to_stream_time(segment, GST_FORMAT_TIME, given);
  if (time == GST_CLOCK_TIME_NONE) {
    return -1;
  }
  auto time_ns = static_cast<std::int64_t>(time);
  if (pipeline_.request.live()) {
    first_ns_ = first_ns_ < 0 ? time_ns : first_ns_;
    time_ns -= first_ns_;
  }
  last_ns_ = std::max(last_ns_, time_ns);
  return last_ns_;
}

void Source::learn_format(GstCaps* caps) {
  if (caps == caps_.get()) {
    return;
  }
  if (gst_video_info_from_caps(&video_, caps) == FALSE) {
    throw Failure(ARETE_UNSUPPORTED, "GStreamer does not say how the pixels lie");
  }
  caps_.reset(gst_caps_ref(caps));
}

}  // namespace arete_gstreamer
