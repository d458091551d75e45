// Pictures, raw frames and the test picture as sources, and what all built-in sources share.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "io/faulty_files.hpp"
#include "io/memory_files.hpp"
#include "media/faulty_source.hpp"
#include "media/frame_layout.hpp"
#include "media/open_source.hpp"
#include "media/picture_file.hpp"
#include "media/recycler.hpp"
#include "media/test_pictures.hpp"

namespace arete::media {
namespace {

using tensor::PixelFormat;

constexpr std::array kFormats{PixelFormat::kRgb,  PixelFormat::kBgr,  PixelFormat::kGray,
                              PixelFormat::kNv12, PixelFormat::kI420, PixelFormat::kYuyv};

class BuiltInSources : public testing::Test {
 protected:
  std::unique_ptr<Source> opened(const SourceSettings& settings) {
    auto source = open_source(files_, clock_, settings);
    EXPECT_TRUE(source.has_value()) << source.error().message();
    return source ? std::move(*source) : nullptr;
  }
  ErrorCode refused(const SourceSettings& settings) {
    const auto source = open_source(files_, clock_, settings);
    EXPECT_FALSE(source.has_value());
    return source ? ErrorCode::kInternal : source.error().code();
  }

  io::MemoryFiles files_;
  FakeClock clock_;
};

SourceSettings settings_of(SourceKind kind, const std::string& url) {
  SourceSettings settings;
  settings.kind = kind;
  settings.url = url;
  return settings;
}

SourceSettings raw_settings(PixelFormat format, int width, int height) {
  SourceSettings settings = settings_of(SourceKind::kRaw, "/clip.raw");
  settings.format = format;
  settings.width = width;
  settings.height = height;
  return settings;
}

VideoFrame frame_of(Result<std::optional<MediaPacket>> packet) {
  EXPECT_TRUE(packet.has_value() && packet->has_value());
  return packet && *packet ? std::get<VideoFrame>(**packet) : VideoFrame{};
}

/// All samples of a view, plane by plane.
std::string samples_of(const tensor::PictureView& view) {
  std::string out;
  const auto rows = [&](const std::uint8_t* data, std::ptrdiff_t stride, std::ptrdiff_t bytes,
                        int count) {
    for (int y = 0; y < count; ++y) {
      out.append(reinterpret_cast<const char*>(data + y * stride), static_cast<std::size_t>(bytes));
    }
  };
  const int half_height = (view.height + 1) / 2;
  rows(view.data, view.stride, view.stride, view.height);
  for (const tensor::PlaneView& plane : view.chroma) {
    if (plane.data != nullptr) {
      rows(plane.data, plane.stride, plane.stride, half_height);
    }
  }
  return out;
}

TEST_F(BuiltInSources, AFolderGivesItsPicturesInNaturalOrderWithTheirNames) {
  ASSERT_TRUE(files_.create_directories("/in").has_value());
  for (const char* name : {"/in/b10.png", "/in/b9.png", "/in/a.jpg"}) {
    ASSERT_TRUE(
        write_picture(files_, name, smooth_pattern(PixelFormat::kRgb, 8, 6).view()).has_value());
  }
  SourceSettings settings = settings_of(SourceKind::kPictures, "/in");
  settings.frames_per_second = 4;
  const auto source = opened(settings);
  EXPECT_EQ(source->info().kind, MediaKind::kVideo);
  EXPECT_FALSE(source->info().live);
  std::vector<std::string> names;
  for (int i = 0; i < 3; ++i) {
    const VideoFrame frame = frame_of(source->next());
    names.push_back(frame.file);
    EXPECT_EQ(frame.media_time, std::chrono::milliseconds(250 * i));
    EXPECT_EQ(frame.view.width, 8);
    EXPECT_EQ(frame.view.format, PixelFormat::kRgb);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"/in/a.jpg", "/in/b9.png", "/in/b10.png"}));
  EXPECT_FALSE(source->next().value().has_value());
  EXPECT_FALSE(source->next().value().has_value());
}

TEST_F(BuiltInSources, APictureThatCannotBeReadIsNamedAndTheNextOnesFollow) {
  files_.put("/in/1.png", "no picture");
  ASSERT_TRUE(write_picture(files_, "/in/2.png", smooth_pattern(PixelFormat::kGray, 4, 4).view())
                  .has_value());
  const auto source = opened(settings_of(SourceKind::kPictures, "/in"));
  const auto broken = source->next();
  ASSERT_FALSE(broken.has_value());
  EXPECT_NE(broken.error().message().find("/in/1.png"), std::string::npos);
  const VideoFrame frame = frame_of(source->next());
  EXPECT_EQ(frame.file, "/in/2.png");
  EXPECT_EQ(frame.media_time, std::chrono::milliseconds(40));  // its place, not a new count
  EXPECT_FALSE(source->next().value().has_value());
}

TEST_F(BuiltInSources, NoPicturesAreNotFound) {
  EXPECT_EQ(refused(settings_of(SourceKind::kPictures, "/nowhere.png")), ErrorCode::kNotFound);
  ASSERT_TRUE(files_.create_directories("/empty").has_value());
  EXPECT_EQ(refused(settings_of(SourceKind::kPictures, "/empty")), ErrorCode::kNotFound);
}

TEST_F(BuiltInSources, RawFramesHaveTheirPlanesAtTheirPlaces) {
  for (const PixelFormat format : kFormats) {
    for (const auto& [width, height] : {std::pair{6, 4}, std::pair{5, 3}}) {
      const std::size_t bytes = frame_bytes(format, width, height).value();
      std::string content;
      for (std::size_t i = 0; i < 2 * bytes; ++i) {
        content.push_back(static_cast<char>(i));
      }
      files_.put("/clip.raw", content);
      const auto source = opened(raw_settings(format, width, height));
      for (std::size_t i = 0; i < 2; ++i) {
        const VideoFrame frame = frame_of(source->next());
        EXPECT_EQ(samples_of(frame.view), content.substr(i * bytes, bytes)) << name_of(format);
        EXPECT_EQ(frame.media_time, std::chrono::milliseconds(40 * i));
      }
      EXPECT_FALSE(source->next().value().has_value());
    }
  }
}

TEST_F(BuiltInSources, ALastRawFrameThatIsCutShortIsCorrupt) {
  files_.put("/clip.raw", std::string(4 * 4 + 5, 'x'));
  const auto source = opened(raw_settings(PixelFormat::kGray, 4, 4));
  EXPECT_TRUE(source->next().has_value());
  for (int i = 0; i < 2; ++i) {  // and stays so
    const auto broken = source->next();
    ASSERT_FALSE(broken.has_value());
    EXPECT_EQ(broken.error().code(), ErrorCode::kCorrupt);
    EXPECT_NE(broken.error().message().find("5 of 16 bytes"), std::string::npos);
    EXPECT_EQ(broken.error().where(), "/clip.raw");
  }
}

TEST_F(BuiltInSources, RawFramesNeedTheirExtents) {
  files_.put("/clip.raw", "x");
  EXPECT_EQ(refused(raw_settings(PixelFormat::kGray, 0, 4)), ErrorCode::kInvalid);
  EXPECT_EQ(refused(raw_settings(PixelFormat::kGray, 4, -1)), ErrorCode::kInvalid);
  EXPECT_EQ(refused(raw_settings(PixelFormat::kRgb, 32768, 32768)), ErrorCode::kInvalid);
  SourceSettings missing = raw_settings(PixelFormat::kGray, 4, 4);
  missing.url = "/missing";
  EXPECT_EQ(refused(missing), ErrorCode::kNotFound);
}

TEST_F(BuiltInSources, ADiskThatFailsIsAnErrorThatStays) {
  files_.put("/clip.raw", std::string(64, 'x'));
  io::FaultyFiles faulty(files_, {.fail_call = 3});
  const auto source = open_source(faulty, clock_, raw_settings(PixelFormat::kGray, 4, 4)).value();
  EXPECT_TRUE(source->next().has_value());
  EXPECT_EQ(source->next().error().code(), ErrorCode::kIo);
  EXPECT_EQ(source->next().error().code(), ErrorCode::kIo);
}

TEST_F(BuiltInSources, StoppedSourcesGiveNothingMore) {
  files_.put("/clip.raw", std::string(64, 'x'));
  const auto source = opened(raw_settings(PixelFormat::kGray, 4, 4));
  EXPECT_TRUE(source->next().has_value());
  source->stop();
  EXPECT_EQ(source->next().error().code(), ErrorCode::kCancelled);
  EXPECT_EQ(source->next().error().code(), ErrorCode::kCancelled);
}

TEST_F(BuiltInSources, TheTestPictureMovesAndIsTheSameInEveryRun) {
  for (const PixelFormat format : kFormats) {
    SourceSettings settings = raw_settings(format, 37, 29);
    settings.kind = SourceKind::kTest;
    settings.frames = 20;
    const auto source = opened(settings);
    const auto again = opened(settings);
    std::set<std::string> seen;
    for (int i = 0; i < 20; ++i) {
      const VideoFrame frame = frame_of(source->next());
      const std::string samples = samples_of(frame.view);
      EXPECT_EQ(samples.size(), frame_bytes(format, 37, 29).value());
      EXPECT_EQ(samples, samples_of(frame_of(again->next()).view));
      seen.insert(samples);
    }
    EXPECT_EQ(seen.size(), 20U) << name_of(format);
    EXPECT_FALSE(source->next().value().has_value());
  }
}

TEST_F(BuiltInSources, TheSquareOfTheTestPictureIsWhiteInEveryFormat) {
  for (const PixelFormat format : kFormats) {
    SourceSettings settings = raw_settings(format, 64, 64);
    settings.kind = SourceKind::kTest;
    const VideoFrame frame = frame_of(opened(settings)->next());
    const bool yuv = tensor::is_yuv(format);
    EXPECT_EQ(frame.view.row(3)[4], yuv ? 235 : 255);
    if (format == PixelFormat::kNv12 || format == PixelFormat::kI420) {
      EXPECT_EQ(frame.view.chroma[0].data[frame.view.chroma[0].stride], 128);
    }
  }
}

TEST_F(BuiltInSources, TinyTestPicturesAndEndlessOnesWork) {
  SourceSettings settings = raw_settings(PixelFormat::kNv12, 1, 1);
  settings.kind = SourceKind::kTest;
  const auto source = opened(settings);
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(frame_of(source->next()).media_time, std::chrono::milliseconds(40 * i));
  }
}

TEST_F(BuiltInSources, FramesOutliveTheirSource) {
  SourceSettings settings = raw_settings(PixelFormat::kRgb, 8, 8);
  settings.kind = SourceKind::kTest;
  auto source = opened(settings);
  const VideoFrame first = frame_of(source->next());
  const std::string before = samples_of(first.view);
  for (int i = 0; i < 20; ++i) {
    frame_of(source->next());  // memory that came back is used again, that of `first` is not
  }
  source.reset();
  EXPECT_EQ(samples_of(first.view), before);
}

TEST_F(BuiltInSources, FaultySourcesFailAndEndByPlan) {
  SourceSettings settings = raw_settings(PixelFormat::kGray, 4, 4);
  settings.kind = SourceKind::kTest;
  FaultySource failing(opened(settings), {.fail_after = 2, .error = ErrorCode::kTimeout});
  EXPECT_TRUE(failing.next().has_value());
  EXPECT_TRUE(failing.next().has_value());
  EXPECT_EQ(failing.next().error().code(), ErrorCode::kTimeout);
  EXPECT_EQ(failing.next().error().code(), ErrorCode::kTimeout);
  FaultySource ending(opened(settings), {.end_after = 1});
  EXPECT_TRUE(ending.next().value().has_value());
  EXPECT_FALSE(ending.next().value().has_value());
}

TEST_F(BuiltInSources, SettingsOutOfRangeAreRefused) {
  SourceSettings settings = raw_settings(PixelFormat::kGray, 4, 4);
  settings.kind = SourceKind::kTest;
  settings.frames_per_second = -1;
  EXPECT_EQ(refused(settings), ErrorCode::kInvalid);
  settings.frames_per_second = 25;
  settings.frames = -1;
  EXPECT_EQ(refused(settings), ErrorCode::kInvalid);
  settings.frames = 1;
  settings.block = -1;
  EXPECT_EQ(refused(settings), ErrorCode::kInvalid);
  EXPECT_EQ(refused(settings_of(SourceKind::kCsv, "")), ErrorCode::kInvalid);
}

TEST_F(BuiltInSources, KindsAreGuessedByWhatPeopleWrite) {
  ASSERT_TRUE(files_.create_directories("/data/day.wav").has_value());
  const auto guess = [&](const std::string& url) {
    const auto kind = guess_kind(files_, url);
    return kind ? std::string(name_of(*kind)) : std::string(name_of(kind.error().code()));
  };
  EXPECT_EQ(guess("rtsp://10.0.0.2/live"), "rtsp");
  EXPECT_EQ(guess("RTSPS://host/x.wav"), "rtsp");
  EXPECT_EQ(guess("/dev/video0"), "camera");
  EXPECT_EQ(guess("hw:1,0"), "microphone");
  EXPECT_EQ(guess("clips/A.MP4"), "video");
  EXPECT_EQ(guess("/data/day.wav"), "pictures");  // a folder, whatever its name
  EXPECT_EQ(guess("day.wav"), "wav");
  EXPECT_EQ(guess("a.JPeG"), "pictures");
  EXPECT_EQ(guess("a.nv12"), "raw");
  EXPECT_EQ(guess("rows.csv"), "csv");
  EXPECT_EQ(guess("test"), "test");
  EXPECT_EQ(guess("thing"), "invalid");
  EXPECT_EQ(guess(".mp4"), "invalid");
}

TEST(Recycler, GivesMemoryBackToTheNextOne) {
  std::shared_ptr<std::vector<int>> kept;
  const int* place = nullptr;
  {
    Recycler<std::vector<int>> recycler(1);
    {
      const auto first = recycler.take();
      first->assign(100, 7);
      place = first->data();
    }
    kept = recycler.take();
    EXPECT_EQ(kept->data(), place);
    EXPECT_TRUE(recycler.take()->empty());
  }
  EXPECT_EQ(kept->at(99), 7);
}

}  // namespace
}  // namespace arete::media
