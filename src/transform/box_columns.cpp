// SPDX-License-Identifier: Apache-2.0
#include "transform/box_columns.hpp"

#include <algorithm>
#include <limits>

namespace arete::transform {
namespace {

using Hits = std::array<std::int32_t, BoxBlock::kSize>;

/// Which boxes of the block overlap `box` by more than `iou`; false if none does.
[[gnu::always_inline]] inline bool block_overlaps(const BoxBlock& block, const tensor::Box& box,
                                                  float iou, Hits& hits) {
  const float area = box.area();
  std::int32_t any = 0;
  for (std::size_t i = 0; i < BoxBlock::kSize; ++i) {
    const float right = block.x2[i] < box.x2 ? block.x2[i] : box.x2;
    const float left = block.x1[i] > box.x1 ? block.x1[i] : box.x1;
    const float bottom = block.y2[i] < box.y2 ? block.y2[i] : box.y2;
    const float top = block.y1[i] > box.y1 ? block.y1[i] : box.y1;
    const float width = right - left;
    const float height = bottom - top;
    const float covered = width * height;
    const float common = width > 0 ? (height > 0 ? covered : 0.0F) : 0.0F;
    const float together = block.area[i] + area - common;
    const float share = common / together;  // not a number where both are empty
    hits[i] = (share > iou ? 1 : 0) & (together > 0 ? 1 : 0);
    any |= hits[i];
  }
  return any != 0;
}

using BlockOverlaps = bool (*)(const BoxBlock&, const tensor::Box&, float, Hits&);

bool plain_overlaps(const BoxBlock& block, const tensor::Box& box, float iou, Hits& hits) {
  return block_overlaps(block, box, iou, hits);
}

#if defined(__x86_64__)
[[gnu::target("avx2")]] bool wide_overlaps(const BoxBlock& block, const tensor::Box& box, float iou,
                                           Hits& hits) {
  return block_overlaps(block, box, iou, hits);
}

[[gnu::target("avx512f,avx512dq,avx512vl")]] bool widest_overlaps(const BoxBlock& block,
                                                                  const tensor::Box& box, float iou,
                                                                  Hits& hits) {
  return block_overlaps(block, box, iou, hits);
}

BlockOverlaps overlaps_for_processor() {
  if (__builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
    return &widest_overlaps;
  }
  return __builtin_cpu_supports("avx2") ? &wide_overlaps : &plain_overlaps;
}
#else
BlockOverlaps overlaps_for_processor() { return &plain_overlaps; }
#endif

}  // namespace

BoxBlock::BoxBlock() {
  // A width below zero; the area that comes of it is not looked at.
  x1.fill(std::numeric_limits<float>::max());
  x2.fill(std::numeric_limits<float>::lowest());
  y1.fill(0);
  y2.fill(0);
  area.fill(0);
}

void BoxLists::add(std::size_t list, const tensor::Box& box, std::uint32_t name) {
  tails_.resize(heads_.size(), kNone);
  const std::int32_t tail = tails_[list];
  if (tail == kNone || blocks_[static_cast<std::size_t>(tail)].count == BoxBlock::kSize) {
    const auto made = static_cast<std::int32_t>(blocks_.size());
    blocks_.emplace_back();
    (tail == kNone ? heads_[list] : blocks_[static_cast<std::size_t>(tail)].next) = made;
    tails_[list] = made;
  }
  BoxBlock& block = blocks_[static_cast<std::size_t>(tails_[list])];
  const std::size_t at = block.count++;
  block.x1[at] = box.x1;
  block.y1[at] = box.y1;
  block.x2[at] = box.x2;
  block.y2[at] = box.y2;
  block.area[at] = box.area();
  block.names[at] = name;
}

std::int64_t BoxLists::first_above(std::size_t list, const tensor::Box& box, float iou) const {
  static const BlockOverlaps kOverlaps = overlaps_for_processor();
  Hits hits;
  for (std::int32_t at = heads_[list]; at != kNone;) {
    const BoxBlock& block = blocks_[static_cast<std::size_t>(at)];
    if (kOverlaps(block, box, iou, hits)) {
      return block.names[static_cast<std::size_t>(std::ranges::find(hits, 1) - hits.begin())];
    }
    at = block.next;
  }
  return kNone;
}

}  // namespace arete::transform
