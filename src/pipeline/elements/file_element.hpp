// `type: file`: appends events or results to a file as JSON Lines and passes the packets on.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pipeline/element.hpp"

namespace arete::pipeline {

[[nodiscard]] const ElementType& file_element_type();

}  // namespace arete::pipeline
