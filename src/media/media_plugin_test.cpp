// SPDX-License-Identifier: Apache-2.0
#include "media/media_plugin.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace arete::media {
namespace {

using testing::HasSubstr;

std::string reason_of(const std::string& name) {
  const auto plugin = MediaPlugin::open(
      std::string(ARETE_TEST_MEDIA_PLUGINS) + "/arete_media_" + name + ".so", name);
  if (plugin) {
    return "works";
  }
  EXPECT_EQ(plugin.error().code(), ErrorCode::kUnavailable);
  return plugin.error().message();
}

TEST(MediaPlugin, EachKindOfBrokenOneIsNamed) {
  EXPECT_EQ(reason_of("scripted"), "works");
  EXPECT_THAT(reason_of("wrong_version"), HasSubstr("ABI version 99, this program has 1"));
  EXPECT_THAT(reason_of("no_symbol"), HasSubstr("no symbol 'arete_media_api'"));
  EXPECT_THAT(reason_of("short_table"), HasSubstr("16 bytes"));
  EXPECT_THAT(reason_of("lacking"), HasSubstr("lacks the function 'next'"));
  EXPECT_THAT(reason_of("misnamed"), HasSubstr("calls itself 'somebody'"));
  EXPECT_THAT(reason_of("probe_fails"), HasSubstr("the decoder is missing"));
  EXPECT_THAT(reason_of("offers_nothing"), HasSubstr("offers nothing"));
  EXPECT_THAT(reason_of("that_is_not_there"), HasSubstr("cannot open shared object"));
}

TEST(MediaPlugin, TheFirstThatWorksIsTaken) {
  const auto plugin = MediaPlugin::find({"/nowhere", ARETE_TEST_MEDIA_PLUGINS});
  ASSERT_TRUE(plugin.has_value()) << plugin.error().message();
  EXPECT_STREQ(plugin->table().name, "scripted");
  EXPECT_EQ(plugin->engine_version(), "7.0");
}

TEST(MediaPlugin, WithoutOneTheFoldersAreNamed) {
  const auto plugin = MediaPlugin::find({"/nowhere", "/neither"});
  ASSERT_FALSE(plugin.has_value());
  EXPECT_EQ(plugin.error().code(), ErrorCode::kUnavailable);
  EXPECT_THAT(plugin.error().message(), HasSubstr("/nowhere, /neither"));
}

}  // namespace
}  // namespace arete::media
