// SPDX-License-Identifier: Apache-2.0
#include "onnx_names.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>

namespace arete_openvino {
namespace {

/// The fields of a protobuf message, one after the other.
class Fields {
 public:
  explicit Fields(std::string_view message) : rest_(message) {}

  /// False at the end, or where the message makes no sense.
  bool next() {
    std::uint64_t key = 0;
    if (rest_.empty() || !varint(key)) {
      return false;
    }
    number_ = key >> 3U;
    bytes_ = {};
    switch (key & 7U) {
      case 0:
        return varint(key);
      case 1:
        return take(8);
      case 2:
        return varint(key) && take(key);
      case 5:
        return take(4);
      default:
        return false;
    }
  }
  [[nodiscard]] std::uint64_t number() const { return number_; }
  /// Empty for numbers.
  [[nodiscard]] std::string_view bytes() const { return bytes_; }

 private:
  bool varint(std::uint64_t& value) {
    value = 0;
    for (std::uint32_t shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 127U) << shift;
      if (byte < 128) {
        return true;
      }
    }
    return false;
  }
  bool take(std::uint64_t count) {
    if (count > rest_.size()) {
      return false;
    }
    bytes_ = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return true;
  }

  std::string_view rest_;
  std::uint64_t number_ = 0;
  std::string_view bytes_;
};

void for_each(std::string_view message, std::uint64_t number,
              const std::function<void(std::string_view)>& visit) {
  for (Fields fields(message); fields.next();) {
    if (fields.number() == number) {
      visit(fields.bytes());
    }
  }
}

std::string_view first(std::string_view message, std::uint64_t number) {
  for (Fields fields(message); fields.next();) {
    if (fields.number() == number) {
      return fields.bytes();
    }
  }
  return {};
}

/// ValueInfoProto: name 1; type 2, tensor_type 1, shape 2, dim 1, dim_param 2.
NamedTensor named_tensor(std::string_view value) {
  NamedTensor made;
  made.name = first(value, 1);
  const std::string_view shape = first(first(first(value, 2), 1), 2);
  for_each(shape, 1, [&](std::string_view dim) { made.dim_names.emplace_back(first(dim, 2)); });
  return made;
}

}  // namespace

OnnxNames onnx_names(std::string_view file) {
  OnnxNames made;
  const std::string_view graph = first(file, 7);
  std::vector<std::string_view> initializers;
  for_each(graph, 5, [&](std::string_view tensor) { initializers.push_back(first(tensor, 8)); });
  std::ranges::sort(initializers);
  for_each(graph, 11, [&](std::string_view value) {
    NamedTensor input = named_tensor(value);
    if (!std::ranges::binary_search(initializers, std::string_view(input.name))) {
      made.inputs.push_back(std::move(input));
    }
  });
  for_each(graph, 12, [&](std::string_view value) { made.outputs.push_back(named_tensor(value)); });
  return made;
}

}  // namespace arete_openvino
