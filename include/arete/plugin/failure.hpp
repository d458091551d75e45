// Errors on the plug-in's side of the ABI: throw Failure anywhere, guard() turns it into an
// arete_error. Exceptions end at guard(); none crosses the ABI.
// Threads: all functions from any thread.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <new>
#include <string>
#include <utility>

#include "arete/backend.h"

namespace arete::plugin {

class Failure : public std::exception {
 public:
  Failure(arete_code code, std::string message) : code_(code), message_(std::move(message)) {}
  [[nodiscard]] arete_code code() const { return code_; }
  [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }

 private:
  arete_code code_;
  std::string message_;
};

namespace detail {

struct OwnedError {
  arete_error plain;
  std::string message;
};

/// Used when not even an error can be allocated; never freed.
inline arete_error* last_resort() {
  static arete_error error{sizeof(arete_error), ARETE_NO_SPACE, "out of memory"};
  return &error;
}

}  // namespace detail

inline arete_error* make_error(arete_code code, const std::string& message) noexcept {
  try {
    auto* error =
        new detail::OwnedError{{sizeof(arete_error), code, nullptr}, message};  // freed below
    error->plain.message = error->message.c_str();
    return &error->plain;
  } catch (...) {
    return detail::last_resort();
  }
}

/// For arete_backend::free_error.
inline void free_error(arete_error* error) {
  if (error != nullptr && error != detail::last_resort()) {
    delete reinterpret_cast<detail::OwnedError*>(error);  // plain is its first member
  }
}

/// Runs `body` and returns what it throws as an error, NULL if nothing.
template <class Body>
arete_error* guard(Body&& body) noexcept {
  try {
    std::forward<Body>(body)();
    return nullptr;
  } catch (const Failure& failure) {
    return make_error(failure.code(), failure.what());
  } catch (const std::bad_alloc&) {
    return detail::last_resort();
  } catch (const std::exception& failure) {
    return make_error(ARETE_INTERNAL, failure.what());
  } catch (...) {
    return make_error(ARETE_INTERNAL, "an exception of an unknown type");
  }
}

/// The opposite way, for plug-ins that call another plug-in: throws if there is an error.
inline void raise(const arete_backend& from, arete_error* error) {
  if (error == nullptr) {
    return;
  }
  Failure failure(error->code, error->message == nullptr ? "" : error->message);
  from.free_error(error);
  throw failure;
}

}  // namespace arete::plugin
