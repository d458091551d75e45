// What the null engine's operations compute, on memory alone.
// Threads: pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "arete/plugin.hpp"

namespace arete_null {

/// An operation's result: dense memory, ours or the caller's.
struct Result {
  std::vector<std::int64_t> shape;
  std::byte* data = nullptr;
  std::vector<std::byte> owned;      ///< used unless the caller bound memory
  std::vector<std::string> strings;  ///< contents that `owned` points to
};

/// Room for `bytes`: the caller's dense memory if it is bound, else our own.
void make_room(Result& result, arete_dtype dtype, const arete::plugin::Binding& bound);

void copy_strings(const arete_tensor& input, std::uint64_t count, Result& result);
/// Indices of what is not zero.
[[nodiscard]] std::vector<std::int64_t> nonzero(std::span<const float> values);
void accumulate(std::span<const float> input, std::span<float> state);

}  // namespace arete_null
