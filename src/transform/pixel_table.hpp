// What each of the 256 pixel values becomes in a model's input tensor: normalization, quantization
// and storage in one table a channel. Internal to transform.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "base/result.hpp"
#include "spec/resolve.hpp"

namespace arete::transform {

class PixelTable {
 public:
  /// `input` holds a spec::ImageInput. kUnsupported names the dtype that cannot hold pixels.
  [[nodiscard]] static Result<PixelTable> create(const spec::ResolvedInput& input);

  [[nodiscard]] std::size_t element_bytes() const { return element_bytes_; }
  /// f32, f16 and bf16 hold (pixel - mean) * factor, computed in float in that order; all others
  /// are rounded once from (pixel - mean) / std_dev in double.
  [[nodiscard]] float mean(std::size_t channel) const { return mean_[channel]; }
  [[nodiscard]] float factor(std::size_t channel) const { return factor_[channel]; }
  /// The 256 entries of a channel, where elements are bytes.
  [[nodiscard]] const std::uint8_t* bytes(std::size_t channel) const {
    return reinterpret_cast<const std::uint8_t*>(bytes_.data()) + channel * 256 * element_bytes_;
  }
  void store(int channel, std::uint8_t pixel, std::byte* out) const {
    const std::byte* entry =
        bytes_.data() + (static_cast<std::size_t>(channel) * 256 + pixel) * element_bytes_;
    // Constant sizes, so that each becomes one instruction.
    switch (element_bytes_) {
      case 1:
        *out = *entry;
        return;
      case 2:
        std::memcpy(out, entry, 2);
        return;
      case 4:
        std::memcpy(out, entry, 4);
        return;
      default:
        std::memcpy(out, entry, element_bytes_);
        return;
    }
  }

 private:
  std::size_t element_bytes_ = 0;
  std::array<float, 3> mean_{};
  std::array<float, 3> factor_{};
  std::vector<std::byte> bytes_;
};

}  // namespace arete::transform
