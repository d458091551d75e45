// SPDX-License-Identifier: Apache-2.0
#include "operations.hpp"

#include <algorithm>

namespace arete_null {

using arete::plugin::Binding;
using arete::plugin::Failure;
using arete::plugin::text_of;

void make_room(Result& result, arete_dtype dtype, const Binding& bound) {
  if (bound) {
    const std::span<const std::int64_t> shape = bound.shape();
    if (!std::ranges::equal(shape, result.shape)) {
      throw Failure(ARETE_INVALID, "the result has shape " + text_of(result.shape) +
                                       ", the bound memory " + text_of(shape));
    }
    if (bound.dense()) {
      result.data = static_cast<std::byte*>(bound.tensor().data);
      return;
    }
  }
  result.owned.resize(arete::plugin::bytes_of(dtype, result.shape));
  result.data = result.owned.data();
}

void copy_strings(const arete_tensor& input, std::uint64_t count, Result& result) {
  const auto* const given = static_cast<const arete_string*>(input.data);
  auto* const views = reinterpret_cast<arete_string*>(result.data);
  result.strings.clear();
  for (std::uint64_t i = 0; i < count; ++i) {
    result.strings.emplace_back(given[i].data, given[i].size);
  }
  for (std::uint64_t i = 0; i < count; ++i) {
    views[i] = {result.strings[i].data(), result.strings[i].size()};
  }
}

std::vector<std::int64_t> nonzero(std::span<const float> values) {
  std::vector<std::int64_t> indices;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] != 0) {
      indices.push_back(static_cast<std::int64_t>(i));
    }
  }
  return indices;
}

void accumulate(std::span<const float> input, std::span<float> state) {
  for (std::size_t i = 0; i < state.size(); ++i) {
    state[i] += input[i];
  }
}

}  // namespace arete_null
