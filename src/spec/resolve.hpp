// A spec bound to the tensors of one file: layout, dtype, scale and zero point filled in, what the
// spec states of them checked. One spec so serves the float, the quantized and the converted model.
// Knows tensors as facts only, neither the model's IR nor an engine. Pure; kInvalid on mismatch,
// naming the spec's line.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "spec/spec.hpp"
#include "tensor/dtype.hpp"
#include "tensor/quantization.hpp"

namespace arete::spec {

/// What a model file says of one of its inputs or outputs.
struct TensorFacts {
  std::string name;
  tensor::DType dtype = tensor::DType::kUndefined;
  bool rank_known = true;
  std::vector<std::int64_t> dims;  ///< -1 = unknown until run
  std::optional<tensor::Quantization> quantization;
};

/// Where the channels of a picture lie.
enum class Layout : std::uint8_t {
  kNhwc,  ///< [1,] height, width, channels
  kNchw,  ///< [1,] channels, height, width
  kNhw,   ///< [1,] height, width: gray without a channel axis
};

struct ResolvedImage {
  Layout layout = Layout::kNhwc;
  int width = 0;
  int height = 0;
  int channels = 0;
  bool batched = true;  ///< the tensor has a leading axis of 1
};

struct ResolvedInput {
  Input meaning;
  std::size_t index = 0;  ///< among the file's inputs
  TensorFacts tensor;
  std::vector<std::int64_t> shape;          ///< what to feed: unknown dims filled in (batch = 1)
  std::optional<ResolvedImage> image;       ///< for ImageInput
  bool columns_first = false;               ///< for SeriesInput: [1, columns, length]
  std::optional<std::size_t> state_output;  ///< for StateInput: among the file's outputs
};

struct ResolvedTensor {
  std::string role;
  std::size_t index = 0;  ///< among the file's outputs
  TensorFacts tensor;
};

struct ResolvedOutput {
  Output meaning;
  std::vector<ResolvedTensor> tensors;  ///< in the order of roles_of()

  /// The tensor that plays `role`; the decoder has it (checked).
  [[nodiscard]] const ResolvedTensor& tensor(std::string_view role) const;
};

struct ResolvedSpec {
  std::string source;
  std::string name;
  std::vector<ResolvedInput> inputs;  ///< in the order of the file's inputs, one each
  std::vector<ResolvedOutput> outputs;
  std::vector<std::string> warnings;  ///< odd but usable, for people: "1000 labels, 1001 classes"
};

[[nodiscard]] Result<ResolvedSpec> resolve(const Spec& spec, std::span<const TensorFacts> inputs,
                                           std::span<const TensorFacts> outputs);

}  // namespace arete::spec
