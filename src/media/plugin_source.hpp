// Sources that the media plug-in opens: clips, cameras, RTSP, microphones, and the sound of a clip.
// Frames are lent by the decoder, so nothing is copied; they may outlive their source.
// Threads: as media::Source. Errors: kUnavailable without the plug-in, a GStreamer element or the
// device, naming what to install; all name the address without its password.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "media/open_source.hpp"
#include "media/stream.hpp"

namespace arete::media {

/// `settings.kind` is kVideo, kCamera, kRtsp or kMicrophone; others are kInvalid. The stream's own
/// times are used, so `clock` is only asked for what has none.
[[nodiscard]] Result<std::unique_ptr<Source>> open_plugin_source(Clock& clock,
                                                                 const SourceSettings& settings);

}  // namespace arete::media
