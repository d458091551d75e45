// `type: threshold`: keeps the detections and classes that are sure, large and well placed enough.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pipeline/element.hpp"

namespace arete::pipeline {

[[nodiscard]] const ElementType& threshold_element_type();

}  // namespace arete::pipeline
