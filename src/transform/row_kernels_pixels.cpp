// Row kernels from samples to pixels and bytes: color conversion, interleaving, table lookups.
// SPDX-License-Identifier: Apache-2.0
#include "transform/row_kernels_simd.hpp"

// Highway compiles what follows once for each instruction set, by including this file again.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "transform/row_kernels_pixels.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace arete::transform {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using I16 = hn::ScalableTag<std::int16_t>;
using U8 = hn::ScalableTag<std::uint8_t>;
using HalfU8 = hn::Rebind<std::uint8_t, I16>;

/// 16-bit luma and chroma as yuv.hpp shifts them.
HWY_INLINE hn::Vec<I16> shifted_luma(const std::uint8_t* luma) {
  return hn::ShiftLeft<7>(hn::PromoteTo(I16(), hn::LoadU(HalfU8(), luma)));
}
HWY_INLINE hn::Vec<I16> shifted_chroma(const std::uint8_t* chroma) {
  const I16 d;
  const auto wide = hn::ShiftLeft<8>(hn::PromoteTo(d, hn::LoadU(HalfU8(), chroma)));
  return hn::Xor(wide, hn::Set(d, static_cast<std::int16_t>(-32768)));
}

HWY_INLINE void store_pixels(hn::Vec<I16> sums, std::uint8_t* out) {
  hn::StoreU(hn::DemoteTo(HalfU8(), hn::ShiftRight<6>(sums)), HalfU8(), out);
}

void to_rgb(const YuvFactors& factors, const std::uint8_t* const* yuv, std::uint8_t* const* rgb,
            std::size_t size) {
  const I16 d;
  const std::size_t lanes = hn::Lanes(d);
  const auto luma_factor = hn::Set(d, factors.luma);
  const auto bias = hn::Set(d, factors.bias);
  const auto red_v = hn::Set(d, factors.red_v);
  const auto green_u = hn::Set(d, factors.green_u);
  const auto green_v = hn::Set(d, factors.green_v);
  const auto blue_u = hn::Set(d, factors.blue_u);
  // The last vector may reach into the slack of the rows.
  for (std::size_t i = 0; i < size; i += lanes) {
    const auto luma = hn::Add(hn::MulFixedPoint15(shifted_luma(yuv[0] + i), luma_factor), bias);
    const auto u = shifted_chroma(yuv[1] + i);
    const auto v = shifted_chroma(yuv[2] + i);
    store_pixels(hn::SaturatedAdd(luma, hn::MulFixedPoint15(v, red_v)), rgb[0] + i);
    store_pixels(
        hn::Sub(luma, hn::Add(hn::MulFixedPoint15(u, green_u), hn::MulFixedPoint15(v, green_v))),
        rgb[1] + i);
    store_pixels(hn::SaturatedAdd(luma, hn::MulFixedPoint15(u, blue_u)), rgb[2] + i);
  }
}

void to_gray(const YuvFactors& factors, const std::uint8_t* luma, std::uint8_t* out,
             std::size_t size) {
  const I16 d;
  const auto luma_factor = hn::Set(d, factors.luma);
  const auto bias = hn::Set(d, factors.bias);
  for (std::size_t i = 0; i < size; i += hn::Lanes(d)) {
    store_pixels(hn::Add(hn::MulFixedPoint15(shifted_luma(luma + i), luma_factor), bias), out + i);
  }
}

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

#if HWY_TARGET <= HWY_AVX3_DL && HWY_ARCH_X86
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
    const auto index = hn::IndicesFromVec(d, pixels);
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
/// Most tables only shift the pixels: stored = pixel - 128.
void lookup(const std::uint8_t* in, const std::uint8_t* table, std::uint8_t* out,
            std::size_t size) {
  const U8 d;
  const std::uint8_t shift = table[0];
  for (int pixel = 1; pixel < 256; ++pixel) {
    if (static_cast<std::uint8_t>(pixel + shift) != table[pixel]) {
      plain_row_kernels().lookup(in, table, out, size);
      return;
    }
  }
  const std::size_t lanes = hn::Lanes(d);
  const auto added = hn::Set(d, shift);
  std::size_t i = 0;
  for (; i + lanes <= size; i += lanes) {
    hn::StoreU(hn::Add(hn::LoadU(d, in + i), added), d, out + i);
  }
  plain_row_kernels().lookup(in + i, table, out + i, size - i);
}
#endif

void pixel_kernels(RowKernels& kernels) {
  kernels.to_rgb = to_rgb;
  kernels.to_gray = to_gray;
  kernels.interleave = interleave;
  kernels.lookup = lookup;
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
