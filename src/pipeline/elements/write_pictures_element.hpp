// `type: write_pictures`: each frame as a file in a folder, named as the picture it came from or by
// source and number; masks and large raw outputs beside it. Packets pass, with the files' names.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pipeline/element.hpp"

namespace arete::pipeline {

[[nodiscard]] const ElementType& write_pictures_element_type();

}  // namespace arete::pipeline
