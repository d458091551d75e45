// SPDX-License-Identifier: Apache-2.0
#include "pipeline.hpp"

#include <gst/video/video.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "arete/plugin/failure.hpp"
#include "elements.hpp"
#include "packet.hpp"

namespace arete_gstreamer {
namespace {

using arete::plugin::Failure;

/// Live: more threads would only wait for one another, since frames come one at a time.
constexpr int kLiveDecoderThreads = 1;
constexpr int kMostDecoderThreads = 4;
constexpr guint kQueuedFrames = 2;
constexpr guint kQueuedSounds = 64;  ///< over half a second, lest a busy host lose samples

Pipeline& pipeline_of(gpointer self) { return *static_cast<Pipeline*>(self); }

std::string type_of(const GstCaps* caps) {
  if (caps == nullptr || gst_caps_is_any(caps) != FALSE || gst_caps_is_empty(caps) != FALSE) {
    return "";
  }
  return text_of(gst_structure_get_name(gst_caps_get_structure(caps, 0)));
}

CapsPtr caps_of(GstPad* pad) {
  CapsPtr caps(gst_pad_get_current_caps(pad));
  if (caps == nullptr) {
    caps.reset(gst_pad_query_caps(pad, nullptr));
  }
  return caps;
}

/// A stream of the other kind stays encoded, and nobody reads it.
bool is_of_no_use(std::string_view type, arete_media_kind wanted) {
  if (wanted == ARETE_MEDIA_VIDEO) {
    return type.starts_with("audio/") || type.starts_with("text/") ||
           type.starts_with("subpicture/");
  }
  return type.starts_with("video/x-h26") || type.starts_with("video/x-vp") ||
         type.starts_with("video/x-av1") || type.starts_with("video/mpeg,") ||
         type.starts_with("image/") || type.starts_with("text/");
}

gboolean on_continue(GstElement* /*decoder*/, GstPad* /*pad*/, GstCaps* caps, gpointer self) {
  return is_of_no_use(type_of(caps), pipeline_of(self).request.media) ? FALSE : TRUE;
}

std::string undecodable(const GstCaps* caps) {
  const GstStructure* const format = gst_caps_get_structure(caps, 0);
  const std::string name = text_of(gst_structure_get_string(format, "format"));
  return "its pixels are decoded to " + (name.empty() ? "device memory" : name) +
         ", which is none of " + kVideoFormats;
}

void on_pad(GstElement* /*decoder*/, GstPad* pad, gpointer self) {
  Pipeline& pipeline = pipeline_of(self);
  const CapsPtr caps = caps_of(pad);
  const char* const wanted =
      pipeline.request.media == ARETE_MEDIA_VIDEO ? "video/x-raw" : "audio/x-raw";
  const ObjectPtr<GstPad> target(gst_element_get_static_pad(pipeline.into_sink, "sink"));
  if (type_of(caps.get()) != wanted || gst_pad_is_linked(target.get()) != FALSE) {
    return;  // only the first counts
  }
  if (gst_pad_link(pad, target.get()) != GST_PAD_LINK_OK) {
    pipeline.watch.fail(ARETE_UNSUPPORTED, undecodable(caps.get()));
  }
}

void on_last_pad(GstElement* /*decoder*/, gpointer self) {
  Pipeline& pipeline = pipeline_of(self);
  const ObjectPtr<GstPad> target(gst_element_get_static_pad(pipeline.into_sink, "sink"));
  if (gst_pad_is_linked(target.get()) == FALSE) {
    pipeline.watch.fail(ARETE_UNSUPPORTED, pipeline.request.media == ARETE_MEDIA_VIDEO
                                               ? "it holds no video"
                                               : "it holds no sound");
  }
}

/// Decoders that have threads of their own are told how many.
void limit_threads(GstElement* element, bool live) {
  if (g_object_class_find_property(G_OBJECT_GET_CLASS(element), "max-threads") == nullptr) {
    return;
  }
  const int cores = static_cast<int>(g_get_num_processors());
  const int threads = live ? kLiveDecoderThreads : std::min(cores, kMostDecoderThreads);
  g_object_set(element, "max-threads", threads, nullptr);
}

/// What decodebin has chosen, before it runs.
void on_element(GstBin* /*bin*/, GstBin* /*inner*/, GstElement* element, gpointer self) {
  Pipeline& pipeline = pipeline_of(self);
  limit_threads(element, pipeline.request.live());
  GstElementFactory* const factory = gst_element_get_factory(element);
  // decodebin drops errors while it starts a part. A demuxer that reads by itself may have failed
  // for good by then, and nothing would ever come.
  if (factory != nullptr &&
      gst_element_factory_list_is_type(factory, GST_ELEMENT_FACTORY_TYPE_DEMUXER) != FALSE) {
    pipeline.watch.listen_to(element);
  }
}

/// Decoders may write rows with padding, straight into the buffers that we get: saves them a copy.
GstPadProbeReturn on_query(GstPad* /*pad*/, GstPadProbeInfo* info, gpointer /*self*/) {
  GstQuery* const query = GST_PAD_PROBE_INFO_QUERY(info);
  if (GST_QUERY_TYPE(query) != GST_QUERY_ALLOCATION) {
    return GST_PAD_PROBE_OK;
  }
  gst_query_add_allocation_meta(query, GST_VIDEO_META_API_TYPE, nullptr);
  return GST_PAD_PROBE_HANDLED;
}

GstFlowReturn on_sample(GstAppSink* /*sink*/, gpointer self) {
  pipeline_of(self).watch.wake();
  return GST_FLOW_OK;
}

GstFlowReturn on_preroll(GstAppSink* /*sink*/, gpointer self) {
  pipeline_of(self).watch.arrive();
  return GST_FLOW_OK;
}

void on_eos(GstAppSink* /*sink*/, gpointer self) { pipeline_of(self).watch.end(); }

GstAppSink* add_sink(Pipeline& pipeline) {
  GstAppSink* const sink = GST_APP_SINK(add_element(pipeline.bin(), "appsink"));
  const Request& request = pipeline.request;
  const bool video = request.media == ARETE_MEDIA_VIDEO;
  const bool drop = request.live() && request.newest && video;
  const guint queued = drop ? 1 : video ? kQueuedFrames : kQueuedSounds;
  g_object_set(sink, "sync", FALSE, "qos", FALSE, "enable-last-sample", FALSE, "wait-on-eos", FALSE,
               "drop", drop ? TRUE : FALSE, "max-buffers", queued, nullptr);
  const std::string formats = video
                                  ? std::string("video/x-raw,format=") + kVideoFormats
                                  : "audio/x-raw,format=F32LE,layout=interleaved,channels=1,rate=" +
                                        std::to_string(request.sample_rate_hz);
  const CapsPtr caps(gst_caps_from_string(formats.c_str()));
  gst_app_sink_set_caps(sink, caps.get());
  GstAppSinkCallbacks callbacks{};
  callbacks.eos = on_eos;
  callbacks.new_preroll = on_preroll;
  callbacks.new_sample = on_sample;
  gst_app_sink_set_callbacks(sink, &callbacks, &pipeline, nullptr);
  const ObjectPtr<GstPad> pad(gst_element_get_static_pad(GST_ELEMENT(sink), "sink"));
  gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM, on_query, nullptr, nullptr);
  return sink;
}

}  // namespace

Pipeline::Pipeline(Request asked) : request(std::move(asked)), element(gst_pipeline_new(nullptr)) {
  gst_object_ref_sink(element.get());
  sink = add_sink(*this);
  into_sink = GST_ELEMENT(sink);
  g_signal_connect(bin(), "deep-element-added", G_CALLBACK(on_element), this);
  watch.attach(bin());
}

Pipeline::~Pipeline() {
  gst_element_set_state(bin(), GST_STATE_NULL);
  Watch::detach(bin());
}

GstElement* Pipeline::add(const char* factory) { return add_element(bin(), factory); }

GstElement* Pipeline::add_decoder() {
  GstElement* const decoder = add("decodebin");
  g_signal_connect(decoder, "autoplug-continue", G_CALLBACK(on_continue), this);
  g_signal_connect(decoder, "pad-added", G_CALLBACK(on_pad), this);
  g_signal_connect(decoder, "no-more-pads", G_CALLBACK(on_last_pad), this);
  return decoder;
}

void Pipeline::go_to(GstState state) {
  if (gst_element_set_state(bin(), state) == GST_STATE_CHANGE_FAILURE) {
    watch.wait([] { return false; }, std::chrono::steady_clock::now(), "GStreamer gives no reason");
  }
}

Watch::Deadline Pipeline::deadline() const {
  if (request.timeout.count() <= 0) {
    return std::nullopt;
  }
  return std::chrono::steady_clock::now() + request.timeout;
}

void add_sound_converters(Pipeline& pipeline) {
  GstElement* const convert = pipeline.add("audioconvert");
  GstElement* const resample = pipeline.add("audioresample");
  link(convert, resample);
  link(resample, GST_ELEMENT(pipeline.sink));
  pipeline.into_sink = convert;
}

}  // namespace arete_gstreamer
