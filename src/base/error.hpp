// The one vocabulary for failure: what went wrong, where, and what the caller can do about it.
// An Error is one pointer wide, so Result<int> is 16 bytes. Not here: Result itself (result.hpp).
// Threads: a value type, no shared state.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/core.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace arete {

/// Named by what the caller can do, not by the module that failed.
enum class ErrorCode {
  kInvalid,      ///< the request or option is wrong: change it
  kCorrupt,      ///< the data is damaged or lies about itself: get it again
  kNotFound,     ///< nothing of that name
  kUnsupported,  ///< valid, but this program cannot do it
  kUnavailable,  ///< cannot be had now or on this machine: retry or go on without
  kDenied,       ///< permission or policy forbids it
  kNoSpace,      ///< disk, memory or a configured limit is exhausted
  kTimeout,      ///< a deadline passed
  kCancelled,    ///< the caller asked to stop
  kConflict,     ///< the state changed underneath
  kGate,         ///< a stated limit (accuracy, latency, agreement) is not met
  kIo,           ///< the operating system refused; see sys_errno()
  kInternal,     ///< a bug of ours
};

/// Stable lower-case name, as scripts see it in {"error": {"code": ...}}.
[[nodiscard]] std::string_view name_of(ErrorCode code);

class Error {
 public:
  Error(ErrorCode code, std::string message);
  Error(const Error& other);
  Error& operator=(const Error& other);
  Error(Error&&) noexcept = default;
  Error& operator=(Error&&) noexcept = default;
  ~Error() = default;

  [[nodiscard]] ErrorCode code() const { return detail_->code; }
  /// The message with all contexts before it: "reading model.onnx: node 3 (Conv): ...".
  [[nodiscard]] std::string message() const;
  /// The place in the input ("model.onnx: node 3", "spec.yaml:12"); empty if none was named.
  [[nodiscard]] const std::string& where() const { return detail_->where; }
  [[nodiscard]] std::optional<int> sys_errno() const { return detail_->sys_errno; }

  /// Puts `context` before the message; used when an error crosses a layer.
  [[nodiscard]] Error with_context(std::string_view context) &&;
  /// Names the place, unless an inner layer has named a more exact one.
  [[nodiscard]] Error at(std::string_view where) &&;
  [[nodiscard]] Error with_errno(int sys_errno) &&;

 private:
  struct Detail {
    ErrorCode code;
    std::string message;
    std::string context;
    std::string where;
    std::optional<int> sys_errno;
  };
  std::unique_ptr<Detail> detail_;
};

}  // namespace arete
