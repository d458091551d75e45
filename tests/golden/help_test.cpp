// The help texts against their snapshots in help/. ARETE_UPDATE_GOLDEN=1 (or --update-golden)
// writes them anew; the difference is then reviewed like code.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "io/files.hpp"
#include "io/process.hpp"

namespace arete::golden {
namespace {

bool is_update = std::getenv("ARETE_UPDATE_GOLDEN") != nullptr;

class HelpText : public testing::TestWithParam<std::string> {};

TEST_P(HelpText, IsTheSnapshot) {
  io::ProcessRequest request;
  request.program = ARETE_PROGRAM;
  std::string file = GetParam();
  std::ranges::replace(file, ' ', '_');
  std::istringstream words(GetParam() == "arete" ? "" : GetParam());
  for (std::string word; words >> word;) {
    request.arguments.push_back(word);
  }
  request.arguments.emplace_back("--help");
  io::PosixProcesses processes;
  const auto outcome = processes.run(request);
  ASSERT_TRUE(outcome.has_value()) << outcome.error().message();
  EXPECT_EQ(outcome->exit_code, 0);
  EXPECT_EQ(outcome->errors, "");
  EXPECT_NE(outcome->output.find("Examples:"), std::string::npos);
  const char* source = std::getenv("ARETE_SOURCE_DIR");
  ASSERT_NE(source, nullptr) << "ARETE_SOURCE_DIR is not set";
  const io::Path path = io::Path(source) / "tests" / "golden" / "help" / (file + ".txt");
  io::PosixFiles files;
  if (is_update) {
    ASSERT_TRUE(files.write_atomic(path, as_bytes(outcome->output)).has_value());
  }
  const auto expected = files.read(path);
  ASSERT_TRUE(expected.has_value()) << expected.error().message();
  EXPECT_EQ(outcome->output, as_text(*expected)) << "ARETE_UPDATE_GOLDEN=1 writes it anew";
}

INSTANTIATE_TEST_SUITE_P(Verbs, HelpText,
                         testing::Values("arete", "inspect", "convert", "run", "bench", "backends",
                                         "backends check"),
                         [](const auto& verb) {
                           std::string name = verb.param;
                           std::ranges::replace(name, ' ', '_');
                           return name;
                         });

}  // namespace
}  // namespace arete::golden

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i < argc; ++i) {
    arete::golden::is_update |= std::string_view(argv[i]) == "--update-golden";
  }
  return RUN_ALL_TESTS();
}
