// SPDX-License-Identifier: Apache-2.0
#include "errors.hpp"

#include <executorch/runtime/platform/platform.h>
#include <executorch/runtime/platform/runtime.h>

#include <cstddef>
#include <utility>

#include "arete/plugin/failure.hpp"
#include "arete/plugin/host.hpp"

namespace arete_et {
namespace {

using executorch::runtime::Error;

/// The last complaint of this thread that check() has not used yet.
std::string& last_complaint() {
  thread_local std::string line;
  return line;
}

void take_log_line(et_timestamp_t /*time*/, et_pal_log_level_t level, const char* /*file*/,
                   const char* /*function*/, std::size_t /*line*/, const char* message,
                   std::size_t length) {
  const std::string text(message, length);
  if (level == kError || level == kFatal) {
    last_complaint() = text;
  }
  arete::plugin::log(0, text.c_str());
}

arete_code code_of(Error error) {
  switch (error) {
    case Error::InvalidProgram:
    case Error::InvalidExternalData:
      return ARETE_CORRUPT;
    case Error::NotSupported:
    case Error::NotImplemented:
    case Error::OperatorMissing:
    case Error::DelegateInvalidCompatibility:
      return ARETE_UNSUPPORTED;
    case Error::InvalidArgument:
    case Error::InvalidType:
      return ARETE_INVALID;
    case Error::NotFound:
      return ARETE_NOT_FOUND;
    case Error::MemoryAllocationFailed:
    case Error::OutOfResources:
    case Error::DelegateMemoryAllocationFailed:
      return ARETE_NO_SPACE;
    case Error::AccessFailed:
      return ARETE_IO;
    default:
      return ARETE_INTERNAL;
  }
}

}  // namespace

void start_runtime() {
  static const bool kStarted = [] {
    executorch::runtime::register_pal(
        executorch::runtime::PalImpl::create(take_log_line, "arete_backend_executorch"));
    executorch::runtime::runtime_init();
    return true;
  }();
  static_cast<void>(kStarted);
}

void check(Error error, const std::string& doing) {
  const std::string complaint = std::exchange(last_complaint(), {});
  if (error == Error::Ok) {
    return;
  }
  throw arete::plugin::Failure(code_of(error),
                               doing + " failed: " + executorch::runtime::to_string(error) +
                                   (complaint.empty() ? "" : " (" + complaint + ")"));
}

}  // namespace arete_et
