// `type: line`: counts tracked objects that cross named lines, by direction.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pipeline/element.hpp"

namespace arete::pipeline {

[[nodiscard]] const ElementType& line_element_type();

}  // namespace arete::pipeline
