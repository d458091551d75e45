// Pre-processing compiled for one input of a model and used frame after frame: tables, taps and
// lookup indices are made once for each size and format of picture, and after the first frame of a
// kind nothing is allocated. Not here: reading pictures (media).
//
// The result is defined to the bit (docs/reference/preprocessing.md), whatever the machine:
//   1. The fit places the picture, or a region of it, in the input. Output pixel i of an axis has
//      its center at origin + (i + 0.5) * ratio in the picture, where pixel k spans [k, k + 1].
//   2. Each component (R G B, gray, or Y U V on their own grids) is resampled on its own: down,
//      rounded to 8 bits, then across, rounded to 8 bits (axis_taps.hpp has the arithmetic).
//   3. Y U V become R G B (yuv.hpp). A gray input takes tensor::luma() of R G B, or the luma
//      alone, expanded to 0..255. Outside the picture lies the spec's padding.
//   4. The pixel is normalized, quantized and stored as pixel_table.hpp says.
//
// Errors: kInvalid where the input is no picture, the picture cannot be read, a region is not one,
// or the memory does not fit; kUnsupported for a dtype or quantization no picture can be stored in.
// Threads: one at a time; move-only.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/result.hpp"
#include "spec/resolve.hpp"
#include "tensor/picture.hpp"
#include "tensor/results.hpp"
#include "transform/geometry.hpp"
#include "transform/resampler.hpp"
#include "transform/row_kernels.hpp"
#include "transform/row_memory.hpp"
#include "transform/row_writer.hpp"

namespace arete::transform {

class Preprocessor {
 public:
  [[nodiscard]] static Result<Preprocessor> create(const spec::ResolvedInput& input,
                                                   const RowKernels& kernels = best_row_kernels());
  // A copy would write into the rows of the original.
  Preprocessor(Preprocessor&&) = default;
  Preprocessor& operator=(Preprocessor&&) = default;
  Preprocessor(const Preprocessor&) = delete;
  Preprocessor& operator=(const Preprocessor&) = delete;
  ~Preprocessor() = default;

  /// Bytes that one prepared picture takes.
  [[nodiscard]] std::size_t picture_bytes() const { return writer_.picture_bytes(); }

  /// The whole picture into `out`: picture_bytes(), aligned as its elements are.
  [[nodiscard]] Result<Geometry> run(const tensor::PictureView& picture, std::span<std::byte> out);

  /// Regions of one frame, each fitted into the input like a picture of its own, one behind the
  /// other in `out` (a batch). A region may begin between pixels and reach out of the frame: what
  /// lies outside is padding, what is inside never mixes with it. `geometries` receives one each.
  [[nodiscard]] Status run(const tensor::PictureView& frame, std::span<const tensor::Box> regions,
                           std::span<std::byte> out, std::span<Geometry> geometries);

 private:
  /// A part of the picture and the pixels of the input that it fills.
  struct Patch {
    AxisSpan across;
    AxisSpan down;
    int input_x = 0;
    int input_y = 0;
  };
  struct Kind {
    tensor::PixelFormat format;
    int width;
    int height;
    [[nodiscard]] bool operator==(const Kind&) const = default;
  };

  Preprocessor(const spec::ResolvedInput& input, RowWriter writer, const RowKernels& kernels);

  [[nodiscard]] Status check_memory(std::size_t pictures, std::span<std::byte> out) const;
  void plan(tensor::PixelFormat format, const Patch& patch);
  void render(const tensor::PictureView& picture, std::byte* out);
  void render_row(const tensor::PictureView& picture, int row);
  void color_row(const tensor::PictureView& picture, std::size_t size);
  void pad_rows();
  [[nodiscard]] std::uint8_t* color_at(std::size_t color);

  std::string name_;
  spec::ImageInput image_;
  spec::Size size_;
  std::size_t channels_;
  std::size_t alignment_;
  const RowKernels* kernels_;
  RowWriter writer_;
  Resampler resampler_;
  std::optional<Kind> planned_;  ///< whole pictures that the plan below fits
  Patch patch_;
  Geometry geometry_;
  YuvFactors factors_;                      ///< of the picture at hand
  std::size_t row_size_ = 0;                ///< of a row in rows_, slack included
  RowMemory rows_;                          ///< three of pixels, three of components
  std::array<std::uint8_t*, 3> pixels_{};   ///< in the model's color order
  std::array<std::uint8_t*, 3> samples_{};  ///< components before color conversion
};

}  // namespace arete::transform
