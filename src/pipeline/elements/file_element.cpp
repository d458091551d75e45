// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/file_element.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "document/reader.hpp"
#include "io/files.hpp"
#include "pipeline/element.hpp"
#include "pipeline/elements/sink_messages.hpp"
#include "pipeline/packet.hpp"

namespace arete::pipeline {
namespace {

struct FileSinkSettings {
  io::Path path;
  std::uint64_t max_bytes = 0;  ///< 0 = no limit
  int keep = 3;                 ///< older files
};

class FileElement final : public Element {
 public:
  FileElement(FileSinkSettings settings, SinkMessages messages, io::Files& files,
              std::uint64_t bytes)
      : settings_(std::move(settings)),
        messages_(std::move(messages)),
        files_(files),
        bytes_(bytes) {}

  Status process(Packet packet, Emitter& out) override {
    std::int64_t written = 0;
    Status status;
    for (const SinkMessage& message : messages_.of(packet)) {
      status = write_line(message.json + "\n");
      if (!status) {
        break;
      }
      ++written;
    }
    if (!status) {
      note(status.error());
      out.decide(packet.stamp, Decision::kFailed, static_cast<double>(written), 0);
    } else if (written > 0) {
      out.decide(packet.stamp, Decision::kWritten, static_cast<double>(written), 0);
    }
    out.emit(std::move(packet));
    return {};
  }

  Status finish(Emitter&) override {
    if (failures_ > 0) {
      ARETE_LOG(kWarning, "file_sink_failures", {"path", settings_.path.native()},
                {"failures", failures_});
    }
    return {};
  }

 private:
  [[nodiscard]] io::Path older(int number) const {
    io::Path path = settings_.path;
    path += fmt::format(".{}", number);
    return path;
  }

  Status rotate() {
    for (int number = settings_.keep; number > 0; --number) {
      const io::Path from = number == 1 ? settings_.path : older(number - 1);
      if (files_.has_file(from)) {
        ARETE_TRY(files_.rename(from, older(number)));
      }
    }
    if (settings_.keep == 0) {
      ARETE_TRY(files_.remove(settings_.path));
    }
    bytes_ = 0;
    return {};
  }

  Status write_line(std::string line) {
    if (torn_) {
      line.insert(line.begin(), '\n');  // what was written in part stays a line of its own
    }
    const bool is_full =
        settings_.max_bytes > 0 && bytes_ > 0 && bytes_ + line.size() > settings_.max_bytes;
    if (is_full) {
      ARETE_TRY(rotate());
      torn_ = false;
    }
    const Status status = files_.append(settings_.path, as_bytes(line));
    torn_ = !status;
    bytes_ += status ? line.size() : 0;
    return status;
  }

  void note(const Error& error) {
    ++failures_;
    // Powers of two: often at first, then ever more rarely.
    if ((failures_ & (failures_ - 1)) == 0) {
      ARETE_LOG(kWarning, "file_sink_failed", {"error", error.message()}, {"failures", failures_});
    }
  }

  FileSinkSettings settings_;
  SinkMessages messages_;
  io::Files& files_;
  std::uint64_t bytes_;  ///< of the file
  bool torn_ = false;    ///< it may end in the middle of a line
  std::int64_t failures_ = 0;
};

Result<std::unique_ptr<Element>> make_file(document::MapReader& reader,
                                           const ElementContext& context) {
  FileSinkSettings settings;
  ARETE_TRY_ASSIGN(const std::string path, reader.required<std::string>("path"));
  if (path.empty()) {
    return document::invalid_node(*reader.find("path"), "'path' is empty");
  }
  settings.path = context.folder / path;
  ARETE_TRY_ASSIGN(const std::int64_t most,
                   reader.optional<std::int64_t>("max_bytes", 0, {0, 1e15}));
  settings.max_bytes = static_cast<std::uint64_t>(most);
  ARETE_TRY_ASSIGN(settings.keep, reader.optional<int>("keep", settings.keep, {0, 100}));
  ARETE_TRY_ASSIGN(SinkSettings sink, read_sink_settings(reader));
  // Fails now, not at the first event in the night.
  if (settings.path.has_parent_path()) {
    ARETE_TRY(context.files.create_directories(settings.path.parent_path()));
  }
  ARETE_TRY(context.files.append(settings.path, {}));
  ARETE_TRY_ASSIGN(const io::FileStatus status, context.files.status(settings.path));
  return std::make_unique<FileElement>(std::move(settings), SinkMessages(std::move(sink), context),
                                       context.files, status.bytes);
}

}  // namespace

const ElementType& file_element_type() {
  static const ElementType kType{
      .name = "file",
      .summary = "appends events or results to a file as JSON Lines",
      .takes = PacketType::kResult | PacketType::kTensor,
      .gives = [](PacketType taken) { return static_cast<PacketTypes>(taken); },
      .heavy = false,
      .make = make_file,
      .reaches_out = true};
  return kType;
}

}  // namespace arete::pipeline
