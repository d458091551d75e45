// What a model is run on - a picture, a part of one, a window of sound or of sensor rows - and how
// numbers that are no picture are written into an input tensor. Internal to the module.
// Threads: pure functions.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "base/result.hpp"
#include "pipeline/packet_type.hpp"
#include "spec/resolve.hpp"
#include "tensor/picture.hpp"
#include "tensor/results.hpp"
#include "tensor/tensor.hpp"

namespace arete::pipeline {

/// One thing to run on; what it refers to must outlive the run.
struct ModelItem {
  const tensor::PictureView* picture = nullptr;  ///< for a model that sees
  std::optional<tensor::Box> region{};           ///< of the picture, in its pixels
  std::span<const float> values{};  ///< otherwise: a window, as many numbers as the input takes
};

/// What feeds a model: the one input that is neither constant nor state. kUnsupported if there is
/// none, several, or one that no source gives.
[[nodiscard]] Result<std::size_t> fed_input_of(const spec::ResolvedSpec& spec);

/// kUnsupported for an input that needs more than its numbers (spectra, text).
[[nodiscard]] Result<PacketType> packet_type_of(const spec::ResolvedInput& input);

/// A tensor of the input's shape; `values` fill it, one of them all of it. Quantized as the file
/// says.
[[nodiscard]] Result<tensor::Tensor> filled(const spec::ResolvedInput& input,
                                            std::span<const double> values);

/// The first content of a constant or state input.
[[nodiscard]] Result<tensor::Tensor> initial_tensor(const spec::ResolvedInput& input);

/// Normalizes and quantizes a window into `out`, the memory of one item.
[[nodiscard]] Status write_window(const spec::ResolvedInput& input, std::span<const float> values,
                                  std::span<std::byte> out);

}  // namespace arete::pipeline
