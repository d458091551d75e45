// Starting GStreamer, once a process.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace arete_gstreamer {

/// Throws ARETE_UNAVAILABLE with GStreamer's reason. Any thread; cheap the second time.
void start();

}  // namespace arete_gstreamer
