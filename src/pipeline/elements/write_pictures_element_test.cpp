// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/write_pictures_element.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "io/faulty_files.hpp"
#include "media/picture_codec.hpp"
#include "media/picture_file.hpp"
#include "pipeline/elements/output_files.hpp"
#include "pipeline/elements/test_frames.hpp"
#include "pipeline/result_node.hpp"

namespace arete::pipeline {
namespace {

using tensor::PixelFormat;

std::vector<std::string> names_in(io::Files& files, const io::Path& folder) {
  std::vector<std::string> names;
  const auto entries = files.list(folder);
  for (const io::FolderEntry& entry : entries.value_or(std::vector<io::FolderEntry>())) {
    names.push_back(entry.name);
  }
  return names;
}

using Names = std::vector<std::string>;

class WritePictures : public testing::Test {
 protected:
  void make(const char* yaml) {
    ASSERT_EQ(bench_.why_not(write_pictures_element_type(), yaml), "");
  }
  ElementBench bench_;
};

TEST_F(WritePictures, FramesAreNamedBySourceAndNumber) {
  make("folder: out");
  Packet packet = plain_packet(PixelFormat::kNv12, 16, 8, 0, 235);
  packet.stamp.sequence = 12;
  const auto out = bench_.feed(packet);
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].picture_file, "/home/out/front_000012.jpg");
  const auto picture = media::read_picture(bench_.files, out[0].picture_file);
  ASSERT_TRUE(picture.has_value());
  EXPECT_EQ(picture->width, 16);
  EXPECT_NEAR(picture->pixels[0], 255, 2);
  packet.stamp.source = 1;
  EXPECT_EQ(bench_.feed(packet)[0].picture_file, "/home/out/back_000012.jpg");
  ASSERT_EQ(bench_.out.decisions.size(), 2U);
  EXPECT_EQ(bench_.out.decisions[0].decision, Decision::kWritten);
}

TEST_F(WritePictures, PicturesKeepTheirNamesAndTwinsGetOthers) {
  make("{folder: /out, format: png}");
  const Packet packet = plain_packet(PixelFormat::kGray, 4, 4, 0, 9);
  for (const char* file : {"a/x.jpg", "b/x.png", "a/x.jpg", "c/y.bmp"}) {
    bench_.feed(named(packet, file));
    EXPECT_EQ(bench_.error, "");
  }
  EXPECT_EQ(names_in(bench_.files, "/out"), (Names{"x.png", "x_2.png", "y.png"}));
  const auto picture =
      media::read_picture(bench_.files, "/out/y.png", {.format = PixelFormat::kGray});
  EXPECT_EQ(picture.value().pixels, std::vector<std::uint8_t>(16, 9));
}

TEST_F(WritePictures, APictureIsNeverReplacedByItself) {
  make("{folder: /in, format: png}");
  bench_.files.put("/in/x.png", "precious");
  bench_.feed(named(plain_packet(PixelFormat::kGray, 4, 4, 0), "/in/./x.png"));
  EXPECT_NE(bench_.error.find("another folder"), std::string::npos);
  EXPECT_EQ(as_text(bench_.files.read("/in/x.png").value()), "precious");
}

TEST_F(WritePictures, MasksAndLargeOutputsLieBesideThePicture) {
  Packet packet = named(plain_packet(PixelFormat::kGray, 2, 2, 0), "x.png");
  ElementResult result;
  result.element = "net";
  result.findings.mask = tensor::Mask{2, 2, {0, 1, 2, 1}, {}};
  result.raw.push_back({"scores/a",
                        tensor::Tensor::of<float>({kMaxPrintedElements + 1},
                                                  std::vector<float>(kMaxPrintedElements + 1, 1)),
                        ""});
  result.raw.push_back({"few", tensor::Tensor::of<float>({1}, std::vector<float>{1}), ""});
  packet.set_result(result);
  make("folder: /out");
  const auto out = bench_.feed(packet);
  EXPECT_EQ(names_in(bench_.files, "/out"), (Names{"x.jpg", "x.mask.png", "x.scores_a.bin"}));
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].mask_file, "/out/x.mask.png");
  EXPECT_EQ(out[0].result_of("net")->raw[0].file, "/out/x.scores_a.bin");
  EXPECT_EQ(out[0].result_of("net")->raw[1].file, "");
  EXPECT_EQ(bench_.files.read("/out/x.scores_a.bin").value().size(), 4 * (kMaxPrintedElements + 1));
  const auto mask =
      media::read_picture(bench_.files, "/out/x.mask.png", {.format = PixelFormat::kGray});
  EXPECT_EQ(mask.value().pixels, (std::vector<std::uint8_t>{0, 1, 2, 1}));

  ElementBench other;
  ASSERT_EQ(other.why_not(write_pictures_element_type(), "{folder: /o, masks: false, raw: false}"),
            "");
  other.feed(packet);
  EXPECT_EQ(names_in(other.files, "/o"), (Names{"x.jpg"}));
}

TEST_F(WritePictures, OutputsOfOneNameFromTwoModelsGetDifferentFiles) {
  Packet packet = named(plain_packet(PixelFormat::kGray, 2, 2, 0), "x.png");
  for (const char* element : {"one", "two"}) {
    ElementResult result;
    result.element = element;
    result.raw.push_back({"y",
                          tensor::Tensor::of<float>({kMaxPrintedElements + 1},
                                                    std::vector<float>(kMaxPrintedElements + 1, 1)),
                          ""});
    packet.set_result(result);
  }
  make("folder: /out");
  bench_.feed(packet);
  EXPECT_EQ(names_in(bench_.files, "/out"), (Names{"x.jpg", "x.one.y.bin", "x.two.y.bin"}));
}

TEST_F(WritePictures, AFullDiskFailsThePacket) {
  io::FaultyFiles faulty(bench_.files, {.space_left = 10});
  ElementBench bench(&faulty);
  ASSERT_EQ(bench.why_not(write_pictures_element_type(), "folder: /out"), "");
  EXPECT_TRUE(bench.feed(plain_packet(PixelFormat::kGray, 4, 4, 0)).empty());
  EXPECT_NE(bench.error.find("full"), std::string::npos);
}

TEST_F(WritePictures, WhatHasNoPicturePassesAndSettingsAreStrict) {
  make("folder: /out");
  EXPECT_EQ(bench_.feed(class_packet(0, "speech", 0.9F)).size(), 1U);
  EXPECT_TRUE(names_in(bench_.files, "/").empty());
  const auto why_not = [&](const char* yaml) {
    return bench_.why_not(write_pictures_element_type(), yaml);
  };
  EXPECT_NE(why_not("{}").find("folder"), std::string::npos);
  EXPECT_NE(why_not("folder: ''"), "");
  EXPECT_NE(why_not("{folder: a, quality: 0}"), "");
  EXPECT_NE(why_not("{folder: a, format: gif}"), "");
  EXPECT_NE(why_not("{folder: a, format: png, quality: 50}"), "");
}

TEST(OutputFiles, NamesAreSafeInAnyFolder) {
  EXPECT_EQ(safe_file_name("../a b/ü"), "_.._a_b___");
  EXPECT_EQ(safe_file_name("front-1.x"), "front-1.x");
  EXPECT_EQ(safe_file_name(""), "_");
  EXPECT_LE(safe_file_name(std::string(1000, 'x')).size(), 101U);
  Stamp stamp;
  stamp.source = 3;
  EXPECT_EQ(source_file_name({"a"}, stamp), "source3");
  stamp.source = -1;
  EXPECT_EQ(source_file_name({"a"}, stamp), "source-1");
}

}  // namespace
}  // namespace arete::pipeline
