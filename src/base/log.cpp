// The facade's formatting; spdlog carries the finished line to stderr and is seen nowhere else.
// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <mutex>
#include <utility>

namespace arete {
namespace {

struct LogState {
  std::mutex mutex;
  std::atomic<LogLevel> lowest{LogLevel::kWarning};
  LogFormat format = isatty(STDERR_FILENO) != 0 ? LogFormat::kText : LogFormat::kJson;
  std::function<void(LogLevel, std::string_view)> sink;
  std::shared_ptr<spdlog::logger> logger;

  LogState()
      : logger(std::make_shared<spdlog::logger>(
            "arete", std::make_shared<spdlog::sinks::stderr_sink_mt>())) {
    logger->set_pattern("%v");
    logger->set_level(spdlog::level::trace);
    logger->flush_on(spdlog::level::trace);
  }
};

LogState& state() {
  static LogState instance;
  return instance;
}

std::string_view level_name(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    default:
      return "error";
  }
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string value_text(const LogField::Value& value) {
  struct Visitor {
    std::string operator()(const std::string& v) const { return quoted(v); }
    std::string operator()(std::int64_t v) const { return fmt::format("{}", v); }
    std::string operator()(double v) const {
      return std::isfinite(v) ? fmt::format("{}", v) : "null";
    }
    std::string operator()(bool v) const { return v ? "true" : "false"; }
  };
  return std::visit(Visitor{}, value);
}

std::string format_line(LogLevel level, std::string_view event,
                        std::initializer_list<LogField> fields, LogFormat format) {
  if (format == LogFormat::kJson) {
    std::string line =
        fmt::format(R"({{"level": "{}", "event": {})", level_name(level), quoted(event));
    for (const LogField& field : fields) {
      line += fmt::format(", {}: {}", quoted(field.key), value_text(field.value));
    }
    return line + "}";
  }
  std::string line = fmt::format("{}: {}", level_name(level), event);
  for (const LogField& field : fields) {
    line += fmt::format(" {}={}", field.key, value_text(field.value));
  }
  return line;
}

}  // namespace

void configure_log(LogLevel lowest, LogFormat format) {
  LogState& log = state();
  const std::lock_guard lock(log.mutex);
  log.lowest = lowest;
  log.format = format;
}

LogLevel log_level() { return state().lowest; }

void log_event(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  LogState& log = state();
  const std::lock_guard lock(log.mutex);
  const std::string line = format_line(level, event, fields, log.format);
  if (log.sink) {
    log.sink(level, line);
  } else {
    log.logger->info(line);
  }
}

void set_log_sink(std::function<void(LogLevel, std::string_view)> sink) {
  LogState& log = state();
  const std::lock_guard lock(log.mutex);
  log.sink = std::move(sink);
}

}  // namespace arete
