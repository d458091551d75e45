// Boxes as columns of their edges and areas, sixteen a block, so that one box is compared with many
// at once. The arithmetic is tensor::intersection_over_union()'s, to the bit. Internal to
// transform. Threads: const use from any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "tensor/results.hpp"

namespace arete::transform {

/// Unused places overlap nothing.
struct BoxBlock {
  static constexpr std::size_t kSize = 16;
  alignas(64) std::array<float, kSize> x1;
  alignas(64) std::array<float, kSize> y1;
  alignas(64) std::array<float, kSize> x2;
  alignas(64) std::array<float, kSize> y2;
  alignas(64) std::array<float, kSize> area;
  std::array<std::uint32_t, kSize> names;  ///< the caller's
  std::uint32_t count = 0;
  std::int32_t next = -1;  ///< block of the same list

  BoxBlock();
};

/// Lists of boxes that share one store.
class BoxLists {
 public:
  static constexpr std::int32_t kNone = -1;

  /// Room for boxes that are likely to come.
  void reserve(std::size_t boxes) { blocks_.reserve(boxes); }
  /// An empty list.
  [[nodiscard]] std::size_t add_list() {
    heads_.push_back(kNone);
    return heads_.size() - 1;
  }
  void add(std::size_t list, const tensor::Box& box, std::uint32_t name);
  /// The name of the first box of the list whose overlap with `box` is above `iou`, in the order in
  /// which they were added; kNone if there is none.
  [[nodiscard]] std::int64_t first_above(std::size_t list, const tensor::Box& box, float iou) const;

 private:
  std::vector<std::int32_t> heads_;
  std::vector<std::int32_t> tails_;
  std::vector<BoxBlock> blocks_;
};

}  // namespace arete::transform
