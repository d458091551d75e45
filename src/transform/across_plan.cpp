// SPDX-License-Identifier: Apache-2.0
#include "transform/across_plan.hpp"

#include <algorithm>

namespace arete::transform {
namespace {

using Block = AcrossPlan::Block;

/// Fills blocks greedily, each with as many outputs as its tables cover.
void cut_blocks(const BlockShape& shape, int tables, AcrossPlan& plan) {
  const auto window = static_cast<std::uint32_t>(tables * shape.table_bytes);
  const auto reach = static_cast<std::uint32_t>(plan.layout.last_delta());
  const auto row = static_cast<std::uint32_t>(plan.size);
  const std::uint32_t highest_source = row > window ? row - window : 0;
  plan.blocks.clear();
  std::size_t next = 0;
  while (next < plan.first.size()) {
    const std::uint32_t source = std::min(plan.first[next], highest_source);
    plan.blocks.push_back({source, static_cast<std::uint32_t>(next)});
    const std::size_t end =
        std::min(plan.first.size(), next + static_cast<std::size_t>(shape.lanes));
    while (next < end && plan.second[next] + reach < source + window) {
      ++next;
    }
  }
}

/// Which of the numbers of tables costs least: fewer tables a block, or fewer blocks. A block costs
/// about ten instructions a channel, each table another two and a load.
int choose_tables(const BlockShape& shape, AcrossPlan& plan) {
  int best = 0;
  std::size_t best_cost = 0;
  const int lookup = shape.joint_index ? 2 : 1;  // tables that one lookup sees
  for (int tables = lookup; tables <= shape.most_tables; tables += lookup) {
    const int widest = tables * shape.table_bytes;
    // A pair of samples must fit wherever a block begins.
    if (widest >= 2 * plan.layout.step + plan.layout.last_delta()) {
      cut_blocks(shape, tables, plan);
      const auto channels = static_cast<std::size_t>(plan.layout.channels);
      const std::size_t cost =
          plan.blocks.size() *
          (channels * 10 + static_cast<std::size_t>(tables) * (channels * 2 + 1));
      if (best == 0 || cost < best_cost) {
        best = tables;
        best_cost = cost;
      }
    }
  }
  return best;
}

void put_index(const BlockShape& shape, const AcrossPlan& plan, std::size_t block, int lane,
               std::uint32_t first, std::uint32_t second, std::uint8_t* indices) {
  auto pair = 2 * static_cast<std::size_t>(lane);
  const std::uint32_t source = plan.blocks[block].source;
  if (shape.joint_index) {
    pair += block % static_cast<std::size_t>(shape.together) * 2 *
            static_cast<std::size_t>(shape.lanes);
    indices[pair] = static_cast<std::uint8_t>(first - source);
    indices[pair + 1] = static_cast<std::uint8_t>(second - source);
    return;
  }
  const auto together = static_cast<std::size_t>(shape.together);
  const auto bytes = 2 * static_cast<std::size_t>(shape.lanes);
  for (int c = 0; c < plan.layout.channels; ++c) {
    for (int table = 0; table < plan.tables; ++table) {
      const std::uint32_t begin =
          source + static_cast<std::uint32_t>(table * shape.table_bytes) -
          static_cast<std::uint32_t>(plan.layout.delta[static_cast<std::size_t>(c)]);
      const auto lookup = static_cast<std::size_t>(c) * static_cast<std::size_t>(plan.tables) +
                          static_cast<std::size_t>(table);
      std::uint8_t* out = indices + (lookup * together + block % together) * bytes + pair;
      // Wraps around where the byte lies before the table.
      const std::uint32_t at_first = first - begin;
      const std::uint32_t at_second = second - begin;
      const auto size = static_cast<std::uint32_t>(shape.table_bytes);
      out[0] = at_first < size ? static_cast<std::uint8_t>(at_first) : 0x80;
      out[1] = at_second < size ? static_cast<std::uint8_t>(at_second) : 0x80;
    }
  }
}

void fill_blocks(const BlockShape& shape, AcrossPlan& plan) {
  const auto lanes = static_cast<std::size_t>(shape.lanes);
  const auto together = static_cast<std::size_t>(shape.together);
  while (plan.blocks.size() % together != 0) {
    plan.blocks.push_back(plan.blocks.back());
  }
  const std::size_t lookups =
      shape.joint_index ? 1 : static_cast<std::size_t>(plan.layout.channels * plan.tables);
  const std::size_t group_bytes = lookups * together * lanes * 2;
  plan.indices.assign(plan.blocks.size() / together * group_bytes, 0);
  plan.weights.assign(plan.blocks.size() * lanes, 0);
  const auto window = static_cast<std::uint32_t>(plan.tables * shape.table_bytes);
  const auto reach = static_cast<std::uint32_t>(plan.layout.last_delta());
  const auto each = static_cast<std::size_t>(plan.mixed ? plan.layout.step : 1);
  for (std::size_t b = 0; b < plan.blocks.size(); ++b) {
    const Block block = plan.blocks[b];
    std::uint8_t* indices = plan.indices.data() + b / together * group_bytes;
    for (std::size_t lane = 0; lane < lanes && block.output + lane < plan.first.size(); ++lane) {
      const std::size_t output = block.output + lane;
      if (plan.second[output] + reach >= block.source + window) {
        break;
      }
      put_index(shape, plan, b, static_cast<int>(lane), plan.first[output], plan.second[output],
                indices);
      plan.weights[b * lanes + lane] = plan.taps.weight[output / each];
    }
  }
}

void make_offsets(AcrossPlan& plan) {
  const AxisTaps& taps = plan.taps;
  const auto step = static_cast<std::uint32_t>(plan.layout.step);
  const int low = taps.first.front();
  int high = low;
  const std::uint32_t each = plan.mixed ? step : 1;
  plan.first.clear();
  plan.second.clear();
  for (std::size_t i = 0; i < taps.outputs(); ++i) {
    high = std::max(high, taps.last(i));
    for (std::uint32_t byte = 0; byte < each; ++byte) {
      plan.first.push_back(static_cast<std::uint32_t>(taps.first[i] - low) * step + byte);
      plan.second.push_back(static_cast<std::uint32_t>(taps.last(i) - low) * step + byte);
    }
  }
  plan.begin = static_cast<std::size_t>(low) * step;
  plan.size = static_cast<std::size_t>(high - low) * step +
              static_cast<std::size_t>(plan.layout.last_delta()) + each;
}

}  // namespace

void make_across_plan(const BlockShape& shape, AcrossPlan& plan) {
  make_offsets(plan);
  plan.blocks.clear();
  plan.reads_behind = false;
  plan.tables = 0;
  if (plan.taps.wide || shape.lanes == 0) {
    return;
  }
  plan.tables = choose_tables(shape, plan);
  cut_blocks(shape, plan.tables, plan);
  fill_blocks(shape, plan);
  plan.reads_behind = plan.size < static_cast<std::size_t>(plan.tables) *
                                      static_cast<std::size_t>(shape.table_bytes);
}

}  // namespace arete::transform
