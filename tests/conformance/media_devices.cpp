// What stands in for devices here: a camera's list of modes, and ALSA's silent device.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "arete/plugin/failure.hpp"
#include "camera_modes.hpp"
#include "media/plugin_source.hpp"
#include "media_rig.hpp"

namespace arete::conformance {
namespace {

using arete_gstreamer::CameraMode;
using arete_gstreamer::CapsPtr;
using arete_gstreamer::choose_mode;
using arete_gstreamer::TextPtr;
using testing::HasSubstr;

/// As a common USB camera lists itself.
constexpr const char* kOffered =
    "video/x-raw,format=YUY2,width=1920,height=1080,framerate=5/1;"
    "video/x-raw,format=YUY2,width=640,height=480,framerate={30/1,15/1};"
    "image/jpeg,width=1920,height=1080,framerate={30/1,15/1};"
    "image/jpeg,width=640,height=480,framerate=30/1";

class CameraModes : public testing::Test {
 protected:
  CameraModes() { gst_init(nullptr, nullptr); }

  static std::string chosen(const char* offered, const arete_gstreamer::CameraWish& wish) {
    const CapsPtr caps(gst_caps_from_string(offered));
    const CameraMode mode = choose_mode(caps.get(), wish);
    const TextPtr text(gst_caps_to_string(mode.caps.get()));
    return (mode.jpeg ? "decoded: " : "") + arete_gstreamer::text_of(text.get());
  }
};

TEST_F(CameraModes, RawPixelsArePreferred) {
  EXPECT_THAT(chosen(kOffered, {}), HasSubstr("video/x-raw"));
  EXPECT_THAT(chosen(kOffered, {640, 480, 0}), HasSubstr("format=(string)YUY2, width=(int)640"));
  EXPECT_THAT(chosen(kOffered, {1920, 1080, 0}), HasSubstr("framerate=(fraction)5/1"));
}

TEST_F(CameraModes, JpegIsTakenWhereOnlyItIsFastEnough) {
  const std::string mode = chosen(kOffered, {1920, 1080, 30});
  EXPECT_THAT(mode, HasSubstr("decoded: image/jpeg"));
  EXPECT_THAT(mode, HasSubstr("framerate=(fraction)30/1"));
}

TEST_F(CameraModes, RatesOfTelevisionAreFractions) {
  EXPECT_THAT(chosen("video/x-raw,format=NV12,width=640,height=480,framerate=30000/1001",
                     {640, 480, 29.97}),
              HasSubstr("30000/1001"));
}

TEST_F(CameraModes, WhatIsNotOfferedIsAnErrorThatListsWhatIs) {
  try {
    static_cast<void>(chosen(kOffered, {800, 600, 0}));
    FAIL() << "no error";
  } catch (const arete::plugin::Failure& failure) {
    EXPECT_EQ(failure.code(), ARETE_INVALID);
    EXPECT_THAT(failure.what(), HasSubstr("YUY2 640x480 at"));
    EXPECT_THAT(failure.what(), HasSubstr("image/jpeg 1920x1080 at"));
  }
}

TEST(Microphone, SilentDeviceGivesBlocks) {
  ARETE_NEEDS_MEDIA();
  auto source = open_kind(media::SourceKind::kMicrophone, "null");
  if (!source && source.error().code() == ErrorCode::kUnavailable) {
    GTEST_SKIP() << source.error().message();
  }
  ASSERT_TRUE(source.has_value()) << source.error().message();
  EXPECT_TRUE((*source)->info().live);
  for (int i = 0; i < 5; ++i) {
    auto packet = (*source)->next();
    ASSERT_TRUE(packet.has_value()) << packet.error().message();
    ASSERT_TRUE(packet->has_value());
    const auto& block = std::get<media::AudioBlock>(**packet);
    EXPECT_EQ(block.samples.size(), 320U);
    EXPECT_EQ(block.samples.front(), 0.0F);
  }
}

}  // namespace
}  // namespace arete::conformance
