// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"

namespace arete {

std::string_view name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalid:
      return "invalid";
    case ErrorCode::kCorrupt:
      return "corrupt";
    case ErrorCode::kNotFound:
      return "not_found";
    case ErrorCode::kUnsupported:
      return "unsupported";
    case ErrorCode::kUnavailable:
      return "unavailable";
    case ErrorCode::kDenied:
      return "denied";
    case ErrorCode::kNoSpace:
      return "no_space";
    case ErrorCode::kTimeout:
      return "timeout";
    case ErrorCode::kCancelled:
      return "cancelled";
    case ErrorCode::kConflict:
      return "conflict";
    case ErrorCode::kGate:
      return "gate";
    case ErrorCode::kIo:
      return "io";
    case ErrorCode::kInternal:
      return "internal";
  }
  return "internal";
}

Error::Error(ErrorCode code, std::string message)
    : detail_(std::make_unique<Detail>(Detail{.code = code,
                                              .message = std::move(message),
                                              .context = {},
                                              .where = {},
                                              .sys_errno = {}})) {}

Error::Error(const Error& other) : detail_(std::make_unique<Detail>(*other.detail_)) {}

Error& Error::operator=(const Error& other) {
  if (this != &other) {
    detail_ = std::make_unique<Detail>(*other.detail_);
  }
  return *this;
}

std::string Error::message() const { return detail_->context + detail_->message; }

Error Error::with_context(std::string_view context) && {
  detail_->context = fmt::format("{}: {}", context, detail_->context);
  return std::move(*this);
}

Error Error::at(std::string_view where) && {
  if (detail_->where.empty()) {
    detail_->where = where;
  }
  return std::move(*this);
}

Error Error::with_errno(int sys_errno) && {
  detail_->sys_errno = sys_errno;
  return std::move(*this);
}

}  // namespace arete
