// SPDX-License-Identifier: Apache-2.0
#include "io/paths.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>
#include <string>

namespace arete::io {
namespace {

class InsideTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "arete-in-XXXXXX").native();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    folder_ = root_ / "model";
    std::filesystem::create_directories(folder_ / "data");
    std::ofstream(folder_ / "data" / "w.bin") << "x";
    std::ofstream(root_ / "secret") << "x";
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  ErrorCode refusal(std::string_view name) {
    const auto path = inside(folder_, name);
    EXPECT_FALSE(path.has_value()) << name;
    return path.has_value() ? ErrorCode::kInternal : path.error().code();
  }

  Path root_;
  Path folder_;
};

TEST_F(InsideTest, NamesBelowTheFolderAreTaken) {
  EXPECT_EQ(inside(folder_, "data/w.bin").value(), folder_ / "data/w.bin");
  EXPECT_EQ(inside(folder_, "not-yet").value(), folder_ / "not-yet");
  EXPECT_TRUE(inside(folder_, "./data/./w.bin").has_value());
  EXPECT_TRUE(inside("", "relative.txt").has_value());
}

TEST_F(InsideTest, AbsoluteAndClimbingNamesAreDenied) {
  EXPECT_EQ(refusal("/etc/passwd"), ErrorCode::kDenied);
  EXPECT_EQ(refusal("../secret"), ErrorCode::kDenied);
  EXPECT_EQ(refusal("data/../../secret"), ErrorCode::kDenied);
  EXPECT_EQ(refusal("data/.."), ErrorCode::kDenied);
}

TEST_F(InsideTest, LinksOutAreDeniedAndLinksWithinAreTaken) {
  std::filesystem::create_symlink(root_ / "secret", folder_ / "out");
  std::filesystem::create_directory_symlink(root_, folder_ / "up");
  std::filesystem::create_symlink("data/w.bin", folder_ / "within");
  EXPECT_EQ(refusal("out"), ErrorCode::kDenied);
  EXPECT_EQ(refusal("up/secret"), ErrorCode::kDenied);
  EXPECT_EQ(refusal("up/new"), ErrorCode::kDenied);
  EXPECT_TRUE(inside(folder_, "within").has_value());
}

TEST_F(InsideTest, ALinkedFolderIsStillItsOwn) {
  std::filesystem::create_directory_symlink(folder_, root_ / "alias");
  EXPECT_TRUE(inside(root_ / "alias", "data/w.bin").has_value());
}

TEST_F(InsideTest, EmptyNamesAndNulBytesAreInvalid) {
  EXPECT_EQ(refusal(""), ErrorCode::kInvalid);
  EXPECT_EQ(refusal(std::string_view("a\0b", 3)), ErrorCode::kInvalid);
}

TEST(ProgramFolder, IsWhereThisTestLies) {
  EXPECT_TRUE(std::filesystem::exists(program_folder().value() / "io_test"));
}

}  // namespace
}  // namespace arete::io
