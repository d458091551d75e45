// SPDX-License-Identifier: Apache-2.0
#include "io/errno.hpp"

#include <cerrno>
#include <string>
#include <system_error>

namespace arete::io {

ErrorCode code_of_errno(int sys_errno) {
  switch (sys_errno) {
    case ENOENT:
    case ENOTDIR:
      return ErrorCode::kNotFound;
    case EACCES:
    case EPERM:
    case EROFS:
      return ErrorCode::kDenied;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case ENOMEM:
    case EMFILE:
    case ENFILE:
      return ErrorCode::kNoSpace;
    case EISDIR:
    case EINVAL:
    case ENAMETOOLONG:
    case ELOOP:
      return ErrorCode::kInvalid;
    case EEXIST:
    case ENOTEMPTY:
      return ErrorCode::kConflict;
    case EAGAIN:
    case EBUSY:
      return ErrorCode::kUnavailable;
    default:
      return ErrorCode::kIo;
  }
}

std::unexpected<Error> fail_errno(std::string_view action, std::string_view subject) {
  return fail_errno(action, subject, errno);
}

std::unexpected<Error> fail_errno(std::string_view action, std::string_view subject,
                                  int sys_errno) {
  const std::string reason = std::generic_category().message(sys_errno);
  Error error(code_of_errno(sys_errno), fmt::format("cannot {} {}: {}", action, subject, reason));
  return std::unexpected<Error>(std::move(error).at(subject).with_errno(sys_errno));
}

}  // namespace arete::io
