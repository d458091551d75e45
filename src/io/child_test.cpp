// SPDX-License-Identifier: Apache-2.0
#include "io/child.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace arete::io {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

Child shell_child(const std::string& script) {
  auto child = Child::start({.program = "sh", .arguments = {"-c", script}});
  EXPECT_TRUE(child.has_value());
  return std::move(child).value();
}

TEST(Child, AnswersLineByLineAndBytes) {
  Child child = shell_child("while read line; do echo \"<$line>\"; printf 'ab\\ncd'; done");
  for (const char* word : {"one", "two words"}) {
    ASSERT_TRUE(child.write_line(word));
    EXPECT_EQ(child.read_line(10s).value(), "<" + std::string(word) + ">");
    EXPECT_EQ(as_text(child.read_bytes(5, 10s).value()), "ab\ncd");
  }
  child.end(10s);
}

TEST(Child, ADeathIsNamed) {
  Child crashed = shell_child("kill -SEGV $$");
  const auto line = crashed.read_line(10s);
  ASSERT_FALSE(line);
  EXPECT_EQ(line.error().code(), ErrorCode::kIo);
  EXPECT_THAT(line.error().message(), HasSubstr("signal 11"));
  Child left = shell_child("exit 3");
  EXPECT_THAT(left.read_line(10s).error().message(), HasSubstr("exit code 3"));
  EXPECT_FALSE(left.write_line("anybody there?"));
}

TEST(Child, SilenceIsATimeoutAndTheChildGoesWithItsOwner) {
  Child silent = shell_child("exec cat");
  EXPECT_EQ(silent.read_line(1ms).error().code(), ErrorCode::kTimeout);
  Child deaf = shell_child("exec sleep 1000");
  deaf.end(1ms);
  EXPECT_FALSE(deaf.write_line("gone"));
}

TEST(Child, ALineWithoutEndIsBounded) {
  Child talker = shell_child("head -c 300000 /dev/zero; exec cat");
  EXPECT_EQ(talker.read_line(10s, 100000).error().code(), ErrorCode::kCorrupt);
}

TEST(Child, AMissingProgramCannotBeStarted) {
  EXPECT_EQ(Child::start({.program = "/nowhere/at/all"}).error().code(), ErrorCode::kNotFound);
}

}  // namespace
}  // namespace arete::io
