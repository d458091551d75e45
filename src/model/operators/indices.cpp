// SPDX-License-Identifier: Apache-2.0
#include "model/operators/indices.hpp"

#include <algorithm>
#include <array>

#include "model/operators/broadcast.hpp"
#include "model/operators/dispatch.hpp"

namespace arete::model::operators {
namespace {

using tensor::Shape;
using tensor::Tensor;

Result<std::int64_t> checked_index(std::int64_t index, std::int64_t extent) {
  if (index < -extent || index >= extent) {
    return fail(ErrorCode::kInvalid, "index {} is outside an axis of {}", index, extent);
  }
  return index < 0 ? index + extent : index;
}

}  // namespace

Result<std::vector<std::int64_t>> checked_indices(const Tensor& indices, std::int64_t extent) {
  ARETE_TRY_ASSIGN(auto values, integers_of(indices));
  for (std::int64_t& value : values) {
    ARETE_TRY_ASSIGN(value, checked_index(value, extent));
  }
  return values;
}

Result<std::vector<std::int64_t>> element_indices(const Tensor& data, const Tensor& indices,
                                                  std::int64_t axis) {
  const Shape& shape = data.shape();
  const std::size_t rank = shape.rank();
  ARETE_TRY_ASSIGN(const std::size_t along, tensor::normalize_axis(axis, rank));
  bool fits = indices.shape().rank() == rank;
  for (std::size_t d = 0; fits && d < rank; ++d) {
    fits = d == along || indices.shape()[d] <= shape[d];
  }
  if (!fits) {
    return fail(ErrorCode::kInvalid, "indices of shape {} into {}", indices.shape().text(),
                shape.text());
  }
  ARETE_TRY_ASSIGN(const auto at, checked_indices(indices, shape[along]));
  std::vector<std::int64_t> strides = row_major_strides(shape);
  const std::int64_t along_stride = strides[along];
  strides[along] = 0;
  std::vector<std::int64_t> flat = strided_indices(indices.shape(), strides);
  for (std::size_t i = 0; i < flat.size(); ++i) {
    flat[i] += at[i] * along_stride;
  }
  return flat;
}

Result<SliceIndices> slice_indices(const Shape& data, const Tensor& indices,
                                   std::int64_t batch_dims) {
  const Shape& shape = indices.shape();
  const auto limit = static_cast<std::int64_t>(std::min(data.rank(), shape.rank()));
  if (shape.rank() == 0 || batch_dims < 0 || batch_dims >= limit + (data.rank() == 0 ? 1 : 0)) {
    return fail(ErrorCode::kInvalid, "indices of shape {} into {} with batch_dims {}", shape.text(),
                data.text(), batch_dims);
  }
  const auto batch = static_cast<std::size_t>(batch_dims);
  const auto tuple = static_cast<std::size_t>(shape[shape.rank() - 1]);
  bool fits = batch + tuple <= data.rank();
  for (std::size_t axis = 0; fits && axis < batch; ++axis) {
    fits = data[axis] == shape[axis];
  }
  if (!fits) {
    return fail(ErrorCode::kInvalid, "indices of shape {} into {} with batch_dims {}", shape.text(),
                data.text(), batch_dims);
  }
  ARETE_TRY_ASSIGN(const auto values, integers_of(indices));
  const std::vector<std::int64_t> strides = row_major_strides(data);
  const std::int64_t slice = data.elements(batch + tuple, data.rank());
  const std::int64_t per_batch = shape.elements(batch, shape.rank() - 1);
  const std::int64_t batch_size = data.elements(batch, data.rank());
  const std::int64_t count = shape.elements(0, shape.rank() - 1);
  SliceIndices result;
  result.slice_dims.assign(data.begin() + static_cast<std::ptrdiff_t>(batch + tuple), data.end());
  ARETE_TRY(tensor::checked_elements(std::array{count, slice}));
  result.elements.reserve(static_cast<std::size_t>(count * slice));
  for (std::int64_t i = 0; i < count; ++i) {
    std::int64_t base = batch > 0 ? i / per_batch * batch_size : 0;
    for (std::size_t k = 0; k < tuple; ++k) {
      ARETE_TRY_ASSIGN(
          const std::int64_t index,
          checked_index(values[static_cast<std::size_t>(i) * tuple + k], data[batch + k]));
      base += index * strides[batch + k];
    }
    for (std::int64_t element = 0; element < slice; ++element) {
      result.elements.push_back(base + element);
    }
  }
  return result;
}

}  // namespace arete::model::operators
