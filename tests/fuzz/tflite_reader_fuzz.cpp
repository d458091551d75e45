// The TFLite reader on any bytes: it must give a model of sound structure or an error.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "base/log.hpp"
#include "model/tflite/tflite.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool quiet = [] {
    arete::configure_log(arete::LogLevel::kOff, arete::LogFormat::kText);
    return true;
  }();
  (void)quiet;
  arete::Bytes bytes(size);
  if (size > 0) {
    std::memcpy(bytes.data(), data, size);
  }
  arete::model::TfliteReadOptions options;
  options.tensor_byte_limit = std::size_t{16} << 20;
  const auto model = arete::model::read_tflite(arete::SharedBytes(std::move(bytes)), options);
  if (model && !arete::model::check_structure(*model)) {
    std::abort();
  }
  return 0;
}
