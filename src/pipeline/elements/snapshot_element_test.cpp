// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/snapshot_element.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/log.hpp"
#include "io/faulty_files.hpp"
#include "media/picture_file.hpp"
#include "pipeline/elements/test_frames.hpp"

namespace arete::pipeline {
namespace {

using tensor::PixelFormat;
using Names = std::vector<std::string>;

class Snapshots : public testing::Test {
 protected:
  void make(const char* yaml) { ASSERT_EQ(bench_.why_not(snapshot_element_type(), yaml), ""); }
  Packet frame(std::int64_t sequence, double seconds, int source = 0) {
    Packet packet = plain_packet(PixelFormat::kRgb, 100, 60, seconds);
    packet.stamp.sequence = sequence;
    packet.stamp.source = source;
    return packet;
  }
  std::string event_at(double seconds, int source = 0) {
    const auto out = bench_.feed(with_event(frame(next_++, seconds, source), "seen"));
    return out.at(0).events.at(0).snapshot;
  }
  Names names() {
    Names found;
    const auto entries = bench_.files.list("/s");
    for (const auto& entry : entries.value_or(std::vector<io::FolderEntry>())) {
      found.push_back(entry.name);
    }
    return found;
  }

  ElementBench bench_;
  std::int64_t next_ = 0;
};

TEST_F(Snapshots, AnEventGetsAPictureNamedByItsSourceNumberAndKind) {
  make("folder: shots");
  const auto out = bench_.feed(with_event(frame(41, 2, 1), "line crossed"));
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].events[0].snapshot, "/home/shots/back_00000041_line_crossed.jpg");
  const auto picture = media::read_picture(bench_.files, out[0].events[0].snapshot);
  ASSERT_TRUE(picture.has_value());
  EXPECT_EQ(picture->width, 100);
  EXPECT_EQ(out[0].frame()->view.width, 100);
}

TEST_F(Snapshots, PacketsWithoutEventsArePassedOnWithoutAPicture) {
  make("folder: /s");
  EXPECT_EQ(bench_.feed(frame(0, 0)).size(), 1U);
  EXPECT_TRUE(names().empty());
  EXPECT_EQ(bench_.feed(class_packet(0, "speech", 1)).size(), 1U);
}

TEST_F(Snapshots, TwoEventsOfOneFrameGetTwoPictures) {
  make("folder: /s");
  bench_.feed(with_event(with_event(frame(3, 0), "seen"), "seen"));
  EXPECT_EQ(names(), (Names{"front_00000003_seen.jpg", "front_00000003_seen_2.jpg"}));
}

TEST_F(Snapshots, FindingsAreDrawnUnlessToldOtherwise) {
  const Packet packet =
      with_event(with_detection(frame(0, 0), detection_at("cat", 0.9F, {20, 20, 80, 50})), "seen");
  const auto plain = [&](const char* yaml) {
    make(yaml);
    const auto out = bench_.feed(packet);
    const auto picture = media::read_picture(bench_.files, out.at(0).events.at(0).snapshot).value();
    return picture.pixels == std::vector<std::uint8_t>(picture.pixels.size(), 128);
  };
  EXPECT_FALSE(plain("{folder: /s, format: png}"));
  EXPECT_TRUE(plain("{folder: /s, format: png, draw: false}"));
  EXPECT_TRUE(plain("{folder: /s, format: png, of: other}"));
}

TEST_F(Snapshots, ACropIsTheEventsBoxWithItsMargin) {
  const auto size_of = [&](const char* yaml, std::vector<double> box) {
    make(yaml);
    Packet packet = with_event(frame(0, 0), "seen");
    document::Node node = document::Node::list();
    for (const double side : box) {
      node.push(side);
    }
    packet.events[0].details.set("box", std::move(node));
    const auto picture =
        media::read_picture(bench_.files, bench_.feed(packet).at(0).events.at(0).snapshot);
    return std::pair(picture.value().width, picture.value().height);
  };
  EXPECT_EQ(size_of("{folder: /s, crop: true, margin: 0}", {10, 20, 30.2, 40}), std::pair(21, 20));
  EXPECT_EQ(size_of("{folder: /s, crop: true, margin: 0.5}", {40, 20, 60, 40}), std::pair(40, 40));
  EXPECT_EQ(size_of("{folder: /s, crop: true}", {-50, -50, 500, 500}), std::pair(100, 60));
  EXPECT_EQ(size_of("{folder: /s, crop: true}", {200, 200, 300, 300}), std::pair(1, 1));
  EXPECT_EQ(size_of("{folder: /s, crop: true}", {1, 2, 3}), std::pair(100, 60));
  EXPECT_EQ(size_of("folder: /s", {10, 20, 30, 40}), std::pair(100, 60));
}

TEST_F(Snapshots, EventsThatFollowTooSoonGetNoneByMediaTime) {
  make("{folder: /s, min_interval: 2}");
  EXPECT_NE(event_at(10), "");
  EXPECT_EQ(event_at(11.9), "");
  EXPECT_NE(event_at(11.9, 1), "");  // another source
  EXPECT_NE(event_at(12), "");
  bool suppressed = false;
  for (const DecisionRecord& decision : bench_.out.decisions) {
    if (decision.decision == Decision::kSuppressed) {
      suppressed = true;
      EXPECT_NEAR(decision.value, 1.9, 1e-9);
      EXPECT_EQ(decision.limit, 2);
    }
  }
  EXPECT_TRUE(suppressed);
}

TEST_F(Snapshots, EachNthFrameIsKeptOnRequest) {
  make("{folder: /s, every: 3}");
  for (int i = 0; i < 7; ++i) {
    bench_.feed(frame(i, i));
  }
  EXPECT_EQ(names(), (Names{"front_00000000_frame.jpg", "front_00000003_frame.jpg",
                            "front_00000006_frame.jpg"}));
}

TEST_F(Snapshots, OnlyTheNewestAreKept) {
  make("{folder: /s, keep: 2}");
  for (int i = 0; i < 5; ++i) {
    event_at(i);
  }
  EXPECT_EQ(names(), (Names{"front_00000003_seen.jpg", "front_00000004_seen.jpg"}));
}

TEST_F(Snapshots, FilesOfEarlierRunsCountButOthersAreNeverTouched) {
  for (const char* name : {"/s/front_00000900_seen.jpg", "/s/front_1_seen.jpg", "/s/holiday.jpg",
                           "/s/front_00000900_seen.png", "/s/side_00000900_seen.jpg"}) {
    bench_.files.put(name, "x");
  }
  make("{folder: /s, keep: 1}");
  event_at(0);
  EXPECT_EQ(names(), (Names{"front_00000000_seen.jpg", "front_00000900_seen.png",
                            "front_1_seen.jpg", "holiday.jpg", "side_00000900_seen.jpg"}));
}

TEST_F(Snapshots, AFullDiskCostsThePictureButNotTheEvent) {
  io::FaultyFiles faulty(bench_.files, {.space_left = 10});
  ElementBench bench(&faulty);
  ASSERT_EQ(bench.why_not(snapshot_element_type(), "folder: /s"), "");
  std::string log;
  set_log_sink([&](LogLevel, std::string_view line) { log += line; });
  const auto out = bench.feed(with_event(frame(0, 0), "seen"));
  set_log_sink(nullptr);
  ASSERT_EQ(out.size(), 1U);
  ASSERT_EQ(out[0].events.size(), 1U);
  EXPECT_EQ(out[0].events[0].snapshot, "");
  EXPECT_NE(log.find("snapshot_failed"), std::string::npos);
  ASSERT_EQ(bench.out.decisions.size(), 1U);
  EXPECT_EQ(bench.out.decisions[0].decision, Decision::kFailed);
}

TEST_F(Snapshots, WrongSettingsAreNamed) {
  const auto why_not = [&](const char* yaml) {
    return bench_.why_not(snapshot_element_type(), yaml);
  };
  EXPECT_NE(why_not("{}").find("folder"), std::string::npos);
  EXPECT_NE(why_not("{folder: a, keep: -1}"), "");
  EXPECT_NE(why_not("{folder: a, margin: 11}"), "");
  EXPECT_NE(why_not("{folder: a, min_interval: -1}"), "");
  EXPECT_NE(why_not("{folder: a, interval: 1}"), "");
}

}  // namespace
}  // namespace arete::pipeline
