// SPDX-License-Identifier: Apache-2.0
#include "runtime/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "runtime/known_engines.hpp"

namespace arete::runtime {
namespace {

using testing::HasSubstr;

std::string reason_for(const Registry& registry, std::string_view name) {
  const auto found = std::ranges::find(registry.list(), name,
                                       [](const BackendStatus& it) { return it.info.name; });
  if (found == registry.list().end()) {
    return "not listed";
  }
  return found->available ? "available" : found->reason;
}

/// A folder of its own that is gone after the test.
class PluginFolder {
 public:
  PluginFolder() {
    std::string name = testing::TempDir() + "arete_plugins_XXXXXX";
    path_ = ::mkdtemp(name.data());
  }
  PluginFolder(const PluginFolder&) = delete;
  PluginFolder& operator=(const PluginFolder&) = delete;
  ~PluginFolder() { std::filesystem::remove_all(path_); }

  void write(const std::string& name, std::string_view content) const {
    std::ofstream(path_ + "/" + name, std::ios::binary) << content;
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

class FixedBackend final : public Backend {
 public:
  explicit FixedBackend(std::string name) { info_.name = std::move(name); }
  [[nodiscard]] const BackendInfo& info() const override { return info_; }
  [[nodiscard]] Status supports(const ModelFile& /*file*/,
                                const LoadOptions& /*options*/) const override {
    return {};
  }
  [[nodiscard]] Result<std::unique_ptr<Session>> load(
      const ModelFile& /*file*/, const LoadOptions& /*options*/) const override {
    return fail(ErrorCode::kUnsupported, "loads nothing");
  }

 private:
  BackendInfo info_;
};

TEST(Registry, ListsEachBrokenPluginWithItsOwnReason) {
  const Registry registry = Registry::discover({{ARETE_TEST_BROKEN_PLUGINS}, {}});
  EXPECT_EQ(registry.list().size(), 7U);
  EXPECT_THAT(reason_for(registry, "wrong_version"), HasSubstr("ABI version 99"));
  EXPECT_THAT(reason_for(registry, "no_symbol"), HasSubstr("no symbol 'arete_backend_api'"));
  EXPECT_THAT(reason_for(registry, "short_table"), HasSubstr("function table has 16 bytes"));
  EXPECT_THAT(reason_for(registry, "lacking"), HasSubstr("lacks the function 'load'"));
  EXPECT_THAT(reason_for(registry, "misnamed"), HasSubstr("calls itself 'somebody'"));
  EXPECT_THAT(reason_for(registry, "probe_fails"), HasSubstr("the accelerator is missing"));
  EXPECT_THAT(reason_for(registry, "offers_nothing"), HasSubstr("nothing for ABI version 1"));
}

TEST(Registry, ListsFilesThatAreNoLibrariesAndIgnoresOtherNames) {
  const PluginFolder folder;
  folder.write("arete_backend_text.so", "this is no library");
  folder.write("arete_backend_empty.so", "");
  folder.write("arete_backend_.so", "no name");
  folder.write("libother.so", "not ours");
  const Registry registry = Registry::discover({{folder.path()}, {}});
  EXPECT_EQ(registry.list().size(), 2U);
  EXPECT_THAT(reason_for(registry, "text"), HasSubstr("arete_backend_text.so"));
  EXPECT_THAT(reason_for(registry, "empty"), HasSubstr("arete_backend_empty.so"));
}

TEST(Registry, ListsATruncatedPlugin) {
  const PluginFolder folder;
  std::ifstream whole(std::string(ARETE_TEST_BROKEN_PLUGINS) + "/arete_backend_lacking.so",
                      std::ios::binary);
  std::string head(1000, '\0');
  whole.read(head.data(), static_cast<std::streamsize>(head.size()));
  folder.write("arete_backend_lacking.so", head);
  const Registry registry = Registry::discover({{folder.path()}, {}});
  EXPECT_THAT(reason_for(registry, "lacking"), HasSubstr("truncated, it has 1000 bytes"));
}

TEST(Registry, SaysThatAKnownEngineHasNoPluginInThisVersion) {
  DiscoverOptions options;
  options.path = {"/nowhere/at/all"};
  for (const KnownEngine& engine : known_engines()) {
    options.expected.emplace_back(engine.name);
  }
  const Registry registry = Registry::discover(options);
  EXPECT_EQ(registry.list().size(), known_engines().size());
  for (const char* const name : {"edgetpu", "hailo", "tensorrt"}) {
    EXPECT_THAT(reason_for(registry, name), testing::StartsWith("not built: ")) << name;
  }
}

TEST(Registry, SaysWhereAnExpectedEngineWasLookedFor) {
  const Registry registry = Registry::discover({{"/nowhere/at/all"}, {"litert"}});
  EXPECT_EQ(reason_for(registry, "litert"),
            "not installed: no arete_backend_litert.so in /nowhere/at/all");
  const auto found = registry.find("litert");
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().code(), ErrorCode::kUnavailable);
}

TEST(Registry, TheFirstFolderWins) {
  const PluginFolder first;
  first.write("arete_backend_lacking.so", "text");
  const Registry registry = Registry::discover({{first.path(), ARETE_TEST_BROKEN_PLUGINS}, {}});
  EXPECT_THAT(reason_for(registry, "lacking"), HasSubstr(first.path()));
}

TEST(Registry, FindSuggestsANameForATypingError) {
  Registry registry;
  registry.add(std::make_shared<FixedBackend>("onnxruntime"));
  const auto found = registry.find("onxruntime");
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().code(), ErrorCode::kNotFound);
  EXPECT_THAT(found.error().message(), HasSubstr("did you mean 'onnxruntime'?"));
}

TEST(Registry, AnEngineOfTheProgramReplacesAPluginOfItsName) {
  Registry registry = Registry::discover({{ARETE_TEST_BROKEN_PLUGINS}, {}});
  registry.add(std::make_shared<FixedBackend>("lacking"));
  EXPECT_EQ(reason_for(registry, "lacking"), "available");
  EXPECT_TRUE(registry.find("lacking").has_value());
  EXPECT_EQ(registry.list().size(), 7U);
}

TEST(Registry, PluginPathSplitsAtColonsAndSkipsEmptyParts) {
  const char* const before = std::getenv("ARETE_PLUGIN_PATH");
  const std::string kept = before == nullptr ? "" : before;
  ::setenv("ARETE_PLUGIN_PATH", "/a::/b/c:", 1);
  EXPECT_THAT(default_plugin_path(), testing::ElementsAre("/a", "/b/c"));
  ::unsetenv("ARETE_PLUGIN_PATH");
  EXPECT_THAT(default_plugin_path(), testing::ElementsAre(testing::EndsWith("/lib/arete")));
  if (before != nullptr) {
    ::setenv("ARETE_PLUGIN_PATH", kept.c_str(), 1);
  }
}

}  // namespace
}  // namespace arete::runtime
