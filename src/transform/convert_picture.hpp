// A picture of any format into packed pixels of the same size: what people look at, draw into and
// write to files. The colors are to the bit those that a model is fed at the same size
// (docs/reference/preprocessing.md). Not here: resizing and tensors (preprocessor.hpp).
// Errors: kInvalid for a view that cannot be read, or a format that a Picture cannot hold.
// Threads: one at a time; move-only.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/result.hpp"
#include "tensor/picture.hpp"
#include "transform/resampler.hpp"
#include "transform/row_kernels.hpp"
#include "transform/row_memory.hpp"

namespace arete::transform {

/// Keeps its plan from picture to picture of one format and size.
class PictureConverter {
 public:
  explicit PictureConverter(const RowKernels& kernels = best_row_kernels())
      : kernels_(&kernels), resampler_(kernels) {}
  // A copy would write into the rows of the original.
  PictureConverter(PictureConverter&&) = default;
  PictureConverter& operator=(PictureConverter&&) = default;
  PictureConverter(const PictureConverter&) = delete;
  PictureConverter& operator=(const PictureConverter&) = delete;
  ~PictureConverter() = default;

  /// `picture` as RGB, BGR or gray; `out` keeps its memory where it is large enough, and is not
  /// what `picture` looks at.
  [[nodiscard]] Status run(const tensor::PictureView& picture, tensor::PixelFormat format,
                           tensor::Picture& out);

 private:
  struct Kind {
    tensor::PixelFormat from;
    tensor::PixelFormat to;
    int width;
    int height;
    [[nodiscard]] bool operator==(const Kind&) const = default;
  };

  void plan(const Kind& kind);
  void convert_row(const tensor::PictureView& picture, int y, tensor::PixelFormat format,
                   std::uint8_t* out);

  const RowKernels* kernels_;
  Resampler resampler_;  ///< of samples to pixels, both of one size
  std::optional<Kind> planned_;
  YuvFactors factors_;
  RowMemory rows_;                          ///< three of components, three of colors
  std::array<std::uint8_t*, 3> samples_{};  ///< in the format's order
  std::array<std::uint8_t*, 3> colors_{};   ///< red, green, blue
};

}  // namespace arete::transform
