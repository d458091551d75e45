// SPDX-License-Identifier: Apache-2.0
#include "media/orientation.hpp"

#include <algorithm>
#include <cstdint>

namespace arete::media {
namespace {

unsigned byte_at(ByteView bytes, std::size_t offset) {
  return std::to_integer<unsigned>(bytes[offset]);
}

/// Numbers of a TIFF directory in the byte order that its header names.
class TiffReader {
 public:
  TiffReader(ByteView bytes, bool big_endian) : bytes_(bytes), big_endian_(big_endian) {}

  [[nodiscard]] bool has(std::size_t offset, std::size_t length) const {
    return offset <= bytes_.size() && length <= bytes_.size() - offset;
  }
  /// The caller has asked has().
  [[nodiscard]] unsigned u16(std::size_t offset) const {
    const unsigned first = byte_at(bytes_, offset);
    const unsigned second = byte_at(bytes_, offset + 1);
    return big_endian_ ? first << 8 | second : second << 8 | first;
  }
  [[nodiscard]] unsigned u32(std::size_t offset) const {
    return big_endian_ ? u16(offset) << 16 | u16(offset + 2) : u16(offset + 2) << 16 | u16(offset);
  }

 private:
  ByteView bytes_;
  bool big_endian_;
};

constexpr unsigned kOrientationTag = 0x0112;
constexpr unsigned kShortType = 3;

int orientation_of_tiff(ByteView tiff) {
  if (tiff.size() < 8) {
    return 1;
  }
  const bool big_endian = as_text(tiff.first(2)) == "MM";
  if (!big_endian && as_text(tiff.first(2)) != "II") {
    return 1;
  }
  const TiffReader reader(tiff, big_endian);
  const std::size_t directory = reader.u32(4);
  if (reader.u16(2) != 42 || !reader.has(directory, 2)) {
    return 1;
  }
  const std::size_t count = reader.u16(directory);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t entry = directory + 2 + 12 * i;
    if (!reader.has(entry, 12)) {
      return 1;
    }
    if (reader.u16(entry) == kOrientationTag) {
      const unsigned value = reader.u16(entry + 8);
      return reader.u16(entry + 2) == kShortType && value >= 1 && value <= 8
                 ? static_cast<int>(value)
                 : 1;
    }
  }
  return 1;
}

}  // namespace

int exif_orientation(ByteView jpeg) {
  constexpr std::string_view kExifHeader("Exif\0\0", 6);
  std::size_t offset = 2;
  // Marker segments up to the first scan: FF, marker, 16-bit length that counts itself.
  while (offset + 4 <= jpeg.size() && byte_at(jpeg, offset) == 0xFF) {
    const unsigned marker = byte_at(jpeg, offset + 1);
    if (marker == 0xFF) {
      ++offset;
      continue;
    }
    const std::size_t length = byte_at(jpeg, offset + 2) << 8 | byte_at(jpeg, offset + 3);
    if (marker == 0xDA || marker == 0xD9 || length < 2 || length > jpeg.size() - offset - 2) {
      return 1;
    }
    const ByteView payload = jpeg.subspan(offset + 4, length - 2);
    if (marker == 0xE1 && as_text(payload).starts_with(kExifHeader)) {
      return orientation_of_tiff(payload.subspan(kExifHeader.size()));
    }
    offset += 2 + length;
  }
  return 1;
}

tensor::Picture upright(tensor::Picture picture, int orientation) {
  if (orientation < 2 || orientation > 8) {
    return picture;
  }
  const bool transposed = orientation >= 5;
  // Bit n is orientation n.
  const bool mirror_x = ((0b1'1000'1100 >> orientation) & 1) != 0;
  const bool mirror_y = ((0b0'1101'1000 >> orientation) & 1) != 0;
  tensor::Picture turned(picture.format, transposed ? picture.height : picture.width,
                         transposed ? picture.width : picture.height);
  const int channels = tensor::channels_of(picture.format);
  for (int y = 0; y < turned.height; ++y) {
    std::uint8_t* out = turned.row(y);
    for (int x = 0; x < turned.width; ++x) {
      // Where this upright pixel lies in the stored picture.
      const int along = transposed ? y : x;
      const int across = transposed ? x : y;
      const int source_x = mirror_x ? picture.width - 1 - along : along;
      const int source_y = mirror_y ? picture.height - 1 - across : across;
      const std::uint8_t* in = picture.row(source_y) + std::ptrdiff_t{source_x} * channels;
      out = std::copy_n(in, channels, out);
    }
  }
  return turned;
}

}  // namespace arete::media
