// Elements of tensors as plain numbers: what most kernels compute in. Half floats are widened on
// the way in and rounded on the way out; cold kernels compute everything in double.
// Not here: the kernels. Errors: kUnsupported for strings and complex numbers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "model/operators/operator.hpp"
#include "tensor/tensor.hpp"

namespace arete::model::operators {

using Outputs = Result<std::vector<Datum>>;

/// The elements of a tensor as T (float, double or int64): borrowed if that is their type already,
/// converted otherwise. The tensor must outlive it.
template <class T>
class ElementsAs {
 public:
  [[nodiscard]] static Result<ElementsAs> of(const tensor::Tensor& tensor);

  [[nodiscard]] const T* data() const { return view_.data(); }
  [[nodiscard]] std::size_t size() const { return view_.size(); }
  [[nodiscard]] std::span<const T> span() const { return view_; }
  [[nodiscard]] T operator[](std::int64_t i) const { return view_[static_cast<std::size_t>(i)]; }
  [[nodiscard]] auto begin() const { return view_.begin(); }
  [[nodiscard]] auto end() const { return view_.end(); }

 private:
  std::vector<T> made_;
  std::span<const T> view_;
};

/// A tensor of `dtype` from numbers: floats are rounded to the type, integers truncated and
/// saturated.
template <class T>
[[nodiscard]] Result<tensor::Tensor> rounded_tensor(tensor::DType dtype, tensor::Shape shape,
                                                    std::span<const T> numbers);

/// An input with its numbers in double, the common currency of the cold kernels.
struct Numbers {
  tensor::DType dtype = tensor::DType::kUndefined;
  tensor::Shape shape;
  std::vector<double> at;

  [[nodiscard]] static Result<Numbers> of(const tensor::Tensor& tensor);
  [[nodiscard]] std::size_t rank() const { return shape.rank(); }
  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(at.size()); }
  [[nodiscard]] double operator[](std::int64_t i) const { return at[static_cast<std::size_t>(i)]; }
  [[nodiscard]] double& operator[](std::int64_t i) { return at[static_cast<std::size_t>(i)]; }
  [[nodiscard]] Result<tensor::Tensor> tensor() const {
    return rounded_tensor<double>(dtype, shape, at);
  }
};

[[nodiscard]] Result<Numbers> numbers_input(const KernelContext& context, std::size_t i);
/// Elements of a result; kNoSpace or kCorrupt if no tensor of that shape can be made.
[[nodiscard]] Result<std::int64_t> result_elements(const tensor::Shape& shape);
/// Zeros of a shape; kNoSpace or kCorrupt if it is impossible or above the limit of a tensor.
[[nodiscard]] Result<Numbers> zero_numbers(tensor::DType dtype, tensor::Shape shape);

/// kInvalid, naming the input, unless its rank lies in [lowest, highest].
[[nodiscard]] Status require_rank(std::string_view what, const tensor::Shape& shape,
                                  std::size_t lowest, std::size_t highest);
/// kInvalid, naming the input, unless its shape is `wanted`.
[[nodiscard]] Status require_shape(std::string_view what, const tensor::Shape& shape,
                                   const tensor::Shape& wanted);

/// The integers of an input (shapes, axes, lengths).
[[nodiscard]] Result<std::vector<std::int64_t>> integers_input(const KernelContext& context,
                                                               std::size_t i);
/// The single number of an input of one element.
[[nodiscard]] Result<double> scalar_input(const KernelContext& context, std::size_t i);

/// One output, or several in the node's order.
[[nodiscard]] Outputs outputs_of(Result<tensor::Tensor> only);
[[nodiscard]] Outputs outputs_of(std::vector<Result<tensor::Tensor>> all);

/// Calls body(float{}) or body(double{}): the type in which a floating dtype is computed.
template <class Body>
[[nodiscard]] Outputs in_real_type(tensor::DType dtype, Body&& body) {
  if (dtype == tensor::DType::kF64) {
    return std::forward<Body>(body)(double{});
  }
  return std::forward<Body>(body)(float{});
}

/// Position of an axis in memory: outer x extent x inner elements.
struct AxisSplit {
  std::int64_t outer;
  std::int64_t extent;
  std::int64_t inner;
};
[[nodiscard]] AxisSplit split_at(const tensor::Shape& shape, std::size_t axis);

/// Steps a multi-index to the next position of `shape` in row-major order; false after the last.
bool next_position(const tensor::Shape& shape, std::vector<std::int64_t>& position);

}  // namespace arete::model::operators
