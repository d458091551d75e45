// `type: webhook`: posts events or results as JSON to a URL and passes the packets on.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pipeline/element.hpp"

namespace arete::pipeline {

[[nodiscard]] const ElementType& webhook_element_type();

}  // namespace arete::pipeline
