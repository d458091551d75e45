// SPDX-License-Identifier: Apache-2.0
#include "spec/lookup.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "io/faulty_files.hpp"
#include "io/memory_files.hpp"

namespace arete::spec {
namespace {

std::string spec_named(const std::string& name) {
  return "spec: 1\nname: " + name + "\ninputs: [{kind: tensor}]\n";
}

TEST(Lookup, TheOrderIsGivenBesideMetadataFolders) {
  io::MemoryFiles files;
  files.put("/m/net.tflite", "");
  files.put("/given.yaml", spec_named("given"));
  files.put("/m/net.spec.yaml", spec_named("beside"));
  files.put("/s1/other.spec.yaml", spec_named("wrong"));
  files.put("/s2/net.spec.yaml", spec_named("folder"));
  Spec metadata;
  metadata.name = "metadata";
  LookupRequest request{.model = "/m/net.tflite",
                        .given = "/given.yaml",
                        .metadata = metadata,
                        .spec_folders = {"/s1", "/s2"}};
  EXPECT_EQ(lookup(files, request)->name, "given");
  request.given.reset();
  EXPECT_EQ(lookup(files, request)->name, "beside");
  ASSERT_TRUE(files.remove("/m/net.spec.yaml").has_value());
  EXPECT_EQ(lookup(files, request)->name, "metadata");
  request.metadata.reset();
  EXPECT_EQ(lookup(files, request)->name, "folder");
}

TEST(Lookup, TheErrorNamesEveryPlace) {
  io::MemoryFiles files;
  const auto missing = lookup(files, {.model = "/m/net.onnx",
                                      .given = std::nullopt,
                                      .metadata = std::nullopt,
                                      .spec_folders = {"/s1", "/s2"}});
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code(), ErrorCode::kNotFound);
  for (const char* place : {"--spec", "/m/net.spec.yaml", "metadata", "/s1/net.spec.yaml",
                            "/s2/net.spec.yaml", "/m/net.onnx"}) {
    EXPECT_NE(missing.error().message().find(place), std::string::npos) << place;
  }
  const auto unset = lookup(files, {.model = "/m/net.onnx",
                                    .given = std::nullopt,
                                    .metadata = std::nullopt,
                                    .spec_folders = {}});
  EXPECT_NE(unset.error().message().find("ARETE_SPECS (not set)"), std::string::npos);
}

TEST(Lookup, AGivenSpecThatIsMissingIsAnError) {
  io::MemoryFiles files;
  files.put("/m/net.spec.yaml", spec_named("beside"));
  const auto missing = lookup(
      files,
      {.model = "/m/net.onnx", .given = "/no.yaml", .metadata = std::nullopt, .spec_folders = {}});
  ASSERT_FALSE(missing.has_value());
  EXPECT_NE(missing.error().message().find("/no.yaml"), std::string::npos);
}

TEST(Lookup, ABrokenSpecIsNotSkipped) {
  io::MemoryFiles files;
  files.put("/m/net.spec.yaml", "spec: 1\ninputz: []\n");
  const auto broken = lookup(files, {.model = "/m/net.onnx",
                                     .given = std::nullopt,
                                     .metadata = std::nullopt,
                                     .spec_folders = {}});
  ASSERT_FALSE(broken.has_value());
  EXPECT_EQ(broken.error().where(), "/m/net.spec.yaml:2");
}

TEST(Lookup, LabelsLieBesideTheSpecOrTheModel) {
  io::MemoryFiles files;
  const std::string text =
      "spec: 1\ninputs: [{kind: tensor}]\noutputs:\n  - decoder: top_k\n    labels: {file: "
      "l.txt}\n";
  files.put("/s/net.spec.yaml", text);
  files.put("/m/l.txt", "model\n");
  EXPECT_EQ(
      std::get<TopK>(load(files, "/s/net.spec.yaml", "/m")->outputs[0].decoder).labels.names.at(0),
      "model");
  files.put("/s/l.txt", "spec\n");
  EXPECT_EQ(
      std::get<TopK>(load(files, "/s/net.spec.yaml", "/m")->outputs[0].decoder).labels.names.at(0),
      "spec");
  ASSERT_TRUE(files.remove("/s/l.txt").has_value());
  ASSERT_TRUE(files.remove("/m/l.txt").has_value());
  const auto missing = load(files, "/s/net.spec.yaml", "/m");
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().where(), "/s/net.spec.yaml:5");
  EXPECT_NE(missing.error().message().find("/m/l.txt"), std::string::npos);
}

TEST(Lookup, LabelFilesDoNotLeaveTheirFolder) {
  io::MemoryFiles files;
  files.put("/l.txt", "x\n");
  for (const char* name : {"../l.txt", "/l.txt"}) {
    files.put("/s/net.spec.yaml",
              "spec: 1\ninputs: [{kind: tensor}]\noutputs: [{decoder: top_k, labels: {file: " +
                  std::string(name) + "}}]\n");
    EXPECT_EQ(load(files, "/s/net.spec.yaml").error().code(), ErrorCode::kDenied);
  }
}

TEST(Lookup, EmptyLabelFilesAreCorrupt) {
  io::MemoryFiles files;
  files.put("/s/l.txt", "\n \n");
  files.put(
      "/s/n.spec.yaml",
      "spec: 1\ninputs: [{kind: tensor}]\noutputs: [{decoder: top_k, labels: {file: l.txt}}]");
  EXPECT_EQ(load(files, "/s/n.spec.yaml").error().code(), ErrorCode::kCorrupt);
}

TEST(Lookup, FailingFilesAreAnErrorNotACrash) {
  io::MemoryFiles files;
  files.put("/m/l.txt", "x\n");
  files.put(
      "/m/n.spec.yaml",
      "spec: 1\ninputs: [{kind: tensor}]\noutputs: [{decoder: top_k, labels: {file: l.txt}}]");
  int failures = 0;
  for (int call = 1; call <= 5; ++call) {
    io::FaultyFiles faulty(files, {.fail_call = call});
    const auto found = lookup(faulty, {.model = "/m/n.onnx",
                                       .given = std::nullopt,
                                       .metadata = std::nullopt,
                                       .spec_folders = {}});
    failures += found.has_value() ? 0 : 1;
    EXPECT_TRUE(found.has_value() || !found.error().message().empty());
  }
  EXPECT_EQ(failures, 4);
}

TEST(LabelLines, KeepInnerEmptyLinesAndDropTheLast) {
  EXPECT_EQ(parse_label_lines("\xEF\xBB\xBF"
                              "a\r\n\nb c \n\n\n",
                              "t")
                .value(),
            (std::vector<std::string>{"a", "", "b c"}));
  EXPECT_EQ(parse_label_lines("x", "t").value(), std::vector<std::string>{"x"});
  EXPECT_FALSE(parse_label_lines(std::string_view("a\0b", 3), "t").has_value());
}

TEST(FoldersFrom, SplitsAtColons) {
  EXPECT_TRUE(folders_from(nullptr).empty());
  EXPECT_EQ(folders_from("/a::/b:").size(), 2U);
  EXPECT_EQ(folders_from("/a::/b:").at(1), "/b");
}

// Every spec of the tree parses, with the label files of the sample models where they are there.
TEST(SpecsOfTheTree, AllParse) {
  const char* const source = std::getenv("ARETE_SOURCE_DIR");
  if (source == nullptr) {
    GTEST_SKIP() << "ARETE_SOURCE_DIR is not set";
  }
  const char* const given = std::getenv("ARETE_DATA");
  const io::Path data = given != nullptr ? io::Path(given) : io::Path(source) / "../shared/data";
  io::PosixFiles files;
  int parsed = 0;
  for (const char* folder : {"tests/data/specs", "tools/demo/specs"}) {
    const auto entries = files.list(io::Path(source) / folder);
    ASSERT_TRUE(entries.has_value()) << entries.error().message();
    for (const io::FolderEntry& entry : *entries) {
      if (!entry.name.ends_with(".spec.yaml")) {
        continue;
      }
      const bool detection = entry.name.starts_with("ssd");
      const io::Path models = data / "models" / (detection ? "detection" : "classification");
      const auto spec = load(files, io::Path(source) / folder / entry.name, models);
      const bool lacks_data = !spec.has_value() && spec.error().code() == ErrorCode::kNotFound;
      EXPECT_TRUE(spec.has_value() || lacks_data) << spec.error().message();
      ++parsed;
    }
  }
  EXPECT_GE(parsed, 20);
}

}  // namespace
}  // namespace arete::spec
