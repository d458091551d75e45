// SPDX-License-Identifier: Apache-2.0
#include "io/pending_file.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>
#include <iterator>
#include <string>
#include <utility>

namespace arete::io {
namespace {

class PendingFileTest : public testing::Test {
 protected:
  PendingFileTest() {
    std::string pattern = testing::TempDir() + "pending_XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  ~PendingFileTest() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(folder_), {}));
  }
  static std::string content(const Path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  Path folder_;
};

TEST_F(PendingFileTest, AppearsOnlyWhenCommitted) {
  const Path path = folder_ / "a.mp4";
  Result<PendingFile> pending = PendingFile::create(path);
  ASSERT_TRUE(pending.has_value());
  std::ofstream(pending->temporary()) << "whole";
  EXPECT_FALSE(std::filesystem::exists(path));
  ASSERT_TRUE(pending->commit().has_value());
  EXPECT_EQ(content(path), "whole");
  EXPECT_EQ(files(), 1);
}

TEST_F(PendingFileTest, LeavesTheOldFileAndNothingElseWhenDropped) {
  const Path path = folder_ / "a.mp4";
  std::ofstream(path) << "old";
  {
    Result<PendingFile> pending = PendingFile::create(path);
    ASSERT_TRUE(pending.has_value());
    std::ofstream(pending->temporary()) << "half";
    const PendingFile moved = std::move(pending).value();
  }
  EXPECT_EQ(content(path), "old");
  EXPECT_EQ(files(), 1);
}

TEST_F(PendingFileTest, TwoWritersOfOneNameDoNotMeet) {
  Result<PendingFile> first = PendingFile::create(folder_ / "a");
  Result<PendingFile> second = PendingFile::create(folder_ / "a");
  ASSERT_TRUE(first.has_value() && second.has_value());
  EXPECT_NE(first->temporary(), second->temporary());
}

TEST_F(PendingFileTest, SaysWhyItCannotBeCreated) {
  const Result<PendingFile> folder = PendingFile::create(folder_);
  ASSERT_FALSE(folder.has_value());
  EXPECT_EQ(folder.error().code(), ErrorCode::kInvalid);
  const Result<PendingFile> missing = PendingFile::create(folder_ / "none" / "a");
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code(), ErrorCode::kNotFound);
  EXPECT_NE(missing.error().message().find("none/a"), std::string::npos);
}

}  // namespace
}  // namespace arete::io
