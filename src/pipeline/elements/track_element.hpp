// `type: track`: gives the objects of each stream ids that stay (transform/tracking/tracker.hpp).
// The result keeps its element's name; its detections carry their track.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pipeline/element.hpp"

namespace arete::pipeline {

[[nodiscard]] const ElementType& track_element_type();

}  // namespace arete::pipeline
