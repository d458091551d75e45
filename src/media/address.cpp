// SPDX-License-Identifier: Apache-2.0
#include "media/address.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace arete::media {
namespace {

constexpr std::string_view kHidden = "***";
constexpr std::string_view kSchemeEnd = "://";

/// Names of parameters in the paths and queries of cameras' addresses.
constexpr std::array<std::string_view, 6> kSecretNames{"password", "passwd", "pass",
                                                       "pwd",      "token",  "secret"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// -1 for what is no digit.
int hexadecimal(char c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const std::size_t at = kDigits.find(lower(c));
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size();
    const int high = escape ? hexadecimal(text[i + 1]) : -1;
    const int low = escape ? hexadecimal(text[i + 2]) : -1;
    if (high >= 0 && low >= 0) {
      decoded += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

bool is_secret_name(std::string_view name) {
  return std::ranges::any_of(kSecretNames, [&](std::string_view secret) {
    return std::ranges::equal(name, secret, {}, lower);
  });
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

/// "host/path?channel=1&password=x": the pairs with an equals sign, wherever they stand.
void hide_parameters(Address& address) {
  constexpr std::string_view kEnds = "&;?/#";
  const std::string_view url = address.url;
  std::string name;
  std::size_t done = 0;
  for (std::size_t equals = url.find('='); equals != std::string_view::npos;
       equals = url.find('=', equals + 1)) {
    if (equals < done) {
      continue;  // in a value that is hidden already
    }
    const std::size_t before = url.find_last_of(kEnds, equals);
    const std::size_t start = before == std::string_view::npos ? 0 : before + 1;
    const std::size_t end = std::min(url.find_first_of(kEnds, equals), url.size());
    if (!is_secret_name(url.substr(start, equals - start)) || end == equals + 1) {
      continue;
    }
    name += url.substr(done, equals + 1 - done);
    name += kHidden;
    address.secrets.emplace_back(url.substr(start, end - start));
    done = end;
  }
  address.name = name + std::string(url.substr(done));
}

}  // namespace

Address split_address(std::string_view written) {
  Address address;
  const std::size_t scheme = written.find(kSchemeEnd);
  if (scheme == std::string_view::npos || written.find('/') < scheme) {
    address.url = address.name = std::string(written);
    return address;
  }
  const std::size_t start = scheme + kSchemeEnd.size();
  const std::size_t end = std::min(written.find_first_of("/?#", start), written.size());
  const std::string_view authority = written.substr(start, end - start);
  // A password may hold an "@" that nobody has escaped: the last one counts.
  const std::size_t at = authority.rfind('@');
  if (at == std::string_view::npos) {
    address.url = std::string(written);
  } else {
    const std::string_view login = authority.substr(0, at);
    const std::size_t colon = std::min(login.find(':'), login.size());
    const std::string_view password = login.substr(std::min(colon + 1, login.size()));
    address.user = percent_decoded(login.substr(0, colon));
    address.password = percent_decoded(password);
    address.url =
        std::string(written.substr(0, start)) + std::string(written.substr(start + at + 1));
    if (!password.empty()) {
      address.secrets.emplace_back(password);
      address.secrets.push_back(address.password);
    }
  }
  hide_parameters(address);
  return address;
}

std::string without_secrets(std::string message, const Address& address) {
  if (address.name != address.url) {
    replace_all(message, address.url, address.name);
  }
  for (const std::string& secret : address.secrets) {
    replace_all(message, secret, kHidden);
  }
  return message;
}

}  // namespace arete::media
