// Reading and writing ONNX files: every operator, attribute and field survives, known or not. What
// an operator means is not looked at here. Format notes: docs/formats/onnx.md.
// Threads: free functions without shared state. Errors: kCorrupt for files that lie about
// themselves, naming the node, tensor or value; kUnsupported for what is beyond our limits.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "model/ir/model.hpp"

namespace arete::model {

/// Versions of the ai.onnx operators that the readers of the IR know; others are read with a log
/// entry and left to engines.
inline constexpr std::int64_t kOldestOpset = 11;
inline constexpr std::int64_t kNewestOpset = 28;
/// Levels of subgraphs in subgraphs.
inline constexpr int kDeepestSubgraph = 64;

struct OnnxReadOptions {
  /// Where external data lies; empty = a file with external data is refused.
  std::filesystem::path folder;
  /// QuantizeLinear/DequantizeLinear pairs become quantization of values where nothing is lost
  /// (passes/fold_quantization.hpp).
  bool fold_quantization = true;
};

struct OnnxWriteOptions {
  /// Name of a file beside the model that takes the large constants; empty = all in one file,
  /// unless that would exceed protobuf's 2 GiB: then it is "<model file name>.data".
  std::string external_name;
  /// Constants of at least so many bytes go there.
  std::size_t external_threshold = 1024;
};

[[nodiscard]] Result<Model> read_onnx(SharedBytes file, const OnnxReadOptions& options = {});
/// External data is looked up beside the file.
[[nodiscard]] Result<Model> read_onnx_file(const std::filesystem::path& path);

/// Quantization of values becomes QuantizeLinear/DequantizeLinear nodes. One file only: kInvalid
/// with an external name, kUnsupported above 2 GiB.
[[nodiscard]] Result<Bytes> write_onnx(const Model& model, const OnnxWriteOptions& options = {});
[[nodiscard]] Status write_onnx_file(const Model& model, const std::filesystem::path& path,
                                     const OnnxWriteOptions& options = {});

}  // namespace arete::model
