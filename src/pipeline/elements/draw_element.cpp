// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/draw_element.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "media/draw.hpp"
#include "media/recycler.hpp"
#include "pipeline/elements/draw_settings.hpp"
#include "pipeline/elements/element_input.hpp"
#include "transform/convert_picture.hpp"

namespace arete::pipeline {
namespace {

constexpr std::size_t kRateFrames = 30;  ///< over which frames a second are measured

class DrawElement final : public Element {
 public:
  DrawElement(DrawSettings settings, bool stats, Clock& clock)
      : settings_(std::move(settings)), has_stats_(stats), clock_(clock) {}

  Status process(Packet packet, Emitter& out) override {
    const media::VideoFrame* const frame = packet.frame();
    if (frame == nullptr) {
      out.emit(std::move(packet));
      return {};
    }
    const auto picture = pictures_.take();
    ARETE_TRY(converter_.run(frame->view, tensor::PixelFormat::kRgb, *picture));
    media::DrawOptions options = settings_.options;
    if (has_stats_) {
      options.stats = stats_of(packet);
    }
    media::draw_all(*picture, drawing_of(packet, settings_), options);
    media::VideoFrame drawn{picture->view(), picture, frame->media_time, frame->file};
    packet.media = std::make_shared<const media::MediaPacket>(std::move(drawn));
    out.emit(std::move(packet));
    return {};
  }

 private:
  /// What the results say of themselves, and how often frames come.
  std::string stats_of(const Packet& packet) {
    std::string stats;
    for (const auto& result : packet.results) {
      if (!result->stats.empty() && is_one_of(settings_.of, result->element)) {
        stats += (stats.empty() ? "" : "  ") + result->stats;
      }
    }
    // By the clock: how fast frames come through here, not how fast a file could be read.
    std::deque<Nanoseconds>& times = drawn_at_[packet.stamp.source];
    times.push_back(clock_.monotonic());
    if (times.size() > kRateFrames) {
      times.pop_front();
    }
    const double seconds = to_seconds(times.back() - times.front());
    if (seconds > 0) {
      const double rate = static_cast<double>(times.size() - 1) / seconds;
      stats += fmt::format("{}{:.1f} fps", stats.empty() ? "" : "  ", rate);
    }
    return stats;
  }

  DrawSettings settings_;
  bool has_stats_;
  Clock& clock_;
  transform::PictureConverter converter_;
  media::Recycler<tensor::Picture> pictures_;
  std::map<int, std::deque<Nanoseconds>> drawn_at_;  ///< by source
};

Result<std::unique_ptr<Element>> make_draw(document::MapReader& reader,
                                           const ElementContext& context) {
  ARETE_TRY_ASSIGN(DrawSettings settings, read_draw_settings(reader));
  ARETE_TRY_ASSIGN(const bool stats, reader.optional<bool>("stats", true));
  return std::make_unique<DrawElement>(std::move(settings), stats, context.clock);
}

}  // namespace

const ElementType& draw_element_type() {
  static const ElementType kType{.name = "draw",
                                 .summary = "draws what was found into the picture",
                                 .takes = PacketType::kFrame | PacketType::kResult,
                                 .gives =
                                     [](PacketType taken) {
                                       return taken == PacketType::kResult
                                                  ? PacketType::kFrame | PacketType::kResult
                                                  : static_cast<PacketTypes>(taken);
                                     },
                                 .heavy = true,
                                 .make = make_draw,
                                 .needs_picture = true};
  return kType;
}

}  // namespace arete::pipeline
