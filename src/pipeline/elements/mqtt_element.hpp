// `type: mqtt`: publishes events or results to an MQTT broker and passes the packets on.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pipeline/element.hpp"

namespace arete::pipeline {

[[nodiscard]] const ElementType& mqtt_element_type();

}  // namespace arete::pipeline
