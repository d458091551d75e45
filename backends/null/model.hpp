// The null engine's own model format: text, one directive a line, '#' starts a comment.
//   null-model v1
//   input  NAME DTYPE [dims]             dims: numbers, names or ? ; [] is a scalar
//   state  NAME f32 [dims]               numbers only; starts at zero
//   output NAME DTYPE [dims] OPERATION [ARGUMENT...]
//   scale  NAME SCALE ZERO_POINT         quantization of an input or output
//   hold                                 every run waits until it is released or stopped
//   delay MILLISECONDS                   every run takes at least so long, without using a
//   processor
// Operations: copy INPUT (any dtype); nonzero INPUT (indices of its elements that are not 0, i64);
// accumulate INPUT STATE (f32: the state grows by the input and is the output); constant NUMBER...
// (f32 with known extents: the numbers, again and again until it is full).
// Threads: a value type. Errors: Failure(ARETE_CORRUPT) with the line.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "arete/plugin.hpp"

namespace arete_null {

enum class Operation : std::uint8_t { kCopy, kNonzero, kAccumulate, kConstant };

struct Output {
  arete::plugin::Description tensor;
  Operation operation = Operation::kCopy;
  std::size_t input = 0;
  std::size_t state = 0;      ///< of kAccumulate
  std::vector<float> values;  ///< of kConstant, as many as the tensor has
};

struct Model {
  std::vector<arete::plugin::Description> inputs;
  std::vector<arete::plugin::Description> states;
  std::vector<Output> outputs;
  bool hold = false;
  double delay_ms = 0;
};

/// True if the text says that it is such a model, whatever follows.
[[nodiscard]] bool is_null_model(std::string_view text);
[[nodiscard]] Model parse(std::string_view text);

}  // namespace arete_null
