// A segmentation mask and a pose on sample pictures against the references beside the data.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <sstream>

#include "media/picture_file.hpp"
#include "sample_rig.hpp"

namespace arete::golden {
namespace {

constexpr std::uint8_t kBird = 3;  ///< of Pascal VOC

/// Which pixels the reference paints: nothing but the bird, whose edge has some indices below 3.
std::vector<bool> reference_bird() {
  io::PosixFiles files;
  const auto picture = media::read_picture(
      files, io::Path(data_root()) / "data/segmentation/bird_segmentation_mask.bmp");
  std::vector<bool> bird;
  if (picture) {
    for (std::size_t i = 0; i < picture->pixels.size(); i += 3) {
      bird.push_back(picture->pixels[i] != 0);
    }
  }
  return bird;
}

TEST(SampleMask, DeeplabFindsTheBird) {
  if (data_root().empty()) {
    GTEST_SKIP() << "no sample data (ARETE_DATA)";
  }
  auto rig = SampleRig::load("models/segmentation/deeplabv3_mnv2_dm05_pascal_uint8.tflite");
  if (!rig && rig.error().code() == ErrorCode::kUnavailable) {
    GTEST_SKIP() << rig.error().message();
  }
  ASSERT_TRUE(rig.has_value()) << rig.error().message();
  const auto found = rig->run("data/segmentation/bird_segmentation.bmp");
  ASSERT_TRUE(found.has_value()) << found.error().message();
  ASSERT_TRUE(found->mask.has_value());
  const auto reference = reference_bird();
  ASSERT_EQ(found->mask->classes.size(), reference.size());
  int both = 0;
  int either = 0;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    const bool bird = found->mask->classes[i] == kBird;
    both += bird && reference[i] ? 1 : 0;
    either += bird || reference[i] ? 1 : 0;
  }
  ASSERT_GT(either, 0);
  const auto entry = manifest_entry("deeplabv3_dm05_uint8");
  ASSERT_TRUE(entry.has_value()) << entry.error().message();
  const double stated =
      entry->find("expected")->find("bird_segmentation.bmp")->find("iou_bird")->number();
  EXPECT_NEAR(static_cast<double>(both) / either, stated, 0.01);
}

/// x and y of each keypoint, as parts of the picture.
std::vector<std::array<double, 2>> reference_points() {
  io::PosixFiles files;
  const auto bytes =
      files.read(data_root() + "/data/pose/movenet_single_pose_lightning_ptq_reference.csv");
  std::vector<std::array<double, 2>> points;
  std::istringstream lines(std::string(bytes ? as_text(*bytes) : std::string_view{}));
  std::string line;
  std::getline(lines, line);  // pose_id,pose_score,keypoint_id,keypoint_score,x,y
  while (std::getline(lines, line)) {
    std::ranges::replace(line, ',', ' ');
    std::istringstream numbers(line);
    double skipped = 0;
    std::array<double, 2> point{};
    numbers >> skipped >> skipped >> skipped >> skipped >> point[0] >> point[1];
    points.push_back(point);
  }
  return points;
}

TEST(SamplePose, MovenetFindsTheSquat) {
  if (data_root().empty()) {
    GTEST_SKIP() << "no sample data (ARETE_DATA)";
  }
  auto rig = SampleRig::load("models/pose/movenet_lightning_ptq.tflite");
  if (!rig && rig.error().code() == ErrorCode::kUnavailable) {
    GTEST_SKIP() << rig.error().message();
  }
  ASSERT_TRUE(rig.has_value()) << rig.error().message();
  io::PosixFiles files;
  const auto picture = media::read_picture(files, io::Path(data_root()) / "data/pose/squat.bmp");
  ASSERT_TRUE(picture.has_value()) << picture.error().message();
  const auto found = rig->run(picture->view());
  ASSERT_TRUE(found.has_value()) << found.error().message();
  ASSERT_EQ(found->detections.size(), 1U);
  const auto& points = found->detections[0].keypoints;
  const auto reference = reference_points();
  ASSERT_EQ(points.size(), reference.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    EXPECT_NEAR(static_cast<double>(points[i].x) / picture->width, reference[i][0], 0.04) << i;
    EXPECT_NEAR(static_cast<double>(points[i].y) / picture->height, reference[i][1], 0.04) << i;
  }
}

}  // namespace
}  // namespace arete::golden
