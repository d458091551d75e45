// Classifiers on sample pictures: top-1 counts against the data's manifest, and the labels of
// pictures whose content is known.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <sstream>

#include "sample_rig.hpp"

namespace arete::golden {
namespace {

/// The manifest's own note: resizers and crop rounding move counts by 1 or 2.
constexpr int kLargestCountDifference = 2;

struct ClassifierCase {
  std::string entry;
  std::string model;
};

std::string name_of_case(const testing::TestParamInfo<ClassifierCase>& info) {
  std::string name = info.param.entry;
  std::ranges::replace(name, '.', '_');
  return name;
}

class SampleClassification : public testing::TestWithParam<ClassifierCase> {};

struct LabeledPicture {
  std::string file;
  int index = 0;
};

/// "file,index,wnid", one picture a line: those whose index is a multiple of five.
std::vector<LabeledPicture> labeled_pictures() {
  io::PosixFiles files;
  const auto bytes = files.read(data_root() + "/data/imagenet-sample/labels.csv");
  std::vector<LabeledPicture> pictures;
  std::istringstream lines(std::string(bytes ? as_text(*bytes) : std::string_view{}));
  std::string line;
  std::getline(lines, line);  // the header
  while (std::getline(lines, line)) {
    const auto comma = line.find(',');
    LabeledPicture picture{"data/imagenet-sample/" + line.substr(0, comma), -1};
    std::from_chars(line.data() + comma + 1, line.data() + line.size(), picture.index);
    if (picture.index % 5 == 0) {
      pictures.push_back(picture);
    }
  }
  return pictures;
}

TEST_P(SampleClassification, Top1CountIsTheManifests) {
  if (data_root().empty()) {
    GTEST_SKIP() << "no sample data (ARETE_DATA)";
  }
  auto rig = SampleRig::load(GetParam().model);
  if (!rig && rig.error().code() == ErrorCode::kUnavailable) {
    GTEST_SKIP() << rig.error().message();
  }
  ASSERT_TRUE(rig.has_value()) << rig.error().message();
  const auto entry = manifest_entry(GetParam().entry);
  ASSERT_TRUE(entry.has_value()) << entry.error().message();
  const auto* expected = entry->find("expected")->find("top1_of_the_200_with_index_mod_5_equal_0");
  ASSERT_NE(expected, nullptr);
  const auto pictures = labeled_pictures();
  ASSERT_EQ(pictures.size(), 200U);
  int right = 0;
  for (const auto& picture : pictures) {
    const auto found = rig->run(picture.file);
    ASSERT_TRUE(found.has_value()) << found.error().message();
    ASSERT_FALSE(found->classes.empty());
    right += found->classes.front().index == picture.index + 1 ? 1 : 0;  // 0 is background
  }
  RecordProperty("top1_of_200", right);
  EXPECT_LE(std::abs(right - expected->integer()), kLargestCountDifference) << right;
}

TEST_P(SampleClassification, ABurgerIsACheeseburger) {
  if (data_root().empty()) {
    GTEST_SKIP() << "no sample data (ARETE_DATA)";
  }
  auto rig = SampleRig::load(GetParam().model);
  if (!rig && rig.error().code() == ErrorCode::kUnavailable) {
    GTEST_SKIP() << rig.error().message();
  }
  ASSERT_TRUE(rig.has_value()) << rig.error().message();
  const auto found = rig->run("data/images-tfls/burger.jpg");
  ASSERT_TRUE(found.has_value()) << found.error().message();
  ASSERT_FALSE(found->classes.empty());
  EXPECT_EQ(found->classes.front().label, "cheeseburger");
}

INSTANTIATE_TEST_SUITE_P(
    Models, SampleClassification,
    testing::Values(ClassifierCase{"mobilenet_v1_0.5_160_float",
                                   "models/classification/mobilenet_v1_0.5_160_float.onnx"},
                    ClassifierCase{"mobilenet_v1_0.25_224_float",
                                   "models/classification/mobilenet_v1_0.25_224_float.tflite"},
                    ClassifierCase{"mobilenet_v1_0.25_224_uint8",
                                   "models/classification/mobilenet_v1_0.25_224_uint8.tflite"},
                    ClassifierCase{"mobilenet_v1_0.5_160_uint8",
                                   "models/classification/mobilenet_v1_0.5_160_uint8.tflite"},
                    ClassifierCase{"mobilenet_v2_1.0_224_uint8",
                                   "models/classification/mobilenet_v2_1.0_224_uint8.tflite"}),
    name_of_case);

}  // namespace
}  // namespace arete::golden
