// Small pictures for media's tests. Not part of the library.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>

#include "base/bytes.hpp"
#include "tensor/picture.hpp"

namespace arete::media {

/// Every sample differs from its neighbors, and channels from each other.
inline tensor::Picture test_pattern(tensor::PixelFormat format, int width, int height) {
  tensor::Picture picture(format, width, height);
  for (std::size_t i = 0; i < picture.pixels.size(); ++i) {
    picture.pixels[i] = static_cast<std::uint8_t>(i * 37 + i / 7 * 11);
  }
  return picture;
}

/// Soft enough for JPEG to keep it.
inline tensor::Picture smooth_pattern(tensor::PixelFormat format, int width, int height) {
  tensor::Picture picture(format, width, height);
  const int channels = tensor::channels_of(format);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width * channels; ++x) {
      picture.row(y)[x] =
          static_cast<std::uint8_t>(40 + 2 * y + x / channels + 30 * (x % channels));
    }
  }
  return picture;
}

/// Little-endian numbers, for hand-made files.
class ByteWriter {
 public:
  ByteWriter& u8(std::initializer_list<int> values) {
    for (const int value : values) {
      bytes.push_back(static_cast<std::byte>(value));
    }
    return *this;
  }
  ByteWriter& u16(std::uint32_t value) {
    return u8({static_cast<int>(value & 0xFF), static_cast<int>(value >> 8 & 0xFF)});
  }
  ByteWriter& u32(std::uint32_t value) { return u16(value & 0xFFFF).u16(value >> 16); }

  Bytes bytes;
};

/// The two headers of a bitmap whose pixels follow them (and the palette, if any).
inline ByteWriter bmp_header(int width, int height, std::uint32_t bits, std::uint32_t compression,
                             std::uint32_t palette_colors) {
  ByteWriter out;
  out.u8({'B', 'M'}).u32(0).u32(0).u32(54 + 4 * palette_colors);
  out.u32(40).u32(static_cast<std::uint32_t>(width)).u32(static_cast<std::uint32_t>(height));
  out.u16(1).u16(bits).u32(compression).u32(0).u32(0).u32(0).u32(palette_colors).u32(0);
  return out;
}

}  // namespace arete::media
