// Memory for rows between the steps of pre-processing, aligned to a cache line: vectors that cross
// lines cost twice. Internal to transform. Threads: as a vector.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>

#include "transform/across_plan.hpp"

namespace arete::transform {

inline constexpr std::size_t kLineBytes = 64;

/// Bytes of a row of `size` with its slack, so that the next row is aligned too.
[[nodiscard]] constexpr std::size_t padded_row(std::size_t size) {
  return (size + kRowSlack + kLineBytes - 1) / kLineBytes * kLineBytes;
}

class RowMemory {
 public:
  [[nodiscard]] std::uint8_t* data() const { return bytes_.get(); }
  /// Zeros, unless it is large enough already.
  void resize(std::size_t size) {
    if (size > size_) {
      bytes_.reset(new (std::align_val_t{kLineBytes}) std::uint8_t[size]());
      size_ = size;
    }
  }

 private:
  struct Deleter {
    void operator()(std::uint8_t* bytes) const {
      ::operator delete[](bytes, std::align_val_t{kLineBytes});
    }
  };
  std::unique_ptr<std::uint8_t[], Deleter> bytes_;
  std::size_t size_ = 0;
};

}  // namespace arete::transform
