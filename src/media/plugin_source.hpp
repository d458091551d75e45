// Sources that the media plug-in opens: clips, cameras, RTSP, microphones, and the sound of a clip.
// Frames are lent by the decoder, so nothing is copied; they may outlive their source.
// Threads: as media::Source. Errors: kUnavailable without the plug-in, a part of GStreamer or the
// device, naming what to install; all name the address, none its password.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "media/media_plugin.hpp"
#include "media/open_source.hpp"
#include "media/stream.hpp"

namespace arete::media {

/// `settings.kind` is kVideo, kCamera, kRtsp or kMicrophone (whose url may name a file: then it is
/// that file's sound); others are kInvalid. A clip is looked into; of a live source only the first
/// next() tells whether it is there. Packets without a time of their own get `clock`'s, from the
/// opening on. `clock` must outlive the source.
[[nodiscard]] Result<std::unique_ptr<Source>> open_plugin_source(Clock& clock,
                                                                 const SourceSettings& settings);

/// The same through a plug-in at hand.
[[nodiscard]] Result<std::unique_ptr<Source>> open_plugin_source(const MediaPlugin& plugin,
                                                                 Clock& clock,
                                                                 const SourceSettings& settings);

}  // namespace arete::media
