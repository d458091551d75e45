// Tensor: owned dense row-major data. TensorView: somebody else's memory, perhaps strided.
// A Tensor is cheap to copy (its bytes are shared until written). Strings lie beside the bytes.
// Threads: const use from any; mutable_data() needs the only reference to the object.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "tensor/dtype.hpp"
#include "tensor/shape.hpp"

namespace arete::tensor {

/// Largest tensor that allocate() will make unless told otherwise: 8 GiB.
inline constexpr std::size_t kDefaultByteLimit = std::size_t{8} << 30;

class Tensor {
 public:
  /// An f32 tensor of shape [0]: holds nothing.
  Tensor() = default;

  /// Zero-filled (empty strings). kNoSpace above `byte_limit`, kCorrupt for an impossible shape.
  [[nodiscard]] static Result<Tensor> allocate(DType dtype, Shape shape,
                                               std::size_t byte_limit = kDefaultByteLimit);
  /// Takes bytes as they are; kCorrupt if their size is not what dtype and shape need.
  [[nodiscard]] static Result<Tensor> from_bytes(DType dtype, Shape shape, SharedBytes bytes);
  [[nodiscard]] static Result<Tensor> from_strings(Shape shape, std::vector<std::string> strings);

  /// For literals in code and tests, where the sizes are known to fit (checked).
  template <class T>
  [[nodiscard]] static Tensor of(Shape shape, std::span<const T> values);
  template <class T>
  [[nodiscard]] static Tensor of(Shape shape, const std::vector<T>& values) {
    return of<T>(std::move(shape), std::span<const T>(values));
  }
  template <class T>
  [[nodiscard]] static Tensor scalar(T value) {
    return of<T>(Shape{}, std::span<const T>(&value, 1));
  }

  [[nodiscard]] DType dtype() const { return dtype_; }
  [[nodiscard]] const Shape& shape() const { return shape_; }
  [[nodiscard]] std::int64_t elements() const { return elements_; }
  [[nodiscard]] ByteView bytes() const { return bytes_.view(); }
  [[nodiscard]] const SharedBytes& shared_bytes() const { return bytes_; }

  /// Typed elements; T must be the dtype's type (checked).
  template <class T>
  [[nodiscard]] std::span<const T> data() const;
  /// For writing: copies the bytes first if they are shared or borrowed.
  template <class T>
  [[nodiscard]] std::span<T> mutable_data();
  [[nodiscard]] std::span<std::byte> mutable_bytes();

  [[nodiscard]] const std::vector<std::string>& strings() const;
  [[nodiscard]] std::vector<std::string>& mutable_strings();

  /// Same bytes, another shape of as many elements (checked).
  [[nodiscard]] Tensor reshaped(Shape shape) const;

  /// Any numeric or bool element as a number, packed ones too; for cold paths and printing.
  [[nodiscard]] double number_at(std::int64_t flat) const;
  /// Integer element without loss (i64 and u64 as two's complement).
  [[nodiscard]] std::int64_t integer_at(std::int64_t flat) const;
  /// Writes with saturation for integers; packed types too.
  void set_number(std::int64_t flat, double value);

  /// Same dtype, shape and bits.
  [[nodiscard]] bool same_as(const Tensor& other) const;

 private:
  DType dtype_ = DType::kF32;
  Shape shape_{0};
  std::int64_t elements_ = 0;
  SharedBytes bytes_;
  std::shared_ptr<std::byte[]> writable_;  ///< set while this object made the bytes itself
  std::shared_ptr<std::vector<std::string>> strings_;
};

/// Borrowed memory; `strides` in bytes, empty = dense row-major. Not for strings.
struct TensorView {
  DType dtype = DType::kUndefined;
  Shape shape;
  std::vector<std::int64_t> strides;
  const std::byte* data = nullptr;

  TensorView() = default;
  TensorView(DType type, Shape extents, const std::byte* memory)
      : dtype(type), shape(std::move(extents)), data(memory) {}
  explicit TensorView(const Tensor& tensor)
      : dtype(tensor.dtype()), shape(tensor.shape()), data(tensor.bytes().data()) {}

  [[nodiscard]] bool dense() const;
};

/// A dense copy of a (possibly strided) view.
[[nodiscard]] Result<Tensor> copy_of(const TensorView& view);

template <class T>
Tensor Tensor::of(Shape shape, std::span<const T> values) {
  auto made = allocate(kDTypeOf<T>, std::move(shape));
  ARETE_CHECK(made.has_value());
  Tensor tensor = std::move(made).value();
  auto out = tensor.mutable_data<T>();
  ARETE_CHECK(out.size() == values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    out[i] = values[i];
  }
  return tensor;
}

template <class T>
std::span<const T> Tensor::data() const {
  ARETE_CHECK(dtype_ == kDTypeOf<T>);
  return {reinterpret_cast<const T*>(bytes_.data()), static_cast<std::size_t>(elements_)};
}

template <class T>
std::span<T> Tensor::mutable_data() {
  ARETE_CHECK(dtype_ == kDTypeOf<T>);
  return {reinterpret_cast<T*>(mutable_bytes().data()), static_cast<std::size_t>(elements_)};
}

}  // namespace arete::tensor
