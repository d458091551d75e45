// All kinds of elements that a pipeline's file may name, but for `infer`, which needs models
// (infer_element.hpp). A new kind is one folder entry under elements/ and one line in the .cpp.
// Threads: constant after the first call.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "pipeline/element.hpp"

namespace arete::pipeline {

/// In the order of the reference page.
[[nodiscard]] std::span<const ElementType> element_types();

}  // namespace arete::pipeline
