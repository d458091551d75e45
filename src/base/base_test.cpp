// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "base/text.hpp"

namespace arete {
namespace {

TEST(Error, IsOnePointerWide) {
  EXPECT_EQ(sizeof(Error), sizeof(void*));
  EXPECT_LE(sizeof(Result<int>), 16U);
}

TEST(Error, CollectsContextFromTheInsideOut) {
  Error error(ErrorCode::kCorrupt, "bad byte");
  error = std::move(error).with_context("node 3").with_context("reading x.onnx");
  EXPECT_EQ(error.message(), "reading x.onnx: node 3: bad byte");
  EXPECT_EQ(error.code(), ErrorCode::kCorrupt);
}

TEST(Error, TheInnermostPlaceStays) {
  Error error = Error(ErrorCode::kInvalid, "m").at("inner:3").at("outer");
  EXPECT_EQ(error.where(), "inner:3");
  EXPECT_FALSE(error.sys_errno().has_value());
  EXPECT_EQ(std::move(error).with_errno(5).sys_errno(), 5);
}

TEST(Error, CopiesAreIndependent) {
  const Error first(ErrorCode::kIo, "m");
  Error second = first;
  second = std::move(second).with_context("c");
  EXPECT_EQ(first.message(), "m");
  EXPECT_EQ(second.message(), "c: m");
  Error third(ErrorCode::kInvalid, "x");
  third = first;
  EXPECT_EQ(third.message(), "m");
}

TEST(ErrorCodes, HaveStableUniqueNames) {
  const std::array<std::pair<ErrorCode, std::string_view>, 13> names{
      {{ErrorCode::kInvalid, "invalid"},
       {ErrorCode::kCorrupt, "corrupt"},
       {ErrorCode::kNotFound, "not_found"},
       {ErrorCode::kUnsupported, "unsupported"},
       {ErrorCode::kUnavailable, "unavailable"},
       {ErrorCode::kDenied, "denied"},
       {ErrorCode::kNoSpace, "no_space"},
       {ErrorCode::kTimeout, "timeout"},
       {ErrorCode::kCancelled, "cancelled"},
       {ErrorCode::kConflict, "conflict"},
       {ErrorCode::kGate, "gate"},
       {ErrorCode::kIo, "io"},
       {ErrorCode::kInternal, "internal"}}};
  for (const auto& [code, name] : names) {
    EXPECT_EQ(name_of(code), name);
  }
}

Result<int> positive(int value) {
  if (value <= 0) {
    return fail_at("place", ErrorCode::kInvalid, "{} is not positive", value);
  }
  return value;
}

Result<int> doubled(int value) {
  ARETE_TRY_ASSIGN(const int checked, positive(value), "doubling {}", value);
  return checked * 2;
}

Status check_both(int a, int b) {
  ARETE_TRY(positive(a));
  ARETE_TRY(positive(b), "second of {}", 2);
  return {};
}

TEST(Result, TryPassesErrorsOnWithTheirContext) {
  EXPECT_EQ(doubled(4).value(), 8);
  EXPECT_EQ(doubled(-4).error().message(), "doubling -4: -4 is not positive");
  EXPECT_EQ(doubled(-4).error().where(), "place");
  EXPECT_TRUE(check_both(1, 2).has_value());
  EXPECT_EQ(check_both(-1, 2).error().message(), "-1 is not positive");
  EXPECT_EQ(check_both(1, -2).error().message(), "second of 2: -2 is not positive");
}

static_assert(!std::is_constructible_v<Result<bool>, Result<int>>,
              "a Result must not turn into another one by way of has_value()");

TEST(CheckDeathTest, PrintsThePlaceAndAborts) {
  EXPECT_DEATH(ARETE_CHECK(1 + 1 == 3), "base_test.*1 \\+ 1 == 3");
}

TEST(SharedBytes, SlicesKeepTheOwnerAlive) {
  SharedBytes slice;
  {
    const SharedBytes whole(to_bytes("hello world"));
    slice = whole.slice(6, 5);
    EXPECT_EQ(whole.use_count(), 2);
  }
  EXPECT_EQ(as_text(slice.view()), "world");
  EXPECT_EQ(slice.use_count(), 1);
  EXPECT_TRUE(SharedBytes().empty());
}

TEST(FakeClock, MovesOnlyWhenTold) {
  FakeClock clock;
  const Nanoseconds start = clock.monotonic();
  const Nanoseconds wall = clock.wall();
  EXPECT_EQ(clock.monotonic(), start);
  clock.advance(std::chrono::seconds(3));
  clock.sleep_for(std::chrono::seconds(2));
  EXPECT_EQ(clock.monotonic() - start, std::chrono::seconds(5));
  EXPECT_EQ(clock.wall() - wall, std::chrono::seconds(5));
}

TEST(SystemClock, MonotonicTimeDoesNotGoBack) {
  SystemClock clock;
  const Nanoseconds first = clock.monotonic();
  clock.sleep_for(Nanoseconds(1));
  EXPECT_GT(clock.monotonic(), first);
  EXPECT_GT(clock.wall(), std::chrono::hours(24 * 365 * 50));
}

TEST(EditDistance, CountsInsertionsRemovalsAndReplacements) {
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("same", "same"), 0U);
}

TEST(DidYouMean, SuggestsOnlyWhatIsNear) {
  const std::array<std::string_view, 3> words{"color", "size", "resample"};
  EXPECT_EQ(did_you_mean("colour", words), " (did you mean 'color'?)");
  EXPECT_EQ(did_you_mean("banana", words), "");
  EXPECT_EQ(nearest("resmaple", words), "resample");
}

class LogTest : public testing::Test {
 protected:
  void SetUp() override {
    before_ = log_level();
    set_log_sink([this](LogLevel level, std::string_view line) {
      lines_.emplace_back(line);
      levels_.push_back(level);
    });
  }
  void TearDown() override {
    set_log_sink(nullptr);
    configure_log(before_, LogFormat::kText);
  }
  LogLevel before_ = LogLevel::kWarning;
  std::vector<std::string> lines_;
  std::vector<LogLevel> levels_;
};

TEST_F(LogTest, WritesTextAndJson) {
  configure_log(LogLevel::kDebug, LogFormat::kText);
  ARETE_LOG(kInfo, "opened", {"path", "a \"b\""}, {"ms", 12}, {"ok", true});
  configure_log(LogLevel::kDebug, LogFormat::kJson);
  ARETE_LOG(kError, "broke", {"part", 0.5}, {"bad", std::nan("")}, {"line", "a\nb"});
  ASSERT_EQ(lines_.size(), 2U);
  EXPECT_EQ(lines_[0], "info: opened path=\"a \\\"b\\\"\" ms=12 ok=true");
  EXPECT_EQ(lines_[1],
            "{\"level\": \"error\", \"event\": \"broke\", \"part\": 0.5, \"bad\": null, "
            "\"line\": \"a\\u000ab\"}");
  EXPECT_EQ(levels_[1], LogLevel::kError);
}

TEST_F(LogTest, LowLevelsCostNothing) {
  configure_log(LogLevel::kWarning, LogFormat::kText);
  int evaluated = 0;
  ARETE_LOG(kInfo, "unseen", {"count", ++evaluated});
  EXPECT_TRUE(lines_.empty());
  EXPECT_EQ(evaluated, 0);
  ARETE_LOG(kWarning, "seen", {"count", ++evaluated});
  EXPECT_EQ(lines_.size(), 1U);
}

TEST_F(LogTest, LinesFromThreadsStayWhole) {
  configure_log(LogLevel::kInfo, LogFormat::kText);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t] {
      for (int i = 0; i < 50; ++i) {
        ARETE_LOG(kInfo, "tick", {"thread", t});
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  ASSERT_EQ(lines_.size(), 200U);
  for (const std::string& line : lines_) {
    EXPECT_TRUE(line.starts_with("info: tick thread=")) << line;
  }
}

}  // namespace
}  // namespace arete
