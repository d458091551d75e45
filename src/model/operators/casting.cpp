// Cast, CastLike, BitCast: elements in another type.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>

#include "model/operators/dispatch.hpp"
#include "model/operators/families.hpp"
#include "tensor/small_float.hpp"

namespace arete::model::operators {
namespace {

using tensor::DType;
using tensor::Tensor;

bool is_eight_bit_float(DType dtype) {
  return tensor::is_floating(dtype) && tensor::bits_of(dtype) <= 8;
}

/// The shortest text that reads back as the same number; "1" stays "1", as ONNX Runtime writes it.
std::string text_of_element(const Tensor& x, std::int64_t i) {
  if (x.dtype() == DType::kBool) {
    return x.integer_at(i) != 0 ? "1" : "0";
  }
  if (tensor::is_integer(x.dtype())) {
    return x.dtype() == DType::kU64 ? fmt::format("{}", static_cast<std::uint64_t>(x.integer_at(i)))
                                    : fmt::format("{}", x.integer_at(i));
  }
  const double value = x.number_at(i);
  if (std::isnan(value)) {
    return "NaN";
  }
  if (std::isinf(value)) {
    return value < 0 ? "-INF" : "INF";
  }
  return x.dtype() == DType::kF64 ? fmt::format("{}", value)
                                  : fmt::format("{}", static_cast<float>(value));
}

Result<double> number_in_text(const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || end != text.c_str() + text.size()) {
    return fail(ErrorCode::kInvalid, "'{}' is not a number", text);
  }
  return value;
}

/// Bits below the width, read as the target's signed or unsigned number.
std::int64_t wrapped_to(std::int64_t value, DType to) {
  const int bits = tensor::bits_of(to);
  if (bits >= 64) {
    return value;
  }
  const auto low = static_cast<std::uint64_t>(value) & ((std::uint64_t{1} << bits) - 1);
  const bool negative = tensor::is_signed_integer(to) && (low >> (bits - 1)) != 0;
  return negative ? static_cast<std::int64_t>(low) - (std::int64_t{1} << bits)
                  : static_cast<std::int64_t>(low);
}

/// Toward zero; what does not fit wraps as it does through i64, what does not fit there saturates.
std::int64_t truncated(double value) {
  constexpr double kLimit = 9223372036854775808.0;
  if (std::isnan(value)) {
    return 0;
  }
  if (value >= kLimit || value < -kLimit) {
    return value > 0 ? std::numeric_limits<std::int64_t>::max()
                     : std::numeric_limits<std::int64_t>::min();
  }
  return static_cast<std::int64_t>(value);
}

/// Writes an integer of any width without loss.
void set_integer(Tensor& out, std::int64_t i, std::int64_t value) {
  if (out.dtype() == DType::kI64 || out.dtype() == DType::kU64) {
    const auto bytes = std::bit_cast<std::array<std::byte, 8>>(value);
    std::ranges::copy(bytes, out.mutable_bytes().begin() + i * 8);
    return;
  }
  out.set_number(i, static_cast<double>(wrapped_to(value, out.dtype())));
}

struct CastOptions {
  bool saturate = true;
  std::string round_mode = "up";
};

/// An exponent-only float: nearest power of two by the mode asked for.
std::uint8_t power_of_two_bits(float value, const CastOptions& options) {
  if (std::isnan(value) || std::isinf(value) || value == 0 || options.round_mode == "nearest") {
    return tensor::small_float_from_float(DType::kF8E8M0, value, options.saturate);
  }
  int exponent = 0;
  const float fraction = std::frexp(std::fabs(value), &exponent);  // in [0.5, 1)
  const bool exact = fraction == 0.5F;
  const float power =
      std::ldexp(1.0F, exact || options.round_mode == "down" ? exponent - 1 : exponent);
  return tensor::small_float_from_float(DType::kF8E8M0, power, options.saturate);
}

void set_from_double(Tensor& out, std::int64_t i, double value, const CastOptions& options) {
  const DType to = out.dtype();
  if (to == DType::kF8E8M0) {
    out.mutable_bytes()[static_cast<std::size_t>(i)] =
        std::byte{power_of_two_bits(static_cast<float>(value), options)};
  } else if (is_eight_bit_float(to) && to != DType::kF4E2M1) {
    out.mutable_bytes()[static_cast<std::size_t>(i)] =
        std::byte{tensor::small_float_from_float(to, static_cast<float>(value), options.saturate)};
  } else if (to == DType::kU64 && value >= 9223372036854775808.0) {
    const auto wide = value >= 18446744073709551615.0 ? std::numeric_limits<std::uint64_t>::max()
                                                      : static_cast<std::uint64_t>(value);
    set_integer(out, i, static_cast<std::int64_t>(wide));
  } else if (tensor::is_integer(to)) {
    set_integer(out, i, truncated(value));
  } else {
    out.set_number(i, value);
  }
}

Status cast_strings(const Tensor& x, Tensor& out, const CastOptions& options) {
  for (std::int64_t i = 0; i < x.elements(); ++i) {
    const std::string& text = x.strings()[static_cast<std::size_t>(i)];
    if (tensor::is_integer(out.dtype())) {
      char* end = nullptr;
      errno = 0;
      const long long whole = std::strtoll(text.c_str(), &end, 10);
      if (!text.empty() && errno == 0 && end == text.c_str() + text.size()) {
        set_integer(out, i, whole);
        continue;
      }
    }
    ARETE_TRY_ASSIGN(const double value, number_in_text(text));
    set_from_double(out, i, value, options);
  }
  return {};
}

Result<Tensor> cast_to(const Tensor& x, DType to, const CastOptions& options) {
  if (to == DType::kUndefined || to == DType::kC64 || to == DType::kC128 ||
      x.dtype() == DType::kC64 || x.dtype() == DType::kC128) {
    return fail(ErrorCode::kUnsupported, "a cast from {} to {}", tensor::name_of(x.dtype()),
                tensor::name_of(to));
  }
  if (to == x.dtype()) {
    return x;
  }
  ARETE_TRY_ASSIGN(Tensor out, Tensor::allocate(to, x.shape()));
  if (to == DType::kString) {
    for (std::int64_t i = 0; i < x.elements(); ++i) {
      out.mutable_strings()[static_cast<std::size_t>(i)] = text_of_element(x, i);
    }
    return out;
  }
  if (x.dtype() == DType::kString) {
    ARETE_TRY(cast_strings(x, out, options));
    return out;
  }
  const bool from_integer = tensor::is_integer(x.dtype()) || x.dtype() == DType::kBool;
  if (from_integer && tensor::is_integer(to)) {
    for (std::int64_t i = 0; i < x.elements(); ++i) {
      set_integer(out, i, x.integer_at(i));
    }
    return out;
  }
  if (to == DType::kF32) {
    std::ranges::copy(floats_of(x), out.mutable_data<float>().begin());
    return out;
  }
  for (std::int64_t i = 0; i < x.elements(); ++i) {
    set_from_double(out, i, x.number_at(i), options);
  }
  return out;
}

CastOptions cast_options(const Node& node) {
  return {.saturate = node.integer_or("saturate", 1) != 0,
          .round_mode = node.string_or("round_mode", "up")};
}

Result<std::vector<Datum>> cast_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  const DType to = dtype_from_onnx(context.node().integer_or("to", 0));
  ARETE_TRY_ASSIGN(Tensor out, cast_to(*x, to, cast_options(context.node())));
  return one(std::move(out));
}

Result<std::vector<Datum>> cast_like_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  ARETE_TRY_ASSIGN(const Tensor* like, context.input(1));
  ARETE_TRY_ASSIGN(Tensor out, cast_to(*x, like->dtype(), cast_options(context.node())));
  return one(std::move(out));
}

/// Extents survive a cast between integer types.
void cast_elements(const ShapeFacts& x, ShapeFacts& out) {
  if (tensor::is_integer(x.dtype) && tensor::is_integer(out.dtype)) {
    out.elements = x.elements;
  }
}

Status cast_rule(ShapeContext& context) {
  const DType to = dtype_from_onnx(context.node().integer_or("to", 0));
  context.set_output(0, to, context.input(0).shape);
  cast_elements(context.input(0), context.outputs()[0]);
  return {};
}

Status cast_like_rule(ShapeContext& context) {
  context.set_output(0, context.input(1).dtype, context.input(0).shape);
  cast_elements(context.input(0), context.outputs()[0]);
  return {};
}

Result<std::vector<Datum>> bit_cast_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  const DType to = dtype_from_onnx(context.node().integer_or("to", 0));
  if (tensor::bits_of(to) == 0 || tensor::bits_of(to) != tensor::bits_of(x->dtype())) {
    return fail(ErrorCode::kInvalid, "the bits of {} cannot be read as {}",
                tensor::name_of(x->dtype()), tensor::name_of(to));
  }
  ARETE_TRY_ASSIGN(Tensor out, Tensor::from_bytes(to, x->shape(), x->shared_bytes()));
  return one(std::move(out));
}

Status bit_cast_rule(ShapeContext& context) {
  context.set_output(0, dtype_from_onnx(context.node().integer_or("to", 0)),
                     context.input(0).shape);
  return {};
}

constexpr std::array kCastingRows = {
    Operator{"", "Cast", 1, 1, 1, cast_kernel, cast_rule},
    Operator{"", "CastLike", 15, 2, 2, cast_like_kernel, cast_like_rule},
    Operator{"", "BitCast", 26, 1, 1, bit_cast_kernel, bit_cast_rule},
};

}  // namespace

std::span<const Operator> casting_family() { return kCastingRows; }

}  // namespace arete::model::operators
