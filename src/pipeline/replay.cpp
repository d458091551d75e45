// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <iterator>
#include <utility>

#include "document/parse.hpp"
#include "document/reader.hpp"
#include "pipeline/frame_file.hpp"
#include "pipeline/recording.hpp"

namespace arete::pipeline {
namespace {

using document::MapReader;
using document::Node;

/// Lines of a file that is perhaps cut at its end: a run may have been killed.
Result<std::vector<std::string>> lines_of(io::Files& files, const io::Path& path) {
  ARETE_TRY_ASSIGN(const Bytes bytes, files.read(path));
  std::vector<std::string> lines;
  std::string_view text = as_text(bytes);
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) {
      break;
    }
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return lines;
}

Status check_head(io::Files& files, const io::Path& folder, const GraphSpec& graph,
                  Recording& recording) {
  const io::Path path = folder / "recording.json";
  ARETE_TRY_ASSIGN(const Bytes bytes, files.read(path, std::uint64_t{1} << 20));
  ARETE_TRY_ASSIGN(const Node head, document::parse_json(as_text(bytes), path.string()));
  ARETE_TRY_ASSIGN(MapReader reader, MapReader::open(head, "a recording"));
  ARETE_TRY(reader.required<int>("recording", {kRecordingVersion, kRecordingVersion}));
  ARETE_TRY_ASSIGN(recording.sources, reader.required<std::vector<std::string>>("sources"));
  std::vector<std::string> wanted;
  for (const SourceSpec& source : graph.sources) {
    wanted.push_back(source.name);
  }
  if (wanted != recording.sources) {
    return fail_at(path.string(), ErrorCode::kConflict,
                   "the recording was made of a pipeline with other sources");
  }
  return {};
}

Status add_packet_line(const Node& line, Recording& recording) {
  ARETE_TRY_ASSIGN(MapReader reader, MapReader::open(line, "a recorded packet"));
  const auto sources = static_cast<double>(recording.sources.size());
  ARETE_TRY_ASSIGN(const int source, reader.required<int>("source", {0, sources - 1}));
  ARETE_TRY_ASSIGN(const auto frame, reader.required<std::int64_t>("frame"));
  RecordedStamp stamp;
  ARETE_TRY_ASSIGN(const auto captured, reader.required<std::int64_t>("captured_ns"));
  ARETE_TRY_ASSIGN(const auto media, reader.required<std::int64_t>("media_ns"));
  ARETE_TRY_ASSIGN(stamp.restart, reader.required<bool>("restart"));
  stamp.captured = Nanoseconds(captured);
  stamp.media_time = Nanoseconds(media);
  const auto index = static_cast<std::size_t>(source);
  auto& stamps = recording.plan.stamps[index];
  if (frame != static_cast<std::int64_t>(stamps.size())) {
    return document::invalid_node(
        line, fmt::format("packet {} of source '{}' stands where {} should", frame,
                          recording.sources[index], stamps.size()));
  }
  stamps.push_back(stamp);
  recording.stored[index] = recording.stored[index] || reader.has("offset");
  recording.packets[index].push_back(line);
  return {};
}

Status add_loss(const Node& line, const Recording& recording, ReplayPlan& plan) {
  ARETE_TRY_ASSIGN(MapReader reader, MapReader::open(line, "a recorded decision"));
  if (!reader.has("decision")) {
    return {};  // an event
  }
  ARETE_TRY_ASSIGN(const std::string decision, reader.required<std::string>("decision"));
  const bool dropped = decision == name_of(Decision::kDropped);
  if (!dropped && decision != name_of(Decision::kRefused)) {
    return {};
  }
  ARETE_TRY_ASSIGN(const std::string name, reader.required<std::string>("source"));
  ARETE_TRY_ASSIGN(const std::string element, reader.required<std::string>("element"));
  ARETE_TRY_ASSIGN(const auto frame, reader.required<std::int64_t>("frame"));
  const auto source = std::ranges::find(recording.sources, name);
  plan.lost[{element, static_cast<int>(source - recording.sources.begin()), frame}] =
      dropped ? Decision::kDropped : Decision::kRefused;
  return {};
}

/// Packets of one source from the recording's files.
class RecordedSource final : public media::Source {
 public:
  RecordedSource(const Recording& recording, std::size_t source, media::StreamInfo info,
                 std::unique_ptr<io::InputFile> file)
      : packets_(recording.packets[source]), info_(std::move(info)), file_(std::move(file)) {}

  const media::StreamInfo& info() const override { return info_; }

  Result<std::optional<media::MediaPacket>> next() override {
    if (stopped_) {
      return fail(ErrorCode::kCancelled, "stopped");
    }
    if (next_ == packets_.size()) {
      return std::optional<media::MediaPacket>();
    }
    const Node& line = packets_[next_++];
    ARETE_TRY_ASSIGN(MapReader reader, MapReader::open(line, "a recorded packet"));
    ARETE_TRY_ASSIGN(const auto offset, reader.required<std::int64_t>("offset", {0, 1e18}));
    ARETE_TRY_ASSIGN(const auto size, reader.required<std::int64_t>("bytes", {0, 1e10}));
    Bytes bytes(static_cast<std::size_t>(size));
    ARETE_TRY_ASSIGN(const std::size_t got,
                     file_->read_at(static_cast<std::uint64_t>(offset), bytes));
    if (got != bytes.size()) {
      return fail_at(line.where(), ErrorCode::kCorrupt, "the recording ends inside a packet");
    }
    ARETE_TRY_ASSIGN(media::MediaPacket packet, packet_from(line, SharedBytes(std::move(bytes))),
                     "{}", line.where());
    return std::optional<media::MediaPacket>(std::move(packet));
  }
  void stop() override { stopped_ = true; }

 private:
  const std::vector<Node>& packets_;
  media::StreamInfo info_;
  std::unique_ptr<io::InputFile> file_;
  std::size_t next_ = 0;
  std::atomic<bool> stopped_{false};
};

/// A file read again: its packets must be those that were recorded.
class CheckedSource final : public media::Source {
 public:
  CheckedSource(const Recording& recording, std::size_t index,
                std::unique_ptr<media::Source> source)
      : packets_(recording.packets[index]), source_(std::move(source)) {}

  const media::StreamInfo& info() const override { return source_->info(); }
  Result<std::optional<media::MediaPacket>> next() override {
    if (next_ == packets_.size()) {
      return std::optional<media::MediaPacket>();
    }
    ARETE_TRY_ASSIGN(auto packet, source_->next());
    if (packet) {
      const Node* const hash = packets_[next_].find("hash");
      const std::string own = fmt::format("{:016x}", hash_of(*packet));
      if (hash == nullptr || !hash->is_string() || hash->string() != own) {
        return fail_at(packets_[next_].where(), ErrorCode::kConflict,
                       "'{}' is not what was recorded: packet {} differs", source_->info().name,
                       next_);
      }
      ++next_;
    }
    return packet;
  }
  void stop() override { source_->stop(); }

 private:
  const std::vector<Node>& packets_;
  std::unique_ptr<media::Source> source_;
  std::size_t next_ = 0;
};

std::vector<std::string> without(const std::vector<std::string>& from,
                                 const std::vector<std::string>& these) {
  std::vector<std::string> rest;
  std::ranges::set_difference(from, these, std::back_inserter(rest));
  return rest;
}

}  // namespace

Result<Recording> read_recording(io::Files& files, const io::Path& folder, const GraphSpec& graph) {
  Recording recording;
  recording.folder = folder;
  ARETE_TRY(check_head(files, folder, graph, recording));
  const std::size_t sources = recording.sources.size();
  recording.plan.stamps.resize(sources);
  recording.packets.resize(sources);
  recording.stored.assign(sources, false);
  const io::Path packets = folder / "packets.jsonl";
  ARETE_TRY_ASSIGN(const auto packet_lines, lines_of(files, packets));
  for (std::size_t i = 0; i < packet_lines.size(); ++i) {
    const std::string where = fmt::format("{}:{}", packets.string(), i + 1);
    ARETE_TRY_ASSIGN(const Node line, document::parse_json(packet_lines[i], where));
    ARETE_TRY(add_packet_line(line, recording));
  }
  const io::Path decisions = folder / "decisions.jsonl";
  ARETE_TRY_ASSIGN(recording.decisions, lines_of(files, decisions));
  for (std::size_t i = 0; i < recording.decisions.size(); ++i) {
    const std::string where = fmt::format("{}:{}", decisions.string(), i + 1);
    ARETE_TRY_ASSIGN(const Node line, document::parse_json(recording.decisions[i], where));
    ARETE_TRY(add_loss(line, recording, recording.plan));
  }
  std::ranges::sort(recording.decisions);
  return recording;
}

Result<std::unique_ptr<media::Source>> open_recorded(io::Files& files, Clock& clock,
                                                     const Recording& recording, std::size_t index,
                                                     const media::SourceSettings& settings) {
  if (!recording.stored[index]) {
    ARETE_TRY_ASSIGN(auto source, media::open_source(files, clock, settings));
    return std::make_unique<CheckedSource>(recording, index, std::move(source));
  }
  ARETE_TRY_ASSIGN(auto file, files.open(recording.folder / fmt::format("frames-{}.bin", index)));
  media::StreamInfo info;
  info.name = recording.sources[index];
  const PacketType type =
      settings.kind == media::SourceKind::kMicrophone ? PacketType::kAudio : PacketType::kFrame;
  info.kind = type == PacketType::kAudio ? media::MediaKind::kAudio : media::MediaKind::kVideo;
  return std::make_unique<RecordedSource>(recording, index, std::move(info), std::move(file));
}

void ReplayCheck::listen(PipelineHooks& hooks, const GraphSpec& graph) {
  for (const SourceSpec& source : graph.sources) {
    names_.push_back(source.name);
  }
  hooks.on_event = [this, then = hooks.on_event](const Packet& packet, const EventRecord& event) {
    {
      const std::lock_guard lock(mutex_);
      lines_.push_back(event_line(packet, event, names_));
    }
    if (then) {
      then(packet, event);
    }
  };
}

void ReplayCheck::listen(Ledger& ledger) {
  ledger.add_tap([this, names = ledger.names()](const LedgerRecord& record) {
    if (is_decision(record)) {
      const std::lock_guard lock(mutex_);
      lines_.push_back(decision_line(record, names));
    }
  });
}

ReplayReport ReplayCheck::report() {
  const std::lock_guard lock(mutex_);
  std::ranges::sort(lines_);
  return {recording_.decisions.size(), without(recording_.decisions, lines_),
          without(lines_, recording_.decisions)};
}

}  // namespace arete::pipeline
