// `type: smooth`: class scores without flicker, boxes and keypoints of tracked objects without
// jitter.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pipeline/element.hpp"

namespace arete::pipeline {

[[nodiscard]] const ElementType& smooth_element_type();

}  // namespace arete::pipeline
