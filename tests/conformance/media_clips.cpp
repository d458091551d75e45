// Clips through the media plug-in: each frame is compared with ffmpeg's, and whatever is no clip is
// refused with a reason.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "io/child.hpp"
#include "io/process.hpp"
#include "media/plugin_source.hpp"
#include "media_rig.hpp"

namespace arete::conformance {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

constexpr Nanoseconds kFfmpegPatience = std::chrono::seconds(60);

struct Known {
  const char* name;
  int width;
  int height;
  int frames;  ///< as ffprobe -count_frames says
  double frames_per_second;
};

class Clips : public testing::TestWithParam<Known> {};

/// nullopt without ffmpeg.
std::optional<io::Child> start_ffmpeg(const fs::path& file) {
  io::ProcessRequest request;
  request.program = "ffmpeg";
  request.arguments = {"-v",      "error",  "-nostdin",    "-i", file.string(), "-map",
                       "0:v:0",   "-vsync", "passthrough", "-f", "rawvideo",    "-pix_fmt",
                       "yuv420p", "-"};
  auto child = io::Child::start(request);
  return child ? std::optional<io::Child>(std::move(child).value()) : std::nullopt;
}

/// Compares frame by frame; returns how many there are.
int compare_with(media::Source& source, io::Child& ffmpeg) {
  int frames = 0;
  Nanoseconds last{-1};
  while (true) {
    auto packet = source.next();
    EXPECT_TRUE(packet.has_value()) << packet.error().message();
    if (!packet || !*packet) {
      return frames;
    }
    const auto& frame = std::get<media::VideoFrame>(**packet);
    const std::vector<std::uint8_t> ours = packed(frame.view);
    const auto theirs = ffmpeg.read_bytes(ours.size(), kFfmpegPatience);
    if (!theirs) {
      ADD_FAILURE() << "frame " << frames << ": " << theirs.error().message();
      return frames;
    }
    const bool same = std::memcmp(ours.data(), theirs->data(), ours.size()) == 0;
    EXPECT_TRUE(same) << "frame " << frames << " differs";
    EXPECT_GT(frame.media_time, last) << "frame " << frames;
    last = frame.media_time;
    ++frames;
  }
}

TEST_P(Clips, GiveTheFramesThatFfmpegGives) {
  ARETE_NEEDS_MEDIA();
  const Known& known = GetParam();
  const fs::path file = clip(known.name);
  if (file.empty()) {
    GTEST_SKIP() << known.name << " is not on this machine";
  }
  auto source = open_video(file.string());
  ASSERT_TRUE(source.has_value()) << source.error().message();
  const media::StreamInfo info = (*source)->info();
  EXPECT_EQ(info.width, known.width);
  EXPECT_EQ(info.height, known.height);
  EXPECT_NEAR(info.frames_per_second, known.frames_per_second, 0.01 * known.frames_per_second);
  EXPECT_FALSE(info.live);
  EXPECT_EQ(info.name, file.string());
  auto ffmpeg = start_ffmpeg(file);
  if (!ffmpeg) {
    GTEST_SKIP() << "no ffmpeg";
  }
  EXPECT_EQ(compare_with(**source, *ffmpeg), known.frames);
  EXPECT_FALSE(ffmpeg->read_bytes(1, kFfmpegPatience).has_value()) << "ffmpeg has more frames";
}

INSTANTIATE_TEST_SUITE_P(Real, Clips,
                         testing::Values(Known{"carphone_pristine.mp4", 176, 144, 120, 29.97},
                                         Known{"bikes.mp4", 640, 272, 250, 25},
                                         Known{"bottle-detection.mp4", 640, 360, 1189, 29.833},
                                         Known{"car-detection.mp4", 768, 432, 377, 12.5},
                                         Known{"vtest.avi", 768, 576, 795, 10}),
                         [](const auto& each) {
                           std::string name = each.param.name;
                           std::ranges::replace_if(
                               name, [](char c) { return c == '-' || c == '.'; }, '_');
                           return name;
                         });

/// The end of the stream, or the error that stands there.
Status read_to_the_end(media::Source& source, int& frames) {
  while (true) {
    auto packet = source.next();
    if (!packet) {
      return std::unexpected<Error>(std::move(packet).error());
    }
    if (!*packet) {
      return {};
    }
    ++frames;
  }
}

/// What opening and reading says in the end.
Status use_clip(const fs::path& file, int& frames) {
  auto source = open_video(file.string());
  if (!source) {
    return std::unexpected<Error>(std::move(source).error());
  }
  return read_to_the_end(**source, frames);
}

TEST(BrokenClips, AreRefusedWithAReasonThatNamesThem) {
  ARETE_NEEDS_MEDIA();
  struct Case {
    const char* name;
    std::string content;
    ErrorCode code;
  };
  const TemporaryFolder folder;
  std::string noise;
  for (unsigned i = 0; i < 100'000; ++i) {
    noise += static_cast<char>(i * 2654435761U >> 23);
  }
  for (const Case& each : {Case{"empty.mp4", "", ErrorCode::kCorrupt},
                           Case{"noise.mp4", noise, ErrorCode::kUnsupported},
                           Case{"text.mp4", "This is a letter to a friend, and no film at all.\n",
                                ErrorCode::kUnsupported},
                           Case{"header.mp4",
                                std::string("\0\0\0\x18"
                                            "ftypisom\0\0\x02\0isomiso2",
                                            24),
                                ErrorCode::kCorrupt}}) {
    const fs::path file = folder.write(each.name, each.content);
    int frames = 0;
    const Status status = use_clip(file, frames);
    ASSERT_FALSE(status.has_value()) << each.name;
    EXPECT_EQ(frames, 0) << each.name;
    EXPECT_EQ(status.error().code(), each.code) << each.name << ": " << status.error().message();
    EXPECT_THAT(status.error().message(), HasSubstr(file.string()));
    RecordProperty(each.name, status.error().message());
  }
}

TEST(BrokenClips, MissingOnesAndFoldersAreSaidToBeSo) {
  ARETE_NEEDS_MEDIA();
  const TemporaryFolder folder;
  const auto missing = open_video((folder.path() / "none.mp4").string());
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code(), ErrorCode::kNotFound);
  EXPECT_THAT(missing.error().message(), HasSubstr("none.mp4"));
  const auto not_a_file = open_video(folder.path().string());
  ASSERT_FALSE(not_a_file.has_value());
  EXPECT_EQ(not_a_file.error().code(), ErrorCode::kInvalid);
}

TEST(BrokenClips, WithoutPicturesSayWhatIsMissing) {
  ARETE_NEEDS_MEDIA();
  const TemporaryFolder folder;
  std::string wave(
      "RIFF\x64\x01\0\0WAVEfmt "
      "\x10\0\0\0\x01\0\x01\0\x80\x3e\0\0\0\x7d\0\0\x02\0\x10\0data\x40\x01\0\0",
      44);
  wave += std::string(320, '\0');
  const fs::path file = folder.write("sound.wav", wave);
  const auto source = open_video(file.string());
  ASSERT_FALSE(source.has_value());
  EXPECT_EQ(source.error().code(), ErrorCode::kUnsupported) << source.error().message();
  EXPECT_THAT(source.error().message(), HasSubstr("no video"));
}

/// A file that was cut off while it was copied gives the frames that are there, and then says so.
TEST(BrokenClips, CutOffOnesEndWithAnError) {
  ARETE_NEEDS_MEDIA();
  const TemporaryFolder folder;
  int tried = 0;
  for (const char* const name : {"bikes.mp4", "car-detection.mp4", "carphone_pristine.mp4"}) {
    const fs::path whole = clip(name);
    if (whole.empty()) {
      continue;
    }
    ++tried;
    const std::string content = content_of(whole);
    const fs::path file = folder.write(name, content.substr(0, content.size() * 6 / 10));
    int frames = 0;
    const Status status = use_clip(file, frames);
    ASSERT_FALSE(status.has_value()) << name << " gave " << frames << " frames and no error";
    EXPECT_EQ(status.error().code(), ErrorCode::kCorrupt) << status.error().message();
    RecordProperty(name, std::to_string(frames) + " frames, " + status.error().message());
  }
  if (tried == 0) {
    GTEST_SKIP() << "no clips";
  }
}

TEST(Clip, GivesItsSoundAsOneChannel) {
  ARETE_NEEDS_MEDIA();
  const fs::path file = clip("car-detection.mp4");
  if (file.empty()) {
    GTEST_SKIP() << "no clip with sound";
  }
  auto source = open_kind(media::SourceKind::kMicrophone, file.string());
  ASSERT_TRUE(source.has_value()) << source.error().message();
  EXPECT_EQ((*source)->info().kind, media::MediaKind::kAudio);
  std::size_t samples = 0;
  Nanoseconds expected{0};
  while (true) {
    auto packet = (*source)->next();
    ASSERT_TRUE(packet.has_value()) << packet.error().message();
    if (!*packet) {
      break;
    }
    const auto& block = std::get<media::AudioBlock>(**packet);
    EXPECT_EQ(block.sample_rate_hz, 16'000);
    EXPECT_LE(block.samples.size(), 320U);
    EXPECT_NEAR(static_cast<double>((block.media_time - expected).count()), 0, 50e6);
    samples += block.samples.size();
    expected = Nanoseconds(static_cast<std::int64_t>(samples) * 62'500);
  }
  EXPECT_NEAR(static_cast<double>(samples) / 16'000, 30.2, 0.3);
}

TEST(Clip, StoppedWhileNobodyReadsIsClosedAtOnce) {
  ARETE_NEEDS_MEDIA();
  const fs::path file = clip("bikes.mp4");
  if (file.empty()) {
    GTEST_SKIP() << "no clip";
  }
  auto source = open_video(file.string());
  ASSERT_TRUE(source.has_value()) << source.error().message();
  ASSERT_TRUE((*source)->next().has_value());
  (*source)->stop();
  for (int i = 0; i < 2; ++i) {
    const auto packet = (*source)->next();
    ASSERT_FALSE(packet.has_value());
    EXPECT_EQ(packet.error().code(), ErrorCode::kCancelled);
  }
}

TEST(Clip, FramesOutliveTheirSource) {
  ARETE_NEEDS_MEDIA();
  const fs::path file = clip("bikes.mp4");
  if (file.empty()) {
    GTEST_SKIP() << "no clip";
  }
  std::vector<media::VideoFrame> kept;
  std::vector<std::vector<std::uint8_t>> copies;
  {
    auto source = open_video(file.string());
    ASSERT_TRUE(source.has_value()) << source.error().message();
    for (int i = 0; i < 40; ++i) {
      auto packet = (*source)->next();
      ASSERT_TRUE(packet.has_value() && packet->has_value());
      kept.push_back(std::get<media::VideoFrame>(std::move(**packet)));
      copies.push_back(packed(kept.back().view));
    }
  }
  for (std::size_t i = 0; i < kept.size(); ++i) {
    EXPECT_EQ(packed(kept[i].view), copies[i]) << "frame " << i;
  }
}

TEST(Devices, ThatAreNotThereAreNamed) {
  ARETE_NEEDS_MEDIA();
  const auto camera = open_kind(media::SourceKind::kCamera, "/dev/video99");
  ASSERT_FALSE(camera.has_value());
  EXPECT_EQ(camera.error().code(), ErrorCode::kNotFound);
  EXPECT_THAT(camera.error().message(), HasSubstr("/dev/video99"));
  const auto no_camera = open_kind(media::SourceKind::kCamera, "/dev/null");
  ASSERT_FALSE(no_camera.has_value());
  EXPECT_THAT(no_camera.error().message(), HasSubstr("/dev/null"));
  const auto file = open_kind(media::SourceKind::kCamera, "/proc/self/exe");
  ASSERT_FALSE(file.has_value());
  EXPECT_EQ(file.error().code(), ErrorCode::kInvalid);
  auto microphone = open_kind(media::SourceKind::kMicrophone, "hw:CARD=none");
  ASSERT_FALSE(microphone.has_value());
  EXPECT_EQ(microphone.error().code(), ErrorCode::kUnavailable) << microphone.error().message();
  RecordProperty("microphone", microphone.error().message());
  RecordProperty("no_camera", no_camera.error().message());
}

}  // namespace
}  // namespace arete::conformance
