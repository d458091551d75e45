// Writes rows of 8-bit pixels into a model's input tensor: normalized, quantized, in its dtype and
// layout. Internal to transform. Threads: one at a time (it owns a row buffer).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/result.hpp"
#include "spec/resolve.hpp"
#include "transform/pixel_table.hpp"
#include "transform/row_kernels.hpp"
#include "transform/row_memory.hpp"

namespace arete::transform {

class RowWriter {
 public:
  /// kUnsupported or kInvalid as PixelTable says.
  [[nodiscard]] static Result<RowWriter> create(const spec::ResolvedInput& input,
                                                const RowKernels& kernels);

  /// Bytes of one picture.
  [[nodiscard]] std::size_t picture_bytes() const;

  /// Row `y` of the picture at `picture`; `rows` are as wide as the input, one a channel of the
  /// model, with slack behind them.
  void write(const std::uint8_t* const* rows, int y, std::byte* picture);

 private:
  enum class Store : std::uint8_t { kF32, kF16, kBytes, kTable };

  RowWriter(const spec::ResolvedInput& input, const RowKernels& kernels, PixelTable table);
  void put(const std::uint8_t* pixels, std::size_t channel, std::size_t size, std::byte* out);
  void put_bytes(const std::uint8_t* pixels, std::size_t channel, std::uint8_t* out) const;
  void put_by_table(const std::uint8_t* const* rows, std::byte* out) const;

  const RowKernels* kernels_;
  PixelTable table_;
  Store store_ = Store::kTable;
  bool planar_ = false;
  bool keeps_bytes_ = false;            ///< kBytes: the pixel itself is stored
  std::array<bool, 3> shifts_bytes_{};  ///< kBytes: the pixel and a constant, bytes(channel)[0]
  std::size_t width_ = 0;
  std::size_t height_ = 0;
  std::size_t channels_ = 0;
  std::array<FloatScale, 4> scales_{};  ///< a channel each; [3]: all three, interleaved
  std::size_t row_size_ = 0;            ///< of a row in buffer_, slack included
  RowMemory buffer_;                    ///< three rows, and an interleaved one
};

}  // namespace arete::transform
