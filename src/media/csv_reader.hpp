// Records of a CSV file, one after the other, in bounded memory: commas, quoted fields with doubled
// quotes, LF or CR LF, a byte order mark, lines without anything passed over (RFC 4180).
// Internal to media. Not here: what the fields mean.
// Errors: kCorrupt with "file:line" as the place. Threads: serial.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "io/files.hpp"

namespace arete::media {

class CsvReader {
 public:
  static constexpr std::size_t kMostFields = 10'000;
  static constexpr std::size_t kMostRecordBytes = std::size_t{1} << 20;

  CsvReader(std::unique_ptr<io::InputFile> file, std::string name)
      : file_(std::move(file)), name_(std::move(name)) {}

  /// False at the end of the file, and `fields` is empty then.
  [[nodiscard]] Result<bool> next(std::vector<std::string>& fields);

  /// "file:line" of the record read last.
  [[nodiscard]] std::string where() const;
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  /// The next byte, or nullopt at the end.
  [[nodiscard]] Result<std::optional<char>> take();
  [[nodiscard]] Result<bool> next_line(std::vector<std::string>& fields);
  /// The rest of a field behind its opening quote; the byte behind its closing one is left.
  [[nodiscard]] Status read_quoted(std::string& field);

  std::unique_ptr<io::InputFile> file_;
  std::string name_;
  Bytes buffer_;
  std::size_t position_ = 0;  ///< in buffer_
  std::uint64_t offset_ = 0;  ///< in the file, of buffer_'s end
  std::int64_t line_ = 1;     ///< of the next byte
  std::int64_t record_line_ = 1;
  std::size_t record_bytes_ = 0;
};

}  // namespace arete::media
