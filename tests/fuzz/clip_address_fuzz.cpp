// Any bytes as an address, and as a clip's file: the password is never in what is shown, and the
// outermost structure is walked to an end.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "io/memory_files.hpp"
#include "media/address.hpp"
#include "media/clip_extent.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const arete::media::Address address = arete::media::split_address(text);
  // A login is all that may be missing from the address.
  if (address.url.size() > size ||
      (address.user.empty() && address.password.empty() && address.url.size() + 2 < size)) {
    std::abort();
  }
  static_cast<void>(arete::media::without_secrets(std::string(text), address));
  arete::io::MemoryFiles files;
  const arete::ByteView bytes(reinterpret_cast<const std::byte*>(data), size);
  if (!files.write_atomic("clip", bytes)) {
    std::abort();
  }
  const auto file = files.open("clip");
  if (!file || !arete::media::cut_off(**file, size)) {
    std::abort();
  }
  return 0;
}
