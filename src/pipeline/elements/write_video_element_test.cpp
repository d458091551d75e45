// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/write_video_element.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "document/parse.hpp"
#include "pipeline/elements/test_frames.hpp"

namespace arete::pipeline {
namespace {

using tensor::PixelFormat;

/// What would have been written.
struct FakeVideo {
  media::VideoSettings settings;
  std::vector<Nanoseconds> times;
  std::vector<PixelFormat> formats;
  bool finished = false;
};

class FakeVideoWriter final : public media::VideoWriter {
 public:
  FakeVideoWriter(FakeVideo& video, int fails_at) : video_(video), fails_at_(fails_at) {}

  Status write(const tensor::PictureView& picture, Nanoseconds media_time) override {
    if (static_cast<int>(video_.times.size()) == fails_at_) {
      return fail(ErrorCode::kNoSpace, "the disk is full");
    }
    EXPECT_EQ(picture.width, video_.settings.width);
    EXPECT_EQ(picture.height, video_.settings.height);
    EXPECT_TRUE(video_.times.empty() || media_time > video_.times.back());
    video_.times.push_back(media_time);
    video_.formats.push_back(picture.format);
    return {};
  }
  Status finish() override {
    video_.finished = true;
    return {};
  }

 private:
  FakeVideo& video_;
  int fails_at_;
};

class WriteVideo : public testing::Test {
 protected:
  std::string why_not(const std::string& yaml, std::vector<std::string> sources = {"front"}) {
    const ElementContext context{.name = "video",
                                 .files = *used_files_,
                                 .clock = clock_,
                                 .folder = folder_,
                                 .pipeline = "test",
                                 .sources = std::move(sources)};
    settings_ = document::parse_yaml(yaml, "p.yaml").value();
    auto reader = document::MapReader::open(settings_, "the element").value();
    auto element =
        make_write_video(reader, context,
                         [this](const io::Path& path, const media::VideoSettings& settings)
                             -> Result<std::unique_ptr<media::VideoWriter>> {
                           FakeVideo& video = videos_[path.string()];
                           video.settings = settings;
                           return std::make_unique<FakeVideoWriter>(video, fails_at_);
                         });
    if (!element) {
      return element.error().message();
    }
    element_ = std::move(*element);
    const Status finished = reader.finish();
    return finished ? "" : finished.error().message();
  }
  std::string feed(const Packet& packet) {
    const Status status = element_->process(packet, out_);
    return status ? "" : status.error().message();
  }
  std::string feed(double seconds, int width = 64, int source = 0) {
    Packet packet = plain_packet(PixelFormat::kNv12, width, 48, seconds);
    packet.stamp.source = source;
    return feed(packet);
  }

  io::MemoryFiles files_;
  io::Files* used_files_ = &files_;
  io::Path folder_ = "/home";
  FakeClock clock_;
  document::Node settings_;
  std::map<std::string, FakeVideo> videos_;
  int fails_at_ = -1;
  CollectingEmitter out_;
  std::unique_ptr<Element> element_;
};

TEST_F(WriteVideo, TheRateComesFromTheFirstTwoFrames) {
  ASSERT_EQ(why_not("path: out/a.mp4"), "");
  for (const double seconds : {1.0, 1.1, 1.2}) {
    EXPECT_EQ(feed(seconds), "");
  }
  ASSERT_TRUE(element_->finish(out_).has_value());
  ASSERT_EQ(videos_.size(), 1U);
  const FakeVideo& video = videos_["/home/out/a.mp4"];
  EXPECT_NEAR(video.settings.frames_per_second, 10, 1e-6);
  EXPECT_EQ(video.settings.width, 64);
  EXPECT_EQ(video.times,
            (std::vector<Nanoseconds>{at_seconds(1), at_seconds(1.1), at_seconds(1.2)}));
  EXPECT_TRUE(video.finished);
  EXPECT_EQ(files_.status("/home/out").value().kind, io::FileKind::kFolder);
  EXPECT_EQ(out_.packets.size(), 3U);
}

TEST_F(WriteVideo, AFileInTheFolderAtHandNeedsNoFolder) {
  io::PosixFiles disk;  // cannot make a folder without a name
  used_files_ = &disk;
  folder_ = "";
  ASSERT_EQ(why_not("path: a.mp4"), "");
  EXPECT_EQ(feed(0), "");
  EXPECT_EQ(feed(1), "");
  EXPECT_EQ(videos_["a.mp4"].times.size(), 2U);
}

TEST_F(WriteVideo, SettingsGoToTheFile) {
  ASSERT_EQ(why_not("{path: /v.mp4, frames_per_second: 5, kilobits_per_second: 800}"), "");
  EXPECT_EQ(feed(0), "");
  EXPECT_EQ(feed(0.04), "");
  EXPECT_EQ(videos_["/v.mp4"].settings.frames_per_second, 5);
  EXPECT_EQ(videos_["/v.mp4"].settings.kilobits_per_second, 800);
}

TEST_F(WriteVideo, OneFrameIsAVideoTooAndNoneIsNoFile) {
  ASSERT_EQ(why_not("path: /v.mp4"), "");
  ASSERT_TRUE(element_->finish(out_).has_value());
  EXPECT_TRUE(videos_.empty());
  EXPECT_EQ(feed(3), "");
  ASSERT_TRUE(element_->finish(out_).has_value());
  EXPECT_EQ(videos_["/v.mp4"].times.size(), 1U);
  EXPECT_EQ(videos_["/v.mp4"].settings.frames_per_second, 25);
  EXPECT_TRUE(videos_["/v.mp4"].finished);
}

TEST_F(WriteVideo, AnotherSizeBeginsAnotherPartAndIsLogged) {
  ASSERT_EQ(why_not("path: /v.mp4"), "");
  std::string log;
  set_log_sink([&](LogLevel, std::string_view line) { log += line; });
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(feed(i, i < 3 ? 64 : 32), "");
  }
  set_log_sink(nullptr);
  EXPECT_NE(log.find("video_new_part"), std::string::npos);
  EXPECT_TRUE(videos_["/v.mp4"].finished);
  EXPECT_EQ(videos_["/v.mp4"].times.size(), 3U);
  EXPECT_EQ(videos_["/v_2.mp4"].settings.width, 32);
  ASSERT_TRUE(element_->finish(out_).has_value());
  EXPECT_EQ(videos_["/v_2.mp4"].times.size(), 3U);
}

TEST_F(WriteVideo, FramesOfOneTimeAreSetApart) {
  ASSERT_EQ(why_not("path: /v.mp4"), "");
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(feed(2), "");
  }
  EXPECT_EQ(videos_["/v.mp4"].times.size(), 4U);  // the writer checks that they grow
  EXPECT_EQ(videos_["/v.mp4"].settings.frames_per_second, 25);
}

TEST_F(WriteVideo, SourcesGetFilesOfTheirOwn) {
  EXPECT_NE(why_not("path: v.mp4", {"a", "b"}).find("{source}"), std::string::npos);
  ASSERT_EQ(why_not("path: '/x/{source}.mp4'", {"front", "back"}), "");
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(feed(i, i % 2 == 0 ? 64 : 32, i % 2), "");
  }
  EXPECT_EQ(videos_["/x/front.mp4"].times.size(), 2U);
  EXPECT_EQ(videos_["/x/back.mp4"].settings.width, 32);
}

TEST_F(WriteVideo, PackedChromaIsConvertedForTheEncoder) {
  ASSERT_EQ(why_not("path: /v.mp4"), "");
  EXPECT_EQ(feed(plain_packet(PixelFormat::kYuyv, 64, 48, 0)), "");
  EXPECT_EQ(feed(plain_packet(PixelFormat::kYuyv, 64, 48, 1)), "");
  EXPECT_EQ(videos_["/v.mp4"].formats,
            (std::vector<PixelFormat>{PixelFormat::kRgb, PixelFormat::kRgb}));
}

TEST_F(WriteVideo, AFileThatFailsIsGivenUpAndEachFrameSaysSo) {
  fails_at_ = 1;
  ASSERT_EQ(why_not("path: /v.mp4"), "");
  EXPECT_EQ(feed(0), "");
  EXPECT_NE(feed(1).find("full"), std::string::npos);
  EXPECT_NE(feed(2).find("full"), std::string::npos);
  EXPECT_EQ(videos_.size(), 1U);
  EXPECT_FALSE(videos_["/v.mp4"].finished);
  EXPECT_TRUE(element_->finish(out_).has_value());
}

TEST_F(WriteVideo, WhatHasNoPicturePassesAndSettingsAreStrict) {
  ASSERT_EQ(why_not("path: /v.mp4"), "");
  EXPECT_EQ(feed(class_packet(0, "speech", 1)), "");
  EXPECT_EQ(out_.packets.size(), 1U);
  EXPECT_NE(why_not("path: /v.avi").find(".mp4"), std::string::npos);
  EXPECT_NE(why_not("{}").find("path"), std::string::npos);
  EXPECT_NE(why_not("{path: /v.mp4, kilobits_per_second: -1}"), "");
  EXPECT_NE(why_not("{path: /v.mp4, fps: 3}"), "");
}

}  // namespace
}  // namespace arete::pipeline
