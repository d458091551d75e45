// OrtValues over bound memory, and what comes out of a run as tensors of the ABI.
// Threads: as a session. Ownership: a value over bound memory borrows it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "arete/plugin.hpp"
#include "library.hpp"

namespace arete_ort {

/// Name, dtype and symbolic shape of a graph input or output. Throws ARETE_UNSUPPORTED for
/// sequences, maps and other things that are no tensors.
[[nodiscard]] arete::plugin::Description describe(std::string name, const OrtTypeInfo& type);

/// A value over the dense host memory of `tensor`, without a copy. Not for strings.
[[nodiscard]] Owned<OrtValue> wrap(const arete_tensor& tensor, void* data, std::uint64_t bytes);

/// A value with copies of the bound strings.
[[nodiscard]] Owned<OrtValue> copy_strings(const arete_tensor& tensor);

/// A result as the ABI shows it; points into the value and into this object.
class ResultView {
 public:
  void read(OrtValue& value, const std::string& name);
  [[nodiscard]] arete_tensor tensor() const;
  [[nodiscard]] const std::vector<std::int64_t>& shape() const { return shape_; }
  [[nodiscard]] const std::byte* data() const { return static_cast<const std::byte*>(data_); }

 private:
  void read_strings(const OrtValue& value, std::size_t count);

  arete_dtype dtype_ = ARETE_DTYPE_UNDEFINED;
  std::vector<std::int64_t> shape_;
  void* data_ = nullptr;
  std::string text_;
  std::vector<arete_string> strings_;
};

}  // namespace arete_ort
