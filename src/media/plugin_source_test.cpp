// SPDX-License-Identifier: Apache-2.0
#include "media/plugin_source.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/log.hpp"

namespace arete::media {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// The scripted plug-in gives one packet a letter behind the address's last slash.
class PluginSourceTest : public testing::Test {
 protected:
  PluginSourceTest() {
    set_log_sink([this](LogLevel, std::string_view line) { log_.emplace_back(line); });
  }
  ~PluginSourceTest() override { set_log_sink(nullptr); }

  Result<std::unique_ptr<Source>> open(const std::string& url, SourceKind kind = SourceKind::kRtsp,
                                       int block = 0) {
    ARETE_TRY_ASSIGN(
        const MediaPlugin plugin,
        MediaPlugin::open(std::string(ARETE_TEST_MEDIA_PLUGINS) + "/arete_media_scripted.so",
                          "scripted"));
    SourceSettings settings;
    settings.url = url;
    settings.kind = kind;
    settings.block = block;
    return open_plugin_source(plugin, clock_, settings);
  }

  FakeClock clock_;
  std::vector<std::string> log_;
};

TEST_F(PluginSourceTest, TimesNeverGoBackAndMissingOnesAreTheClocks) {
  auto source = open("rtsp://h/251-");
  ASSERT_TRUE(source.has_value()) << source.error().message();
  EXPECT_TRUE((*source)->info().live);
  std::vector<Nanoseconds> times;
  for (int i = 0; i < 4; ++i) {
    clock_.advance(milliseconds(10));
    auto packet = (*source)->next();
    ASSERT_TRUE(packet.has_value() && packet->has_value());
    times.push_back(media_time_of(**packet));
  }
  EXPECT_THAT(times,
              ElementsAre(milliseconds(2), milliseconds(5), milliseconds(5), milliseconds(40)));
  for (int i = 0; i < 2; ++i) {
    auto end = (*source)->next();
    ASSERT_TRUE(end.has_value());
    EXPECT_FALSE(end->has_value());
  }
}

TEST_F(PluginSourceTest, FramesAreGivenBackWhenDroppedEvenAfterTheirSource) {
  auto source = open("rtsp://h/12");
  ASSERT_TRUE(source.has_value()) << source.error().message();
  auto first = (*source)->next();
  auto second = (*source)->next();
  source->reset();
  ASSERT_TRUE(first.has_value() && second.has_value());
  EXPECT_EQ(std::get<VideoFrame>(**first).view.row(1)[1], 4);
  EXPECT_TRUE(log_.empty());
  first->reset();
  ASSERT_EQ(log_.size(), 1U);
  EXPECT_THAT(log_.back(), HasSubstr("lent 1"));
  second->reset();
  EXPECT_THAT(log_.back(), HasSubstr("lent 0"));
}

TEST_F(PluginSourceTest, NonsenseFromThePluginIsAnError) {
  for (const char* const script : {"rtsp://h/x", "rtsp://h/w", "rtsp://h/i", "rtsp://h/e"}) {
    auto source = open(script);
    ASSERT_TRUE(source.has_value()) << source.error().message();
    const auto packet = (*source)->next();
    ASSERT_FALSE(packet.has_value()) << script;
    EXPECT_EQ(packet.error().code(), ErrorCode::kInternal);
    EXPECT_THAT(packet.error().message(), HasSubstr(script));
  }
}

TEST_F(PluginSourceTest, SecretsAreTakenOutOfErrors) {
  const auto source = open("rtsp://me:hush%21@h/refused?token=psst");
  ASSERT_FALSE(source.has_value());
  EXPECT_EQ(source.error().code(), ErrorCode::kDenied);
  EXPECT_THAT(source.error().message(), HasSubstr("rtsp://h/refused?token=***"));
  EXPECT_THAT(source.error().message(), Not(HasSubstr("hush")));
  EXPECT_THAT(source.error().message(), Not(HasSubstr("psst")));
}

TEST_F(PluginSourceTest, SoundComesInBlocksOfTheWantedSize) {
  auto source = open("default/09", SourceKind::kMicrophone, 250);
  ASSERT_TRUE(source.has_value()) << source.error().message();
  EXPECT_EQ((*source)->info().kind, MediaKind::kAudio);
  std::vector<std::size_t> sizes;
  std::vector<Nanoseconds> times;
  while (true) {
    auto packet = (*source)->next();
    ASSERT_TRUE(packet.has_value()) << packet.error().message();
    if (!*packet) {
      break;
    }
    const auto& block = std::get<AudioBlock>(**packet);
    EXPECT_EQ(block.sample_rate_hz, 16'000);
    sizes.push_back(block.samples.size());
    times.push_back(block.media_time);
  }
  EXPECT_THAT(sizes, ElementsAre(250U, 250U, 100U));
  EXPECT_THAT(times,
              ElementsAre(Nanoseconds(0), Nanoseconds(250 * 62'500), Nanoseconds(500 * 62'500)));
}

TEST_F(PluginSourceTest, StopIsForGood) {
  auto source = open("rtsp://h/123");
  ASSERT_TRUE(source.has_value()) << source.error().message();
  (*source)->stop();
  for (int i = 0; i < 2; ++i) {
    const auto packet = (*source)->next();
    ASSERT_FALSE(packet.has_value());
    EXPECT_EQ(packet.error().code(), ErrorCode::kCancelled);
  }
}

TEST_F(PluginSourceTest, OtherKindsAreNotForAPlugin) {
  const auto source = open("a.csv", SourceKind::kCsv);
  ASSERT_FALSE(source.has_value());
  EXPECT_EQ(source.error().code(), ErrorCode::kInvalid);
}

}  // namespace
}  // namespace arete::media
