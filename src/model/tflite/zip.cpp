// SPDX-License-Identifier: Apache-2.0
#include "model/tflite/zip.hpp"

#include <zlib.h>

#include <cstdint>
#include <optional>

namespace arete::model::tflite {
namespace {

constexpr std::size_t kEndRecord = 22;
constexpr std::size_t kDirectoryEntry = 46;
constexpr std::size_t kLocalHeader = 30;
constexpr std::uint32_t kEndMagic = 0x06054b50;
constexpr std::uint32_t kEntryMagic = 0x02014b50;
constexpr std::uint32_t kLocalMagic = 0x04034b50;

std::uint32_t little(ByteView bytes, std::size_t at, std::size_t width) {
  std::uint32_t value = 0;
  for (std::size_t i = width; i-- > 0;) {
    value = (value << 8) | std::to_integer<std::uint32_t>(bytes[at + i]);
  }
  return value;
}

/// The end record has at most 65535 bytes of comment behind it.
std::optional<std::size_t> find_end(ByteView bytes) {
  if (bytes.size() < kEndRecord) {
    return std::nullopt;
  }
  const std::size_t last = bytes.size() - kEndRecord;
  const std::size_t first = last > 65535 ? last - 65535 : 0;
  for (std::size_t at = last + 1; at-- > first;) {
    if (little(bytes, at, 4) == kEndMagic) {
      return at;
    }
  }
  return std::nullopt;
}

Result<std::string> inflate_entry(ByteView packed, std::size_t size) {
  std::string text(size, '\0');
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) {
    return fail(ErrorCode::kInternal, "zlib does not start");
  }
  // zlib's interface takes the input as non-const but does not write to it.
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(size);
  const int end = inflate(&stream, Z_FINISH);
  const std::size_t made = stream.total_out;
  inflateEnd(&stream);
  if (end != Z_STREAM_END || made != size) {
    return fail(ErrorCode::kCorrupt, "the entry unpacks to {} of {} bytes", made, size);
  }
  return text;
}

struct ZipEntry {
  std::string name;
  std::uint32_t method = 0;
  std::size_t packed = 0;
  std::size_t size = 0;
  std::size_t offset = 0;
};

/// Bytes of an entry, whose local header has its own name and extra lengths. Offsets count from
/// the archive's beginning, which is `base` in the file (or 0 if the writer has adjusted them).
Result<std::string> read_entry(ByteView bytes, std::size_t base, const ZipEntry& entry) {
  std::size_t at = entry.offset;
  if (at + kLocalHeader > bytes.size() || little(bytes, at, 4) != kLocalMagic) {
    at += base;
  }
  if (at + kLocalHeader > bytes.size() || little(bytes, at, 4) != kLocalMagic) {
    return fail(ErrorCode::kCorrupt, "no local header at {}", entry.offset);
  }
  at += kLocalHeader + little(bytes, at + 26, 2) + little(bytes, at + 28, 2);
  if (at > bytes.size() || entry.packed > bytes.size() - at) {
    return fail(ErrorCode::kCorrupt, "{} bytes at {} lie outside the file", entry.packed, at);
  }
  const ByteView packed = bytes.subspan(at, entry.packed);
  if (entry.method == 0 && entry.packed == entry.size) {
    return std::string(as_text(packed));
  }
  if (entry.method == 8) {
    return inflate_entry(packed, entry.size);
  }
  return fail(ErrorCode::kUnsupported, "compression method {}", entry.method);
}

}  // namespace

Result<std::map<std::string, std::string>> read_appended_zip(ByteView bytes,
                                                             std::size_t size_limit) {
  std::map<std::string, std::string> files;
  const auto end = find_end(bytes);
  if (!end) {
    return files;
  }
  const std::size_t count = little(bytes, *end + 10, 2);
  const std::size_t directory_size = little(bytes, *end + 12, 4);
  const std::size_t directory_offset = little(bytes, *end + 16, 4);
  if (directory_size > *end) {
    return fail(ErrorCode::kCorrupt, "zip directory of {} bytes lies outside the file",
                directory_size);
  }
  std::size_t at = *end - directory_size;
  const std::size_t base = at >= directory_offset ? at - directory_offset : 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (at + kDirectoryEntry > *end || little(bytes, at, 4) != kEntryMagic) {
      return fail(ErrorCode::kCorrupt, "zip entry {} is cut short", i);
    }
    ZipEntry entry;
    const std::size_t name = little(bytes, at + 28, 2);
    const std::size_t skip = name + little(bytes, at + 30, 2) + little(bytes, at + 32, 2);
    if (kDirectoryEntry + skip > *end - at) {
      return fail(ErrorCode::kCorrupt, "zip entry {} is cut short", i);
    }
    entry.name = as_text(bytes.subspan(at + kDirectoryEntry, name));
    entry.method = little(bytes, at + 10, 2);
    entry.packed = little(bytes, at + 20, 4);
    entry.size = little(bytes, at + 24, 4);
    entry.offset = little(bytes, at + 42, 4);
    if (entry.size > size_limit) {
      return fail(ErrorCode::kNoSpace, "zip entry '{}' of {} bytes", entry.name, entry.size);
    }
    ARETE_TRY_ASSIGN(files[entry.name], read_entry(bytes, base, entry), "zip entry '{}'",
                     entry.name);
    at += kDirectoryEntry + skip;
  }
  return files;
}

}  // namespace arete::model::tflite
