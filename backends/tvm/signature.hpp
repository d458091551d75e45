// What a compiled TVM module does not say of itself: names, dtypes and shapes of its inputs and
// outputs. They stand in a JSON file beside it, `model.so.json` (README.md has the form).
// Errors: Failure naming the file and the key.
// Threads: value types.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "arete/plugin.hpp"

namespace arete_tvm {

struct Signature {
  std::vector<arete::plugin::Description> inputs;
  std::vector<arete::plugin::Description> outputs;
};

/// `file` is named in errors.
[[nodiscard]] Signature parse_signature(std::string_view json, const std::string& file);
/// From beside the module. ARETE_NOT_FOUND says how to make it.
[[nodiscard]] Signature read_signature(const std::string& module_path);

}  // namespace arete_tvm
