// How one row of source bytes becomes rows of output samples, made once for many rows: the taps as
// byte offsets, and the same in blocks that byte-shuffling kernels read. Internal to transform;
// pure data. Threads: const use from any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "transform/axis_taps.hpp"

namespace arete::transform {

/// The shape of blocks that a kernel wants.
struct BlockShape {
  int lanes = 0;        ///< most outputs a block; 0 = the kernel follows the taps instead
  int table_bytes = 0;  ///< bytes that one lookup sees
  int most_tables = 0;  ///< lookups a block may need
  /// true: one index for all tables together, counted from the block's source, channels adding
  /// their delta. false: an index a table and channel, 0x80 where the byte lies in another table.
  bool joint_index = false;
  int together = 1;  ///< blocks that one vector holds side by side
};

/// Room behind the rows that kernels may read and write.
inline constexpr std::size_t kRowSlack = 256;

/// Samples of `step` bytes, the channels at `delta` bytes from the sample's first byte.
struct SampleLayout {
  int step = 1;
  int channels = 1;
  std::array<int, 3> delta{0, 0, 0};

  [[nodiscard]] int last_delta() const { return delta[static_cast<std::size_t>(channels - 1)]; }
};

struct AcrossPlan {
  /// Offsets below count from byte `begin` of the row; bytes begin..begin+size-1 are read.
  std::size_t begin = 0;
  std::size_t size = 0;
  SampleLayout layout;
  AxisTaps taps;
  /// Set by the caller, for two taps and a reduced axis: layout has one channel, but each sample's
  /// `step` bytes are outputs, one behind the other. Worth it where few pixels fit into tables.
  bool mixed = false;
  std::vector<std::uint32_t> first;   ///< of channel 0, one an output
  std::vector<std::uint32_t> second;  ///< two taps only

  struct Block {
    std::uint32_t source = 0;  ///< byte offset of the first table
    std::uint32_t output = 0;  ///< index of its first output
  };
  std::vector<Block> blocks;          ///< a multiple of shape.together; the last may be repeated
  std::vector<std::uint8_t> indices;  ///< pairs (first, second) of each lane
  std::vector<std::int16_t> weights;  ///< one a lane
  int tables = 0;                     ///< lookups a block takes
  /// Tables may lie partly behind the last byte: the row must be copied into memory with slack.
  bool reads_behind = false;
};

/// Fills the rest of a plan whose `taps` and `layout` are set. Keeps the plan's memory.
void make_across_plan(const BlockShape& shape, AcrossPlan& plan);

}  // namespace arete::transform
