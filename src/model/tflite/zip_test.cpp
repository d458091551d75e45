// SPDX-License-Identifier: Apache-2.0
#include "model/tflite/zip.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <string>

namespace arete::model::tflite {
namespace {

std::string little_endian(std::size_t value, int width) {
  std::string text;
  for (int i = 0; i < width; ++i) {
    text += static_cast<char>(value & 0xff);
    value >>= 8;
  }
  return text;
}

std::string deflated(const std::string& text) {
  std::string packed(text.size() + 64, '\0');
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string copy = text;
  stream.next_in = reinterpret_cast<Bytef*>(copy.data());
  stream.avail_in = static_cast<uInt>(copy.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

/// An archive of one file, appended to `before`.
std::string archive(const std::string& before, const std::string& packed, int method,
                    std::size_t size) {
  const std::string name = "labels.txt";
  const std::string sizes = little_endian(packed.size(), 4) + little_endian(size, 4);
  const std::string local = little_endian(0x04034b50, 4) + little_endian(20, 2) +
                            little_endian(0, 2) + little_endian(method, 2) + little_endian(0, 8) +
                            sizes + little_endian(name.size(), 2) + little_endian(0, 2) + name +
                            packed;
  const std::string entry = little_endian(0x02014b50, 4) + little_endian(0, 4) +
                            little_endian(0, 2) + little_endian(method, 2) + little_endian(0, 8) +
                            sizes + little_endian(name.size(), 2) + little_endian(0, 16) + name;
  const std::string end = little_endian(0x06054b50, 4) + little_endian(0, 4) + little_endian(1, 2) +
                          little_endian(1, 2) + little_endian(entry.size(), 4) +
                          little_endian(local.size(), 4) + little_endian(0, 2);
  return before + local + entry + end;
}

constexpr std::size_t kLimit = 1 << 16;

TEST(AppendedZip, StoredAndDeflatedEntriesAreRead) {
  const std::string text = "cat\ndog\ncat\ndog\ncat\ndog\n";
  for (const std::string before : {"", "a model in front"}) {
    const auto stored = read_appended_zip(as_bytes(archive(before, text, 0, text.size())), kLimit);
    ASSERT_TRUE(stored) << stored.error().message();
    EXPECT_EQ(stored->at("labels.txt"), text);
    const auto small =
        read_appended_zip(as_bytes(archive(before, deflated(text), 8, text.size())), kLimit);
    ASSERT_TRUE(small) << small.error().message();
    EXPECT_EQ(small->at("labels.txt"), text);
  }
}

TEST(AppendedZip, BytesWithoutAnArchiveHaveNoFiles) {
  const auto files =
      read_appended_zip(as_bytes(std::string_view("no archive here at all")), kLimit);
  ASSERT_TRUE(files);
  EXPECT_TRUE(files->empty());
}

TEST(AppendedZip, EveryTruncationIsAnErrorOrHasNoFiles) {
  const std::string whole = archive("front", "hello", 0, 5);
  for (std::size_t cut = 1; cut < whole.size(); ++cut) {
    const auto files = read_appended_zip(as_bytes(whole).subspan(cut), kLimit);
    if (files && cut > 5) {  // more than the bytes in front of the archive is gone
      EXPECT_TRUE(files->empty()) << cut;
    }
    const auto front = read_appended_zip(as_bytes(whole).first(whole.size() - cut), kLimit);
    EXPECT_TRUE(!front || front->empty()) << cut;
  }
}

TEST(AppendedZip, LyingSizesAreRefused) {
  const std::string text = "hello";
  for (const std::size_t said : {4U, 6U, 0U}) {
    EXPECT_FALSE(read_appended_zip(as_bytes(archive("", text, 0, said)), kLimit)) << said;
    EXPECT_FALSE(read_appended_zip(as_bytes(archive("", deflated(text), 8, said)), kLimit)) << said;
  }
  EXPECT_FALSE(read_appended_zip(as_bytes(archive("", text, 12, text.size())), kLimit));
}

TEST(AppendedZip, ABombIsRefusedBeforeItIsUnpacked) {
  const std::string zeros(kLimit + 1, '\0');
  const auto files =
      read_appended_zip(as_bytes(archive("", deflated(zeros), 8, zeros.size())), kLimit);
  ASSERT_FALSE(files);
  EXPECT_EQ(files.error().code(), ErrorCode::kNoSpace);
  // One that says less than it holds stops at what it says.
  EXPECT_FALSE(read_appended_zip(as_bytes(archive("", deflated(zeros), 8, 10)), kLimit));
}

}  // namespace
}  // namespace arete::model::tflite
