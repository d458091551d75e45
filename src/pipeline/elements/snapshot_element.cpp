// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/snapshot_element.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "media/draw.hpp"
#include "pipeline/elements/draw_settings.hpp"
#include "pipeline/elements/element_input.hpp"
#include "pipeline/elements/kept_files.hpp"
#include "pipeline/elements/output_files.hpp"
#include "transform/convert_picture.hpp"

namespace arete::pipeline {
namespace {

constexpr std::string_view kEveryKind = "frame";  ///< in the names of pictures without an event

struct SnapshotSettings {
  io::Path folder;
  EncodingSettings encoding;
  DrawSettings draw;
  bool draws = true;
  bool crop = false;
  double margin = 0;        ///< around an event's box, in parts of its sides
  std::int64_t every = 0;   ///< frames; 0 = events alone
  double min_interval = 0;  ///< seconds
  std::size_t keep = 0;     ///< files; 0 = all
};

/// [x1, y1, x2, y2] of the event's details.
std::optional<tensor::Box> box_of(const EventRecord& event) {
  const document::Node* const node = event.details.find("box");
  if (node == nullptr || !node->is_list() || node->size() != 4) {
    return std::nullopt;
  }
  const auto corners = document::value_as<std::vector<double>>(*node, "box");
  if (!corners) {
    return std::nullopt;
  }
  const auto side = [&](std::size_t i) { return static_cast<float>((*corners)[i]); };
  return tensor::Box{side(0), side(1), side(2), side(3)};
}

/// The part of `picture` that `box` and its margin cover, in whole pixels; at least one.
tensor::PictureView cropped(const tensor::Picture& picture, const tensor::Box& box, double margin) {
  const double extra_x = double{box.width()} * margin;
  const double extra_y = double{box.height()} * margin;
  const auto pixel = [](double value, int lowest, int highest) {
    return static_cast<int>(
        std::clamp(std::isnan(value) ? 0 : value, double(lowest), double(highest)));
  };
  const int x1 = pixel(std::floor(double{box.x1} - extra_x), 0, picture.width - 1);
  const int y1 = pixel(std::floor(double{box.y1} - extra_y), 0, picture.height - 1);
  const int x2 = pixel(std::ceil(double{box.x2} + extra_x), x1 + 1, picture.width);
  const int y2 = pixel(std::ceil(double{box.y2} + extra_y), y1 + 1, picture.height);
  tensor::PictureView view = picture.view();
  view.data = picture.row(y1) + std::ptrdiff_t{x1} * tensor::channels_of(picture.format);
  view.width = x2 - x1;
  view.height = y2 - y1;
  return view;
}

/// SOURCE_NUMBER_... of one of the sources.
bool is_snapshot_name(const std::vector<std::string>& sources, std::string_view ending,
                      std::string_view name) {
  constexpr std::size_t kDigits = 8;
  return std::ranges::any_of(sources, [&](const std::string& source) {
    const std::string prefix = safe_file_name(source) + "_";
    if (!name.starts_with(prefix) || !name.ends_with(ending)) {
      return false;
    }
    const std::string_view rest = name.substr(prefix.size());
    const std::size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
    return digits >= kDigits && rest.substr(digits).starts_with('_');
  });
}

class SnapshotElement final : public Element {
 public:
  SnapshotElement(SnapshotSettings settings, const ElementContext& context)
      : settings_(std::move(settings)),
        sources_(context.sources),
        kept_(context.files, settings_.folder, settings_.keep,
              [sources = context.sources, ending = std::string(settings_.encoding.ending())](
                  std::string_view name) { return is_snapshot_name(sources, ending, name); }) {}

  Status process(Packet packet, Emitter& out) override {
    if (packet.frame() != nullptr) {
      has_plain_ = has_drawn_ = false;
      names_.clear();
      const std::vector<EventRecord> events = packet.events;
      for (std::size_t i = 0; i < events.size(); ++i) {
        take(packet, &events[i], packet.events[i].snapshot, out);
      }
      const bool due = settings_.every > 0 && frames_[packet.stamp.source]++ % settings_.every == 0;
      if (due && events.empty()) {
        std::string unused;
        take(packet, nullptr, unused, out);
      }
    }
    out.emit(std::move(packet));
    return {};
  }

 private:
  /// Writes one if it is time; what goes wrong must not cost the event.
  void take(const Packet& packet, const EventRecord* event, std::string& file, Emitter& out) {
    const std::string kind(event != nullptr ? event->kind : kEveryKind);
    const Stamp& stamp = packet.stamp;
    const auto last = last_.find({stamp.source, kind});
    if (last != last_.end() && last->second.sequence != stamp.sequence) {
      const double since = to_seconds(stamp.media_time - last->second.media_time);
      if (since < settings_.min_interval) {
        out.decide(stamp, Decision::kSuppressed, since, settings_.min_interval);
        return;
      }
    }
    auto written = write(packet, event, kind);
    if (!written) {
      ARETE_LOG(kError, "snapshot_failed", {"error", written.error().message()});
      out.decide(stamp, Decision::kFailed, 0, 0);
      return;
    }
    last_.insert_or_assign({stamp.source, kind}, stamp);
    file = written->string();
    out.decide(stamp, Decision::kWritten, 0, 0);
  }

  Result<io::Path> write(const Packet& packet, const EventRecord* event, const std::string& kind) {
    const std::optional<tensor::Box> box =
        settings_.crop && event != nullptr ? box_of(*event) : std::nullopt;
    const bool plain = box.has_value() || !settings_.draws;
    ARETE_TRY_ASSIGN(const tensor::Picture* const picture, picture_of(packet, plain));
    const tensor::PictureView view =
        box ? cropped(*picture, *box, settings_.margin) : picture->view();
    ARETE_TRY_ASSIGN(const Bytes bytes, encoded(view, settings_.encoding));
    return kept_.write(name_of_file(packet.stamp, kind), bytes);
  }

  /// RGB, made once a packet.
  Result<const tensor::Picture*> picture_of(const Packet& packet, bool plain) {
    if (!has_plain_) {
      ARETE_TRY(converter_.run(packet.frame()->view, tensor::PixelFormat::kRgb, plain_));
      has_plain_ = true;
    }
    if (plain) {
      return &plain_;
    }
    if (!has_drawn_) {
      drawn_ = plain_;
      media::draw_all(drawn_, drawing_of(packet, settings_.draw), settings_.draw.options);
      has_drawn_ = true;
    }
    return &drawn_;
  }

  std::string name_of_file(const Stamp& stamp, const std::string& kind) {
    const std::string stem = fmt::format("{}_{:08}_{}", source_file_name(sources_, stamp),
                                         stamp.sequence, safe_file_name(kind));
    std::string name = stem;
    for (int copy = 2; !names_.insert(name).second; ++copy) {
      name = fmt::format("{}_{}", stem, copy);
    }
    return name + std::string(settings_.encoding.ending());
  }

  SnapshotSettings settings_;
  std::vector<std::string> sources_;
  KeptFiles kept_;
  transform::PictureConverter converter_;
  tensor::Picture plain_;
  tensor::Picture drawn_;
  bool has_plain_ = false;
  bool has_drawn_ = false;
  std::set<std::string> names_;  ///< of this packet's files
  std::map<int, std::int64_t> frames_;
  std::map<std::pair<int, std::string>, Stamp> last_;  ///< by source and kind
};

Result<std::unique_ptr<Element>> make_snapshot(document::MapReader& reader,
                                               const ElementContext& context) {
  constexpr double kMostFiles = 1e6;
  SnapshotSettings settings;
  ARETE_TRY_ASSIGN(settings.folder, read_path(reader, "folder", context));
  ARETE_TRY_ASSIGN(settings.encoding, read_encoding(reader));
  ARETE_TRY_ASSIGN(settings.draw, read_draw_settings(reader));
  ARETE_TRY_ASSIGN(settings.draws, reader.optional<bool>("draw", true));
  ARETE_TRY_ASSIGN(settings.crop, reader.optional<bool>("crop", false));
  ARETE_TRY_ASSIGN(settings.margin, reader.optional<double>("margin", 0.1, {0, 10}));
  ARETE_TRY_ASSIGN(settings.every, reader.optional<std::int64_t>("every", 0, {0, 1e9}));
  ARETE_TRY_ASSIGN(settings.min_interval,
                   reader.optional<double>("min_interval", 0, {0, kMaxSeconds}));
  ARETE_TRY_ASSIGN(const int keep, reader.optional<int>("keep", 0, {0, kMostFiles}));
  settings.keep = static_cast<std::size_t>(keep);
  return std::make_unique<SnapshotElement>(std::move(settings), context);
}

}  // namespace

const ElementType& snapshot_element_type() {
  static const ElementType kType{
      .name = "snapshot",
      .summary = "writes a picture of each event",
      .takes = static_cast<PacketTypes>(PacketType::kResult),
      .gives = [](PacketType taken) { return static_cast<PacketTypes>(taken); },
      .heavy = true,
      .make = make_snapshot,
      .needs_picture = true,
      .reaches_out = true};
  return kType;
}

}  // namespace arete::pipeline
