// Tensors of the ABI with owned parts: descriptions, bindings, checks and strided copies.
// Sizes are checked before anything is computed from them.
// Threads: value types.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "arete/backend.h"
#include "arete/plugin/failure.hpp"

namespace arete::plugin {

struct DTypeFacts {
  const char* name;
  std::uint32_t bits;  ///< 0 for strings
};

/// By arete_dtype; nullopt for numbers that are none.
inline std::optional<DTypeFacts> facts_of(arete_dtype dtype) {
  static constexpr std::array<DTypeFacts, 27> kFacts{{
      {"undefined", 0}, {"f32", 32},     {"f64", 64},       {"f16", 16},   {"bf16", 16},
      {"i8", 8},        {"i16", 16},     {"i32", 32},       {"i64", 64},   {"u8", 8},
      {"u16", 16},      {"u32", 32},     {"u64", 64},       {"i4", 4},     {"u4", 4},
      {"i2", 2},        {"u2", 2},       {"bool", 8},       {"string", 0}, {"c64", 64},
      {"c128", 128},    {"f8e4m3fn", 8}, {"f8e4m3fnuz", 8}, {"f8e5m2", 8}, {"f8e5m2fnuz", 8},
      {"f8e8m0", 8},    {"f4e2m1", 4},
  }};
  if (dtype <= 0 || static_cast<std::size_t>(dtype) >= kFacts.size()) {
    return std::nullopt;
  }
  return kFacts[static_cast<std::size_t>(dtype)];
}

/// Bits of one element; 0 if there is no such dtype.
inline std::uint32_t bits_of(arete_dtype dtype) {
  const auto facts = facts_of(dtype);
  return facts ? facts->bits : 0;
}

inline std::string name_of(arete_dtype dtype) {
  const auto facts = facts_of(dtype);
  return facts ? facts->name : "dtype " + std::to_string(dtype);
}

inline std::string text_of(std::span<const std::int64_t> shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    text += (i == 0 ? "" : ", ") + (shape[i] < 0 ? "?" : std::to_string(shape[i]));
  }
  return text + "]";
}

/// Product of the extents; throws if one is negative or the product exceeds 2^48.
inline std::uint64_t elements_of(std::span<const std::int64_t> shape) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 48U;
  std::uint64_t elements = 1;
  for (const std::int64_t extent : shape) {
    if (extent < 0) {
      throw Failure(ARETE_INVALID, "negative extent in shape " + text_of(shape));
    }
    // A zero extent makes the product zero, however large the others are.
    const auto factor = static_cast<std::uint64_t>(extent);
    if (factor != 0 && elements > kMost / factor) {
      throw Failure(ARETE_INVALID, "shape " + text_of(shape) + " is too large");
    }
    elements *= factor;
  }
  return elements;
}

/// Bytes of a dense tensor; for strings those of its arete_string array.
inline std::uint64_t bytes_of(arete_dtype dtype, std::span<const std::int64_t> shape) {
  const std::uint64_t elements = elements_of(shape);
  if (dtype == ARETE_DTYPE_STRING) {
    return elements * sizeof(arete_string);
  }
  const auto facts = facts_of(dtype);
  if (!facts) {
    throw Failure(ARETE_INVALID, "no such dtype: " + std::to_string(dtype));
  }
  return (elements * facts->bits + 7) / 8;
}

/// An arete_quantization that owns its arrays.
struct Quantization {
  std::vector<float> scales;
  std::vector<std::int32_t> zero_points;
  arete_dtype expressed = ARETE_DTYPE_F32;
  std::int32_t axis = -1;
  std::int64_t block_size = 0;

  [[nodiscard]] arete_quantization plain() const {
    return {sizeof(arete_quantization),
            expressed,
            scales.size(),
            scales.data(),
            zero_points.empty() ? nullptr : zero_points.data(),
            axis,
            block_size};
  }
};

/// True if both say the same; missing zero points are zeros.
inline bool same(const arete_quantization& a, const arete_quantization& b) {
  if (a.count != b.count || a.axis != b.axis || a.block_size != b.block_size) {
    return false;
  }
  for (std::uint64_t i = 0; i < a.count; ++i) {
    const std::int32_t za = a.zero_points == nullptr ? 0 : a.zero_points[i];
    const std::int32_t zb = b.zero_points == nullptr ? 0 : b.zero_points[i];
    if (za != zb || a.scales[i] != b.scales[i]) {
      return false;
    }
  }
  return true;
}

/// An arete_tensor_info that owns its parts.
struct Description {
  std::string name;
  arete_dtype dtype = ARETE_DTYPE_UNDEFINED;
  bool rank_known = true;
  std::vector<std::int64_t> shape;     ///< -1 = not known
  std::vector<std::string> dim_names;  ///< empty, or one an axis
  std::optional<Quantization> quantization;

  /// Pointers into this object, which must not move or change afterwards.
  void fill(arete_tensor_info& out) {
    name_pointers_.clear();
    for (const std::string& dim : dim_names) {
      name_pointers_.push_back(dim.c_str());
    }
    if (quantization) {
      plain_quantization_ = quantization->plain();
    }
    out = {sizeof(arete_tensor_info),
           name.c_str(),
           dtype,
           rank_known ? static_cast<std::int32_t>(shape.size()) : -1,
           shape.data(),
           name_pointers_.empty() ? nullptr : name_pointers_.data(),
           quantization ? &plain_quantization_ : nullptr};
  }

 private:
  std::vector<const char*> name_pointers_;
  arete_quantization plain_quantization_{};
};

/// A bound tensor: the host's memory with our own copy of shape and strides.
class Binding {
 public:
  void set(const arete_tensor& tensor) {
    plain_ = tensor;
    shape_.assign(tensor.shape, tensor.shape + tensor.rank);
    plain_.shape = shape_.data();
    dense_ = tensor.strides == nullptr;
    if (!dense_) {
      strides_.assign(tensor.strides, tensor.strides + tensor.rank);
      plain_.strides = strides_.data();
      dense_ = strides_are_dense();
    }
    plain_.quantization = nullptr;  // has been checked
    set_ = true;
  }
  void clear() { set_ = false; }
  [[nodiscard]] explicit operator bool() const { return set_; }
  [[nodiscard]] const arete_tensor& tensor() const { return plain_; }
  [[nodiscard]] std::span<const std::int64_t> shape() const { return shape_; }
  /// Row-major without gaps, whether strides were given or not.
  [[nodiscard]] bool dense() const { return dense_; }

 private:
  [[nodiscard]] bool strides_are_dense() const {
    const auto facts = facts_of(plain_.dtype);
    std::int64_t expected = facts ? facts->bits / 8 : 0;
    for (std::size_t i = shape_.size(); i-- > 0;) {
      if (shape_[i] > 1 && strides_[i] != expected) {
        return false;
      }
      expected *= shape_[i];
    }
    return true;
  }

  arete_tensor plain_{};
  std::vector<std::int64_t> shape_;
  std::vector<std::int64_t> strides_;
  bool dense_ = true;
  bool set_ = false;
};

/// Copies between strided and dense memory of the same dtype and shape; whole bytes only.
inline void copy_elements(std::span<const std::int64_t> shape, std::size_t element_bytes,
                          const std::byte* from, const std::int64_t* from_strides, std::byte* to,
                          const std::int64_t* to_strides) {
  if (shape.empty()) {
    std::memcpy(to, from, element_bytes);
    return;
  }
  const auto step = static_cast<std::int64_t>(element_bytes);
  if (shape.size() == 1 && from_strides[0] == step && to_strides[0] == step) {
    std::memcpy(to, from, element_bytes * static_cast<std::size_t>(shape[0]));
    return;
  }
  const std::span<const std::int64_t> inner = shape.subspan(1);
  for (std::int64_t i = 0; i < shape[0]; ++i) {
    copy_elements(inner, element_bytes, from + i * from_strides[0], from_strides + 1,
                  to + i * to_strides[0], to_strides + 1);
  }
}

inline std::vector<std::int64_t> dense_strides(std::span<const std::int64_t> shape,
                                               std::size_t element_bytes) {
  std::vector<std::int64_t> strides(shape.size());
  auto step = static_cast<std::int64_t>(element_bytes);
  for (std::size_t i = shape.size(); i-- > 0;) {
    strides[i] = step;
    step *= shape[i];
  }
  return strides;
}

/// Gathers a strided binding into dense memory.
inline void gather(const Binding& from, std::byte* to) {
  const std::size_t element = bits_of(from.tensor().dtype) / 8;
  const auto strides = dense_strides(from.shape(), element);
  if (elements_of(from.shape()) != 0) {
    copy_elements(from.shape(), element, static_cast<const std::byte*>(from.tensor().data),
                  from.tensor().strides, to, strides.data());
  }
}

/// Scatters dense memory into a strided binding.
inline void scatter(const std::byte* from, const Binding& to) {
  const std::size_t element = bits_of(to.tensor().dtype) / 8;
  const auto strides = dense_strides(to.shape(), element);
  if (elements_of(to.shape()) != 0) {
    copy_elements(to.shape(), element, from, strides.data(),
                  static_cast<std::byte*>(to.tensor().data), to.tensor().strides);
  }
}

namespace detail {

[[noreturn]] inline void reject(const Description& description, const std::string& text) {
  throw Failure(ARETE_INVALID, "'" + description.name + "' " + text);
}

inline void check_strides(const Description& description, const arete_tensor& tensor) {
  constexpr std::int64_t kMost = std::int64_t{1} << 48;
  const std::uint32_t bits = bits_of(tensor.dtype);
  if (bits == 0 || bits % 8 != 0) {
    reject(description, "is " + name_of(tensor.dtype) + ", which cannot have strides");
  }
  // Negative strides would leave the memory at `data`.
  std::uint64_t end = bits / 8;
  for (std::uint32_t i = 0; i < tensor.rank; ++i) {
    const std::int64_t stride = tensor.strides[i];
    const std::int64_t extent = tensor.shape[i];
    if (extent == 0) {
      return;
    }
    if (stride < 0 || (stride != 0 && extent - 1 > kMost / stride)) {
      reject(description, "has stride " + std::to_string(stride) + " along axis " +
                              std::to_string(i) + ", out of range");
    }
    end += static_cast<std::uint64_t>((extent - 1) * stride);
  }
  if (end > tensor.bytes) {
    reject(description, "has strides that reach byte " + std::to_string(end) + " of " +
                            std::to_string(tensor.bytes));
  }
}

inline void check_shape(const Description& description, std::span<const std::int64_t> shape) {
  bool fits = !description.rank_known || description.shape.size() == shape.size();
  for (std::size_t i = 0; fits && description.rank_known && i < shape.size(); ++i) {
    fits = description.shape[i] < 0 || description.shape[i] == shape[i];
  }
  if (!fits) {
    reject(description,
           "has shape " + text_of(shape) + ", the model says " + text_of(description.shape));
  }
}

}  // namespace detail

/// Throws, naming the tensor, unless `tensor` can stand for what `description` says.
inline void check_tensor(const Description& description, const arete_tensor& tensor,
                         arete_memory allowed) {
  if (tensor.dtype != description.dtype || !facts_of(tensor.dtype)) {
    detail::reject(description, "is " + name_of(tensor.dtype) + ", the model says " +
                                    name_of(description.dtype));
  }
  const std::span<const std::int64_t> shape(tensor.shape, tensor.rank);
  detail::check_shape(description, shape);
  if ((tensor.memory & allowed) == 0) {
    detail::reject(description, "cannot be bound to memory kind " + std::to_string(tensor.memory));
  }
  const std::uint64_t needed = bytes_of(tensor.dtype, shape);
  if (tensor.strides != nullptr) {
    detail::check_strides(description, tensor);
  } else if (tensor.bytes < needed) {
    detail::reject(description, "needs " + std::to_string(needed) + " bytes, got " +
                                    std::to_string(tensor.bytes));
  }
  if (tensor.memory == ARETE_MEMORY_HOST && tensor.data == nullptr && needed != 0) {
    detail::reject(description, "has no memory");
  }
  if (tensor.quantization != nullptr && description.quantization &&
      !same(*tensor.quantization, description.quantization->plain())) {
    detail::reject(description, "has another scale or zero point than the model says");
  }
}

}  // namespace arete::plugin
