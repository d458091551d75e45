// `type: zone`: who is inside named polygons: events when tracked objects enter, stay and leave,
// counts now and in all.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pipeline/element.hpp"

namespace arete::pipeline {

[[nodiscard]] const ElementType& zone_element_type();

}  // namespace arete::pipeline
