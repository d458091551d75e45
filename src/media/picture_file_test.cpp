// SPDX-License-Identifier: Apache-2.0
#include "media/picture_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/memory_files.hpp"
#include "media/test_pictures.hpp"

namespace arete::media {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(PictureFile, IsWrittenByExtensionAndReadByContent) {
  io::MemoryFiles files;
  const tensor::Picture picture = test_pattern(tensor::PixelFormat::kRgb, 9, 5);
  ASSERT_TRUE(files.create_directories("/out").has_value());
  ASSERT_TRUE(write_picture(files, "/out/a.PNG", picture.view()).has_value());
  const auto bytes = files.read("/out/a.PNG");
  ASSERT_TRUE(bytes.has_value());
  files.put("/out/renamed.jpg", as_text(*bytes));
  const auto back = read_picture(files, "/out/renamed.jpg");
  ASSERT_TRUE(back.has_value()) << back.error().message();
  EXPECT_EQ(back->pixels, picture.pixels);

  const auto unknown = write_picture(files, "/out/a.tiff", picture.view());
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().code(), ErrorCode::kInvalid);
}

TEST(PictureFile, ErrorsNameTheFile) {
  io::MemoryFiles files;
  files.put("/in/broken.jpg", "\xFF\xD8\xFFnonsense");
  const auto picture = read_picture(files, "/in/broken.jpg");
  ASSERT_FALSE(picture.has_value());
  EXPECT_THAT(picture.error().message(), HasSubstr("/in/broken.jpg"));
  EXPECT_EQ(picture.error().where(), "/in/broken.jpg");
  const auto missing = read_picture(files, "/in/none.jpg");
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code(), ErrorCode::kNotFound);
}

TEST(PictureFile, FoldersAreListedInNaturalOrder) {
  io::MemoryFiles files;
  for (const char* name : {"/f/frame10.jpg", "/f/frame2.JPEG", "/f/notes.txt", "/f/.hidden.png",
                           "/f/below/x.png", "/f/frame1.bmp"}) {
    files.put(name, "x");
  }
  const auto listed = list_pictures(files, "/f");
  ASSERT_TRUE(listed.has_value()) << listed.error().message();
  EXPECT_THAT(*listed, ElementsAre("/f/frame1.bmp", "/f/frame2.JPEG", "/f/frame10.jpg"));
  EXPECT_FALSE(list_pictures(files, "/nowhere").has_value());
}

}  // namespace
}  // namespace arete::media
