// Any text as a CSV file: an error, or rows that are whole, with times that never go back, and the
// same rows however they are cut into packets.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "io/memory_files.hpp"
#include "media/open_source.hpp"

namespace {

struct Rows {
  bool opened = false;
  bool failed = false;
  std::vector<double> values;
  std::vector<arete::Nanoseconds> times;

  [[nodiscard]] bool same_as(const Rows& other) const {
    // As bits: a value may be no number.
    return opened == other.opened && failed == other.failed && times == other.times &&
           values.size() == other.values.size() &&
           (values.empty() ||
            std::memcmp(values.data(), other.values.data(), values.size() * sizeof(double)) == 0);
  }
};

Rows read_all(arete::io::Files& files, bool timed, int block) {
  arete::FakeClock clock;
  arete::media::SourceSettings settings;
  settings.kind = arete::media::SourceKind::kCsv;
  settings.url = "/x.csv";
  settings.block = block;
  settings.time_column = timed ? "t" : "";
  settings.rate_hz = timed ? 0 : 50;
  Rows rows;
  const auto source = arete::media::open_source(files, clock, settings);
  rows.opened = source.has_value();
  while (rows.opened) {
    const auto packet = (*source)->next();
    rows.failed = !packet.has_value();
    if (!packet || !*packet) {
      break;
    }
    const auto& next = std::get<arete::media::SeriesBlock>(**packet);
    if (next.times.empty() || next.values.size() != next.times.size() * next.columns->size()) {
      std::abort();
    }
    rows.values.insert(rows.values.end(), next.values.begin(), next.values.end());
    for (const arete::Nanoseconds time : next.times) {
      if (!rows.times.empty() && time < rows.times.back()) {
        std::abort();
      }
      rows.times.push_back(time);
    }
  }
  return rows;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  arete::io::MemoryFiles files;
  files.put("/x.csv", text);
  const bool timed = text.substr(0, text.find('\n')).find('t') != std::string_view::npos;
  const Rows single = read_all(files, timed, 1);
  const Rows whole = read_all(files, timed, 1 << 20);
  if (!single.same_as(whole)) {
    std::abort();
  }
  return 0;
}
