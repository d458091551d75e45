// Zones and counting lines as shapes of a picture. Internal to media's drawing.
// Threads: one picture, one thread. Errors: none, everything is clipped.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "media/labels.hpp"
#include "media/overlay.hpp"
#include "tensor/picture.hpp"

namespace arete::media {

/// The tinted area of a zone, which lies below everything else.
void tint_overlay(tensor::Picture& picture, const Overlay& overlay, float share);
/// Its outline, or the line with its arrow, and captions with name and counts.
void outline_overlay(tensor::Picture& picture, const Overlay& overlay, int scale, Labels& labels);

}  // namespace arete::media
