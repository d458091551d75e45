// SPDX-License-Identifier: Apache-2.0
#include "model/operators/broadcast.hpp"

#include <cstddef>
#include <cstring>
#include <numeric>
#include <string>

namespace arete::model::operators {
namespace {

using tensor::DType;
using tensor::Shape;
using tensor::Tensor;

template <std::size_t kWidth>
void move_fixed(std::span<const std::int64_t> from, const std::byte* source, const std::byte* fill,
                std::byte* out) {
  for (std::size_t i = 0; i < from.size(); ++i) {
    const std::byte* at = from[i] >= 0 ? source + static_cast<std::size_t>(from[i]) * kWidth : fill;
    if (at != nullptr) {
      std::memcpy(out + i * kWidth, at, kWidth);
    }
  }
}

void move_elements(std::size_t width, std::span<const std::int64_t> from, const std::byte* source,
                   const std::byte* fill, std::byte* out) {
  switch (width) {
    case 1:
      return move_fixed<1>(from, source, fill, out);
    case 2:
      return move_fixed<2>(from, source, fill, out);
    case 4:
      return move_fixed<4>(from, source, fill, out);
    case 8:
      return move_fixed<8>(from, source, fill, out);
    default:
      return move_fixed<16>(from, source, fill, out);
  }
}

/// Element `index` of packed bytes, as raw bits.
unsigned raw_bits(ByteView bytes, std::int64_t index, int bits) {
  const std::int64_t at = index * bits;
  return (std::to_integer<unsigned>(bytes[static_cast<std::size_t>(at / 8)]) >> (at % 8)) &
         ((1U << bits) - 1U);
}

void set_raw_bits(std::span<std::byte> bytes, std::int64_t index, int bits, unsigned value) {
  const std::int64_t at = index * bits;
  std::byte& cell = bytes[static_cast<std::size_t>(at / 8)];
  const auto mask = static_cast<std::byte>(((1U << bits) - 1U) << (at % 8));
  cell = (cell & ~mask) | (static_cast<std::byte>(value << (at % 8)) & mask);
}

void pick_packed(const Tensor& source, std::span<const std::int64_t> from, const Tensor* fill,
                 Tensor& out) {
  const int bits = tensor::bits_of(source.dtype());
  const std::span<std::byte> to = out.mutable_bytes();
  for (std::size_t i = 0; i < from.size(); ++i) {
    const unsigned filler = fill != nullptr ? raw_bits(fill->bytes(), 0, bits) : 0;
    const unsigned value = from[i] >= 0 ? raw_bits(source.bytes(), from[i], bits) : filler;
    set_raw_bits(to, static_cast<std::int64_t>(i), bits, value);
  }
}

void pick_strings(const Tensor& source, std::span<const std::int64_t> from, const Tensor* fill,
                  Tensor& out) {
  std::vector<std::string>& to = out.mutable_strings();
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (from[i] >= 0) {
      to[i] = source.strings()[static_cast<std::size_t>(from[i])];
    } else if (fill != nullptr) {
      to[i] = fill->strings()[0];
    }
  }
}

}  // namespace

std::vector<std::int64_t> broadcast_strides(const Shape& shape, const Shape& target) {
  const std::vector<std::int64_t> own = row_major_strides(shape);
  std::vector<std::int64_t> strides(target.rank(), 0);
  const std::size_t missing = target.rank() - shape.rank();
  for (std::size_t axis = 0; axis < shape.rank(); ++axis) {
    strides[missing + axis] = shape[axis] == 1 ? 0 : own[axis];
  }
  return strides;
}

Result<Shape> broadcast_all(std::span<const Shape> shapes) {
  Shape target;
  for (const Shape& shape : shapes) {
    ARETE_TRY_ASSIGN(target, tensor::broadcast(target, shape));
  }
  return target;
}

std::vector<std::int64_t> strided_indices(const Shape& shape, std::span<const std::int64_t> strides,
                                          std::int64_t base) {
  std::vector<std::int64_t> from(static_cast<std::size_t>(shape.elements()));
  const std::array walked{std::vector<std::int64_t>(strides.begin(), strides.end())};
  for_each_offset<1>(shape, walked, [&](std::int64_t flat, std::int64_t offset) {
    from[static_cast<std::size_t>(flat)] = base + offset;
  });
  return from;
}

std::vector<std::int64_t> table_indices(const Shape& source,
                                        std::span<const std::vector<std::int64_t>> tables) {
  const std::vector<std::int64_t> strides = row_major_strides(source);
  std::vector<std::int64_t> from{0};
  for (std::size_t axis = 0; axis < tables.size(); ++axis) {
    std::vector<std::int64_t> longer;
    longer.reserve(from.size() * tables[axis].size());
    for (const std::int64_t base : from) {
      for (const std::int64_t at : tables[axis]) {
        longer.push_back(base < 0 || at < 0 ? -1 : base + at * strides[axis]);
      }
    }
    from = std::move(longer);
  }
  return from;
}

Shape table_shape(std::span<const std::vector<std::int64_t>> tables) {
  std::vector<std::int64_t> dims;
  for (const auto& table : tables) {
    dims.push_back(static_cast<std::int64_t>(table.size()));
  }
  return Shape(std::move(dims));
}

std::vector<std::int64_t> whole_axis(std::int64_t extent) {
  std::vector<std::int64_t> table(static_cast<std::size_t>(extent));
  std::iota(table.begin(), table.end(), std::int64_t{0});
  return table;
}

Result<Tensor> pick(const Tensor& source, Shape shape, std::span<const std::int64_t> from,
                    const Tensor* fill) {
  ARETE_TRY_ASSIGN(Tensor out, Tensor::allocate(source.dtype(), std::move(shape)));
  ARETE_CHECK(static_cast<std::size_t>(out.elements()) == from.size());
  if (source.dtype() == DType::kString) {
    pick_strings(source, from, fill, out);
  } else if (tensor::is_packed(source.dtype())) {
    pick_packed(source, from, fill, out);
  } else {
    move_elements(tensor::bytes_of(source.dtype(), 1), from, source.bytes().data(),
                  fill != nullptr ? fill->bytes().data() : nullptr, out.mutable_bytes().data());
  }
  return out;
}

Result<Tensor> put(const Tensor& data, std::span<const std::int64_t> to, const Tensor& updates) {
  if (data.dtype() != updates.dtype() ||
      static_cast<std::size_t>(updates.elements()) != to.size()) {
    return fail(ErrorCode::kInvalid, "updates of type {} and shape {} do not fit data of type {}",
                tensor::name_of(updates.dtype()), updates.shape().text(),
                tensor::name_of(data.dtype()));
  }
  Tensor out = data;
  if (data.dtype() == DType::kString) {
    std::vector<std::string>& cells = out.mutable_strings();
    for (std::size_t i = 0; i < to.size(); ++i) {
      cells[static_cast<std::size_t>(to[i])] = updates.strings()[i];
    }
    return out;
  }
  const std::span<std::byte> cells = out.mutable_bytes();
  if (tensor::is_packed(data.dtype())) {
    const int bits = tensor::bits_of(data.dtype());
    for (std::size_t i = 0; i < to.size(); ++i) {
      set_raw_bits(cells, to[i], bits,
                   raw_bits(updates.bytes(), static_cast<std::int64_t>(i), bits));
    }
    return out;
  }
  const std::size_t width = tensor::bytes_of(data.dtype(), 1);
  for (std::size_t i = 0; i < to.size(); ++i) {
    std::memcpy(cells.data() + static_cast<std::size_t>(to[i]) * width,
                updates.bytes().data() + i * width, width);
  }
  return out;
}

Result<Tensor> expand_to(const Tensor& source, const Shape& target) {
  ARETE_TRY_ASSIGN(const Shape joined, tensor::broadcast(source.shape(), target));
  if (joined != target) {
    return fail(ErrorCode::kInvalid, "shape {} does not broadcast to {}", source.shape().text(),
                target.text());
  }
  if (source.shape() == target) {
    return source;
  }
  ARETE_TRY(tensor::checked_elements(target.dims()));
  ARETE_TRY(Tensor::allocate(source.dtype(), target));  // refuses what no machine could hold
  return pick(source, target, strided_indices(target, broadcast_strides(source.shape(), target)));
}

Result<Tensor> permuted(const Tensor& source, std::span<const std::size_t> order) {
  const std::vector<std::int64_t> own = row_major_strides(source.shape());
  std::vector<std::int64_t> dims;
  std::vector<std::int64_t> strides;
  for (const std::size_t axis : order) {
    dims.push_back(source.shape()[axis]);
    strides.push_back(own[axis]);
  }
  const Shape shape(std::move(dims));
  return pick(source, shape, strided_indices(shape, strides));
}

}  // namespace arete::model::operators
