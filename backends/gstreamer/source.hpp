// An open source: the pipeline, and what is pulled from it.
// Threads: as arete/source.h says of a source.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gst/video/video.h>

#include <cstdint>
#include <optional>

#include "arete/source.h"
#include "pipeline.hpp"

namespace arete_gstreamer {

class Source {
 public:
  /// Throws Failure.
  explicit Source(const arete_source_request* request);

  void info(arete_stream_info& out) const;
  /// NULL at the end.
  [[nodiscard]] const arete_media_packet* next();
  void interrupt() { pipeline_.watch.interrupt(); }

 private:
  void open_clip();
  [[nodiscard]] SamplePtr pull();
  [[nodiscard]] const arete_media_packet* lend(SamplePtr sample);
  /// From the stream's start; never goes back; -1 = the stream does not say.
  [[nodiscard]] std::int64_t time_of(GstSample* sample);
  void learn_format(GstCaps* caps);

  Pipeline pipeline_;
  std::optional<arete::plugin::Failure> failure_;  ///< it stays
  CapsPtr caps_;                                   ///< that video_ was made from
  GstVideoInfo video_{};
  std::int64_t first_ns_ = -1;  ///< live: what the first packet said
  std::int64_t last_ns_ = 0;
  std::int64_t duration_ns_ = 0;
};

}  // namespace arete_gstreamer
