// One logging facade: an event name and fields, as text on a terminal and as JSON lines otherwise.
// Goes to stderr only; data belongs on stdout. Threads: safe from any.
//   ARETE_LOG(kWarning, "spec_ignored_key", {"key", name}, {"line", 12});
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace arete {

enum class LogLevel { kDebug, kInfo, kWarning, kError, kOff };

struct LogField {
  using Value = std::variant<std::string, std::int64_t, double, bool>;
  std::string_view key;
  Value value;

  LogField(std::string_view k, std::string_view v) : key(k), value(std::string(v)) {}
  LogField(std::string_view k, const std::string& v) : key(k), value(v) {}
  LogField(std::string_view k, const char* v) : key(k), value(std::string(v)) {}
  LogField(std::string_view k, bool v) : key(k), value(v) {}
  LogField(std::string_view k, std::integral auto v)
      : key(k), value(static_cast<std::int64_t>(v)) {}
  LogField(std::string_view k, std::floating_point auto v)
      : key(k), value(static_cast<double>(v)) {}
};

enum class LogFormat { kText, kJson };

/// Called once by a program's main. Default: warnings and errors, text on a terminal, else JSON.
void configure_log(LogLevel lowest, LogFormat format);
[[nodiscard]] LogLevel log_level();
void log_event(LogLevel level, std::string_view event, std::initializer_list<LogField> fields);

/// Where finished lines go, for tests; nullptr = stderr again.
void set_log_sink(std::function<void(LogLevel, std::string_view line)> sink);

}  // namespace arete

#define ARETE_LOG(level, event, ...)                                      \
  do {                                                                    \
    if (::arete::LogLevel::level >= ::arete::log_level()) {               \
      ::arete::log_event(::arete::LogLevel::level, event, {__VA_ARGS__}); \
    }                                                                     \
  } while (false)
