// The names that an ONNX file gives to its inputs and outputs and to their open extents: OpenVINO
// keeps neither reliably. Reads these few fields of the file and skips all else.
// Threads: pure. Errors: none; a file that is not understood has no names.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace arete_openvino {

struct NamedTensor {
  std::string name;
  std::vector<std::string> dim_names;  ///< one an axis, "" for a number
};

struct OnnxNames {
  std::vector<NamedTensor> inputs;  ///< without those that an initializer fills
  std::vector<NamedTensor> outputs;
};

[[nodiscard]] OnnxNames onnx_names(std::string_view file);

}  // namespace arete_openvino
