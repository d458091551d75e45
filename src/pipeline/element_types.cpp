// SPDX-License-Identifier: Apache-2.0
#include "pipeline/element_types.hpp"

#include <vector>

namespace arete::pipeline {

std::span<const ElementType> element_types() {
  static const std::vector<ElementType> types{};
  return types;
}

}  // namespace arete::pipeline
