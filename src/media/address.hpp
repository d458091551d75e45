// Addresses of streams with the secrets taken out: "rtsp://user:password@host/path" is opened in
// three parts, and only the host's part is ever shown. Reads no more of an address than that.
// Threads: pure. Errors: none, anything is an address.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace arete::media {

struct Address {
  std::string url;   ///< without user and password
  std::string user;  ///< percent signs decoded; empty = none
  std::string password;
  std::string name;  ///< to show: the url with the values of "password=" and its like as "***"
  std::vector<std::string> secrets;  ///< as written, to be removed from messages of others
};

/// What has no "scheme://" is a path or device and stays as it is.
[[nodiscard]] Address split_address(std::string_view written);

/// `message` with "***" for each of the address's secrets.
[[nodiscard]] std::string without_secrets(std::string message, const Address& address);

}  // namespace arete::media
