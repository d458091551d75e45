// SPDX-License-Identifier: Apache-2.0
#include "pipeline/event_node.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "document/json_writer.hpp"
#include "document/node.hpp"
#include "media/overlay.hpp"
#include "pipeline/packet.hpp"
#include "tensor/results.hpp"

namespace arete::pipeline {
namespace {

using std::chrono::milliseconds;

Stamp stamp() {
  Stamp stamp;
  stamp.sequence = 7;
  stamp.media_time = milliseconds(1500);
  return stamp;
}

TEST(EventNode, FollowsTheContract) {
  EventRecord event;
  event.element = "door";
  event.kind = "zone_entered";
  event.label = "person";
  event.score = 0.91F;
  event.start = milliseconds(1200);
  event.end = milliseconds(1500);
  event.reason = "inside for 0.30 s >= 0.20 s";
  event.details.set("zone", "a").set("track", 3);
  EXPECT_EQ(document::to_json(to_node(event, stamp(), {"shop", "front"})),
            R"({"schema": 1, "pipeline": "shop", "source": "front", "element": "door", )"
            R"("kind": "zone_entered", "label": "person", "score": 0.91, "frame": 7, )"
            R"("time_ms": 1500.0, "start_ms": 1200.0, "end_ms": 1500.0, )"
            R"("reason": "inside for 0.30 s >= 0.20 s", "details": {"zone": "a", "track": 3}, )"
            R"("snapshot": null})");
}

TEST(EventNode, AResultIsTheObjectOfARunWithItsElementAndCounts) {
  ElementResult result;
  result.element = "detector";
  tensor::Detection face;
  face.label = "face";
  face.score = 0.5F;
  face.box = {1, 2, 3, 4};
  face.track = 9;
  face.classes = {{"awake", 1, 0.75F}};
  result.findings.detections.push_back(face);
  media::Overlay zone;
  zone.name = "door";
  zone.inside = 2;
  media::Overlay line;
  line.kind = media::OverlayKind::kLine;
  line.name = "gate";
  line.forward = 5;
  line.backward = 4;
  result.overlays = {zone, line};
  EXPECT_EQ(document::to_json(to_node(result, stamp(), {"shop", "front"})),
            R"({"schema": 1, "source": "front", "frame": 7, "time_ms": 1500.0, "detections": )"
            R"([{"label": "face", "index": 0, "score": 0.5, "box": [1.0, 2.0, 3.0, 4.0], )"
            R"("keypoints": [], "track": 9, "classes": [{"label": "awake", "index": 1, )"
            R"("score": 0.75}]}], "classes": [], "events": [], "pipeline": "shop", )"
            R"("element": "detector", "counts": [{"zone": "door", "inside": 2}, )"
            R"({"line": "gate", "in": 5, "out": 4}]})");
}

TEST(EventNode, WallTimeIsWrittenAsPeopleAndProgramsReadIt) {
  EXPECT_EQ(wall_time_text(Nanoseconds(0)), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(wall_time_text(std::chrono::seconds(951'782'400) + milliseconds(5)),
            "2000-02-29T00:00:00.005Z");
  EXPECT_EQ(wall_time_text(std::chrono::seconds(1'795'374'296)), "2026-11-22T19:04:56.000Z");
}

}  // namespace
}  // namespace arete::pipeline
