// Row kernels that read source rows: blending rows, and picking samples along a row by byte
// lookups.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "transform/row_kernels_simd.hpp"

// Highway compiles what follows once for each instruction set, by including this file again.
#undef HWY_TARGET_INCLUDE
// NOLINTNEXTLINE(readability-identifier-naming): a name of Highway's
#define HWY_TARGET_INCLUDE "transform/row_kernels_source.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace arete::transform {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Without a byte shuffle the plain loops are as good.
#if HWY_TARGET != HWY_SSE2 && HWY_TARGET != HWY_EMU128 && HWY_TARGET != HWY_SCALAR

using U8 = hn::ScalableTag<std::uint8_t>;
using U16 = hn::Repartition<std::uint16_t, U8>;
using I16 = hn::Repartition<std::int16_t, U8>;

// Byte lookups across whole vectors, in these targets alone.
#if HWY_TARGET <= HWY_AVX3_DL
/// Of each pair of bytes, the second less the first.
HWY_INLINE hn::Vec<I16> differences(hn::Vec<U8> pairs) {
  return hn::SatWidenMulPairwiseAdd(I16(), pairs,
                                    hn::BitCast(hn::RebindToSigned<U8>(), hn::Set(I16(), 0x01FF)));
}

/// first + q15(second - first, weight) for each byte. What is added needs no saturation, for the
/// sum lies between the two: its low bytes are picked by one lookup.
HWY_INLINE hn::Vec<U8> blend_bytes(hn::Vec<U8> first, hn::Vec<U8> second, hn::Vec<I16> weight) {
  const U8 d8;
  alignas(64) static constexpr std::uint8_t kLowBytes[64] = {
      0,  2,  4,  6,  8,  10, 12, 14, 64,  66,  68,  70,  72,  74,  76,  78,
      16, 18, 20, 22, 24, 26, 28, 30, 80,  82,  84,  86,  88,  90,  92,  94,
      32, 34, 36, 38, 40, 42, 44, 46, 96,  98,  100, 102, 104, 106, 108, 110,
      48, 50, 52, 54, 56, 58, 60, 62, 112, 114, 116, 118, 120, 122, 124, 126};
  const auto low = differences(hn::InterleaveLower(d8, first, second));
  const auto high = differences(hn::InterleaveUpper(d8, first, second));
  const auto step = hn::TwoTablesLookupLanes(d8, hn::BitCast(d8, hn::MulFixedPoint15(low, weight)),
                                             hn::BitCast(d8, hn::MulFixedPoint15(high, weight)),
                                             hn::SetTableIndices(d8, kLowBytes));
  return hn::Add(first, step);
}
#else
/// first + q15(second - first, weight) for each byte. Even and odd bytes are blended on their own:
/// what is added needs no saturation, for the sum lies between the two.
HWY_INLINE hn::Vec<U8> blend_bytes(hn::Vec<U8> first, hn::Vec<U8> second, hn::Vec<I16> weight) {
  const U8 d8;
  const U16 d16;
  const I16 di16;
  const auto low = hn::Set(d16, 0xFF);
  const auto first16 = hn::BitCast(d16, first);
  const auto second16 = hn::BitCast(d16, second);
  const auto even = hn::BitCast(di16, hn::Sub(hn::And(second16, low), hn::And(first16, low)));
  const auto odd =
      hn::BitCast(di16, hn::Sub(hn::ShiftRight<8>(second16), hn::ShiftRight<8>(first16)));
  const auto even_step = hn::BitCast(d16, hn::MulFixedPoint15(even, weight));
  const auto odd_step = hn::BitCast(d16, hn::MulFixedPoint15(odd, weight));
  const auto step =
      hn::OddEven(hn::BitCast(d8, hn::ShiftLeft<8>(odd_step)), hn::BitCast(d8, even_step));
  return hn::Add(first, step);
}
#endif

void blend(const std::uint8_t* HWY_RESTRICT first, const std::uint8_t* HWY_RESTRICT second,
           int weight, std::uint8_t* HWY_RESTRICT out, std::size_t size) {
  const U8 d;
  const std::size_t lanes = hn::Lanes(d);
  if (size < lanes) {
    plain_row_kernels().blend(first, second, weight, out, size);
    return;
  }
  const auto factor = hn::Set(I16(), static_cast<std::int16_t>(weight));
  std::size_t i = 0;
  for (; i + lanes <= size; i += lanes) {
    hn::StoreU(blend_bytes(hn::LoadU(d, first + i), hn::LoadU(d, second + i), factor), d, out + i);
  }
  if (i < size) {
    i = size - lanes;
    hn::StoreU(blend_bytes(hn::LoadU(d, first + i), hn::LoadU(d, second + i), factor), d, out + i);
  }
}

/// Half a vector of bytes of the weighted sum of rows, from byte `at`.
HWY_INLINE void mix_at(const std::uint8_t* const* rows, const std::int16_t* weights, int count,
                       std::uint8_t* out, std::size_t at) {
  const hn::Half<U8> half;
  const I16 di16;
  const hn::Repartition<std::int32_t, I16> di32;
  auto low = hn::Set(di32, 1 << 13);
  auto high = low;
  for (int k = 0; k < count; k += 2) {
    const bool paired = k + 1 < count;
    const auto a = hn::PromoteTo(di16, hn::LoadU(half, rows[k] + at));
    const auto b = paired ? hn::PromoteTo(di16, hn::LoadU(half, rows[k + 1] + at)) : hn::Zero(di16);
    const auto both = hn::OddEven(hn::Set(di16, paired ? weights[k + 1] : std::int16_t{0}),
                                  hn::Set(di16, weights[k]));
    low = hn::Add(low, hn::WidenMulPairwiseAdd(di32, hn::InterleaveLower(di16, a, b), both));
    high = hn::Add(high, hn::WidenMulPairwiseAdd(di32, hn::InterleaveUpper(di16, a, b), both));
  }
  // Interleaving and narrowing both work within blocks, so the order is the rows' again.
  const auto sums = hn::ReorderDemote2To(di16, hn::ShiftRight<14>(low), hn::ShiftRight<14>(high));
  hn::StoreU(hn::DemoteTo(half, sums), half, out + at);
}

void mix(const std::uint8_t* const* rows, const std::int16_t* weights, int count, std::uint8_t* out,
         std::size_t size) {
  const std::size_t lanes = hn::Lanes(I16());
  if (size < lanes) {
    plain_row_kernels().mix(rows, weights, count, out, size);
    return;
  }
  for (std::size_t i = 0; i + lanes <= size; i += lanes) {
    mix_at(rows, weights, count, out, i);
  }
  mix_at(rows, weights, count, out, size - lanes);
}

#if HWY_TARGET <= HWY_AVX3_DL
constexpr BlockShape kShape{32, 64, 4, true, 2};

/// A block: one lookup into two vectors, or two lookups into four, a channel.
template <int kTables>
HWY_INLINE hn::Vec<U8> look_up(const hn::Vec<U8>* tables, hn::Vec<U8> index) {
  const U8 d;
  if constexpr (kTables == 2) {
    return hn::TwoTablesLookupLanes(d, tables[0], tables[1], hn::IndicesFromVec(d, index));
  } else {
    const auto place = hn::IndicesFromVec(d, hn::And(index, hn::Set(d, 127)));
    const auto near = hn::TwoTablesLookupLanes(d, tables[0], tables[1], place);
    const auto far = hn::TwoTablesLookupLanes(d, tables[2], tables[3], place);
    const hn::RebindToSigned<U8> di8;
    return hn::IfThenElse(
        hn::RebindMask(d, hn::MaskFromVec(hn::BroadcastSignBit(hn::BitCast(di8, index)))), far,
        near);
  }
}

/// One block: its tables, where its samples lie in them, and their weights.
template <int kTables>
struct Block {
  HWY_INLINE Block(const std::uint8_t* source, const std::uint8_t* indices,
                   const std::int16_t* weights)
      : index(hn::LoadU(U8(), indices)), weight(hn::LoadU(I16(), weights)) {
    for (int t = 0; t < kTables; ++t) {
      tables[t] = hn::LoadU(U8(), source + 64 * t);
    }
  }
  /// The low bytes of the result are the outputs of the channel at `delta`.
  HWY_INLINE hn::Vec<U8> blended(hn::Vec<U8> delta) const {
    const U16 d16;
    const auto pairs = look_up<kTables>(tables, hn::Add(index, delta));
    const auto first = hn::And(hn::BitCast(d16, pairs), hn::Set(d16, 0xFF));
    const auto step = hn::BitCast(d16, hn::MulFixedPoint15(differences(pairs), weight));
    return hn::BitCast(U8(), hn::Add(first, step));
  }

  hn::Vec<U8> tables[kTables];
  hn::Vec<U8> index;
  hn::Vec<I16> weight;
};

template <int kTables, int kChannels>
void across_joint(const std::uint8_t* row, const AcrossPlan& plan, std::uint8_t* const* outs) {
  const U8 d;
  const hn::Half<U8> half;
  const auto low_bytes =
      hn::IndicesFromVec(d, hn::Add(hn::Iota(d, 0), hn::Iota(d, 0)));  // 0, 2, 4 ... 126
  const std::uint8_t* indices = plan.indices.data();
  const std::int16_t* weights = plan.weights.data();
  hn::Vec<U8> deltas[kChannels];
  for (int c = 0; c < kChannels; ++c) {
    deltas[c] =
        hn::Set(d, static_cast<std::uint8_t>(plan.layout.delta[static_cast<std::size_t>(c)]));
  }
  for (std::size_t b = 0; b < plan.blocks.size(); b += 2) {
    const AcrossPlan::Block* blocks = plan.blocks.data() + b;
    const Block<kTables> first(row + blocks[0].source, indices, weights);
    const Block<kTables> second(row + blocks[1].source, indices + 64, weights + 32);
    indices += 128;
    weights += 64;
    for (int c = 0; c < kChannels; ++c) {
      const auto both = hn::TwoTablesLookupLanes(d, first.blended(deltas[c]),
                                                 second.blended(deltas[c]), low_bytes);
      // In this order: a block's unused lanes are overwritten by the next block.
      hn::StoreU(hn::LowerHalf(half, both), half, outs[c] + blocks[0].output);
      hn::StoreU(hn::UpperHalf(half, both), half, outs[c] + blocks[1].output);
    }
  }
}

template <int kTables>
void across_by_channels(const std::uint8_t* row, const AcrossPlan& plan,
                        std::uint8_t* const* outs) {
  switch (plan.layout.channels) {
    case 1:
      return across_joint<kTables, 1>(row, plan, outs);
    case 2:
      return across_joint<kTables, 2>(row, plan, outs);
    default:
      return across_joint<kTables, 3>(row, plan, outs);
  }
}

void across(const std::uint8_t* row, const AcrossPlan& plan, std::uint8_t* const* outs) {
  if (plan.tables == 2) {
    across_by_channels<2>(row, plan, outs);
  } else {
    across_by_channels<4>(row, plan, outs);
  }
}

#else
// Blocks of 16 bytes, each with tables of its own; wider machines take two blocks together.
using Pairs = hn::CappedTag<std::uint8_t, 32>;
constexpr int kTogether = HWY_MAX_LANES_D(Pairs) / 16;
constexpr BlockShape kShape{8, 16, 4, false, kTogether};

HWY_INLINE hn::Vec<Pairs> load_table(const std::uint8_t* row, const AcrossPlan::Block* blocks,
                                     int table) {
  const hn::FixedTag<std::uint8_t, 16> d16;
  const auto first = hn::LoadU(d16, row + blocks[0].source + 16 * table);
#if HWY_MAX_BYTES >= 32
  return hn::Combine(Pairs(), hn::LoadU(d16, row + blocks[1].source + 16 * table), first);
#else
  return first;
#endif
}

/// From pairs (first, second) of bytes to their blends, one in 16 bits each.
template <class D16, class V8>
HWY_INLINE hn::Vec<D16> blend_pairs(D16 d16, V8 pairs, hn::Vec<hn::RebindToSigned<D16>> weight) {
  const hn::RebindToSigned<D16> di16;
  const auto both = hn::BitCast(d16, pairs);
  const auto first = hn::And(both, hn::Set(d16, 0xFF));
  const auto difference = hn::BitCast(di16, hn::Sub(hn::ShiftRight<8>(both), first));
  return hn::Add(first, hn::BitCast(d16, hn::MulFixedPoint15(difference, weight)));
}

HWY_INLINE void store_blocks(hn::Vec<hn::Repartition<std::uint16_t, Pairs>> values,
                             const AcrossPlan::Block* blocks, std::uint8_t* out) {
  const hn::Repartition<std::uint16_t, Pairs> d16;
  const hn::RebindToSigned<decltype(d16)> di16;
  const hn::Half<Pairs> narrow;
  const auto bytes = hn::DemoteTo(narrow, hn::BitCast(di16, values));
  const hn::FixedTag<std::uint8_t, 8> d8;
  // In this order: a block's unused lanes are overwritten by the next block.
#if HWY_MAX_BYTES >= 32
  hn::StoreU(hn::LowerHalf(d8, bytes), d8, out + blocks[0].output);
  hn::StoreU(hn::UpperHalf(d8, bytes), d8, out + blocks[1].output);
#else
  hn::StoreU(bytes, d8, out + blocks[0].output);
#endif
}

template <int kTables>
void across_blocks(const std::uint8_t* row, const AcrossPlan& plan, std::uint8_t* const* outs) {
  const Pairs d;
  const hn::Repartition<std::uint16_t, Pairs> d16;
  const hn::Repartition<std::int16_t, Pairs> di16;
  const std::uint8_t* indices = plan.indices.data();
  const std::int16_t* weights = plan.weights.data();
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t b = 0; b < plan.blocks.size(); b += kTogether) {
    const AcrossPlan::Block* blocks = plan.blocks.data() + b;
    hn::Vec<Pairs> tables[kTables];
    for (int t = 0; t < kTables; ++t) {
      tables[t] = load_table(row, blocks, t);
    }
    const auto weight = hn::LoadU(di16, weights);
    weights += lanes / 2;
    for (int c = 0; c < plan.layout.channels; ++c) {
      auto pairs = hn::TableLookupBytesOr0(tables[0], hn::LoadU(d, indices));
      for (int t = 1; t < kTables; ++t) {
        pairs = hn::Or(pairs,
                       hn::TableLookupBytesOr0(
                           tables[t], hn::LoadU(d, indices + static_cast<std::size_t>(t) * lanes)));
      }
      indices += kTables * lanes;
      store_blocks(blend_pairs(d16, pairs, weight), blocks, outs[c]);
    }
  }
}

void across(const std::uint8_t* row, const AcrossPlan& plan, std::uint8_t* const* outs) {
  switch (plan.tables) {
    case 1:
      return across_blocks<1>(row, plan, outs);
    case 2:
      return across_blocks<2>(row, plan, outs);
    case 3:
      return across_blocks<3>(row, plan, outs);
    default:
      return across_blocks<4>(row, plan, outs);
  }
}
#endif

bool source_kernels(RowKernels& kernels) {
  kernels.name = hwy::TargetName(HWY_TARGET);
  kernels.shape = kShape;
  kernels.blend = blend;
  kernels.mix = mix;
  kernels.across = across;
  return true;
}

#else

bool source_kernels(RowKernels& /*kernels*/) { return false; }

#endif  // a target with byte shuffles

}  // namespace HWY_NAMESPACE
}  // namespace arete::transform
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace arete::transform {

HWY_EXPORT(source_kernels);

bool set_source_kernels(RowKernels& kernels) {
  return HWY_DYNAMIC_DISPATCH(source_kernels)(kernels);
}

namespace {

/// Of the instruction sets that Highway is limited to at the moment.
RowKernels current_row_kernels() {
  RowKernels kernels = plain_row_kernels();
  if (set_source_kernels(kernels)) {
    set_pixel_kernels(kernels);
    set_float_kernels(kernels);
  }
  return kernels;
}

}  // namespace

const RowKernels& best_row_kernels() {
  static const RowKernels kKernels = current_row_kernels();
  return kKernels;
}

std::vector<RowKernels> all_row_kernels() {
  std::vector<RowKernels> all{plain_row_kernels()};
  for (std::int64_t targets = hwy::SupportedTargets(); targets != 0; targets &= targets - 1) {
    hwy::SetSupportedTargetsForTest(targets & -targets);
    const RowKernels kernels = current_row_kernels();
    // Sets that are not compiled fall back to another one.
    if (std::ranges::find(all, kernels.name, &RowKernels::name) == all.end()) {
      all.push_back(kernels);
    }
  }
  hwy::SetSupportedTargetsForTest(0);
  return all;
}

}  // namespace arete::transform
#endif
