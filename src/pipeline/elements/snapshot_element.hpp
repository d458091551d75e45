// `type: snapshot`: a picture file for each event, or for each nth frame. The event then has the
// file's name. A picture that cannot be written is logged, and its event passes all the same.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pipeline/element.hpp"

namespace arete::pipeline {

[[nodiscard]] const ElementType& snapshot_element_type();

}  // namespace arete::pipeline
