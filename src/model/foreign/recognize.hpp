// Tells what kind of model file somebody has, from its first bytes, and how to export it if it is
// not one that Arete reads. Not here: reading any of them.
// Threads: free functions; only recognize() of a folder touches the disk.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace arete::model {

enum class FileFormat : std::uint8_t {
  kUnknown,
  kOnnx,
  kTflite,
  kTorchCheckpoint,  ///< .pt/.pth: a pickled module or state dict
  kTorchScript,
  kTorchExport,  ///< .pt2
  kExecutorch,   ///< .pte
  kTvm,          ///< .so with functions compiled by TVM
  kPickle,       ///< some other Python object
  kSafetensors,  ///< weights only
  kKerasHdf5,    ///< .h5
  kKerasZip,     ///< .keras
  kSavedModel,   ///< the folder, or its saved_model.pb
  kFrozenGraph,  ///< TensorFlow GraphDef
  kOpenvino,     ///< .xml
  kTensorrt,     ///< .engine, .plan
  kCoreml,       ///< .mlmodel, .mlpackage
  kNcnn,         ///< .param
  kGguf,
  kOrt,  ///< ONNX Runtime's own flatbuffer
};

/// Bytes at the start of a file that recognize() looks at.
inline constexpr std::size_t kRecognizedBytes = std::size_t{1} << 20;

/// By content; the path is asked only where content cannot tell (folders, damaged files).
[[nodiscard]] FileFormat recognize(ByteView head, const std::filesystem::path& path);

/// "a PyTorch checkpoint"
[[nodiscard]] std::string_view title_of(FileFormat format);

/// The command that makes an ONNX or TFLite file of it; empty if Arete reads the format, does not
/// know it, or nothing can export it.
[[nodiscard]] std::string export_command(FileFormat format, const std::filesystem::path& path);

/// What to tell the owner of a file that Arete does not read.
[[nodiscard]] std::string advice_for(FileFormat format, const std::filesystem::path& path);

}  // namespace arete::model
