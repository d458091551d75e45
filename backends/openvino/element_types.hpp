// Element types of OpenVINO against those of the ABI.
// Threads: pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openvino/c/ov_common.h>

#include "arete/backend.h"

namespace arete_openvino {

/// ARETE_DTYPE_UNDEFINED for what the ABI does not know.
[[nodiscard]] arete_dtype dtype_of(ov_element_type_e type);
/// DYNAMIC for what OpenVINO does not know.
[[nodiscard]] ov_element_type_e element_type_of(arete_dtype dtype);

}  // namespace arete_openvino
