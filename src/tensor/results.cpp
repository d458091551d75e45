// SPDX-License-Identifier: Apache-2.0
#include "tensor/results.hpp"

#include <algorithm>

namespace arete::tensor {

float intersection_over_union(const Box& a, const Box& b) {
  const Box common{std::max(a.x1, b.x1), std::max(a.y1, b.y1), std::min(a.x2, b.x2),
                   std::min(a.y2, b.y2)};
  const float together = a.area() + b.area() - common.area();
  return together > 0 ? common.area() / together : 0;
}

}  // namespace arete::tensor
