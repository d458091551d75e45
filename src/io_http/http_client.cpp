// SPDX-License-Identifier: Apache-2.0
#include "io_http/http_client.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace arete::io_http {
namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x21 || c == 0x7F; }

std::size_t end_of_authority(std::string_view url, std::size_t start) {
  return std::min(url.find_first_of("/?#", start), url.size());
}

}  // namespace

std::string shown_url(std::string_view url, bool is_secret) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) {
    return is_secret ? "***" : std::string(url);
  }
  const std::size_t start = scheme + 3;
  const std::size_t end = end_of_authority(url, start);
  const std::size_t at = url.substr(0, end).rfind('@');
  const std::size_t host = at == std::string_view::npos || at < start ? start : at + 1;
  return std::string(url.substr(0, start)) +
         std::string(url.substr(host, is_secret ? end - host : std::string_view::npos));
}

Status check_url(std::string_view url) {
  const std::size_t start = url.starts_with("https://") ? 8 : url.starts_with("http://") ? 7 : 0;
  const std::size_t end = end_of_authority(url, start);
  if (start == 0 || end == start || url[end - 1] == '@') {
    return fail(ErrorCode::kInvalid, "'{}' is no URL that begins with http:// or https://",
                shown_url(url));
  }
  if (std::ranges::any_of(url, is_control)) {
    return fail(ErrorCode::kInvalid, "the URL has a space or control character");
  }
  return {};
}

Status check_header(std::string_view name, std::string_view value) {
  const auto belongs = [](char c) {
    return !is_control(c) && static_cast<unsigned char>(c) < 0x80 &&
           std::string_view("()<>@,;:\\\"/[]?={}").find(c) == std::string_view::npos;
  };
  if (name.empty() || !std::ranges::all_of(name, belongs)) {
    return fail(ErrorCode::kInvalid, "'{}' is no name of an HTTP header", name);
  }
  const auto breaks = [](char c) { return (is_control(c) && c != ' ' && c != '\t'); };
  if (std::ranges::any_of(value, breaks)) {
    return fail(ErrorCode::kInvalid, "the HTTP header '{}' has a control character", name);
  }
  return {};
}

}  // namespace arete::io_http
