// A model's output as real numbers: f32 as it lies, anything else converted (de-quantized by the
// file's scale and zero point). Internal to transform.
// Errors: kInvalid names the output, its shape or dtype, and what was expected.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "spec/resolve.hpp"
#include "tensor/tensor.hpp"

namespace arete::transform {

class RealValues {
 public:
  /// Borrows `tensor`, which must outlive it.
  [[nodiscard]] static Result<RealValues> of(const tensor::Tensor& tensor,
                                             const spec::TensorFacts& facts);

  /// The shape alone.
  [[nodiscard]] static RealValues none(tensor::Shape shape) {
    RealValues real;
    real.shape_ = std::move(shape);
    return real;
  }

  [[nodiscard]] std::span<const float> values() const {
    return owned_.empty() ? borrowed_ : std::span<const float>(owned_);
  }
  [[nodiscard]] float operator[](std::size_t index) const { return values()[index]; }
  [[nodiscard]] const tensor::Shape& shape() const { return shape_; }

 private:
  tensor::Shape shape_;
  std::span<const float> borrowed_;
  std::vector<float> owned_;
};

/// The extents without leading ones, until `rank` are left. `expected` says in words what a decoder
/// takes ("[1, n, 4]"), for the message.
[[nodiscard]] Result<std::vector<std::int64_t>> extents(const tensor::Shape& shape,
                                                        std::size_t rank, std::string_view output,
                                                        std::string_view expected);

/// The same for tensors with one meaningful extent: the product, if all others are 1.
[[nodiscard]] Result<std::int64_t> single_extent(const tensor::Shape& shape,
                                                 std::string_view output,
                                                 std::string_view expected);

}  // namespace arete::transform
