// Pre-processing behind three C functions, for a script to call in one process with its peers.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "preprocess_cases.hpp"
#include "transform/preprocessor.hpp"

namespace {

using arete::tensor::DType;
using arete::transform::Preprocessor;

}  // namespace

extern "C" {

/// nullptr where this machine lacks the kernels.
[[gnu::visibility("default")]] void* arete_probe_open(int width, int height, const char* dtype,
                                                      const char* kernels, int resample);
[[gnu::visibility("default")]] void arete_probe_close(void* probe);
/// `format` is the PixelFormat's number; planes follow one another without gaps. 0 = ok.
[[gnu::visibility("default")]] int arete_probe_run(void* probe, int format, int width, int height,
                                                   const std::uint8_t* data, void* out);

void* arete_probe_open(int width, int height, const char* dtype, const char* kernels,
                       int resample) {
  const auto* chosen = arete::bench::kernels_named(kernels);
  const auto type = arete::tensor::dtype_from_name(dtype);
  if (chosen == nullptr || !type) {
    return nullptr;
  }
  auto made =
      Preprocessor::create(arete::bench::planar_input(width, height, *type,
                                                      static_cast<arete::spec::Resample>(resample)),
                           *chosen);
  return made.has_value() ? std::make_unique<Preprocessor>(std::move(*made)).release() : nullptr;
}

void arete_probe_close(void* probe) {
  const std::unique_ptr<Preprocessor> owned(static_cast<Preprocessor*>(probe));
}

int arete_probe_run(void* probe, int format, int width, int height, const std::uint8_t* data,
                    void* out) {
  auto& preprocessor = *static_cast<Preprocessor*>(probe);
  arete::tensor::PictureView view;
  view.format = static_cast<arete::tensor::PixelFormat>(format);
  view.width = width;
  view.height = height;
  view.data = data;
  view.stride = std::ptrdiff_t{width} *
                (arete::tensor::is_yuv(view.format) ? 1 : arete::tensor::channels_of(view.format));
  const std::uint8_t* chroma = data + view.stride * height;
  const std::ptrdiff_t half = (std::ptrdiff_t{width} + 1) / 2;
  if (view.format == arete::tensor::PixelFormat::kNv12) {
    view.chroma[0] = {chroma, 2 * half};
  } else if (view.format == arete::tensor::PixelFormat::kI420) {
    view.chroma = {{{chroma, half}, {chroma + half * ((height + 1) / 2), half}}};
  } else if (view.format == arete::tensor::PixelFormat::kYuyv) {
    view.stride = 4 * half;
  }
  const auto done =
      preprocessor.run(view, {static_cast<std::byte*>(out), preprocessor.picture_bytes()});
  return done.has_value() ? 0 : 1;
}

}  // extern "C"
