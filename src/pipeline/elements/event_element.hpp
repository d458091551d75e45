// `type: event`: raises events by rules over results, with the reason: enough objects for long
// enough, gone for long enough, or a class's score high for a stretch of time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pipeline/element.hpp"

namespace arete::pipeline {

[[nodiscard]] const ElementType& event_element_type();

}  // namespace arete::pipeline
