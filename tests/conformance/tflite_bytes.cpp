// SPDX-License-Identifier: Apache-2.0
#include "tflite_bytes.hpp"

#include <flatbuffers/flatbuffers.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace arete::conformance::tflite {
namespace {

using flatbuffers::FlatBufferBuilder;
using flatbuffers::uoffset_t;
using flatbuffers::voffset_t;
using tensor::DType;

using Ref = flatbuffers::Offset<void>;

voffset_t field(int number) { return static_cast<voffset_t>(4 + 2 * number); }

/// One table: fields of any kind, in any order.
class Table {
 public:
  explicit Table(FlatBufferBuilder& builder) : builder_(builder), start_(builder.StartTable()) {}
  template <class T>
  Table& number(int at, T value, T when_absent = 0) {
    builder_.AddElement<T>(field(at), value, when_absent);
    return *this;
  }
  template <class T>
  Table& link(int at, flatbuffers::Offset<T> target) {
    builder_.AddOffset(field(at), target);
    return *this;
  }
  Ref end() { return Ref(builder_.EndTable(start_)); }

 private:
  FlatBufferBuilder& builder_;
  uoffset_t start_;
};

/// Collects what the graphs share: buffers and operator codes.
class Writer {
 public:
  std::string write(const std::vector<Graph>& graphs) {
    buffers_.push_back(Table(builder_).end());  // the empty one, by convention
    std::vector<Ref> written;
    written.reserve(graphs.size());
    for (const Graph& graph : graphs) {
      written.push_back(write_graph(graph));
    }
    std::vector<Ref> codes;
    for (const int code : codes_) {
      codes.push_back(Table(builder_)
                          .number<std::int8_t>(0, static_cast<std::int8_t>(std::min(code, 127)))
                          .number<std::int32_t>(2, 1, 0)
                          .number<std::int32_t>(3, code)
                          .end());
    }
    const auto code_list = builder_.CreateVector(codes);
    const auto graph_list = builder_.CreateVector(written);
    const auto buffer_list = builder_.CreateVector(buffers_);
    builder_.Finish(Table(builder_)
                        .number<std::uint32_t>(0, 3)
                        .link(1, code_list)
                        .link(2, graph_list)
                        .link(4, buffer_list)
                        .end(),
                    "TFL3");
    return {reinterpret_cast<const char*>(builder_.GetBufferPointer()), builder_.GetSize()};
  }

 private:
  std::uint32_t add_buffer(const std::string& data) {
    if (data.empty()) {
      return 0;
    }
    constexpr std::size_t kAlignment = 16;
    builder_.ForceVectorAlignment(data.size(), 1, kAlignment);
    const auto bytes =
        builder_.CreateVector(reinterpret_cast<const std::uint8_t*>(data.data()), data.size());
    buffers_.push_back(Table(builder_).link(0, bytes).end());
    return static_cast<std::uint32_t>(buffers_.size() - 1);
  }

  Ref write_tensor(const Tensor& tensor) {
    const std::uint32_t buffer = add_buffer(tensor.data);
    // What is not known yet is 1 in the shape and -1 in its signature.
    std::vector<std::int32_t> start = tensor.shape;
    std::ranges::replace(start, -1, 1);
    const auto name = builder_.CreateString(tensor.name);
    const auto shape = builder_.CreateVector(start);
    const auto signature = builder_.CreateVector(tensor.shape);
    Table table(builder_);
    table.link(0, shape).number<std::int8_t>(1, static_cast<std::int8_t>(tensor.type));
    table.number(2, buffer).link(3, name).number<std::uint8_t>(8, 1);
    if (start != tensor.shape) {
      table.link(7, signature);
    }
    return table.end();
  }

  Ref write_options(const Options& options) {
    std::vector<flatbuffers::Offset<flatbuffers::String>> texts;
    for (const std::string& text : options.texts) {
      texts.push_back(builder_.CreateString(text));
    }
    Table table(builder_);
    int at = 0;
    for (const auto& text : texts) {
      table.link(at++, text);
    }
    for (const std::int32_t number : options.numbers) {
      table.number<std::int32_t>(at++, number);
    }
    for (const std::int8_t number : options.enums) {
      table.number<std::int8_t>(at++, number);
    }
    return table.end();
  }

  Ref write_operator(const Operator& op) {
    const auto known = std::ranges::find(codes_, op.code);
    const auto code = static_cast<std::uint32_t>(std::distance(codes_.begin(), known));
    if (known == codes_.end()) {
      codes_.push_back(op.code);
    }
    const auto inputs = builder_.CreateVector(op.inputs);
    const auto outputs = builder_.CreateVector(op.outputs);
    const Ref options = op.options.kind == 0 ? Ref() : write_options(op.options);
    Table table(builder_);
    table.number(0, code).link(1, inputs).link(2, outputs);
    if (op.options.kind != 0) {
      table.number<std::uint8_t>(3, static_cast<std::uint8_t>(op.options.kind)).link(4, options);
    }
    return table.end();
  }

  Ref write_graph(const Graph& graph) {
    std::vector<Ref> tensors;
    std::ranges::transform(graph.tensors, std::back_inserter(tensors),
                           [this](const Tensor& it) { return write_tensor(it); });
    std::vector<Ref> operators;
    std::ranges::transform(graph.operators, std::back_inserter(operators),
                           [this](const Operator& it) { return write_operator(it); });
    const auto tensor_list = builder_.CreateVector(tensors);
    const auto inputs = builder_.CreateVector(graph.inputs);
    const auto outputs = builder_.CreateVector(graph.outputs);
    const auto operator_list = builder_.CreateVector(operators);
    return Table(builder_)
        .link(0, tensor_list)
        .link(1, inputs)
        .link(2, outputs)
        .link(3, operator_list)
        .end();
  }

  FlatBufferBuilder builder_;
  std::vector<Ref> buffers_;
  std::vector<int> codes_;
};

}  // namespace

int element_type(DType dtype) {
  static constexpr std::array<std::pair<DType, int>, 16> kTypes{{
      {DType::kF32, kFloat},
      {DType::kF16, 1},
      {DType::kI32, kInt32},
      {DType::kU8, 3},
      {DType::kI64, kInt64},
      {DType::kString, 5},
      {DType::kBool, kBool},
      {DType::kI16, 7},
      {DType::kC64, 8},
      {DType::kI8, 9},
      {DType::kF64, 10},
      {DType::kU64, 12},
      {DType::kU32, 15},
      {DType::kU16, 16},
      {DType::kI4, 17},
      {DType::kBf16, 18},
  }};
  const auto* const found = std::ranges::find(kTypes, dtype, &std::pair<DType, int>::first);
  return found == kTypes.end() ? -1 : found->second;
}

std::string model(const std::vector<Graph>& graphs) { return Writer().write(graphs); }

}  // namespace arete::conformance::tflite
