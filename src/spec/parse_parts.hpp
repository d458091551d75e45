// The pieces that parse.cpp puts together; private to spec.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "document/node.hpp"
#include "document/reader.hpp"
#include "spec/spec.hpp"

namespace arete::spec {

[[nodiscard]] Result<Input> parse_input(const document::Node& node);
[[nodiscard]] Result<Output> parse_output(const document::Node& node);
[[nodiscard]] Result<ImageInput> parse_image(document::MapReader& reader);
[[nodiscard]] Result<AudioInput> parse_audio(document::MapReader& reader);
/// The decoder named by the key `decoder`, with all its keys.
[[nodiscard]] Result<Decoder> parse_decoder(document::MapReader& reader);
/// `labels:` as a list of names or as {file, names, offset}; empty if absent.
[[nodiscard]] Result<Labels> parse_labels(document::MapReader& reader);
/// labels, min_score, max_detections, nms.
[[nodiscard]] Result<DetectorSettings> parse_detector(document::MapReader& reader,
                                                      const DetectorSettings& defaults);
[[nodiscard]] Result<Activation> parse_activation(document::MapReader& reader, Activation fallback);
/// dtype, shape, layout, scale, zero_point.
[[nodiscard]] Result<StatedTensor> parse_stated(document::MapReader& reader);
/// "strides": whole numbers of at least 1, at least one of them.
[[nodiscard]] Result<std::vector<int>> parse_strides(document::MapReader& reader,
                                                     const std::vector<int>& fallback);
/// One number for all channels or one for each.
[[nodiscard]] Result<std::optional<std::array<double, 3>>> parse_channels(
    document::MapReader& reader, std::string_view key, document::Range range);

inline constexpr double kMostPixels = 16384;  ///< of a side
inline constexpr double kMostSamples = 1 << 28;

}  // namespace arete::spec
