// Any bytes as the file beside a TVM module: a Failure with a message, or tensors with a type and
// extents that can be.
// SPDX-License-Identifier: Apache-2.0
#include "signature.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace {

void need_sound(const std::vector<arete::plugin::Description>& tensors) {
  for (const arete::plugin::Description& tensor : tensors) {
    for (const std::int64_t extent : tensor.shape) {
      if (extent < -1 || extent > INT32_MAX) {
        std::abort();
      }
    }
    if (arete::plugin::bits_of(tensor.dtype) == 0) {
      std::abort();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const arete_tvm::Signature signature =
        arete_tvm::parse_signature({reinterpret_cast<const char*>(data), size}, "model.so.json");
    need_sound(signature.inputs);
    need_sound(signature.outputs);
  } catch (const arete::plugin::Failure& failure) {
    if (std::string_view(failure.what()).empty()) {
      std::abort();
    }
  }
  return 0;
}
