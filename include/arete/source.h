/* The C ABI between Arete and a media plug-in: what a file `arete_media_<name>.so` must offer to
 * read clips, cameras, network streams and microphones, and to write video. Not for programs: they
 * use src/media.
 *
 * A plug-in exports exactly one symbol, `arete_media_api`. All else is function pointers.
 *
 * Versions, errors and ownership are as in backend.h, whose error codes and host are used here:
 * every struct starts with `struct_size`, nobody looks beyond it, members are only appended, and
 * anything else raises ARETE_MEDIA_ABI_VERSION. A function that can fail returns `arete_error*`,
 * to be given back to `free_error` of the same plug-in; out-parameters hold nothing then. No C++
 * exception and no longjmp may cross this boundary in either direction.
 *
 * Threads. `probe` and `open` functions may be called from any thread, at the same time. A source
 * or writer is serial: one call at a time, from any thread. Only `interrupt` may be called on a
 * source while another call runs, and `release` at any time from any thread. Two sources never
 * disturb one another.
 *
 * Messages never repeat `password`.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ARETE_SOURCE_H
#define ARETE_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "arete/backend.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ARETE_MEDIA_ABI_VERSION 1u

typedef int32_t arete_media_kind;
enum { ARETE_MEDIA_VIDEO = 1, ARETE_MEDIA_AUDIO = 2 };

typedef int32_t arete_source_kind;
enum {
  ARETE_SOURCE_CLIP = 1,      /* `url` is a path or an address with a scheme; can be read again */
  ARETE_SOURCE_CAMERA = 2,    /* a device, such as /dev/video0 */
  ARETE_SOURCE_RTSP = 3,      /* rtsp:// or rtsps://, without user and password */
  ARETE_SOURCE_MICROPHONE = 4 /* an ALSA device, such as "default" */
};

/* 8 bits a sample. Extents of halved planes round up. */
typedef int32_t arete_pixels;
enum {
  ARETE_PIXELS_NV12 = 1, /* luma; U V pairs, half as wide and high */
  ARETE_PIXELS_I420 = 2, /* luma; U; V, both half as wide and high */
  ARETE_PIXELS_YUYV = 3, /* one plane of Y U Y V: chroma half as wide */
  ARETE_PIXELS_GRAY = 4,
  ARETE_PIXELS_RGB = 5,
  ARETE_PIXELS_BGR = 6
};

typedef int32_t arete_yuv_matrix;
enum { ARETE_YUV_BT601 = 1, ARETE_YUV_BT709 = 2 };

typedef int32_t arete_yuv_range;
enum {
  ARETE_YUV_LIMITED = 1, /* black 16, white 235, chroma 16..240 */
  ARETE_YUV_FULL = 2     /* 0..255 */
};

typedef struct arete_source_request {
  uint32_t struct_size;
  arete_source_kind kind;
  arete_media_kind media; /* which of a clip's streams; camera and RTSP: video, microphone: audio */
  const char* url;
  const char* user;         /* RTSP; NULL = none */
  const char* password;     /* RTSP; NULL = none */
  int32_t width;            /* pixels, camera: what to ask for; 0 = its own */
  int32_t height;           /* pixels, likewise */
  double frames_per_second; /* camera: what to ask for; 0 = its own */
  int32_t sample_rate_hz;   /* audio: what comes; 0 = 16000 */
  int32_t newest;           /* live video: 1 = a frame not yet taken gives way to the next one */
  int64_t timeout_ns;       /* opening, and live: nothing for so long is ARETE_TIMEOUT; 0 = never */
} arete_source_request;

/* Of a source. What is not known before the first packet is 0. */
typedef struct arete_stream_info {
  uint32_t struct_size;
  arete_media_kind media;
  int32_t live; /* 1 = comes at its own pace */
  int32_t width;
  int32_t height;
  double frames_per_second;
  int32_t sample_rate_hz;
  int64_t duration_ns;
} arete_stream_info;

/* One picture, or consecutive samples of one channel. */
typedef struct arete_media_packet {
  uint32_t struct_size;
  arete_media_kind media;
  int64_t time_ns; /* from the start of the stream; of the first sample; -1 = the stream has none */

  arete_pixels format; /* video from here on */
  int32_t width;
  int32_t height;
  const uint8_t* planes[3]; /* as many as the format has, the others NULL */
  int64_t strides[3];       /* bytes from one row to the next */
  arete_yuv_matrix matrix;
  arete_yuv_range range;

  const float* samples; /* audio from here on: -1..1, several channels averaged */
  uint64_t sample_count;
  int32_t sample_rate_hz;
} arete_media_packet;

typedef struct arete_video_request {
  uint32_t struct_size;
  const char* path; /* created or overwritten */
  int32_t width;    /* pixels, even, of all frames */
  int32_t height;
  double frames_per_second;    /* what players are told */
  int32_t kilobits_per_second; /* 0 = constant quality */
  arete_yuv_matrix matrix;     /* of the frames that come; their range is limited */
} arete_video_request;

/* Memory for one frame to write: ARETE_PIXELS_I420 or _NV12, as the encoder wants it. */
typedef struct arete_video_canvas {
  uint32_t struct_size;
  arete_pixels format;
  int32_t width;
  int32_t height;
  uint8_t* planes[3];
  int64_t strides[3];
} arete_video_canvas;

/* What probing found on this machine. Valid until the process ends. */
typedef struct arete_media_probe {
  uint32_t struct_size;
  const char* engine_version;
} arete_media_probe;

typedef struct arete_source arete_source;             /* opaque, the plug-in's */
typedef struct arete_video_writer arete_video_writer; /* opaque, the plug-in's */

/* All functions must be there. */
typedef struct arete_media {
  uint32_t struct_size;
  uint32_t abi_version; /* ARETE_MEDIA_ABI_VERSION it was compiled with */
  const char* name;     /* same as in the file's name */
  const char* version;  /* of the plug-in */
  const char* description;

  void (*free_error)(arete_error* error);

  /* Can it work on this machine at all? Cheap the second time. */
  arete_error* (*probe)(arete_media_probe* out);

  /* A clip is looked into; a camera or network stream is only started, so that the first `next`
   * tells whether it is there. ARETE_UNAVAILABLE names a missing part and what to install. */
  arete_error* (*open)(const arete_source_request* request, arete_source** out);
  arete_error* (*info)(const arete_source* source, arete_stream_info* out);
  /* What comes next, waiting for it; NULL at the end of the stream, then always. After an error the
   * source is done for. The packet is lent until `release`, also beyond `close`; whoever keeps
   * several makes some decoders wait. */
  arete_error* (*next)(arete_source* source, const arete_media_packet** out);
  /* `next` fails with ARETE_CANCELLED soon, now and ever after. */
  void (*interrupt)(arete_source* source);
  /* Not during another call. NULL is allowed. */
  void (*close)(arete_source* source);
  void (*release)(const arete_media_packet* packet);

  /* Makes a file of H.264 in MP4. */
  arete_error* (*create_video)(const arete_video_request* request, arete_video_writer** out);
  /* Memory for the next frame, waiting until the encoder has room. The caller fills it and calls
   * write_frame; it must not be touched after that. */
  arete_error* (*frame_memory)(arete_video_writer* writer, arete_video_canvas* out);
  /* `time_ns` counts from the start of the video and must grow. */
  arete_error* (*write_frame)(arete_video_writer* writer, int64_t time_ns);
  /* Completes the file. Nothing but close_video may follow. */
  arete_error* (*finish_video)(arete_video_writer* writer);
  /* Without finish_video before it, the file is left as it is, unreadable. NULL is allowed. */
  void (*close_video)(arete_video_writer* writer);
} arete_media;

#define ARETE_MEDIA_SYMBOL "arete_media_api"
typedef const arete_media* (*arete_media_entry)(const arete_host* host);

/* The one exported symbol. Cheap: nothing is loaded yet. */
const arete_media* arete_media_api(const arete_host* host);

#ifdef __cplusplus
}
#endif
#endif /* ARETE_SOURCE_H */
