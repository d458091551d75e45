// The commands of the guides, run as they stand there.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>

#include "pipeline_rig.hpp"

namespace arete::e2e {
namespace {

namespace fs = std::filesystem;

/// The blocks of a page as one script: ```sh is run, a block below `<!-- file: NAME -->` is written
/// to that file, all others are for the eye.
std::string script_of(const std::string& page) {
  std::istringstream lines(page);
  std::string script;
  std::string file;
  std::string close;  ///< what ends the block that we are in
  bool inside = false;
  bool wanted = false;
  for (std::string line; std::getline(lines, line);) {
    if (inside && line == "```") {
      script += wanted ? close : "";
      inside = wanted = false;
    } else if (inside) {
      script += wanted ? line + "\n" : "";
    } else if (line.starts_with("<!-- file: ")) {
      file = line.substr(11, line.find(" -->") - 11);
    } else if (line.starts_with("```")) {
      inside = true;
      wanted = line == "```sh" || !file.empty();
      close = file.empty() ? "" : "END_OF_FILE\n";
      script += file.empty() ? "" : "cat > '" + file + "' <<'END_OF_FILE'\n";
      file.clear();
    }
  }
  return script;
}

class Guides : public PipelineTest {
 protected:
  void SetUp() override {
    PipelineTest::SetUp();
    ARETE_NEEDS_CLIPS();
    if (demo_file("carphone_pristine.mp4").empty() || demo_file("models").empty()) {
      GTEST_SKIP() << "the demo's models and clips were not fetched (./dev demo)";
    }
    const char* const source = std::getenv("ARETE_SOURCE_DIR");
    source_ = fs::absolute(source == nullptr ? "." : source);
    fs::create_directories(folder_ / "out/bin");
    fs::create_directories(folder_ / "out/deps");
    fs::create_directories(folder_ / "tools/demo");
    fs::create_symlink(ARETE_PROGRAM, folder_ / "out/bin/arete");
    fs::create_symlink(fs::absolute(demo_file("")), folder_ / "out/deps/demo");
    fs::create_symlink(source_ / "tools/demo/specs", folder_ / "tools/demo/specs");
  }
  fs::path source_;
};

TEST_F(Guides, EveryCommandOfYourFirstCameraDoesWhatThePageSays) {
  const auto page = files_.read(source_ / "docs/guides/first-camera.md");
  ASSERT_TRUE(page.has_value());
  const std::string script = script_of(std::string(as_text(*page)));
  ASSERT_TRUE(script.contains("out/bin/arete run out/camera.yaml"));
  ASSERT_FALSE(script.contains("/dev/video0"));
  write("guide.sh", script);
  const auto outcome = shell("bash -e guide.sh");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.output << outcome.errors;
  EXPECT_TRUE(outcome.output.contains("appeared  face"));
  EXPECT_TRUE(outcome.output.contains("are missing and 0 are new"));
  EXPECT_TRUE(outcome.output.contains("decided otherwise: exit code 3"));
  EXPECT_EQ(outcome.errors, "") << "a guide's commands have nothing to complain about";
  for (const char* file : {"out/first.mp4", "out/first_events.jsonl", "out/first_times.svg",
                           "out/first_recording/decisions.jsonl"}) {
    const auto bytes = files_.read(folder_ / file);
    EXPECT_TRUE(bytes.has_value() && !bytes->empty()) << file;
  }
}

TEST_F(Guides, AMistakeInTheFileIsToldWithItsLine) {
  const auto page = files_.read(source_ / "docs/guides/first-camera.md");
  ASSERT_TRUE(page.has_value());
  const std::string text(as_text(*page));
  const std::size_t begin = text.find("```yaml\n") + 8;
  std::string yaml = text.substr(begin, text.find("```", begin) - begin);
  yaml.replace(yaml.find("type: track"), 11, "type: trak");
  const std::size_t end = yaml.find("type: trak");
  const auto line = 1 + std::ranges::count(yaml.substr(0, end), '\n');
  write("out/camera.yaml", yaml);
  const auto outcome = run_json({"run", "out/camera.yaml"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(error_of(outcome).find("where")->string(), "out/camera.yaml:" + std::to_string(line));
}

}  // namespace
}  // namespace arete::e2e
