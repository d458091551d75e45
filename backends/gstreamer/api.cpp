// The plug-in's face: the function table.
// SPDX-License-Identifier: Apache-2.0
#include <gst/gst.h>

#include <memory>

#include "arete/plugin/failure.hpp"
#include "arete/plugin/host.hpp"
#include "arete/source.h"
#include "packet.hpp"
#include "source.hpp"
#include "start.hpp"
#include "writer.hpp"

namespace arete_gstreamer {
namespace {

using arete::plugin::guard;

Source& source_of(arete_source* source) { return *reinterpret_cast<Source*>(source); }
Writer& writer_of(arete_video_writer* writer) { return *reinterpret_cast<Writer*>(writer); }

arete_error* probe(arete_media_probe* out) {
  return guard([&] {
    start();
    static const gchar* const kVersion = gst_version_string();
    *out = {sizeof(arete_media_probe), kVersion};
  });
}

arete_error* open(const arete_source_request* request, arete_source** out) {
  return guard([&] {
    start();
    *out = reinterpret_cast<arete_source*>(std::make_unique<Source>(request).release());
  });
}

arete_error* info(const arete_source* source, arete_stream_info* out) {
  return guard([&] {
    *out = {};
    out->struct_size = sizeof(arete_stream_info);
    reinterpret_cast<const Source*>(source)->info(*out);
  });
}

arete_error* next(arete_source* source, const arete_media_packet** out) {
  return guard([&] { *out = source_of(source).next(); });
}

void interrupt(arete_source* source) { source_of(source).interrupt(); }

void close(arete_source* source) { delete reinterpret_cast<Source*>(source); }

arete_error* create_video(const arete_video_request* request, arete_video_writer** out) {
  return guard([&] {
    start();
    *out = reinterpret_cast<arete_video_writer*>(std::make_unique<Writer>(request).release());
  });
}

arete_error* frame_memory(arete_video_writer* writer, arete_video_canvas* out) {
  return guard([&] {
    *out = {};
    out->struct_size = sizeof(arete_video_canvas);
    writer_of(writer).frame_memory(*out);
  });
}

arete_error* write_frame(arete_video_writer* writer, int64_t time_ns) {
  return guard([&] { writer_of(writer).write(time_ns); });
}

arete_error* finish_video(arete_video_writer* writer) {
  return guard([&] { writer_of(writer).finish(); });
}

void close_video(arete_video_writer* writer) { delete reinterpret_cast<Writer*>(writer); }

constexpr arete_media kTable{
    .struct_size = sizeof(arete_media),
    .abi_version = ARETE_MEDIA_ABI_VERSION,
    .name = "gstreamer",
    .version = "0.1.0",
    .description = "Clips, cameras, RTSP and microphones through GStreamer.",
    .free_error = arete::plugin::free_error,
    .probe = probe,
    .open = open,
    .info = info,
    .next = next,
    .interrupt = interrupt,
    .close = close,
    .release = Packet::release,
    .create_video = create_video,
    .frame_memory = frame_memory,
    .write_frame = write_frame,
    .finish_video = finish_video,
    .close_video = close_video,
};

}  // namespace
}  // namespace arete_gstreamer

extern "C" __attribute__((visibility("default"))) const arete_media* arete_media_api(
    const arete_host* host) {
  arete::plugin::set_host(host);
  return &arete_gstreamer::kTable;
}
