// The smallest models that make an engine really compute, one a format, so that an engine can be
// tried without a file: y = Relu(Conv(x)) where the format has operators. Threads: pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "runtime/backend.hpp"

namespace arete::evaluate {

inline constexpr const char* kNullFormat = "null-model";

struct TinyModel {
  std::string format;  ///< "onnx", "tflite" or kNullFormat
  SharedBytes bytes;
};

[[nodiscard]] Result<std::vector<TinyModel>> tiny_models();

/// The first that `backend` says it can load; else its reasons.
[[nodiscard]] Result<TinyModel> tiny_model_for(const runtime::Backend& backend,
                                               const runtime::LoadOptions& options);

}  // namespace arete::evaluate
