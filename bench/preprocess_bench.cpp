// Pre-processing alone, by every instruction set of this machine. Against other libraries:
// preprocess_peers.py. SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <utility>
#include <vector>

#include "preprocess_cases.hpp"
#include "transform/preprocessor.hpp"

namespace arete::bench {
namespace {

struct Case {
  const char* name;
  tensor::PixelFormat format;
  spec::Size source;
  spec::Size input;
  tensor::DType dtype;
};

constexpr Case kCases[] = {
    {"nv12_1080p_to_640",
     tensor::PixelFormat::kNv12,
     {1920, 1080},
     {640, 640},
     tensor::DType::kF32},
    {"nv12_1080p_to_640_i8",
     tensor::PixelFormat::kNv12,
     {1920, 1080},
     {640, 640},
     tensor::DType::kI8},
    {"i420_1080p_to_640",
     tensor::PixelFormat::kI420,
     {1920, 1080},
     {640, 640},
     tensor::DType::kF32},
    {"yuyv_720p_to_640", tensor::PixelFormat::kYuyv, {1280, 720}, {640, 640}, tensor::DType::kF32},
    {"bgr_720p_to_640", tensor::PixelFormat::kBgr, {1280, 720}, {640, 640}, tensor::DType::kF32},
    {"bgr_720p_to_640_f16",
     tensor::PixelFormat::kBgr,
     {1280, 720},
     {640, 640},
     tensor::DType::kF16},
    {"bgr_720p_to_320", tensor::PixelFormat::kBgr, {1280, 720}, {320, 320}, tensor::DType::kF32},
    {"bgr_vga_to_224", tensor::PixelFormat::kBgr, {640, 480}, {224, 224}, tensor::DType::kF32},
};

/// Every plane of the picture, the chroma behind the luma.
tensor::PictureView view_of(const Case& one, const std::vector<std::uint8_t>& memory) {
  tensor::PictureView view;
  view.format = one.format;
  view.width = one.source.width;
  view.height = one.source.height;
  view.data = memory.data();
  const std::ptrdiff_t half = view.width / 2;
  view.stride = one.format == tensor::PixelFormat::kYuyv ? 4 * half
                : tensor::is_yuv(one.format)             ? view.width
                                                         : std::ptrdiff_t{3} * view.width;
  const std::uint8_t* chroma = view.data + view.stride * view.height;
  if (one.format == tensor::PixelFormat::kNv12) {
    view.chroma[0] = {chroma, 2 * half};
  } else if (one.format == tensor::PixelFormat::kI420) {
    view.chroma = {{{chroma, half}, {chroma + half * (view.height / 2), half}}};
  }
  return view;
}

void prepare(benchmark::State& state, const Case& one, const transform::RowKernels& kernels) {
  std::vector<std::uint8_t> memory(static_cast<std::size_t>(one.source.width) *
                                   static_cast<std::size_t>(one.source.height) * 3);
  for (std::size_t i = 0; i < memory.size(); ++i) {
    memory[i] = static_cast<std::uint8_t>(i * 2654435761U >> 11);
  }
  auto preprocessor = transform::Preprocessor::create(
      planar_input(one.input.width, one.input.height, one.dtype), kernels);
  if (!preprocessor.has_value()) {
    state.SkipWithError(preprocessor.error().message().c_str());
    return;
  }
  std::vector<std::byte> out(preprocessor->picture_bytes());
  const tensor::PictureView view = view_of(one, memory);
  for (auto _ : state) {
    const auto geometry = preprocessor->run(view, out);
    if (!geometry.has_value()) {
      state.SkipWithError(geometry.error().message().c_str());
      break;
    }
    benchmark::ClobberMemory();
  }
}

}  // namespace
}  // namespace arete::bench

int main(int argc, char** argv) {
  const std::vector<arete::transform::RowKernels> all = arete::transform::all_row_kernels();
  for (const auto& one : arete::bench::kCases) {
    for (const auto& kernels : all) {
      benchmark::RegisterBenchmark(
          fmt::format("{}/{}", one.name, kernels.name).c_str(),
          [&one, &kernels](benchmark::State& state) { arete::bench::prepare(state, one, kernels); })
          ->Unit(benchmark::kMicrosecond);
    }
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return EXIT_SUCCESS;
}
