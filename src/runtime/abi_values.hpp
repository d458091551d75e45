// Between the C ABI's structs and ours: codes, dtypes, tensors and their descriptions.
// Threads: pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "arete/backend.h"
#include "base/error.hpp"
#include "base/result.hpp"
#include "runtime/session.hpp"

namespace arete::runtime {

/// kInternal for a number that is no code.
[[nodiscard]] ErrorCode code_of(arete_code code);

/// The ABI numbers dtypes as tensor::DType does; kUndefined for a number that is none.
[[nodiscard]] tensor::DType dtype_of(arete_dtype dtype);
[[nodiscard]] inline arete_dtype abi_dtype(tensor::DType dtype) {
  return static_cast<arete_dtype>(dtype);
}

/// "" for NULL.
[[nodiscard]] inline std::string text_or_empty(const char* text) {
  return text == nullptr ? std::string() : std::string(text);
}

/// kInternal if an engine describes nonsense.
[[nodiscard]] Result<TensorInfo> info_of(const arete_tensor_info& info);

/// An ABI tensor over the caller's memory; `shape` and `strides` must outlive it. kInvalid for an
/// impossible shape. Strings are not done here.
[[nodiscard]] Result<arete_tensor> borrow(tensor::DType dtype, const tensor::Shape& shape,
                                          const std::vector<std::int64_t>& strides,
                                          const std::byte* data);

/// An owned copy of an engine's host tensor, strings too. kInternal if it contradicts itself.
[[nodiscard]] Result<tensor::Tensor> copy_from(const arete_tensor& tensor);

}  // namespace arete::runtime
