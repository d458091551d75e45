// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/smooth_element.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "document/reader.hpp"
#include "pipeline/element.hpp"
#include "pipeline/elements/class_smoother.hpp"
#include "pipeline/elements/element_input.hpp"
#include "pipeline/elements/one_euro.hpp"
#include "pipeline/packet.hpp"
#include "tensor/results.hpp"

namespace arete::pipeline {
namespace {

/// After a longer pause an object's filters begin anew.
constexpr Nanoseconds kSmoothPause = std::chrono::seconds(2);

struct SmoothSettings {
  std::string of;
  ClassSmoothingSettings classes;
  bool boxes = true;
  bool keypoints = true;
  OneEuroSettings euro;
};

/// The filters of one object.
struct SmoothedObject {
  Nanoseconds seen{0};
  std::array<OneEuro, 4> box;
  std::vector<std::array<OneEuro, 2>> keypoints;
  ClassSmoother classes;
};

bool is_finite(const tensor::Box& box) {
  return std::isfinite(box.x1) && std::isfinite(box.y1) && std::isfinite(box.x2) &&
         std::isfinite(box.y2);
}

class SmoothElement final : public Element {
 public:
  explicit SmoothElement(SmoothSettings settings) : settings_(std::move(settings)) {}

  Status process(Packet packet, Emitter& out) override {
    if (!is_events_packet(packet)) {
      ARETE_TRY_ASSIGN(const ElementResult* const found, wanted_result(packet, settings_.of));
      ElementResult result = *found;
      Stream& stream = streams_[packet.stamp.source];
      const Nanoseconds now = packet.stamp.media_time;
      if (!result.findings.classes.empty() || stream.has_classes) {
        stream.has_classes = true;
        result.findings.classes =
            stream.classes.smooth(settings_.classes, result.findings.classes, now);
      }
      for (tensor::Detection& detection : result.findings.detections) {
        if (detection.track) {
          smooth(stream.objects[*detection.track], detection, now);
        }
      }
      std::erase_if(stream.objects,
                    [&](const auto& item) { return now - item.second.seen > kSmoothPause; });
      packet.set_result(std::move(result));
    }
    out.emit(std::move(packet));
    return {};
  }

  void restart(int source) override { streams_.erase(source); }

 private:
  struct Stream {
    bool has_classes = false;
    ClassSmoother classes;
    std::map<std::int64_t, SmoothedObject> objects;  ///< by track
  };

  void smooth(SmoothedObject& object, tensor::Detection& detection, Nanoseconds now) {
    const double passed = to_seconds(now - object.seen);
    object.seen = now;
    if (!is_finite(detection.box)) {
      return;
    }
    const double scale = std::max<double>(detection.box.height(), 1);
    const auto filter = [&](OneEuro& euro, float& value) {
      if (std::isfinite(value)) {
        value = static_cast<float>(euro.filter(settings_.euro, value, passed, scale));
      }
    };
    if (settings_.boxes) {
      filter(object.box[0], detection.box.x1);
      filter(object.box[1], detection.box.y1);
      filter(object.box[2], detection.box.x2);
      filter(object.box[3], detection.box.y2);
    }
    if (settings_.keypoints) {
      object.keypoints.resize(detection.keypoints.size());
      for (std::size_t i = 0; i < detection.keypoints.size(); ++i) {
        filter(object.keypoints[i][0], detection.keypoints[i].x);
        filter(object.keypoints[i][1], detection.keypoints[i].y);
      }
    }
    if (!detection.classes.empty()) {
      detection.classes = object.classes.smooth(settings_.classes, detection.classes, now);
    }
  }

  SmoothSettings settings_;
  std::map<int, Stream> streams_;  ///< by source
};

Result<std::unique_ptr<Element>> make_smooth(document::MapReader& reader, const ElementContext&) {
  static constexpr std::array<document::Choice<ClassSmoothing>, 4> kMethods = {
      {{"none", ClassSmoothing::kNone},
       {"exponential", ClassSmoothing::kExponential},
       {"median", ClassSmoothing::kMedian},
       {"vote", ClassSmoothing::kVote}}};
  SmoothSettings settings;
  ClassSmoothingSettings& classes = settings.classes;
  ARETE_TRY_ASSIGN(settings.of, reader.optional<std::string>("of", ""));
  ARETE_TRY_ASSIGN(classes.method,
                   reader.choice<ClassSmoothing>("classes", classes.method, kMethods));
  ARETE_TRY_ASSIGN(classes.time_constant_s,
                   reader.optional<double>("time_constant", classes.time_constant_s, {0, 3600}));
  ARETE_TRY_ASSIGN(classes.window, reader.optional<int>("window", classes.window, {1, 1000}));
  ARETE_TRY_ASSIGN(settings.boxes, reader.optional<bool>("boxes", settings.boxes));
  ARETE_TRY_ASSIGN(settings.keypoints, reader.optional<bool>("keypoints", settings.keypoints));
  ARETE_TRY_ASSIGN(settings.euro.min_cutoff,
                   reader.optional<double>("min_cutoff", settings.euro.min_cutoff, {0.001, 1000}));
  ARETE_TRY_ASSIGN(settings.euro.beta,
                   reader.optional<double>("beta", settings.euro.beta, {0, 1000}));
  return std::make_unique<SmoothElement>(std::move(settings));
}

}  // namespace

const ElementType& smooth_element_type() {
  static const ElementType kType{
      .name = "smooth",
      .summary = "takes flicker from class scores, jitter from tracked boxes and keypoints",
      .takes = static_cast<PacketTypes>(PacketType::kResult),
      .gives = [](PacketType taken) { return static_cast<PacketTypes>(taken); },
      .heavy = false,
      .make = make_smooth};
  return kType;
}

}  // namespace arete::pipeline
