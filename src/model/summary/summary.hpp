// What a model is, in numbers: operators, parameters, multiply-adds, peak activation memory and
// quantization. Looks only; changes nothing. Not here: which engine can run it (runtime).
// Threads: pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/ir/model.hpp"
#include "tensor/shape.hpp"

namespace arete::model {

enum class QuantizationKind {
  kNone,     ///< no quantized value
  kWeights,  ///< only constants are quantized (weight-only or dynamic range)
  kPartial,  ///< some activations are quantized, others are float
  kFull,     ///< every floating activation between the borders is quantized
};
[[nodiscard]] std::string_view name_of(QuantizationKind kind);

struct QuantizationSummary {
  QuantizationKind kind = QuantizationKind::kNone;
  std::map<std::string, std::int64_t> activations;  ///< stored dtype -> number of values
  std::map<std::string, std::int64_t> weights;      ///< stored dtype -> number of constants
  bool per_channel = false;                         ///< some constant has more than one scale
  bool blocked = false;
};

struct Summary {
  std::map<std::string, std::int64_t> operators;  ///< count_operators() of the main graph
  std::int64_t parameters = 0;       ///< elements of real-valued (or quantized) constants
  std::int64_t parameter_bytes = 0;  ///< as stored
  std::optional<std::int64_t> macs;  ///< nullopt: an operator that costs any has an unknown shape
  /// Largest sum of activations that are alive at one node, in file order, stored types, without
  /// in-place reuse; nullopt if a shape is unknown.
  std::optional<std::int64_t> peak_activation_bytes;
  QuantizationSummary quantization;
  /// Inputs with unknown extents, and the shape that the figures assume for them.
  std::map<std::string, tensor::Shape> assumed_shapes;
};

/// "Conv" or "domain.Op" -> how often, subgraphs included.
[[nodiscard]] std::map<std::string, std::int64_t> count_operators(const Graph& graph);

/// Infers shapes on a copy of the model. Extents that stay unknown at an input count as 1, if the
/// model allows it, unless `input_shapes` names the input.
[[nodiscard]] Result<Summary> summarize(const Model& model,
                                        const std::map<std::string, tensor::Shape>& input_shapes);

}  // namespace arete::model
