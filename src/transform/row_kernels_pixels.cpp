// Row kernels from samples to pixels and bytes: color conversion, interleaving, table lookups.
// SPDX-License-Identifier: Apache-2.0
#include "transform/row_kernels_simd.hpp"

// Highway compiles what follows once for each instruction set, by including this file again.
#undef HWY_TARGET_INCLUDE
// NOLINTNEXTLINE(readability-identifier-naming): a name of Highway's
#define HWY_TARGET_INCLUDE "transform/row_kernels_pixels.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace arete::transform {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using U8 = hn::ScalableTag<std::uint8_t>;
using I16 = hn::Repartition<std::int16_t, U8>;

/// A vector of samples shifted into 16 bits as yuv.hpp says. Interleaving and narrowing both work
/// within blocks, so the halves need no other order.
struct Shifted {
  hn::Vec<I16> low;
  hn::Vec<I16> high;
};
HWY_INLINE Shifted shifted_luma(const std::uint8_t* luma) {
  const U8 d;
  const hn::RebindToUnsigned<I16> d16;
  const I16 di16;
  const auto samples = hn::LoadU(d, luma);
  const auto zero = hn::Zero(d);
  return {
      hn::BitCast(di16, hn::ShiftRight<1>(hn::BitCast(d16, hn::InterleaveLower(d, zero, samples)))),
      hn::BitCast(di16,
                  hn::ShiftRight<1>(hn::BitCast(d16, hn::InterleaveUpper(d, zero, samples))))};
}
HWY_INLINE Shifted shifted_chroma(const std::uint8_t* chroma) {
  const U8 d;
  const I16 di16;
  const auto samples = hn::Xor(hn::LoadU(d, chroma), hn::Set(d, 0x80));
  const auto zero = hn::Zero(d);
  return {hn::BitCast(di16, hn::InterleaveLower(d, zero, samples)),
          hn::BitCast(di16, hn::InterleaveUpper(d, zero, samples))};
}

HWY_INLINE void store_pixels(hn::Vec<I16> low, hn::Vec<I16> high, std::uint8_t* out) {
  const U8 d;
  hn::StoreU(hn::ReorderDemote2To(d, hn::ShiftRight<6>(low), hn::ShiftRight<6>(high)), d, out);
}

/// A row's factors as vectors.
struct Factors {
  hn::Vec<I16> luma;
  hn::Vec<I16> bias;
  hn::Vec<I16> red_v;
  hn::Vec<I16> green_u;
  hn::Vec<I16> green_v;
  hn::Vec<I16> blue_u;
};
struct Colors {
  hn::Vec<I16> red;
  hn::Vec<I16> green;
  hn::Vec<I16> blue;
};
HWY_INLINE Colors colors_of(const Factors& factors, hn::Vec<I16> luma, hn::Vec<I16> u,
                            hn::Vec<I16> v) {
  const auto gray = hn::Add(hn::MulFixedPoint15(luma, factors.luma), factors.bias);
  const auto green =
      hn::Add(hn::MulFixedPoint15(u, factors.green_u), hn::MulFixedPoint15(v, factors.green_v));
  return {hn::SaturatedAdd(gray, hn::MulFixedPoint15(v, factors.red_v)), hn::Sub(gray, green),
          hn::SaturatedAdd(gray, hn::MulFixedPoint15(u, factors.blue_u))};
}

// The last vector of a row may reach into its slack.
void to_rgb(const YuvFactors& factors, const std::uint8_t* const* yuv, std::uint8_t* const* rgb,
            std::size_t size) {
  const I16 d;
  const Factors f{hn::Set(d, factors.luma),    hn::Set(d, factors.bias),
                  hn::Set(d, factors.red_v),   hn::Set(d, factors.green_u),
                  hn::Set(d, factors.green_v), hn::Set(d, factors.blue_u)};
  for (std::size_t i = 0; i < size; i += hn::Lanes(U8())) {
    const Shifted luma = shifted_luma(yuv[0] + i);
    const Shifted u = shifted_chroma(yuv[1] + i);
    const Shifted v = shifted_chroma(yuv[2] + i);
    const Colors low = colors_of(f, luma.low, u.low, v.low);
    const Colors high = colors_of(f, luma.high, u.high, v.high);
    store_pixels(low.red, high.red, rgb[0] + i);
    store_pixels(low.green, high.green, rgb[1] + i);
    store_pixels(low.blue, high.blue, rgb[2] + i);
  }
}

void to_gray(const YuvFactors& factors, const std::uint8_t* luma, std::uint8_t* out,
             std::size_t size) {
  const I16 d;
  const auto factor = hn::Set(d, factors.luma);
  const auto bias = hn::Set(d, factors.bias);
  for (std::size_t i = 0; i < size; i += hn::Lanes(U8())) {
    const Shifted samples = shifted_luma(luma + i);
    store_pixels(hn::Add(hn::MulFixedPoint15(samples.low, factor), bias),
                 hn::Add(hn::MulFixedPoint15(samples.high, factor), bias), out + i);
  }
}

#if HWY_TARGET <= HWY_AVX3_DL
/// Which bytes make a row of every third byte of three vectors: of the first two vectors, then of
/// what these gave and the third vector.
struct EveryThird {
  alignas(64) std::uint8_t near_bytes[64] = {};
  alignas(64) std::uint8_t far_bytes[64] = {};

  constexpr explicit EveryThird(int channel) {
    for (int i = 0; i < 64; ++i) {
      const int at = 3 * i + channel;
      near_bytes[i] = static_cast<std::uint8_t>(at < 128 ? at : 0);
      far_bytes[i] = static_cast<std::uint8_t>(at < 128 ? i : at - 64);
    }
  }
};

void separate(const std::uint8_t* in, std::uint8_t* const* rows, std::size_t size) {
  static constexpr EveryThird kChannels[3] = {EveryThird(0), EveryThird(1), EveryThird(2)};
  const U8 d;
  for (std::size_t i = 0; i < size; i += 64) {
    const auto first = hn::LoadU(d, in + 3 * i);
    const auto second = hn::LoadU(d, in + 3 * i + 64);
    const auto third = hn::LoadU(d, in + 3 * i + 128);
    for (int c = 0; c < 3; ++c) {
      const auto begun = hn::TwoTablesLookupLanes(d, first, second,
                                                  hn::SetTableIndices(d, kChannels[c].near_bytes));
      const auto every =
          hn::TwoTablesLookupLanes(d, begun, third, hn::SetTableIndices(d, kChannels[c].far_bytes));
      hn::StoreU(every, d, rows[c] + i);
    }
  }
}
#else
void separate(const std::uint8_t* in, std::uint8_t* const* rows, std::size_t size) {
  const U8 d;
  for (std::size_t i = 0; i < size; i += hn::Lanes(d)) {
    hn::Vec<U8> first;
    hn::Vec<U8> second;
    hn::Vec<U8> third;
    hn::LoadInterleaved3(d, in + 3 * i, first, second, third);
    hn::StoreU(first, d, rows[0] + i);
    hn::StoreU(second, d, rows[1] + i);
    hn::StoreU(third, d, rows[2] + i);
  }
}
#endif

void interleave(const std::uint8_t* const* rows, std::uint8_t* out, std::size_t size) {
  const U8 d;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t i = 0;
  for (; i + lanes <= size; i += lanes) {
    hn::StoreInterleaved3(hn::LoadU(d, rows[0] + i), hn::LoadU(d, rows[1] + i),
                          hn::LoadU(d, rows[2] + i), d, out + 3 * i);
  }
  const std::uint8_t* rest[] = {rows[0] + i, rows[1] + i, rows[2] + i};
  plain_row_kernels().interleave(rest, out + 3 * i, size - i);
}

#if HWY_TARGET <= HWY_AVX3_DL
/// A table of 256 bytes is four vectors: two lookups, and the index's highest bit chooses.
void lookup(const std::uint8_t* in, const std::uint8_t* table, std::uint8_t* out,
            std::size_t size) {
  const U8 d;
  const hn::RebindToSigned<U8> di8;
  const auto t0 = hn::LoadU(d, table);
  const auto t1 = hn::LoadU(d, table + 64);
  const auto t2 = hn::LoadU(d, table + 128);
  const auto t3 = hn::LoadU(d, table + 192);
  for (std::size_t i = 0; i < size; i += 64) {
    const auto pixels = hn::LoadU(d, in + i);
    const auto index = hn::IndicesFromVec(d, hn::And(pixels, hn::Set(d, 127)));
    const auto high =
        hn::RebindMask(d, hn::MaskFromVec(hn::BroadcastSignBit(hn::BitCast(di8, pixels))));
    const auto values = hn::IfThenElse(high, hn::TwoTablesLookupLanes(d, t2, t3, index),
                                       hn::TwoTablesLookupLanes(d, t0, t1, index));
    if (i + 64 <= size) {
      hn::StoreU(values, d, out + i);
    } else {
      hn::StoreN(values, d, out + i, size - i);
    }
  }
}
#else
void lookup(const std::uint8_t* in, const std::uint8_t* table, std::uint8_t* out,
            std::size_t size) {
  plain_row_kernels().lookup(in, table, out, size);
}
#endif

void shift(const std::uint8_t* in, std::uint8_t added, std::uint8_t* out, std::size_t size) {
  const U8 d;
  const auto addend = hn::Set(d, added);
  const std::size_t lanes = hn::Lanes(d);
  std::size_t i = 0;
  for (; i + lanes <= size; i += lanes) {
    hn::StoreU(hn::Add(hn::LoadU(d, in + i), addend), d, out + i);
  }
  plain_row_kernels().shift(in + i, added, out + i, size - i);
}

void pixel_kernels(RowKernels& kernels) {
  kernels.to_rgb = to_rgb;
  kernels.to_gray = to_gray;
  kernels.separate = separate;
  kernels.interleave = interleave;
  kernels.lookup = lookup;
  kernels.shift = shift;
}

}  // namespace HWY_NAMESPACE
}  // namespace arete::transform
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace arete::transform {

HWY_EXPORT(pixel_kernels);

void set_pixel_kernels(RowKernels& kernels) { HWY_DYNAMIC_DISPATCH(pixel_kernels)(kernels); }

}  // namespace arete::transform
#endif
