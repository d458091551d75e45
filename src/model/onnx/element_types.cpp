// SPDX-License-Identifier: Apache-2.0
#include "model/onnx/element_types.hpp"

#include <array>
#include <cstddef>

namespace arete::model::onnx {
namespace {

using tensor::DType;

/// The index is TensorProto.DataType.
constexpr std::array kDTypes = {
    DType::kUndefined,  DType::kF32,  DType::kU8,       DType::kI8,         DType::kU16,
    DType::kI16,        DType::kI32,  DType::kI64,      DType::kString,     DType::kBool,
    DType::kF16,        DType::kF64,  DType::kU32,      DType::kU64,        DType::kC64,
    DType::kC128,       DType::kBf16, DType::kF8E4M3Fn, DType::kF8E4M3Fnuz, DType::kF8E5M2,
    DType::kF8E5M2Fnuz, DType::kU4,   DType::kI4,       DType::kF4E2M1,     DType::kF8E8M0,
    DType::kU2,         DType::kI2,
};
constexpr int kFloat6E2M3 = 27;
constexpr int kFloat6E3M2 = 28;

}  // namespace

bool is_carried_only(int data_type) { return data_type == kFloat6E2M3 || data_type == kFloat6E3M2; }

std::optional<DType> dtype_from_onnx(int data_type) {
  if (data_type < 0 || static_cast<std::size_t>(data_type) >= kDTypes.size()) {
    return std::nullopt;
  }
  return kDTypes[static_cast<std::size_t>(data_type)];
}

int onnx_from_dtype(DType dtype) {
  for (std::size_t i = 0; i < kDTypes.size(); ++i) {
    if (kDTypes[i] == dtype) {
      return static_cast<int>(i);
    }
  }
  return 0;
}

}  // namespace arete::model::onnx
