// Any bytes as a WAV file: an error, or samples that are numbers, as many as the file has room for
// and the same however they are cut into blocks.
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "base/log.hpp"
#include "io/memory_files.hpp"
#include "media/open_source.hpp"

namespace {

/// False where the file is refused.
bool read_all(arete::io::Files& files, int block, std::vector<float>& samples) {
  arete::FakeClock clock;
  arete::media::SourceSettings settings;
  settings.kind = arete::media::SourceKind::kWav;
  settings.url = "/x.wav";
  settings.block = block;
  const auto source = arete::media::open_source(files, clock, settings);
  if (!source) {
    return false;
  }
  arete::Nanoseconds last{-1};
  while (true) {
    const auto packet = (*source)->next();
    if (!packet || !*packet) {
      return packet.has_value();
    }
    const auto& heard = std::get<arete::media::AudioBlock>(**packet);
    if (heard.samples.empty() || heard.media_time < last) {
      std::abort();
    }
    last = heard.media_time;
    samples.insert(samples.end(), heard.samples.begin(), heard.samples.end());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  arete::configure_log(arete::LogLevel::kOff, arete::LogFormat::kText);
  arete::io::MemoryFiles files;
  files.put("/x.wav", {reinterpret_cast<const char*>(data), size});
  std::vector<float> whole;
  std::vector<float> pieces;
  if (read_all(files, 1 << 20, whole) != read_all(files, 7, pieces) || whole != pieces ||
      whole.size() > size) {
    std::abort();
  }
  for (const float sample : whole) {
    if (!std::isfinite(sample)) {
      std::abort();
    }
  }
  return 0;
}
