// The contract of Files, over every implementation of it.
// SPDX-License-Identifier: Apache-2.0
#include "io/files.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <functional>
#include <memory>
#include <string>

#include "io/faulty_files.hpp"
#include "io/memory_files.hpp"

namespace arete::io {
namespace {

/// A folder of the disk that goes with the test.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "arete-io-XXXXXX").native();
    ARETE_CHECK(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const Path& path() const { return path_; }

 private:
  Path path_;
};

/// One implementation and the folder that it may use.
struct Subject {
  ScratchFolder scratch;
  MemoryFiles memory;
  std::unique_ptr<Files> files;
};

using MakeSubject = std::function<std::unique_ptr<Files>(Subject&)>;
struct Implementation {
  std::string name;
  MakeSubject make;
};

class FilesContract : public testing::TestWithParam<Implementation> {
 protected:
  FilesContract() {
    subject_.files = GetParam().make(subject_);
    EXPECT_TRUE(files().create_directories(root()).has_value());
  }
  Files& files() { return *subject_.files; }
  const Path& root() { return subject_.scratch.path(); }
  std::string text_of(const Path& path) {
    const auto bytes = files().read(path);
    return bytes.has_value() ? std::string(as_text(*bytes)) : "error " + bytes.error().message();
  }

 private:
  Subject subject_;
};

INSTANTIATE_TEST_SUITE_P(
    All, FilesContract,
    testing::Values(
        Implementation{"Posix", [](Subject&) { return std::make_unique<PosixFiles>(); }},
        Implementation{"Memory", [](Subject&) { return std::make_unique<MemoryFiles>(); }},
        Implementation{"FaultyWithoutPlan",
                       [](Subject& subject) {
                         return std::make_unique<FaultyFiles>(subject.memory, FaultPlan{});
                       }}),
    [](const auto& tested) { return tested.param.name; });

TEST_P(FilesContract, WhatIsWrittenIsRead) {
  const Path path = root() / "a.txt";
  ASSERT_TRUE(files().write_atomic(path, as_bytes("one")).has_value());
  EXPECT_EQ(text_of(path), "one");
  ASSERT_TRUE(files().write_atomic(path, as_bytes("second")).has_value());
  EXPECT_EQ(text_of(path), "second");
  ASSERT_TRUE(files().write_atomic(path, {}).has_value());
  EXPECT_EQ(text_of(path), "");
}

TEST_P(FilesContract, MappedBytesOutliveTheFile) {
  const Path path = root() / "a.bin";
  const std::string content(100000, 'x');
  ASSERT_TRUE(files().write_atomic(path, as_bytes(content)).has_value());
  const auto mapped = files().map(path);
  ASSERT_TRUE(mapped.has_value());
  ASSERT_TRUE(files().write_atomic(path, as_bytes("new")).has_value());
  ASSERT_TRUE(files().remove(path).has_value());
  EXPECT_EQ(as_text(mapped->view()), content);
}

TEST_P(FilesContract, AnOpenFileIsReadInPiecesEvenWhenItsNameIsGone) {
  const Path path = root() / "pieces";
  ASSERT_TRUE(files().write_atomic(path, as_bytes("0123456789")).has_value());
  const auto file = files().open(path);
  ASSERT_TRUE(file.has_value());
  ASSERT_TRUE(files().remove(path).has_value());
  Bytes piece(4);
  const auto read_at = [&](std::uint64_t offset) {
    const std::size_t size = (*file)->read_at(offset, piece).value();
    return std::string(as_text(ByteView(piece).first(size)));
  };
  EXPECT_EQ(read_at(0), "0123");
  EXPECT_EQ(read_at(3), "3456");
  EXPECT_EQ(read_at(8), "89");
  EXPECT_EQ(read_at(10), "");
  EXPECT_EQ(read_at(std::uint64_t{1} << 63), "");
  EXPECT_EQ(read_at(~std::uint64_t{0}), "");
}

TEST_P(FilesContract, AnEmptyFileMapsToNothing) {
  ASSERT_TRUE(files().write_atomic(root() / "e", {}).has_value());
  EXPECT_EQ(files().map(root() / "e").value().size(), 0U);
}

TEST_P(FilesContract, MissingFilesAreNotFound) {
  const Path path = root() / "missing";
  EXPECT_EQ(files().read(path).error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(files().map(path).error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(files().open(path).error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(files().remove(path).error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(files().list(path).error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(files().write_atomic(path / "x", {}).error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(files().status(path).value().kind, FileKind::kMissing);
  EXPECT_FALSE(files().has_file(path));
  EXPECT_NE(files().read(path).error().message().find(path.native()), std::string::npos);
}

TEST_P(FilesContract, ReadRefusesMoreThanItsLimit) {
  const Path path = root() / "big";
  ASSERT_TRUE(files().write_atomic(path, as_bytes("12345")).has_value());
  EXPECT_EQ(files().read(path, 5).value().size(), 5U);
  EXPECT_EQ(files().read(path, 4).error().code(), ErrorCode::kNoSpace);
}

TEST_P(FilesContract, FoldersAreNotFiles) {
  const Path folder = root() / "sub" / "deep";
  ASSERT_TRUE(files().create_directories(folder).has_value());
  ASSERT_TRUE(files().create_directories(folder).has_value());
  EXPECT_EQ(files().status(folder).value().kind, FileKind::kFolder);
  EXPECT_EQ(files().read(folder).error().code(), ErrorCode::kInvalid);
  EXPECT_EQ(files().map(folder).error().code(), ErrorCode::kInvalid);
  EXPECT_EQ(files().open(folder).error().code(), ErrorCode::kInvalid);
  EXPECT_FALSE(files().write_atomic(folder, as_bytes("x")).has_value());
  EXPECT_FALSE(files().has_file(folder));
  EXPECT_EQ(files().remove(root() / "sub").error().code(), ErrorCode::kConflict);
  EXPECT_TRUE(files().remove(folder).has_value());
  EXPECT_TRUE(files().remove(root() / "sub").has_value());
}

TEST_P(FilesContract, ListIsSortedAndLeavesNoTemporaries) {
  for (const char* name : {"b", "a", "c"}) {
    ASSERT_TRUE(files().write_atomic(root() / name, as_bytes("x")).has_value());
  }
  ASSERT_TRUE(files().create_directories(root() / "aa").has_value());
  const auto entries = files().list(root()).value();
  std::string text;
  for (const FolderEntry& entry : entries) {
    text += entry.name + (entry.kind == FileKind::kFolder ? "/ " : " ");
  }
  EXPECT_EQ(text, "a aa/ b c ");
}

TEST_P(FilesContract, StatusTellsTheSize) {
  ASSERT_TRUE(files().write_atomic(root() / "s", as_bytes("1234567")).has_value());
  const FileStatus status = files().status(root() / "s").value();
  EXPECT_EQ(status.kind, FileKind::kFile);
  EXPECT_EQ(status.bytes, 7U);
}

TEST_P(FilesContract, AFileIsNoFolder) {
  ASSERT_TRUE(files().write_atomic(root() / "f", {}).has_value());
  EXPECT_FALSE(files().create_directories(root() / "f" / "g").has_value());
  EXPECT_FALSE(files().list(root() / "f").has_value());
}

TEST_P(FilesContract, AppendedTextComesBehindWhatIsThere) {
  const Path path = root() / "log";
  ASSERT_TRUE(files().append(path, as_bytes("one\n")).has_value());
  ASSERT_TRUE(files().append(path, as_bytes("two\n")).has_value());
  EXPECT_EQ(text_of(path), "one\ntwo\n");
  EXPECT_EQ(files().append(root() / "no" / "log", as_bytes("x")).error().code(),
            ErrorCode::kNotFound);
  EXPECT_FALSE(files().append(root(), as_bytes("x")).has_value());
}

TEST_P(FilesContract, ARenamedFileReplacesWhatHasTheName) {
  const Path from = root() / "a";
  const Path to = root() / "b";
  ASSERT_TRUE(files().write_atomic(from, as_bytes("new")).has_value());
  ASSERT_TRUE(files().write_atomic(to, as_bytes("old")).has_value());
  ASSERT_TRUE(files().rename(from, to).has_value());
  EXPECT_EQ(text_of(to), "new");
  EXPECT_FALSE(files().has_file(from));
  EXPECT_EQ(files().rename(from, to).error().code(), ErrorCode::kNotFound);
}

TEST(PosixFiles, FailedWritesLeaveTheOldFileAndNoOther) {
  ScratchFolder scratch;
  PosixFiles files;
  ASSERT_TRUE(files.create_directories(scratch.path() / "target" / "inside").has_value());
  // A folder that is not empty cannot be replaced by a file.
  EXPECT_FALSE(files.write_atomic(scratch.path() / "target", as_bytes("x")).has_value());
  EXPECT_EQ(files.list(scratch.path()).value().size(), 1U);
}

TEST(PosixFiles, DevicesAndPipesAreNotRead) {
  PosixFiles files;
  EXPECT_EQ(files.read("/dev/zero").error().code(), ErrorCode::kInvalid);
  EXPECT_EQ(files.map("/dev/zero").error().code(), ErrorCode::kInvalid);
  EXPECT_EQ(files.open("/dev/zero").error().code(), ErrorCode::kInvalid);
}

TEST(PosixFiles, FilesThatSayTheyAreEmptyAreReadToTheEnd) {
  PosixFiles files;
  EXPECT_GT(files.read("/proc/self/status").value().size(), 100U);
  EXPECT_EQ(files.read("/proc/self/status", 10).error().code(), ErrorCode::kNoSpace);
}

TEST(PosixFiles, DanglingLinksAreListedAsOther) {
  ScratchFolder scratch;
  std::filesystem::create_symlink("nowhere", scratch.path() / "link");
  PosixFiles files;
  EXPECT_EQ(files.list(scratch.path()).value().at(0).kind, FileKind::kOther);
  EXPECT_EQ(files.status(scratch.path() / "link").value().kind, FileKind::kMissing);
}

TEST(FaultyFiles, TheNthCallFails) {
  MemoryFiles memory;
  memory.put("/a", "x");
  FaultyFiles files(memory, {.fail_call = 2, .error = ErrorCode::kDenied});
  EXPECT_TRUE(files.read("/a").has_value());
  EXPECT_EQ(files.status("/a").error().code(), ErrorCode::kDenied);
  EXPECT_TRUE(files.map("/a").has_value());
  EXPECT_EQ(files.calls(), 3);
}

TEST(FaultyFiles, APieceOfAnOpenFileFailsToo) {
  MemoryFiles memory;
  memory.put("/a", "xyz");
  FaultyFiles files(memory, {.fail_call = 3});
  const auto file = files.open("/a").value();
  Bytes piece(2);
  EXPECT_EQ(file->read_at(0, piece).value(), 2U);
  EXPECT_EQ(file->read_at(2, piece).error().code(), ErrorCode::kIo);
  EXPECT_EQ(file->read_at(2, piece).value(), 1U);
}

TEST(FaultyFiles, TheDiskFillsUp) {
  MemoryFiles memory;
  FaultyFiles files(memory, {.space_left = 10});
  EXPECT_TRUE(files.write_atomic("/a", as_bytes("12345678")).has_value());
  EXPECT_EQ(files.write_atomic("/b", as_bytes("123")).error().code(), ErrorCode::kNoSpace);
  EXPECT_TRUE(files.write_atomic("/b", as_bytes("12")).has_value());
  EXPECT_EQ(memory.bytes_total(), 10U);
}

TEST(FaultyFiles, AFullDiskTakesPartOfWhatIsAppended) {
  MemoryFiles memory;
  FaultyFiles files(memory, {.space_left = 6});
  ASSERT_TRUE(files.append("log", as_bytes("one\n")).has_value());
  EXPECT_EQ(files.append("log", as_bytes("two\n")).error().code(), ErrorCode::kNoSpace);
  EXPECT_EQ(as_text(memory.read("log").value()), "one\ntw");
}

TEST(FaultyFiles, PowerLossLeavesOldContentOrNew) {
  for (const PowerLoss when : {PowerLoss::kBeforeRename, PowerLoss::kAfterRename}) {
    for (const bool forgets : {false, true}) {
      MemoryFiles memory;
      memory.put("/d/a", "old");
      FaultyFiles files(
          memory, {.power_loss_at_write = 1, .power_loss = when, .forgets_unsynced = forgets});
      EXPECT_FALSE(files.write_atomic("/d/a", as_bytes("new!")).has_value());
      EXPECT_EQ(files.read("/d/a").error().code(), ErrorCode::kUnavailable);
      files.restart();
      const bool renamed = when == PowerLoss::kAfterRename && !forgets;
      EXPECT_EQ(as_text(files.read("/d/a").value()), renamed ? "new!" : "old");
      const std::size_t entries = files.list("/d").value().size();
      EXPECT_EQ(entries, when == PowerLoss::kBeforeRename ? 2U : 1U);
    }
  }
}

TEST(MemoryFiles, SpellingsOfOnePathAreOneFile) {
  MemoryFiles files;
  files.put("/a/b", "x");
  EXPECT_TRUE(files.has_file("a/b"));
  EXPECT_TRUE(files.has_file("/a/./c/../b"));
  EXPECT_TRUE(files.has_file("/a//b"));
}

}  // namespace
}  // namespace arete::io
