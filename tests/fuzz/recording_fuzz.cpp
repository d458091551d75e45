// Any bytes as a recording: its files one behind the other, each begun by a line "==". An error
// with a message or packets that can be read, never a crash.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "io/memory_files.hpp"
#include "pipeline/frame_file.hpp"
#include "pipeline/recording.hpp"

namespace {

constexpr const char* kNames[] = {"recording.json", "packets.jsonl", "decisions.jsonl",
                                  "frames-0.bin"};

void write_files(arete::io::MemoryFiles& files, std::string_view text) {
  constexpr std::string_view kBetween = "==\n";
  for (const char* const name : kNames) {
    const std::size_t end = text.find(kBetween);
    const std::string_view content = text.substr(0, end);
    ARETE_CHECK(
        files.write_atomic(std::string("rec/") + name, arete::as_bytes(content)).has_value());
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + kBetween.size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  arete::io::MemoryFiles files;
  arete::SystemClock clock;
  ARETE_CHECK(files.create_directories("rec").has_value());
  write_files(files, {reinterpret_cast<const char*>(data), size});
  arete::pipeline::GraphSpec graph;
  graph.sources.emplace_back();
  graph.sources[0].name = "cam";
  const auto recording = arete::pipeline::read_recording(files, "rec", graph);
  if (!recording.has_value()) {
    ARETE_CHECK(!recording.error().message().empty());
    return 0;
  }
  arete::media::SourceSettings settings;
  settings.kind = arete::media::SourceKind::kTest;
  settings.width = settings.height = 2;
  settings.frames = 3;
  auto source = arete::pipeline::open_recorded(files, clock, *recording, 0, settings);
  for (int i = 0; source.has_value() && i < 8; ++i) {
    const auto packet = (*source)->next();
    if (packet.has_value() && packet->has_value()) {
      static_cast<void>(arete::pipeline::bytes_of(**packet));
    }
  }
  return 0;
}
