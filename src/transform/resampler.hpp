// Rows of a picture's components at the size of a model's input, one output row at a time. Plans
// once for a placement, then reads any picture of that format and size. Internal to transform.
// Threads: one at a time (it owns row buffers).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "spec/input.hpp"
#include "tensor/picture.hpp"
#include "transform/row_kernels.hpp"
#include "transform/row_memory.hpp"
#include "transform/source_planes.hpp"

namespace arete::transform {

class Resampler {
 public:
  explicit Resampler(const RowKernels& kernels) : kernels_(&kernels) {}

  /// `components` of the format are wanted: all, or the first alone.
  void plan(tensor::PixelFormat format, int components, spec::Resample method,
            const AxisSpan& across, const AxisSpan& down);

  /// Row `output` of each component, with slack behind it.
  void row(const tensor::PictureView& picture, int output, std::uint8_t* const* components);

 private:
  struct Group {
    SampleGroup samples;
    AxisTaps down;
    AcrossPlan across;
    bool copied = false;  ///< each output of a row is the sample at its place
  };

  const std::uint8_t* blended(const Group& group, const tensor::PlaneView& plane,
                              std::size_t output);

  const RowKernels* kernels_;
  std::vector<Group> groups_;
  std::size_t used_ = 0;  ///< of groups_, which keeps its memory
  RowMemory mixed_;       ///< one row of interleaved outputs
  RowMemory buffer_;      ///< one blended row
  std::vector<const std::uint8_t*> rows_;
};

}  // namespace arete::transform
