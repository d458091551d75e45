// A concrete shape: non-negative extents, outermost first; rank 0 is a scalar. Symbolic shapes
// belong to the model (model/ir/value.hpp).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace arete::tensor {

class Shape {
 public:
  Shape() = default;
  Shape(std::initializer_list<std::int64_t> dims) : dims_(dims) {}
  explicit Shape(std::vector<std::int64_t> dims) : dims_(std::move(dims)) {}

  [[nodiscard]] std::size_t rank() const { return dims_.size(); }
  [[nodiscard]] std::int64_t operator[](std::size_t axis) const { return dims_[axis]; }
  [[nodiscard]] std::int64_t& operator[](std::size_t axis) { return dims_[axis]; }
  [[nodiscard]] const std::vector<std::int64_t>& dims() const { return dims_; }
  [[nodiscard]] auto begin() const { return dims_.begin(); }
  [[nodiscard]] auto end() const { return dims_.end(); }
  [[nodiscard]] bool operator==(const Shape&) const = default;

  /// Product of the extents. Only for shapes that checked_elements() has accepted.
  [[nodiscard]] std::int64_t elements() const;
  /// Product of the extents [first, last).
  [[nodiscard]] std::int64_t elements(std::size_t first, std::size_t last) const;

  /// "[1, 3, 224, 224]"
  [[nodiscard]] std::string text() const;

 private:
  std::vector<std::int64_t> dims_;
};

/// kCorrupt if an extent is negative or the product exceeds 2^56: nothing may be allocated from an
/// unchecked number.
[[nodiscard]] Result<std::int64_t> checked_elements(std::span<const std::int64_t> dims);

/// Row-major strides in elements.
[[nodiscard]] std::vector<std::int64_t> row_major_strides(const Shape& shape);

/// `axis` in [-rank, rank) made non-negative; kInvalid otherwise.
[[nodiscard]] Result<std::size_t> normalize_axis(std::int64_t axis, std::size_t rank);

/// NumPy's multidirectional broadcast; kInvalid if the shapes do not fit.
[[nodiscard]] Result<Shape> broadcast(const Shape& a, const Shape& b);

}  // namespace arete::tensor
