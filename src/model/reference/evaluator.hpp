// Runs a model node by node with the plain kernels of model/operators: the oracle of all tests,
// exact and slow. Not an engine for products; those are plug-ins behind `runtime`.
// Threads: one run at a time per Evaluator; several Evaluators are independent.
// Errors name the node: "node 12 'conv1' (Conv): ...".
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/ir/model.hpp"
#include "model/operators/operator.hpp"
#include "tensor/tensor.hpp"

namespace arete::model {

/// Called after each node with its inputs and outputs as they lie in memory (quantized values as
/// integers), in subgraphs and functions too.
using NodeObserver =
    std::function<void(const Node&, std::span<const Datum> inputs, std::span<const Datum> outputs)>;

struct EvaluatorOptions {
  std::size_t byte_limit = tensor::kDefaultByteLimit;  ///< of values alive at once, weights aside
  std::int64_t node_limit = 100'000'000;  ///< node executions a run, so that a Loop ends
  NodeObserver observer;                  ///< may be empty
};

class Evaluator {
 public:
  /// Copies the model (its weights are shared); operators of the NHWC form (layout/nhwc.hpp) are
  /// run, and observed, as the ONNX ones that they stand for. kUnsupported, naming the node, if an
  /// operator is not known; kCorrupt if the structure is broken.
  [[nodiscard]] static Result<Evaluator> create(const Model& model, EvaluatorOptions options = {});
  Evaluator(Evaluator&&) noexcept;
  Evaluator& operator=(Evaluator&&) noexcept;
  ~Evaluator();

  /// Inputs in the order of the graph's; one that is missing or not present takes its initializer.
  /// A quantized input may come in its stored or its expressed type. Quantized outputs are given in
  /// their stored type.
  [[nodiscard]] Result<std::vector<Datum>> run(std::vector<Datum> inputs);
  /// By name; kUnsupported if an input or output is not a tensor.
  [[nodiscard]] Result<std::map<std::string, tensor::Tensor>> run(
      const std::map<std::string, tensor::Tensor>& inputs);

 private:
  class Machine;
  explicit Evaluator(std::unique_ptr<Machine> machine);
  std::unique_ptr<Machine> machine_;
};

}  // namespace arete::model
