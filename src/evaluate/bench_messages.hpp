// What is said between a benchmark and the process of one row, as lines of JSON: load a model (and
// run it once), run it some more times, say how much memory it took. A reply that carries tensors
// is followed by their bytes. Pure data and its translation; who speaks is in engine_process.hpp
// and bench_worker.hpp. Threads: pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "document/node.hpp"
#include "tensor/shape.hpp"
#include "tensor/tensor.hpp"

namespace arete::evaluate {

/// One engine with one model.
struct LoadRequest {
  std::string model;  ///< a file; empty = the tiny model that the engine reads
  std::string engine;
  std::string cache_dir;
  std::map<std::string, std::string> options;   ///< of the engine
  std::map<std::string, tensor::Shape> shapes;  ///< for inputs with unknown extents
  std::uint64_t seed = 1;                       ///< of the input's contents
};

struct LoadReply {
  std::string precision;  ///< dtype of most of the weights
  std::string format;     ///< that the engine was given: "onnx", "tflite" ...
  bool converted = false;
  std::vector<std::string> assumed;  ///< inputs whose unknown extents were taken as 1
  double load_ms = 0;
  double first_run_ms = 0;
  std::vector<std::string> names;         ///< of the outputs
  std::vector<tensor::Tensor> answers;    ///< of the first run; empty for strings
  std::vector<tensor::Tensor> questions;  ///< what was fed, only for the tiny model
};

/// Sums over the runs of one round.
struct RoundTimes {
  Nanoseconds cpu{0};  ///< of all threads of the process
  Nanoseconds wall{0};
};

[[nodiscard]] document::Node to_node(const LoadRequest& request);
[[nodiscard]] Result<LoadRequest> load_request(const document::Node& node);

/// Without the bytes of the tensors, which bytes_of() gives in the order of the list.
[[nodiscard]] document::Node to_node(const LoadReply& reply);
/// `next(n)` gives the n bytes that follow in the stream.
using NextBytes = std::function<Result<Bytes>(std::size_t)>;
[[nodiscard]] Result<LoadReply> load_reply(const document::Node& node, const NextBytes& next);

/// {"stage": "load", "error": {...}}: which step failed, and the error.
[[nodiscard]] document::Node failure_node(std::string_view stage, const Error& error);
/// The error of such a node, its stage as the context; success for any other node.
[[nodiscard]] Status failure_in(const document::Node& node);
/// "probe", "load", "run" ..., empty if it is no failure.
[[nodiscard]] std::string stage_in(const document::Node& node);

}  // namespace arete::evaluate
