// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/write_video_element.hpp"

#include <fmt/format.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pipeline/elements/output_files.hpp"
#include "pipeline/elements/video_parts.hpp"

namespace arete::pipeline {
namespace {

constexpr std::string_view kSourcePlace = "{source}";

class WriteVideoElement final : public Element {
 public:
  WriteVideoElement(io::Path path, const VideoOptions& options, const ElementContext& context,
                    CreateVideo create)
      : path_(std::move(path)),
        options_(options),
        files_(context.files),
        sources_(context.sources),
        create_(std::move(create)) {}

  Status process(Packet packet, Emitter& out) override {
    if (const media::VideoFrame* const frame = packet.frame()) {
      auto stream = streams_.find(packet.stamp.source);
      if (stream == streams_.end()) {
        const io::Path path = path_for(packet.stamp);
        if (path.has_parent_path()) {
          ARETE_TRY(files_.create_directories(path.parent_path()));
        }
        stream = streams_.try_emplace(packet.stamp.source, path, options_, create_).first;
      }
      ARETE_TRY(stream->second.write(*frame, packet.stamp.media_time));
      out.decide(packet.stamp, Decision::kWritten, 0, 0);
    }
    out.emit(std::move(packet));
    return {};
  }

  /// All are finished, even if one cannot be; then the first error.
  Status finish(Emitter&) override {
    Status first;
    for (auto& [source, stream] : streams_) {
      Status finished = stream.finish();
      if (!finished && first) {
        first = std::move(finished);
      }
    }
    streams_.clear();
    return first;
  }

 private:
  io::Path path_for(const Stamp& stamp) const {
    std::string text = path_.string();
    const std::size_t place = text.rfind(kSourcePlace);
    if (place != std::string::npos) {
      text.replace(place, kSourcePlace.size(), source_file_name(sources_, stamp));
    }
    return text;
  }

  io::Path path_;
  VideoOptions options_;
  io::Files& files_;
  std::vector<std::string> sources_;
  CreateVideo create_;
  std::map<int, VideoParts> streams_;  ///< by source
};

}  // namespace

Result<std::unique_ptr<Element>> make_write_video(document::MapReader& reader,
                                                  const ElementContext& context,
                                                  CreateVideo create_video) {
  ARETE_TRY_ASSIGN(io::Path path, read_path(reader, "path", context));
  const document::Node& node = *reader.find("path");
  const std::string name = path.filename().string();
  if (path.extension() != ".mp4") {
    return document::invalid_node(node, fmt::format("'{}' does not end in .mp4", name));
  }
  if (context.sources.size() > 1 && name.find(kSourcePlace) == std::string::npos) {
    return document::invalid_node(
        node, fmt::format("there are {} sources, one file each: put {} into '{}'",
                          context.sources.size(), kSourcePlace, name));
  }
  VideoOptions options;
  ARETE_TRY_ASSIGN(options.frames_per_second,
                   reader.optional<double>("frames_per_second", 0, {0, 240}));
  ARETE_TRY_ASSIGN(options.kilobits_per_second,
                   reader.optional<int>("kilobits_per_second", 0, {0, 1e6}));
  return std::make_unique<WriteVideoElement>(std::move(path), options, context,
                                             std::move(create_video));
}

const ElementType& write_video_element_type() {
  static const ElementType kType{
      .name = "write_video",
      .summary = "writes the frames of each source as an MP4 file",
      .takes = PacketType::kFrame | PacketType::kResult,
      .gives = [](PacketType taken) { return static_cast<PacketTypes>(taken); },
      .heavy = true,
      .make =
          [](document::MapReader& reader, const ElementContext& context) {
            return make_write_video(reader, context, media::create_video);
          },
      .needs_picture = true,
      .reaches_out = true};
  return kType;
}

}  // namespace arete::pipeline
