// Row kernels from pixels to real values in f32 and f16.
// SPDX-License-Identifier: Apache-2.0
#include "transform/row_kernels_simd.hpp"

// Highway compiles what follows once for each instruction set, by including this file again.
#undef HWY_TARGET_INCLUDE
// NOLINTNEXTLINE(readability-identifier-naming): a name of Highway's
#define HWY_TARGET_INCLUDE "transform/row_kernels_float.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace arete::transform {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// FloatScale repeats every 48 values, which three of any such vector divide.
using F32 = hn::CappedTag<float, 16>;
using Bytes = hn::Rebind<std::uint8_t, F32>;

/// Never contracted into a fused operation: the subtraction comes first.
HWY_INLINE hn::Vec<F32> real_values(const std::uint8_t* in, hn::Vec<F32> mean,
                                    hn::Vec<F32> factor) {
  const hn::RebindToSigned<F32> di32;
  const auto pixels = hn::ConvertTo(F32(), hn::PromoteTo(di32, hn::LoadU(Bytes(), in)));
  return hn::Mul(hn::Sub(pixels, mean), factor);
}

/// `store` writes one vector of values at index i; `rest` the last few.
template <class Store, class Rest>
HWY_INLINE void convert(const std::uint8_t* in, const FloatScale& scale, std::size_t size,
                        const Store& store, const Rest& rest) {
  const F32 d;
  const std::size_t lanes = hn::Lanes(d);
  const auto mean0 = hn::LoadU(d, scale.mean.data());
  const auto mean1 = hn::LoadU(d, scale.mean.data() + lanes);
  const auto mean2 = hn::LoadU(d, scale.mean.data() + 2 * lanes);
  const auto factor0 = hn::LoadU(d, scale.factor.data());
  const auto factor1 = hn::LoadU(d, scale.factor.data() + lanes);
  const auto factor2 = hn::LoadU(d, scale.factor.data() + 2 * lanes);
  std::size_t i = 0;
  for (; i + 3 * lanes <= size; i += 3 * lanes) {
    store(i, real_values(in + i, mean0, factor0));
    store(i + lanes, real_values(in + i + lanes, mean1, factor1));
    store(i + 2 * lanes, real_values(in + i + 2 * lanes, mean2, factor2));
  }
  if (i + lanes <= size) {
    store(i, real_values(in + i, mean0, factor0));
    i += lanes;
    if (i + lanes <= size) {
      store(i, real_values(in + i, mean1, factor1));
      i += lanes;
      if (i < size) {
        rest(i, real_values(in + i, mean2, factor2));
      }
    } else if (i < size) {
      rest(i, real_values(in + i, mean1, factor1));
    }
  } else if (i < size) {
    rest(i, real_values(in + i, mean0, factor0));
  }
}

void to_f32(const std::uint8_t* HWY_RESTRICT in, const FloatScale& scale, float* HWY_RESTRICT out,
            std::size_t size) {
  const F32 d;
  convert(
      in, scale, size, [&](std::size_t i, auto v) HWY_ATTR { hn::StoreU(v, d, out + i); },
      [&](std::size_t i, auto v) HWY_ATTR { hn::StoreN(v, d, out + i, size - i); });
}

#if HWY_TARGET <= HWY_AVX2 || HWY_ARCH_ARM
void to_f16(const std::uint8_t* HWY_RESTRICT in, const FloatScale& scale,
            std::uint16_t* HWY_RESTRICT out, std::size_t size) {
  const hn::Rebind<hwy::float16_t, F32> d16;
  const hn::Rebind<std::uint16_t, F32> du16;
  convert(
      in, scale, size,
      [&](std::size_t i, auto v)
          HWY_ATTR { hn::StoreU(hn::BitCast(du16, hn::DemoteTo(d16, v)), du16, out + i); },
      [&](std::size_t i, auto v) HWY_ATTR {
        hn::StoreN(hn::BitCast(du16, hn::DemoteTo(d16, v)), du16, out + i, size - i);
      });
}
#else
// No conversion to half in hardware.
void to_f16(const std::uint8_t* in, const FloatScale& scale, std::uint16_t* out, std::size_t size) {
  plain_row_kernels().to_f16(in, scale, out, size);
}
#endif

void float_kernels(RowKernels& kernels) {
  kernels.to_f32 = to_f32;
  kernels.to_f16 = to_f16;
}

}  // namespace HWY_NAMESPACE
}  // namespace arete::transform
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace arete::transform {

HWY_EXPORT(float_kernels);

void set_float_kernels(RowKernels& kernels) { HWY_DYNAMIC_DISPATCH(float_kernels)(kernels); }

}  // namespace arete::transform
#endif
