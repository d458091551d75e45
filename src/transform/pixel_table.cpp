// SPDX-License-Identifier: Apache-2.0
#include "transform/pixel_table.hpp"

#include <cmath>

#include "tensor/quantization.hpp"
#include "tensor/tensor.hpp"

namespace arete::transform {
namespace {

using tensor::DType;

bool can_hold_pixels(DType dtype) {
  switch (dtype) {
    case DType::kF32:
    case DType::kF64:
    case DType::kF16:
    case DType::kBf16:
    case DType::kI8:
    case DType::kU8:
    case DType::kI16:
    case DType::kU16:
    case DType::kI32:
      return true;
    default:
      return false;
  }
}

Status check(const spec::TensorFacts& facts, const spec::ImageInput& image) {
  if (!can_hold_pixels(facts.dtype)) {
    return fail(ErrorCode::kUnsupported, "input '{}': a picture cannot be stored as {}", facts.name,
                tensor::name_of(facts.dtype));
  }
  if (facts.quantization &&
      (!facts.quantization->per_tensor() || facts.quantization->scales.size() != 1)) {
    return fail(ErrorCode::kUnsupported, "input '{}' is quantized per channel", facts.name);
  }
  for (std::size_t c = 0; c < 3; ++c) {
    if (!std::isfinite(image.mean[c]) || !std::isfinite(image.std_dev[c]) ||
        !std::isfinite(static_cast<float>(1 / image.std_dev[c]))) {
      return fail(ErrorCode::kInvalid, "input '{}': mean {} and std {} cannot be used", facts.name,
                  image.mean[c], image.std_dev[c]);
    }
  }
  return {};
}

}  // namespace

Result<PixelTable> PixelTable::create(const spec::ResolvedInput& input) {
  const auto& image = std::get<spec::ImageInput>(input.meaning.kind);
  const spec::TensorFacts& facts = input.tensor;
  ARETE_TRY(check(facts, image));
  PixelTable table;
  for (std::size_t c = 0; c < 3; ++c) {
    table.mean_[c] = static_cast<float>(image.mean[c]);
    table.factor_[c] = static_cast<float>(1 / image.std_dev[c]);
  }
  const bool in_float =
      facts.dtype == DType::kF32 || facts.dtype == DType::kF16 || facts.dtype == DType::kBf16;
  // A tensor of 3 x 256 does the conversion to the stored type, saturation included.
  ARETE_TRY_ASSIGN(tensor::Tensor values, tensor::Tensor::allocate(facts.dtype, {3, 256}));
  for (std::int64_t i = 0; i < values.elements(); ++i) {
    const auto channel = static_cast<std::size_t>(i / 256);
    if (in_float) {
      const float real =
          (static_cast<float>(i % 256) - table.mean_[channel]) * table.factor_[channel];
      values.set_number(i, static_cast<double>(real));
      continue;
    }
    const double real =
        (static_cast<double>(i % 256) - image.mean[channel]) / image.std_dev[channel];
    if (!tensor::is_integer(facts.dtype)) {
      values.set_number(i, real);
      continue;
    }
    const float scale = facts.quantization ? facts.quantization->scales.front() : 1.0F;
    const std::int32_t zero = facts.quantization ? facts.quantization->zero_point(0) : 0;
    values.set_number(i, static_cast<double>(
                             tensor::quantize(static_cast<float>(real), scale, zero, facts.dtype)));
  }
  table.element_bytes_ = tensor::bytes_of(facts.dtype, 1);
  table.bytes_.assign(values.bytes().begin(), values.bytes().end());
  return table;
}

}  // namespace arete::transform
