// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "media/built_in_source.hpp"
#include "media/built_in_sources.hpp"
#include "media/csv_reader.hpp"

namespace arete::media {
namespace {

/// Longest stretch of time that a file may tell of, in seconds: what fits into nanoseconds.
constexpr double kLongestSeries = 9e9;
constexpr std::size_t kShownText = 40;

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// What is said of text that somebody else wrote: short and without control characters.
std::string shown(std::string_view text) {
  std::string out(text.substr(0, kShownText));
  std::ranges::replace_if(out, [](unsigned char c) { return c < 0x20 || c == 0x7F; }, '?');
  return text.size() > kShownText ? out + "..." : out;
}

class CsvSource final : public BuiltInSource {
 public:
  /// `time_index` is a position in the file's lines; npos = rows come at `rate_hz`.
  CsvSource(StreamInfo info, CsvReader reader, std::vector<std::string> header,
            std::size_t time_index, const SourceSettings& settings)
      : BuiltInSource(std::move(info)),
        reader_(std::move(reader)),
        header_(std::move(header)),
        columns_(std::make_shared<const std::vector<std::string>>(this->info().columns)),
        time_index_(time_index),
        rate_hz_(settings.rate_hz),
        block_(static_cast<std::size_t>(std::max(settings.block, 1))) {}

 private:
  Result<std::optional<MediaPacket>> read_next() override {
    if (pending_) {
      return std::unexpected<Error>(*pending_);
    }
    SeriesBlock block;
    block.columns = columns_;
    while (block.times.size() < block_) {
      Result<bool> found = read_row(block);
      if (!found) {
        block.values.resize(block.times.size() * columns_->size());
        if (block.times.empty()) {
          return std::unexpected<Error>(std::move(found).error());
        }
        pending_ = std::move(found).error();  // first the rows before it
        break;
      }
      if (!*found) {
        break;
      }
    }
    if (block.times.empty()) {
      return std::nullopt;
    }
    return block;
  }

  Result<bool> read_row(SeriesBlock& block) {
    ARETE_TRY_ASSIGN(const bool found, reader_.next(fields_));
    if (!found) {
      return false;
    }
    if (fields_.size() != header_.size()) {
      return fail_at(reader_.where(), ErrorCode::kCorrupt, "{}: {} fields below {} column names",
                     reader_.where(), fields_.size(), header_.size());
    }
    Nanoseconds time = time_index_ == std::string::npos ? due_time(row_, rate_hz_) : Nanoseconds(0);
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      ARETE_TRY_ASSIGN(const double value, number_in(i));
      if (i == time_index_) {
        ARETE_TRY_ASSIGN(time, time_of(value));
      } else {
        block.values.push_back(value);
      }
    }
    block.times.push_back(time);
    ++row_;
    return true;
  }

  Result<double> number_in(std::size_t index) const {
    std::string_view text = trimmed(fields_[index]);
    if (text.starts_with('+') && !text.starts_with("+-")) {
      text.remove_prefix(1);
    }
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
      return fail_at(reader_.where(), ErrorCode::kCorrupt, "{}: '{}' in column '{}' is no number",
                     reader_.where(), shown(fields_[index]), shown(header_[index]));
    }
    return value;
  }

  /// From the first row on.
  Result<Nanoseconds> time_of(double seconds) {
    first_time_ = row_ == 0 ? seconds : first_time_;
    const double since = seconds - first_time_;
    if (!(since >= 0 && since <= kLongestSeries)) {
      return fail_at(reader_.where(), ErrorCode::kCorrupt,
                     "{}: the time {} s does not follow {} s, where the file begins",
                     reader_.where(), seconds, first_time_);
    }
    const Nanoseconds time(std::llround(since * 1e9));
    if (time < last_time_) {
      return fail_at(reader_.where(), ErrorCode::kCorrupt,
                     "{}: the time goes back to {} s from the row before", reader_.where(),
                     seconds);
    }
    last_time_ = time;
    return time;
  }

  CsvReader reader_;
  std::vector<std::string> header_;
  std::shared_ptr<const std::vector<std::string>> columns_;
  std::size_t time_index_;
  double rate_hz_;
  std::size_t block_;  ///< rows a packet
  std::int64_t row_ = 0;
  double first_time_ = 0;
  Nanoseconds last_time_{0};
  std::vector<std::string> fields_;
  std::optional<Error> pending_;
};

Result<std::vector<std::string>> read_column_names(CsvReader& reader) {
  std::vector<std::string> names;
  ARETE_TRY_ASSIGN(const bool found, reader.next(names));
  if (!found) {
    return fail_at(reader.name(), ErrorCode::kCorrupt, "{}: no line of column names",
                   reader.name());
  }
  std::set<std::string_view> seen;
  for (std::string& name : names) {
    name = std::string(trimmed(name));
    if (name.empty() || !seen.insert(name).second) {
      return fail_at(reader.where(), ErrorCode::kCorrupt, "{}: {}", reader.where(),
                     name.empty() ? "a column has no name"
                                  : fmt::format("two columns are called '{}'", shown(name)));
    }
  }
  return names;
}

/// npos without a time column.
Result<std::size_t> find_time_column(const std::vector<std::string>& names,
                                     const SourceSettings& settings) {
  if (settings.time_column.empty() == !(settings.rate_hz > 0)) {
    return fail_at(settings.url, ErrorCode::kInvalid,
                   "{}: either the name of the time column or the rate of its rows must be given",
                   settings.url);
  }
  if (settings.time_column.empty()) {
    return std::string::npos;
  }
  const auto found = std::ranges::find(names, settings.time_column);
  if (found == names.end()) {
    const std::vector<std::string_view> candidates(names.begin(), names.end());
    return fail_at(settings.url, ErrorCode::kInvalid, "{} has no column '{}'{}", settings.url,
                   settings.time_column, did_you_mean(settings.time_column, candidates));
  }
  return static_cast<std::size_t>(found - names.begin());
}

}  // namespace

Result<std::unique_ptr<Source>> open_csv_source(io::Files& files, const SourceSettings& settings) {
  ARETE_TRY_ASSIGN(auto file, files.open(settings.url));
  CsvReader reader(std::move(file), settings.url);
  ARETE_TRY_ASSIGN(std::vector<std::string> header, read_column_names(reader));
  ARETE_TRY_ASSIGN(const std::size_t time_index, find_time_column(header, settings));
  StreamInfo info;
  info.kind = MediaKind::kSeries;
  info.name = settings.url;
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (i != time_index) {
      info.columns.push_back(header[i]);
    }
  }
  if (info.columns.empty()) {
    return fail_at(settings.url, ErrorCode::kCorrupt, "{}: no column beside the time",
                   settings.url);
  }
  return std::make_unique<CsvSource>(std::move(info), std::move(reader), std::move(header),
                                     time_index, settings);
}

}  // namespace arete::media
