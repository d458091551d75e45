// `type: motion`: lets pictures through while something moves in them, and one now and then.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pipeline/element.hpp"

namespace arete::pipeline {

[[nodiscard]] const ElementType& motion_element_type();

}  // namespace arete::pipeline
