// `type: draw`: draws what was found into a picture of its own, RGB, which takes the frame's place;
// results and events stay. Sound and sensor rows pass.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pipeline/element.hpp"

namespace arete::pipeline {

[[nodiscard]] const ElementType& draw_element_type();

}  // namespace arete::pipeline
