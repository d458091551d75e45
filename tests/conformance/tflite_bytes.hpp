// TFLite files built table by table, by the field numbers of the format, so that the conformance of
// engines depends neither on our own reader nor on its schema. Not a general writer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tensor/dtype.hpp"

namespace arete::conformance::tflite {

inline constexpr int kFloat = 0;
inline constexpr int kInt32 = 2;
inline constexpr int kInt64 = 4;
inline constexpr int kBool = 6;
inline constexpr int kResource = 13;

/// TensorType of a dtype; -1 if the format has none.
[[nodiscard]] int element_type(tensor::DType dtype);

struct Tensor {
  std::string name;
  int type = kFloat;
  std::vector<std::int32_t> shape;  ///< -1 = not known before the run
  std::string data{};               ///< raw bytes of a constant; empty = not one
};

/// What an operator's options table holds: numbers of four bytes or one, and texts, by field.
struct Options {
  int kind = 0;  ///< of the union; 0 = none
  std::vector<std::int32_t> numbers{};
  std::vector<std::int8_t> enums{};
  std::vector<std::string> texts{};
};

struct Operator {
  int code = 0;
  std::vector<std::int32_t> inputs;
  std::vector<std::int32_t> outputs;
  Options options{};
};

struct Graph {
  std::vector<Tensor> tensors;
  std::vector<std::int32_t> inputs;
  std::vector<std::int32_t> outputs;
  std::vector<Operator> operators;
};

/// A complete file. The first graph is the main one.
[[nodiscard]] std::string model(const std::vector<Graph>& graphs);

template <class T>
[[nodiscard]] std::string raw(T number) {
  return {reinterpret_cast<const char*>(&number), sizeof(T)};
}

}  // namespace arete::conformance::tflite
