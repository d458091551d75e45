// `arete convert`: any model file that we read to an ONNX file.
// Threads: free functions. Errors: nothing is left behind when one fails.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "convert/model_source.hpp"

namespace arete::convert {

struct ConvertOptions {
  bool dequantize = false;    ///< write the float twin of a quantized model
  std::string external_name;  ///< file beside the output that takes the large constants
};

struct ConvertReport {
  std::uint64_t bytes = 0;                        ///< of the ONNX file
  std::map<std::string, std::int64_t> operators;  ///< of the ONNX file
  std::vector<std::string> warnings;              ///< what the caller may not have expected
};

/// `output` must end in .onnx; kInvalid otherwise, or if it is the source itself, or if the file
/// for external data is there and belongs to another model.
[[nodiscard]] Result<ConvertReport> convert_file(io::Files& files, const ModelSource& source,
                                                 const io::Path& output,
                                                 const ConvertOptions& options);

}  // namespace arete::convert
