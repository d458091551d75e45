// Windows bitmaps, read by hand: 8-bit palette, 24 and 32 bits, either way up, uncompressed.
// Source: Microsoft's BITMAPFILEHEADER, BITMAPINFOHEADER, BITMAPV4HEADER, BITMAPV5HEADER pages.
// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "media/decoders.hpp"

namespace arete::media {
namespace {

constexpr std::size_t kFileHeaderBytes = 14;
constexpr std::size_t kInfoHeaderBytes = 40;
constexpr std::uint32_t kUncompressed = 0;
constexpr std::uint32_t kBitFields = 3;

std::uint32_t little_u16(ByteView bytes, std::size_t offset) {
  return std::to_integer<std::uint32_t>(bytes[offset]) |
         std::to_integer<std::uint32_t>(bytes[offset + 1]) << 8;
}
std::uint32_t little_u32(ByteView bytes, std::size_t offset) {
  return little_u16(bytes, offset) | little_u16(bytes, offset + 2) << 16;
}

struct BmpHeader {
  std::size_t pixel_offset = 0;
  std::size_t palette_offset = 0;
  std::uint32_t palette_size = 0;
  std::int64_t width = 0;
  std::int64_t height = 0;
  bool top_down = false;
  std::uint32_t bits = 0;  ///< a pixel

  [[nodiscard]] std::size_t row_bytes() const {
    return (static_cast<std::size_t>(width) * bits + 31) / 32 * 4;
  }
};

Status check_encoding(ByteView bytes, const BmpHeader& header, std::uint32_t compression) {
  if (header.bits != 8 && header.bits != 24 && header.bits != 32) {
    return fail(ErrorCode::kUnsupported, "{} bits a pixel; 8, 24 and 32 are read", header.bits);
  }
  if (compression == kBitFields && header.bits == 32) {
    // The masks follow the first 40 bytes, whether or not the header counts them.
    if (bytes.size() < kFileHeaderBytes + kInfoHeaderBytes + 12) {
      return fail(ErrorCode::kCorrupt, "the data ends within the color masks");
    }
    constexpr std::array<std::uint32_t, 3> kUsualMasks{0xFF0000, 0xFF00, 0xFF};
    for (std::size_t i = 0; i < 3; ++i) {
      const auto mask = little_u32(bytes, kFileHeaderBytes + kInfoHeaderBytes + 4 * i);
      if (mask != kUsualMasks[i]) {
        return fail(ErrorCode::kUnsupported, "color mask {:#010x}; 8-bit BGRA order is read", mask);
      }
    }
    return {};
  }
  if (compression != kUncompressed) {
    return fail(ErrorCode::kUnsupported, "compression {} ({}); save it uncompressed or as PNG",
                compression, compression == 1 || compression == 2 ? "run lengths" : "unknown");
  }
  return {};
}

Result<BmpHeader> read_bmp_header(ByteView bytes) {
  if (bytes.size() < kFileHeaderBytes + kInfoHeaderBytes) {
    return fail(ErrorCode::kCorrupt, "the data ends within the header ({} bytes)", bytes.size());
  }
  const std::size_t header_bytes = little_u32(bytes, 14);
  if (header_bytes < kInfoHeaderBytes) {
    return fail(ErrorCode::kUnsupported, "a header of {} bytes (OS/2 bitmap)", header_bytes);
  }
  BmpHeader header;
  header.pixel_offset = little_u32(bytes, 10);
  header.palette_offset = kFileHeaderBytes + header_bytes;
  header.width = static_cast<std::int32_t>(little_u32(bytes, 18));
  const std::int64_t height = static_cast<std::int32_t>(little_u32(bytes, 22));
  header.top_down = height < 0;
  header.height = std::abs(height);
  header.bits = little_u16(bytes, 28);
  ARETE_TRY(check_encoding(bytes, header, little_u32(bytes, 30)));
  if (header.bits == 8) {
    const auto used = little_u32(bytes, 46);
    header.palette_size = used == 0 ? 256 : used;
    if (header.palette_size > 256 || header.palette_offset > bytes.size() ||
        std::size_t{header.palette_size} * 4 > bytes.size() - header.palette_offset) {
      return fail(ErrorCode::kCorrupt, "a palette of {} colors at byte {} does not fit {} bytes",
                  header.palette_size, header.palette_offset, bytes.size());
    }
  }
  return header;
}

struct BmpColor {
  std::uint8_t red;
  std::uint8_t green;
  std::uint8_t blue;
};

BmpColor color_at(ByteView bytes, std::size_t offset) {
  return {std::to_integer<std::uint8_t>(bytes[offset + 2]),
          std::to_integer<std::uint8_t>(bytes[offset + 1]),
          std::to_integer<std::uint8_t>(bytes[offset])};
}

std::uint8_t* put(std::uint8_t* out, BmpColor color, bool gray) {
  if (gray) {
    *out = tensor::luma(color.red, color.green, color.blue);
    return out + 1;
  }
  out[0] = color.red;
  out[1] = color.green;
  out[2] = color.blue;
  return out + 3;
}

}  // namespace

Result<tensor::Picture> decode_bmp(ByteView bytes, const DecodeOptions& options, bool gray) {
  ARETE_TRY_ASSIGN(const BmpHeader header, read_bmp_header(bytes));
  ARETE_TRY(check_dimensions(header.width, header.height, options));
  const std::size_t row_bytes = header.row_bytes();
  const auto rows = static_cast<std::size_t>(header.height);
  if (header.pixel_offset > bytes.size() ||
      rows > (bytes.size() - header.pixel_offset) / row_bytes) {
    return fail(ErrorCode::kCorrupt,
                "{} rows of {} bytes from byte {} are announced, the data has {} bytes", rows,
                row_bytes, header.pixel_offset, bytes.size());
  }
  tensor::Picture picture(gray ? tensor::PixelFormat::kGray : tensor::PixelFormat::kRgb,
                          static_cast<int>(header.width), static_cast<int>(header.height));
  for (int y = 0; y < picture.height; ++y) {
    const int stored = header.top_down ? y : picture.height - 1 - y;
    const std::size_t start = header.pixel_offset + static_cast<std::size_t>(stored) * row_bytes;
    std::uint8_t* out = picture.row(y);
    for (std::size_t x = 0; x < static_cast<std::size_t>(header.width); ++x) {
      if (header.bits != 8) {
        out = put(out, color_at(bytes, start + x * header.bits / 8), gray);
        continue;
      }
      const auto index = std::to_integer<std::uint32_t>(bytes[start + x]);
      if (index >= header.palette_size) {
        return fail(ErrorCode::kCorrupt, "pixel ({}, {}) has color {} of a palette of {}", x, y,
                    index, header.palette_size);
      }
      out = put(out, color_at(bytes, header.palette_offset + std::size_t{4} * index), gray);
    }
  }
  return picture;
}

}  // namespace arete::media
