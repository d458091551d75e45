// SPDX-License-Identifier: Apache-2.0
#include "onnx_bytes.hpp"

#include <array>
#include <cctype>

namespace arete::conformance::onnx {
namespace {

using tensor::DType;

std::string varint(std::uint64_t number) {
  std::string bytes;
  for (; number >= 128; number >>= 7U) {
    bytes += static_cast<char>(static_cast<unsigned char>(number | 128U));
  }
  return bytes + static_cast<char>(static_cast<unsigned char>(number));
}

std::string number_field(std::uint64_t field, std::uint64_t number) {
  return varint(field << 3U) + varint(number);
}

std::string bytes_field(std::uint64_t field, std::string_view bytes) {
  return varint(field << 3U | 2U) + varint(bytes.size()) + std::string(bytes);
}

/// TensorProto of a scalar: dims are absent, raw_data is field 9.
std::string scalar_tensor(int type, std::string_view raw) {
  return number_field(2, static_cast<std::uint64_t>(type)) + bytes_field(9, raw);
}

std::string constant(std::string_view name, std::string_view tensor) {
  constexpr std::uint64_t kTensorType = 4;
  const std::string attribute =
      bytes_field(1, "value") + bytes_field(5, tensor) + number_field(20, kTensorType);
  return node("Constant", {}, {std::string(name)}, attribute);
}

}  // namespace

int element_type(DType dtype) {
  switch (dtype) {
    case DType::kF32:
      return kFloat;
    case DType::kU8:
      return 2;
    case DType::kI8:
      return 3;
    case DType::kU16:
      return 4;
    case DType::kI16:
      return 5;
    case DType::kI32:
      return 6;
    case DType::kI64:
      return kInt64;
    case DType::kString:
      return 8;
    case DType::kBool:
      return kBool;
    case DType::kF16:
      return 10;
    case DType::kF64:
      return 11;
    case DType::kU32:
      return 12;
    case DType::kU64:
      return 13;
    case DType::kBf16:
      return 16;
    case DType::kU4:
      return 21;
    case DType::kI4:
      return 22;
    default:
      return 0;
  }
}

std::string value(std::string_view name, int type, const std::vector<std::string>& shape) {
  std::string dims;
  for (const std::string& extent : shape) {
    const bool known = std::isdigit(static_cast<unsigned char>(extent.front())) != 0;
    dims += bytes_field(1, known ? number_field(1, std::stoull(extent)) : bytes_field(2, extent));
  }
  const std::string tensor =
      number_field(1, static_cast<std::uint64_t>(type)) + bytes_field(2, dims);
  return bytes_field(1, name) + bytes_field(2, bytes_field(1, tensor));
}

std::string graph_attribute(std::string_view name, std::string_view graph) {
  constexpr std::uint64_t kGraphType = 5;
  return bytes_field(1, name) + bytes_field(6, graph) + number_field(20, kGraphType);
}

std::string node(std::string_view type, const std::vector<std::string>& inputs,
                 const std::vector<std::string>& outputs, std::string_view attribute) {
  std::string bytes;
  for (const std::string& input : inputs) {
    bytes += bytes_field(1, input);
  }
  for (const std::string& output : outputs) {
    bytes += bytes_field(2, output);
  }
  bytes += bytes_field(3, outputs.front() + "_node") + bytes_field(4, type);
  return attribute.empty() ? bytes : bytes + bytes_field(5, attribute);
}

std::string constant_int64(std::string_view name, std::int64_t number) {
  std::string raw;
  for (unsigned shift = 0; shift < 64; shift += 8) {
    raw +=
        static_cast<char>(static_cast<unsigned char>(static_cast<std::uint64_t>(number) >> shift));
  }
  return constant(name, scalar_tensor(kInt64, raw));
}

std::string constant_true(std::string_view name) {
  return constant(name, scalar_tensor(kBool, std::string(1, '\1')));
}

std::string graph(const std::vector<std::string>& nodes, const std::vector<std::string>& inputs,
                  const std::vector<std::string>& outputs) {
  std::string bytes;
  for (const std::string& one : nodes) {
    bytes += bytes_field(1, one);
  }
  bytes += bytes_field(2, "g");
  for (const std::string& input : inputs) {
    bytes += bytes_field(11, input);
  }
  for (const std::string& output : outputs) {
    bytes += bytes_field(12, output);
  }
  return bytes;
}

std::string model(std::string_view graph) {
  constexpr std::uint64_t kIrVersion = 10;
  constexpr std::uint64_t kOpset = 21;
  return number_field(1, kIrVersion) + bytes_field(7, graph) +
         bytes_field(8, number_field(2, kOpset));
}

}  // namespace arete::conformance::onnx
