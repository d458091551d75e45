// Video files written through the media plug-in, and read back through it.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "media/canvas.hpp"
#include "media/plugin_source.hpp"
#include "media/video_writer.hpp"
#include "media_rig.hpp"

namespace arete::conformance {
namespace {

using testing::HasSubstr;

constexpr int kWidth = 162;
constexpr int kHeight = 120;
constexpr int kFrames = 50;

/// Soft colors and a square that moves.
tensor::Picture drawn(tensor::PixelFormat format, int number) {
  tensor::Picture picture(format, kWidth, kHeight);
  const int channels = tensor::channels_of(format);
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      for (int c = 0; c < channels; ++c) {
        picture.row(y)[x * channels + c] = static_cast<std::uint8_t>(60 +
                                                                     (c == 0   ? x
                                                                      : c == 1 ? y
                                                                               : (x + y) / 2) +
                                                                     number);
      }
    }
  }
  media::fill(picture, {number, 20, number + 32, 52}, {200, 60, 90});
  return picture;
}

/// Each a little later than the even beat would have it.
Nanoseconds time_of(int number) {
  return std::chrono::milliseconds(number * 40 + number * number % 7);
}

Status write_video(const fs::path& path, tensor::PixelFormat format, bool finish) {
  media::VideoSettings settings;
  settings.width = kWidth;
  settings.height = kHeight;
  ARETE_TRY_ASSIGN(const auto video, media::create_video(path, settings));
  for (int i = 0; i < kFrames; ++i) {
    ARETE_TRY(video->write(drawn(format, i).view(), time_of(i)));
  }
  return finish ? video->finish() : Status();
}

/// Of the luma planes.
double psnr(const std::vector<std::uint8_t>& a, const std::vector<std::uint8_t>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += (a[i] - b[i]) * (a[i] - b[i]);
  }
  return 10 * std::log10(255.0 * 255 * static_cast<double>(a.size()) / std::max(sum, 1e-9));
}

/// What the encoder was given for a gray or color picture: luma by BT.601, limited range.
std::vector<std::uint8_t> expected_luma(const tensor::Picture& picture) {
  std::vector<std::uint8_t> luma;
  const int channels = tensor::channels_of(picture.format);
  for (std::size_t i = 0; i < picture.pixels.size(); i += static_cast<std::size_t>(channels)) {
    const auto* const pixel = picture.pixels.data() + i;
    const bool gray = channels == 1;
    const int red = pixel[picture.format == tensor::PixelFormat::kBgr ? 2 : 0];
    const int green = gray ? red : pixel[1];
    const int blue = gray ? red : pixel[picture.format == tensor::PixelFormat::kBgr ? 0 : 2];
    luma.push_back(static_cast<std::uint8_t>(
        std::lround(16 + (0.299 * red + 0.587 * green + 0.114 * blue) * 219 / 255)));
  }
  return luma;
}

class Written : public testing::TestWithParam<tensor::PixelFormat> {};

TEST_P(Written, IsReadBackFrameByFrame) {
  ARETE_NEEDS_MEDIA();
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "out.mp4";
  const Status written = write_video(file, GetParam(), true);
  ASSERT_TRUE(written.has_value()) << written.error().message();
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 1) << "something is left";
  const std::string content = content_of(file);
  EXPECT_LT(content.find("moov"), content.find("mdat")) << "the index comes last";
  auto source = open_video(file.string());
  ASSERT_TRUE(source.has_value()) << source.error().message();
  EXPECT_EQ((*source)->info().width, kWidth);
  EXPECT_EQ((*source)->info().height, kHeight);
  int frames = 0;
  double worst = 100;
  while (true) {
    auto packet = (*source)->next();
    ASSERT_TRUE(packet.has_value()) << packet.error().message();
    if (!*packet) {
      break;
    }
    const auto& frame = std::get<media::VideoFrame>(**packet);
    EXPECT_EQ(frame.view.color, tensor::YuvColor{});
    EXPECT_NEAR(static_cast<double>((frame.media_time - time_of(frames)).count()), 0, 12e3)
        << "frame " << frames;
    std::vector<std::uint8_t> luma = packed(frame.view);
    luma.resize(static_cast<std::size_t>(kWidth * kHeight));
    worst = std::min(worst, psnr(luma, expected_luma(drawn(GetParam(), frames))));
    ++frames;
  }
  EXPECT_EQ(frames, kFrames);
  EXPECT_GT(worst, 30) << "dB of the worst frame";
  RecordProperty("psnr", std::to_string(worst));
}

INSTANTIATE_TEST_SUITE_P(Of, Written,
                         testing::Values(tensor::PixelFormat::kRgb, tensor::PixelFormat::kBgr,
                                         tensor::PixelFormat::kGray),
                         [](const auto& each) {
                           return each.param == tensor::PixelFormat::kRgb   ? "Rgb"
                                  : each.param == tensor::PixelFormat::kBgr ? "Bgr"
                                                                            : "Gray";
                         });

TEST(Video, ThatIsDroppedLeavesNothingAndTheOldFileAsItWas) {
  ARETE_NEEDS_MEDIA();
  const TemporaryFolder folder;
  const fs::path file = folder.write("out.mp4", "old");
  ASSERT_TRUE(write_video(file, tensor::PixelFormat::kRgb, false).has_value());
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 1) << "something is left";
  EXPECT_EQ(content_of(file), "old");
}

/// A decoder's frames go into the encoder as they are.
TEST(Video, TakesFramesOfAnotherClip) {
  ARETE_NEEDS_MEDIA();
  const fs::path input = clip("carphone_pristine.mp4");
  if (input.empty()) {
    GTEST_SKIP() << "no clip";
  }
  const TemporaryFolder folder;
  const fs::path output = folder.path() / "copy.mp4";
  auto source = open_video(input.string());
  ASSERT_TRUE(source.has_value()) << source.error().message();
  media::VideoSettings settings{176, 144, 30000.0 / 1001, 400};
  auto video = media::create_video(output, settings);
  ASSERT_TRUE(video.has_value()) << video.error().message();
  std::vector<std::vector<std::uint8_t>> originals;
  while (originals.size() < 30) {
    auto packet = (*source)->next();
    ASSERT_TRUE(packet.has_value() && packet->has_value());
    const auto& frame = std::get<media::VideoFrame>(**packet);
    originals.push_back(packed(frame.view));
    const Status status = (*video)->write(frame.view, frame.media_time);
    ASSERT_TRUE(status.has_value()) << status.error().message();
  }
  const Status finished = (*video)->finish();
  ASSERT_TRUE(finished.has_value()) << finished.error().message();
  auto copy = open_video(output.string());
  ASSERT_TRUE(copy.has_value()) << copy.error().message();
  EXPECT_NEAR((*copy)->info().frames_per_second, 29.97, 0.01);
  for (const std::vector<std::uint8_t>& original : originals) {
    auto packet = (*copy)->next();
    ASSERT_TRUE(packet.has_value() && packet->has_value());
    EXPECT_GT(psnr(packed(std::get<media::VideoFrame>(**packet).view), original), 30);
  }
}

TEST(Video, OddSizesLoseTheirLastRowAndColumn) {
  ARETE_NEEDS_MEDIA();
  const TemporaryFolder folder;
  media::VideoSettings settings{33, 17, 10, 0};
  auto video = media::create_video(folder.path() / "odd.mp4", settings);
  ASSERT_TRUE(video.has_value()) << video.error().message();
  const tensor::Picture picture(tensor::PixelFormat::kRgb, 33, 17);
  ASSERT_TRUE((*video)->write(picture.view(), Nanoseconds(0)).has_value());
  const Status finished = (*video)->finish();
  ASSERT_TRUE(finished.has_value()) << finished.error().message();
  const auto source = open_video((folder.path() / "odd.mp4").string());
  ASSERT_TRUE(source.has_value()) << source.error().message();
  EXPECT_EQ((*source)->info().width, 32);
  EXPECT_EQ((*source)->info().height, 16);
}

TEST(Video, SaysWhatIsWrong) {
  ARETE_NEEDS_MEDIA();
  const TemporaryFolder folder;
  const auto code = [](const auto& result) {
    return result.has_value() ? "fine" : std::string(name_of(result.error().code()));
  };
  media::VideoSettings settings{32, 32, 25, 0};
  EXPECT_EQ(code(media::create_video(folder.path() / "none" / "a.mp4", settings)), "not_found");
  EXPECT_EQ(code(media::create_video(folder.path(), settings)), "invalid");
  EXPECT_EQ(code(media::create_video(folder.path() / "a.mp4", {1, 32, 25, 0})), "invalid");
  EXPECT_EQ(code(media::create_video(folder.path() / "a.mp4", {32, 32, 0, 0})), "invalid");
  auto video = media::create_video(folder.path() / "a.mp4", settings);
  ASSERT_TRUE(video.has_value()) << video.error().message();
  const tensor::Picture picture(tensor::PixelFormat::kRgb, 32, 32);
  const tensor::Picture other(tensor::PixelFormat::kRgb, 34, 32);
  EXPECT_EQ(code((*video)->write(other.view(), Nanoseconds(0))), "invalid");
  EXPECT_EQ(code((*video)->write(picture.view(), Nanoseconds(5))), "fine");
  EXPECT_EQ(code((*video)->write(picture.view(), Nanoseconds(5))), "invalid") << "times must grow";
  EXPECT_EQ(code((*video)->finish()), "fine");
  EXPECT_EQ(code((*video)->finish()), "conflict");
  EXPECT_EQ(code((*video)->write(picture.view(), Nanoseconds(9))), "conflict");
  auto empty = media::create_video(folder.path() / "empty.mp4", settings);
  ASSERT_TRUE(empty.has_value());
  EXPECT_EQ(code((*empty)->finish()), "invalid") << "a video without frames";
  empty->reset();
  EXPECT_FALSE(fs::exists(folder.path() / "empty.mp4"));
}

}  // namespace
}  // namespace arete::conformance
