// The side of a benchmark that holds one engine: a process of its own, so that its memory and CPU
// time are its alone and a crash is one row's. Answers requests (bench_messages.hpp) line by line.
// Threads: one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <istream>
#include <string_view>
#include <vector>

#include "convert/engine_model.hpp"
#include "evaluate/bench_messages.hpp"
#include "runtime/registry.hpp"

namespace arete::evaluate {

class BenchWorker {
 public:
  /// Gives a registry that has the named engine at least, and best no other: each costs memory.
  using Engines = std::function<runtime::Registry(std::string_view engine)>;
  explicit BenchWorker(Engines engines) : engines_(std::move(engines)) {}

  struct Reply {
    document::Node node;
    std::vector<tensor::Tensor> tensors;  ///< whose bytes follow the line
  };
  [[nodiscard]] Reply answer(const document::Node& request);

  /// Until `in` ends. False if `out` takes no more.
  [[nodiscard]] bool serve(std::istream& in, std::FILE* out);

 private:
  [[nodiscard]] Result<LoadReply> load(const LoadRequest& request, std::string_view& stage);
  [[nodiscard]] Status open(const LoadRequest& request, LoadReply& reply);
  [[nodiscard]] Status prepare_outputs();
  [[nodiscard]] Status run_once();
  [[nodiscard]] Result<RoundTimes> round(std::int64_t warm, std::int64_t runs);

  Engines engines_;
  convert::LoadedModel loaded_;
  std::vector<tensor::Tensor> inputs_;
  std::vector<tensor::TensorView> input_views_;
  std::vector<tensor::Tensor> outputs_;
  std::vector<runtime::MutableTensorView> output_views_;  ///< empty: outputs are the engine's
};

/// Highest resident memory of this process since it started its program; 0 if not known.
[[nodiscard]] std::uint64_t peak_resident_bytes();

}  // namespace arete::evaluate
