// Any bytes as an ONNX file whose names are looked for: every name that is found lies in the file.
// SPDX-License-Identifier: Apache-2.0
#include "onnx_names.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace {

void need_within(std::string_view file, const std::vector<arete_openvino::NamedTensor>& tensors) {
  for (const arete_openvino::NamedTensor& tensor : tensors) {
    if (file.find(tensor.name) == std::string_view::npos || tensor.dim_names.size() > file.size()) {
      std::abort();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view file(reinterpret_cast<const char*>(data), size);
  const arete_openvino::OnnxNames names = arete_openvino::onnx_names(file);
  need_within(file, names.inputs);
  need_within(file, names.outputs);
  return 0;
}
