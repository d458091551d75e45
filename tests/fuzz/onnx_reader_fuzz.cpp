// Any bytes into the ONNX reader. What it accepts must be sound, can be written, and reads again.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "base/log.hpp"
#include "model/onnx/onnx.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace arete;
  configure_log(LogLevel::kOff, LogFormat::kText);
  const auto* bytes = reinterpret_cast<const std::byte*>(data);
  for (const bool fold : {false, true}) {
    model::OnnxReadOptions options;
    options.fold_quantization = fold;
    const auto model = model::read_onnx(SharedBytes(Bytes(bytes, bytes + size)), options);
    if (!model) {
      return 0;
    }
    ARETE_CHECK(model::check_structure(*model).has_value());
    const auto written = model::write_onnx(*model);
    ARETE_CHECK(written.has_value());
    const auto again = model::read_onnx(SharedBytes(*written), options);
    ARETE_CHECK(again.has_value());
    const auto twice = model::write_onnx(*again);
    ARETE_CHECK(twice.has_value());
  }
  return 0;
}
