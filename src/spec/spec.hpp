// The spec of a model: what its inputs and outputs mean, as typed structs. Lives beside the model
// as <stem>.spec.yaml. Reading is parse.hpp, checking against a file's tensors resolve.hpp, finding
// it lookup.hpp. Threads: plain values.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "spec/input.hpp"
#include "spec/output.hpp"

namespace arete::spec {

inline constexpr int kSpecVersion = 1;

struct Spec {
  std::string source;  ///< where it was read: a path, or "metadata of x.tflite"
  std::string name;    ///< of the model, for people
  std::string description;
  std::vector<Input> inputs;
  std::vector<Output> outputs;
};

}  // namespace arete::spec
