// Result<T> and Status: what every fallible function returns, and the macros that pass errors on.
// Exceptions of third-party code are caught at the call, in the same file, and become an Error.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <type_traits>

#include "base/error.hpp"

namespace arete {

/// A value or an Error. Discarding one is a warning (an error in our presets).
template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using std::expected<T, Error>::expected;
  /// Result<bool> from Result<int> would silently take has_value().
  template <class U>
    requires(!std::is_same_v<U, T>)
  Result(const Result<U>&) = delete;
  template <class U>
    requires(!std::is_same_v<U, T>)
  Result(Result<U>&&) = delete;
};

using Status = Result<void>;

/// `return fail(ErrorCode::kInvalid, "scale {} is negative", scale);`
template <class... Args>
[[nodiscard]] std::unexpected<Error> fail(ErrorCode code, fmt::format_string<Args...> text,
                                          Args&&... args) {
  return std::unexpected<Error>(Error(code, fmt::format(text, std::forward<Args>(args)...)));
}

/// The same, naming the place in the input.
template <class... Args>
[[nodiscard]] std::unexpected<Error> fail_at(std::string_view where, ErrorCode code,
                                             fmt::format_string<Args...> text, Args&&... args) {
  return std::unexpected<Error>(
      Error(code, fmt::format(text, std::forward<Args>(args)...)).at(where));
}

namespace detail {

inline Error add_context(Error error) { return error; }
template <class... Args>
Error add_context(Error error, fmt::format_string<Args...> text, Args&&... args) {
  return std::move(error).with_context(fmt::format(text, std::forward<Args>(args)...));
}

[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace detail
}  // namespace arete

#define ARETE_DETAIL_JOIN2(a, b) a##b
#define ARETE_DETAIL_JOIN(a, b) ARETE_DETAIL_JOIN2(a, b)

/// Returns the Error of a Status (or Result) if there is one; further arguments are a context in
/// fmt's form: `ARETE_TRY(read(path), "reading {}", path);`
#define ARETE_TRY(expression, ...)                                         \
  do {                                                                     \
    auto arete_status = (expression);                                      \
    if (!arete_status.has_value()) [[unlikely]] {                          \
      return std::unexpected<::arete::Error>(::arete::detail::add_context( \
          std::move(arete_status).error() __VA_OPT__(, ) __VA_ARGS__));    \
    }                                                                      \
  } while (false)

/// `ARETE_TRY_ASSIGN(const auto bytes, read(path), "reading {}", path);`
#define ARETE_TRY_ASSIGN(declaration, expression, ...)                             \
  ARETE_DETAIL_TRY_ASSIGN(ARETE_DETAIL_JOIN(arete_result_, __LINE__), declaration, \
                          expression __VA_OPT__(, ) __VA_ARGS__)
#define ARETE_DETAIL_TRY_ASSIGN(result, declaration, expression, ...)                        \
  auto result = (expression);                                                                \
  if (!result.has_value()) [[unlikely]] {                                                    \
    return std::unexpected<::arete::Error>(                                                  \
        ::arete::detail::add_context(std::move(result).error() __VA_OPT__(, ) __VA_ARGS__)); \
  }                                                                                          \
  declaration = std::move(result).value()

/// For programmer errors only, never for input: prints the place and aborts.
#define ARETE_CHECK(condition)                                       \
  do {                                                               \
    if (!(condition)) [[unlikely]] {                                 \
      ::arete::detail::check_failed(#condition, __FILE__, __LINE__); \
    }                                                                \
  } while (false)
