// Reading the host's key-value options against the plug-in's own table: an unknown name or a value
// out of range is an error that names both.
// Threads: a value type.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "arete/backend.h"
#include "arete/plugin/failure.hpp"

namespace arete::plugin {

class Options {
 public:
  using Table = std::span<const arete_option_info* const>;

  /// `given` may be NULL: all defaults. Throws for names that are not in the table.
  Options(Table table, const arete_load_options* given) : table_(table) {
    for (const arete_option_info* info : table) {
      values_.emplace_back(info->default_value);
    }
    if (given == nullptr) {
      return;
    }
    cache_dir_ = given->cache_dir == nullptr ? "" : given->cache_dir;
    for (std::uint32_t i = 0; i < given->count; ++i) {
      values_[position(given->names[i])] = given->values[i];
    }
  }

  [[nodiscard]] const std::string& text(std::string_view name) const {
    return values_[position(name)];
  }
  [[nodiscard]] const std::string& cache_dir() const { return cache_dir_; }

  [[nodiscard]] std::int64_t integer(std::string_view name, std::int64_t lowest,
                                     std::int64_t highest) const {
    const std::string& value = text(name);
    std::int64_t number = 0;
    const auto [end, code] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (code != std::errc() || end != value.data() + value.size() || number < lowest ||
        number > highest) {
      reject(name, std::to_string(lowest) + ".." + std::to_string(highest));
    }
    return number;
  }

  [[nodiscard]] bool on(std::string_view name) const {
    const std::string& value = text(name);
    if (value != "on" && value != "off") {
      reject(name, "on|off");
    }
    return value == "on";
  }

  /// Says that the value of `name` is none of `allowed`.
  [[noreturn]] void reject(std::string_view name, const std::string& allowed) const {
    throw Failure(ARETE_INVALID, "option '" + std::string(name) + "' is '" + text(name) +
                                     "'; allowed: " + allowed);
  }

 private:
  [[nodiscard]] std::size_t position(std::string_view name) const {
    std::string known;
    for (std::size_t i = 0; i < table_.size(); ++i) {
      if (name == table_[i]->name) {
        return i;
      }
      known += (i == 0 ? "" : ", ") + std::string(table_[i]->name);
    }
    throw Failure(ARETE_INVALID, "unknown option '" + std::string(name) + "'; " +
                                     (known.empty() ? "there are none" : "known: " + known));
  }

  Table table_;
  std::vector<std::string> values_;
  std::string cache_dir_;
};

/// The model's bytes, read from its path if the host did not pass them.
inline std::string read_model(const arete_model_source& source) {
  if (source.data != nullptr) {
    return {static_cast<const char*>(source.data), source.bytes};
  }
  if (source.path == nullptr) {
    throw Failure(ARETE_INVALID, "neither a path nor bytes of a model were given");
  }
  std::ifstream file(source.path, std::ios::binary);
  if (!file) {
    throw Failure(ARETE_NOT_FOUND, std::string("cannot open ") + source.path);
  }
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// The first 8 bytes of the model, which tell most formats; fewer if there are not more.
inline std::string head_of(const arete_model_source& source) {
  std::string head(8, '\0');
  if (source.data != nullptr) {
    head.assign(static_cast<const char*>(source.data),
                std::min<std::uint64_t>(head.size(), source.bytes));
    return head;
  }
  const std::string path = source.path == nullptr ? "" : source.path;
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw Failure(ARETE_NOT_FOUND, "cannot open " + path);
  }
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(file.gcount()));
  return head;
}

}  // namespace arete::plugin
