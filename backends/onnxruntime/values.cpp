// SPDX-License-Identifier: Apache-2.0
#include "values.hpp"

#include <algorithm>
#include <utility>

#include "element_types.hpp"

namespace arete_ort {
namespace {

using arete::plugin::Description;
using arete::plugin::Failure;

/// Something to point at where there are no elements; ONNX Runtime refuses NULL.
std::byte* nothing() {
  static std::byte nothing{};
  return &nothing;
}

}  // namespace

Description describe(std::string name, const OrtTypeInfo& type) {
  const OrtApi& api = *library().api;
  Description made;
  made.name = std::move(name);
  const OrtTensorTypeAndShapeInfo* tensor = nullptr;  // belongs to `type`
  check(api.CastTypeInfoToTensorInfo(&type, &tensor), Stage::kLoading);
  if (tensor == nullptr) {
    throw Failure(ARETE_UNSUPPORTED, "'" + made.name + "' is not a tensor");
  }
  ONNXTensorElementDataType element{};
  check(api.GetTensorElementType(tensor, &element), Stage::kLoading);
  made.dtype = dtype_of(element);
  std::size_t rank = 0;
  check(api.GetDimensionsCount(tensor, &rank), Stage::kLoading);
  // The C API gives rank 0 for a scalar and for a shape that the file does not tell.
  made.rank_known = rank != 0;
  made.shape.resize(rank);
  check(api.GetDimensions(tensor, made.shape.data(), rank), Stage::kLoading);
  std::vector<const char*> symbols(rank);
  check(api.GetSymbolicDimensions(tensor, symbols.data(), rank), Stage::kLoading);
  for (std::size_t i = 0; i < rank; ++i) {
    made.shape[i] = made.shape[i] < 0 ? -1 : made.shape[i];
    made.dim_names.emplace_back(symbols[i] == nullptr ? "" : symbols[i]);
  }
  return made;
}

Owned<OrtValue> wrap(const arete_tensor& tensor, void* data, std::uint64_t bytes) {
  const Library& ort = library();
  OrtValue* value = nullptr;
  check(ort.api->CreateTensorWithDataAsOrtValue(ort.host_memory, data == nullptr ? nothing() : data,
                                                bytes, tensor.shape, tensor.rank,
                                                element_type_of(tensor.dtype), &value));
  return Owned<OrtValue>(value);
}

Owned<OrtValue> copy_strings(const arete_tensor& tensor) {
  const OrtApi& api = *library().api;
  OrtAllocator* allocator = nullptr;  // not to be released
  check(api.GetAllocatorWithDefaultOptions(&allocator));
  OrtValue* made = nullptr;
  check(api.CreateTensorAsOrtValue(allocator, tensor.shape, tensor.rank,
                                   ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING, &made));
  Owned<OrtValue> value(made);
  const auto* const given = static_cast<const arete_string*>(tensor.data);
  const std::uint64_t count = arete::plugin::elements_of({tensor.shape, tensor.rank});
  for (std::uint64_t i = 0; i < count; ++i) {
    char* room = nullptr;
    check(api.GetResizedStringTensorElementBuffer(value.get(), i, given[i].size, &room));
    std::copy_n(given[i].data, given[i].size, room);
  }
  return value;
}

void ResultView::read(OrtValue& value, const std::string& name) {
  const OrtApi& api = *library().api;
  int is_tensor = 0;
  check(api.IsTensor(&value, &is_tensor));
  if (is_tensor == 0) {
    throw Failure(ARETE_UNSUPPORTED, "output '" + name + "' is not a tensor");
  }
  OrtTensorTypeAndShapeInfo* made = nullptr;
  check(api.GetTensorTypeAndShape(&value, &made));
  const Owned<OrtTensorTypeAndShapeInfo> info(made);
  ONNXTensorElementDataType element{};
  check(api.GetTensorElementType(info.get(), &element));
  dtype_ = dtype_of(element);
  std::size_t rank = 0;
  check(api.GetDimensionsCount(info.get(), &rank));
  shape_.resize(rank);
  check(api.GetDimensions(info.get(), shape_.data(), rank));
  if (dtype_ == ARETE_DTYPE_STRING) {
    read_strings(value, arete::plugin::elements_of(shape_));
  } else {
    check(api.GetTensorMutableData(&value, &data_));
  }
}

void ResultView::read_strings(const OrtValue& value, std::size_t count) {
  const OrtApi& api = *library().api;
  std::size_t bytes = 0;
  check(api.GetStringTensorDataLength(&value, &bytes));
  text_.resize(bytes);
  std::vector<std::size_t> offsets(count);
  if (count != 0) {
    check(api.GetStringTensorContent(&value, text_.data(), bytes, offsets.data(), count));
  }
  strings_.clear();
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t end = i + 1 < count ? offsets[i + 1] : bytes;
    strings_.push_back({text_.data() + offsets[i], end - offsets[i]});
  }
  data_ = strings_.data();
}

arete_tensor ResultView::tensor() const {
  arete_tensor made{};
  made.struct_size = sizeof(arete_tensor);
  made.dtype = dtype_;
  made.memory = ARETE_MEMORY_HOST;
  made.rank = static_cast<std::uint32_t>(shape_.size());
  made.shape = shape_.data();
  made.data = data_;
  made.bytes = arete::plugin::bytes_of(dtype_, shape_);
  return made;
}

}  // namespace arete_ort
