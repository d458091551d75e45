// Memory as LiteRT wants it: aligned to 64 bytes, with room for the vectors that XNNPACK reads
// beyond the end. The caller's is used in place where it is like that already.
// Threads: value types.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "arete/plugin.hpp"
#include "library.hpp"

namespace arete_litert {

/// Grows, never shrinks.
class AlignedMemory {
 public:
  /// At least `bytes`; what was there before is lost if it has to grow. Throws std::bad_alloc.
  std::byte* at_least(std::uint64_t bytes);
  [[nodiscard]] std::byte* data() const { return memory_.get(); }

 private:
  struct Free {
    void operator()(std::byte* memory) const;
  };
  std::unique_ptr<std::byte, Free> memory_;
  std::uint64_t bytes_ = 0;
};

/// Whether LiteRT may read the bound memory itself.
[[nodiscard]] bool readable_in_place(const arete::plugin::Binding& binding);
/// Whether LiteRT may write to it.
[[nodiscard]] bool writable_in_place(const arete::plugin::Binding& binding);

/// LiteRT's view of `memory`, borrowed.
[[nodiscard]] Owned<TensorBufferObject> buffer_over(std::int32_t element_type,
                                                    std::span<const std::int64_t> shape,
                                                    std::byte* memory, std::uint64_t bytes);

}  // namespace arete_litert
