// What RNN, LSTM and GRU share: reading inputs into one layout, activations with their parameters,
// and writing outputs back. The steps themselves are in recurrent.cpp.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "model/operators/numbers.hpp"
#include "model/operators/operator.hpp"

namespace arete::model::operators {

/// An activation by its ONNX name with its alpha and beta.
struct RecurrentActivation {
  double (*function)(double x, double alpha, double beta) = nullptr;
  double alpha = 0;
  double beta = 0;

  [[nodiscard]] double operator()(double x) const { return function(x, alpha, beta); }
};

/// The layer with every input in layout 0 and absent inputs as zeros.
struct RecurrentLayer {
  std::int64_t steps = 0;
  std::int64_t batch = 0;
  std::int64_t inputs = 0;
  std::int64_t hidden = 0;
  std::int64_t gates = 0;
  std::int64_t directions = 1;
  bool first_is_reverse = false;
  bool batch_first = false;
  double clip = 0;                    ///< 0 = none
  Numbers x;                          ///< [steps, batch, inputs]
  Numbers w;                          ///< [directions, gates * hidden, inputs]
  Numbers r;                          ///< [directions, gates * hidden, hidden]
  Numbers b;                          ///< [directions, 2 * gates * hidden]
  Numbers h;                          ///< [directions, batch, hidden]: initial, then last
  Numbers c;                          ///< the same, for LSTM
  Numbers p;                          ///< [directions, 3 * hidden], for LSTM
  std::vector<std::int64_t> lengths;  ///< of each sequence
  std::vector<RecurrentActivation> activations;

  [[nodiscard]] double clipped(double value) const;
};

/// Checks and reads; `defaults` are the activations of one direction.
[[nodiscard]] Result<RecurrentLayer> recurrent_layer(const KernelContext& context,
                                                     std::int64_t gates,
                                                     std::span<const char* const> defaults);

/// Swaps axes between [directions, batch, hidden] and the batch-first layout.
[[nodiscard]] Numbers batch_swapped(const Numbers& state);
/// [steps, directions, batch, hidden] to [batch, steps, directions, hidden].
[[nodiscard]] Numbers batch_outside(const Numbers& y);

}  // namespace arete::model::operators
