// SPDX-License-Identifier: Apache-2.0
#include "transform/decode/planes.hpp"

namespace arete::transform {
namespace {

bool channels_first(const std::vector<std::int64_t>& dims, std::size_t channels) {
  const auto wanted = static_cast<std::int64_t>(channels);
  if (channels > 0 && (dims[0] == wanted) != (dims[2] == wanted)) {
    return dims[0] == wanted;
  }
  if ((dims[1] == dims[2]) != (dims[0] == dims[1])) {
    return dims[1] == dims[2];
  }
  return dims[0] < dims[2];
}

}  // namespace

Result<Planes> planes_of(const tensor::Shape& shape, std::size_t channels, std::string_view output,
                         std::string_view expected) {
  // Only the batch may be taken away here: a plane may well be one row high.
  const bool batched = shape.rank() == 4 && shape[0] == 1;
  if (!batched && shape.rank() != 3) {
    return fail(ErrorCode::kInvalid, "output '{}' has shape {}; expected {}", output, shape.text(),
                expected);
  }
  ARETE_TRY_ASSIGN(const auto dims, extents(shape, 3, output, expected));
  for (const std::int64_t extent : dims) {
    if (extent < 1) {
      return fail(ErrorCode::kInvalid, "output '{}' has shape {}: empty", output, shape.text());
    }
  }
  const auto size = [&](std::size_t axis) { return static_cast<std::size_t>(dims[axis]); };
  if (channels_first(dims, channels)) {
    return Planes{size(1), size(2), size(0), size(2), 1, size(1) * size(2)};
  }
  return Planes{size(0), size(1), size(2), size(1) * size(2), size(2), 1};
}

}  // namespace arete::transform
