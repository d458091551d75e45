// Reading TFLite files into the IR. The IR speaks ONNX's vocabulary: NHWC operators become NCHW
// ones with transposes pushed to the graph's border, quantization lies on the values, and
// Model::arithmetic says that the file rounds like TFLite. Graph inputs and outputs keep the
// file's shapes. Nothing of the file is trusted: the verifier runs first, sizes are checked.
// Threads: pure functions. Ownership: constants share the file's bytes where they can.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "model/ir/model.hpp"

namespace arete::model {

struct TfliteReadOptions {
  /// Push the transposes that NHWC operators need to the border and cancel them.
  bool push_transposes = true;
  /// Largest constant made from sparse or packed data.
  std::size_t tensor_byte_limit = std::size_t{2} << 30;
};

/// Model::metadata keys that the reader sets:
///   tflite.signature.<key>.inputs / .outputs   "name=value;name=value"
///   tflite.state.<input>      the paired output "<input>_next"; the input's Value::metadata has
///                             "state.initial" (base64 of the stored bytes) if the file sets one
///   tflite.description, tflite.labels.<output name>.<file name>   text of label files
///   tflite.mean.<input name>, tflite.std.<input name>   how a picture is scaled, as the file says:
///                             real value = (pixel - mean) / std; "127.5", or "123.7,116.3,103.5"
///   tflite.color.<input name> "rgb" or "gray"
/// An unknown custom operator stays as a node of domain "tflite" (require_known_operators).
[[nodiscard]] Result<Model> read_tflite(SharedBytes file, const TfliteReadOptions& options = {});

/// kUnsupported, naming it, if the model has an operator of domain "tflite": nothing can run or
/// convert such a model.
[[nodiscard]] Status require_known_operators(const Model& model);

/// True if the bytes begin like a TFLite file (identifier "TFL3").
[[nodiscard]] bool looks_like_tflite(ByteView bytes);

}  // namespace arete::model
