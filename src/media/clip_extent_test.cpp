// SPDX-License-Identifier: Apache-2.0
#include "media/clip_extent.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "io/memory_files.hpp"

namespace arete::media {
namespace {

std::string box(std::uint32_t size, const std::string& name, std::size_t content) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) {
    text += static_cast<char>(size >> shift & 0xFF);
  }
  return text + name + std::string(content, 'x');
}

std::string judged(const std::string& content) {
  io::MemoryFiles files;
  const auto* const data = reinterpret_cast<const std::byte*>(content.data());
  EXPECT_TRUE(files.write_atomic("clip", ByteView(data, content.size())).has_value());
  auto file = files.open("clip");
  EXPECT_TRUE(file.has_value());
  auto said = cut_off(**file, content.size());
  EXPECT_TRUE(said.has_value());
  return *said;
}

const std::string kType = box(16, "ftyp", 8);

TEST(ClipExtent, WholeFilesAndOtherKindsAreNotCutOff) {
  EXPECT_EQ(judged(kType + box(20, "mdat", 12) + box(8, "moov", 0)), "");
  EXPECT_EQ(judged(kType + box(0, "mdat", 100)), "") << "to the end of the file";
  EXPECT_EQ(judged(""), "");
  EXPECT_EQ(judged("a text that is no clip at all"), "");
  EXPECT_EQ(judged(std::string("RIFF\x0C\0\0\0AVI LIST....", 20)), "");
  EXPECT_EQ(judged(std::string("RIFF\xFF\xFF\xFF\xFF"
                               "AVI LIST....",
                               20)),
            "");
  EXPECT_EQ(judged(std::string("RIFF\xFF\0\0\0WAVEfmt ....", 20)), "");
}

TEST(ClipExtent, TellsWhichPartIsNotAllThere) {
  EXPECT_EQ(judged(kType + box(20, "mdat", 11)), "its part 'mdat' ends at byte 36, the file at 35");
  EXPECT_EQ(judged(kType + "ab"), "its part 'header' ends at byte 24, the file at 18");
  EXPECT_EQ(judged(std::string("RIFF\x0D\0\0\0AVI LIST....", 20)),
            "its part 'RIFF' ends at byte 21, the file at 20");
}

TEST(ClipExtent, LongSizesAreUnderstood) {
  std::string large = box(1, "mdat", 8);
  const std::string number("\0\0\0\x01\0\0\0\0", 8);
  large.replace(8, 8, number);
  EXPECT_EQ(judged(kType + large), "its part 'mdat' ends at byte 4294967312, the file at 32");
  large.replace(8, 8, std::string(8, '\xFF'));
  EXPECT_EQ(judged(kType + large),
            "its part 'mdat' ends at byte 18446744073709551615, the file at 32");
}

}  // namespace
}  // namespace arete::media
