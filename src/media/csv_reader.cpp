// SPDX-License-Identifier: Apache-2.0
#include "media/csv_reader.hpp"

#include <string_view>

namespace arete::media {
namespace {

constexpr std::size_t kCsvBufferBytes = 1 << 16;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

std::string CsvReader::where() const { return fmt::format("{}:{}", name_, record_line_); }

Result<std::optional<char>> CsvReader::take() {
  if (position_ == buffer_.size()) {
    const bool first = offset_ == 0;
    buffer_.resize(kCsvBufferBytes);
    position_ = 0;
    auto got = file_->read_at(offset_, buffer_);
    buffer_.resize(got.value_or(0));
    ARETE_TRY(std::move(got));
    offset_ += buffer_.size();
    if (first && as_text(buffer_).starts_with(kByteOrderMark)) {
      position_ = kByteOrderMark.size();
    }
    if (position_ == buffer_.size()) {
      return std::nullopt;
    }
  }
  if (++record_bytes_ > kMostRecordBytes) {
    return fail_at(where(), ErrorCode::kCorrupt, "a line of more than {} bytes", kMostRecordBytes);
  }
  const char byte = static_cast<char>(buffer_[position_++]);
  line_ += byte == '\n' ? 1 : 0;
  return byte;
}

Result<bool> CsvReader::next(std::vector<std::string>& fields) {
  while (true) {
    ARETE_TRY_ASSIGN(const bool found, next_line(fields));
    if (!found || fields.size() > 1 || !fields[0].empty()) {
      return found;
    }
  }
}

Status CsvReader::read_quoted(std::string& field) {
  while (true) {
    ARETE_TRY_ASSIGN(const auto byte, take());
    if (!byte) {
      return fail_at(where(), ErrorCode::kCorrupt, "a quoted field has no closing quote");
    }
    if (*byte != '"') {
      field.push_back(*byte);
      continue;
    }
    ARETE_TRY_ASSIGN(const auto behind, take());
    if (!behind) {
      return {};
    }
    if (*behind != '"') {
      // Put back: take() has just come past it, so it lies in the buffer.
      --position_;
      line_ -= *behind == '\n' ? 1 : 0;
      return {};
    }
    field.push_back('"');
  }
}

Result<bool> CsvReader::next_line(std::vector<std::string>& fields) {
  fields.clear();
  record_line_ = line_;
  record_bytes_ = 0;
  std::string field;
  bool quoted = false;
  bool carriage_return = false;  // just read; no part of the field if the line ends here
  while (true) {
    ARETE_TRY_ASSIGN(const auto byte, take());
    if (!byte && fields.empty() && field.empty() && !quoted && !carriage_return) {
      return false;
    }
    if (!byte || *byte == '\n') {
      fields.push_back(std::move(field));
      return true;
    }
    if (carriage_return) {
      field.push_back('\r');
    }
    carriage_return = *byte == '\r';
    if (*byte == ',') {
      fields.push_back(std::exchange(field, {}));
      quoted = false;
      if (fields.size() == kMostFields) {
        return fail_at(where(), ErrorCode::kCorrupt, "a line of more than {} fields", kMostFields);
      }
    } else if (*byte == '"' && field.empty() && !quoted) {
      ARETE_TRY(read_quoted(field));
      quoted = true;
    } else if (quoted && !carriage_return) {
      return fail_at(where(), ErrorCode::kCorrupt, "text behind the closing quote of field {}",
                     fields.size() + 1);
    } else if (!carriage_return) {
      field.push_back(*byte);
    }
  }
}

}  // namespace arete::media
