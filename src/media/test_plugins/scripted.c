/* Media plug-ins for media_plugin_test and plugin_source_test. VARIANT 0 works and does what the
 * address says; the others are broken in one way each.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arete/source.h"

#define WRONG_VERSION 1
#define NO_SYMBOL 2
#define SHORT_TABLE 3
#define LACKING 4
#define MISNAMED 5
#define PROBE_FAILS 6
#define OFFERS_NOTHING 7

struct arete_source {
  char script[64]; /* one letter a packet */
  size_t at;
  int interrupted;
  arete_source_request request;
};

static const arete_host* host;
static int lent; /* packets that were not given back */

static arete_error* refuse(arete_code code, const char* message) {
  static arete_error error = {sizeof(arete_error), 0, ""};
  error.code = code;
  error.message = message;
  return &error;
}

static void free_error(arete_error* error) { (void)error; }

static arete_error* probe(arete_media_probe* out) {
  if (VARIANT == PROBE_FAILS) {
    return refuse(ARETE_UNAVAILABLE, "the decoder is missing");
  }
  out->engine_version = "7.0";
  return NULL;
}

static arete_error* open_source(const arete_source_request* request, arete_source** out) {
  static char message[256];
  if (strstr(request->url, "refused") != NULL) {
    snprintf(message, sizeof message, "%s with '%s' refused", request->url, request->password);
    return refuse(ARETE_DENIED, message);
  }
  *out = calloc(1, sizeof(arete_source));
  (*out)->request = *request;
  const char* script = strrchr(request->url, '/');
  strncpy((*out)->script, script == NULL ? request->url : script + 1, 63);
  return NULL;
}

static arete_error* info(const arete_source* source, arete_stream_info* out) {
  out->media = source->request.media;
  out->live = source->request.kind != ARETE_SOURCE_CLIP;
  out->sample_rate_hz = source->request.sample_rate_hz;
  return NULL;
}

static void give_frame(arete_media_packet* packet, char letter) {
  static const uint8_t pixels[4] = {1, 2, 3, 4};
  packet->media = ARETE_MEDIA_VIDEO;
  packet->format = letter == 'x' ? 99 : letter == 'i' ? ARETE_PIXELS_I420 : ARETE_PIXELS_GRAY;
  packet->width = letter == 'w' ? 1 << 30 : 2;
  packet->height = 2;
  packet->planes[0] = pixels;
  packet->strides[0] = 2;
  packet->matrix = ARETE_YUV_BT709;
  packet->range = ARETE_YUV_FULL;
}

/* A digit is a frame (or 300 samples) at that many milliseconds; "-" one without a time; "x" of an
 * unknown format; "w" of an impossible size; "i" without chroma; "e" an error; the end is the end.
 */
static arete_error* next(arete_source* source, const arete_media_packet** out) {
  const char letter = source->script[source->at];
  if (source->interrupted != 0) {
    return refuse(ARETE_CANCELLED, "stopped");
  }
  if (letter == '\0') {
    *out = NULL;
    return NULL;
  }
  ++source->at;
  if (letter == 'e') {
    return refuse(99, "broken");
  }
  arete_media_packet* packet = calloc(1, sizeof(arete_media_packet));
  packet->struct_size = sizeof(arete_media_packet);
  packet->time_ns = letter == '-' ? -1 : (letter - '0') * INT64_C(1000000);
  if (source->request.media == ARETE_MEDIA_AUDIO) {
    static const float samples[300];
    packet->media = ARETE_MEDIA_AUDIO;
    packet->samples = samples;
    packet->sample_count = 300;
    packet->sample_rate_hz = source->request.sample_rate_hz;
  } else {
    give_frame(packet, letter);
  }
  ++lent;
  *out = packet;
  return NULL;
}

static void interrupt(arete_source* source) { source->interrupted = 1; }
static void close_source(arete_source* source) { free(source); }

/* The log tells the test how many packets are still lent. */
static void release(const arete_media_packet* packet) {
  char text[32];
  free((void*)packet);
  --lent;
  snprintf(text, sizeof text, "lent %d", lent);
  host->log(host->user, 3, text);
}

static arete_error* create_video(const arete_video_request* request, arete_video_writer** out) {
  (void)request;
  (void)out;
  return refuse(ARETE_UNAVAILABLE, "no encoder here");
}
static arete_error* frame_memory(arete_video_writer* writer, arete_video_canvas* out) {
  (void)writer;
  (void)out;
  return refuse(ARETE_INTERNAL, "unused");
}
static arete_error* write_frame(arete_video_writer* writer, int64_t time_ns) {
  (void)writer;
  (void)time_ns;
  return refuse(ARETE_INTERNAL, "unused");
}
static arete_error* finish_video(arete_video_writer* writer) {
  (void)writer;
  return refuse(ARETE_INTERNAL, "unused");
}
static void close_video(arete_video_writer* writer) { (void)writer; }

static const arete_media table = {
    .struct_size = VARIANT == SHORT_TABLE ? 16 : sizeof(arete_media),
    .abi_version = VARIANT == WRONG_VERSION ? 99 : ARETE_MEDIA_ABI_VERSION,
    .name = VARIANT == MISNAMED ? "somebody" : PLUGIN_NAME,
    .version = "0",
    .description = "for tests",
    .free_error = free_error,
    .probe = probe,
    .open = open_source,
    .info = info,
    .next = VARIANT == LACKING ? NULL : next,
    .interrupt = interrupt,
    .close = close_source,
    .release = release,
    .create_video = create_video,
    .frame_memory = frame_memory,
    .write_frame = write_frame,
    .finish_video = finish_video,
    .close_video = close_video,
};

#if VARIANT == NO_SYMBOL
const arete_media* another_media_symbol(const arete_host* given);
const arete_media* another_media_symbol(const arete_host* given) {
#else
const arete_media* arete_media_api(const arete_host* given) {
#endif
  host = given;
  return VARIANT == OFFERS_NOTHING ? NULL : &table;
}
