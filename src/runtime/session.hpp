// A loaded model that can be run, whatever engine stands behind it. Not here: finding and loading
// engines (backend.hpp, registry.hpp). Others implement Session too: the reference evaluator,
// fakes. Threads: a session is serial, one call at a time; only cancel() may be called during
// another call. Two sessions are independent. Ownership: views are read during the call and no
// longer, except run_async, which reads and writes them until `done` is called.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "tensor/quantization.hpp"
#include "tensor/tensor.hpp"

namespace arete::runtime {

/// One extent as an engine knows it: a number, or -1 and perhaps a name ("batch").
struct Dim {
  std::int64_t size = -1;
  std::string name;

  [[nodiscard]] bool known() const { return size >= 0; }
  [[nodiscard]] bool operator==(const Dim&) const = default;
};
using SymbolicDims = std::vector<Dim>;

/// An input, output or state of a model.
struct TensorInfo {
  std::string name;
  tensor::DType dtype = tensor::DType::kUndefined;  ///< what lies in memory
  std::optional<SymbolicDims> dims;                 ///< nullopt = rank not known
  std::optional<tensor::Quantization> quantization;

  /// The shape, if every extent is known.
  [[nodiscard]] std::optional<tensor::Shape> shape() const;
};

/// "f32[batch, 3, ?, 224]"
[[nodiscard]] std::string text_of(const TensorInfo& info);

/// Position of `name`; kNotFound with all names and a suggestion. `what` is "input", "output" ...
[[nodiscard]] Result<std::size_t> index_of(std::span<const TensorInfo> infos, std::string_view name,
                                           std::string_view what);

/// A view of any tensor. For strings `data` points at the std::string elements.
[[nodiscard]] tensor::TensorView view_of(const tensor::Tensor& tensor);

/// Memory that a run writes to; `strides` in bytes, empty = dense row-major. Not for strings.
struct MutableTensorView {
  tensor::DType dtype = tensor::DType::kUndefined;
  tensor::Shape shape;
  std::vector<std::int64_t> strides;
  std::byte* data = nullptr;

  MutableTensorView() = default;
  MutableTensorView(tensor::DType type, tensor::Shape extents, std::byte* memory)
      : dtype(type), shape(std::move(extents)), data(memory) {}
};

struct RunOptions {
  /// A time of SystemClock::monotonic(). A run not finished then fails with kTimeout.
  std::optional<Nanoseconds> deadline;
};

/// One node as the engine executed it (fused nodes are one).
struct NodeProfile {
  std::string name;
  std::string type;
  std::string device;  ///< what really ran it: "CPUExecutionProvider", "XNNPACK" ...
  std::uint64_t calls = 0;
  Nanoseconds time{0};  ///< over all calls
};

struct Profile {
  std::uint64_t runs = 0;  ///< covered by the figures
  std::vector<NodeProfile> nodes;
};

struct Metric {
  std::string name;  ///< "memory_bytes", "peak_memory_bytes", or the engine's own
  double value = 0;
};

/// State that the model keeps between runs (recurrent nets, streaming audio).
class ModelState {
 public:
  virtual ~ModelState() = default;
  [[nodiscard]] virtual const std::vector<TensorInfo>& infos() const = 0;
  /// All states, in the order of infos(); an owned copy.
  [[nodiscard]] virtual Result<std::vector<tensor::Tensor>> get() = 0;
  [[nodiscard]] virtual Status set(std::span<const tensor::TensorView> states) = 0;
  /// As it was after load.
  [[nodiscard]] virtual Status reset() = 0;
};

class Session {
 public:
  using Outputs = std::vector<tensor::Tensor>;
  /// Called exactly once, on a thread of the engine; the session is idle by then.
  using Done = std::function<void(Result<Outputs>)>;

  virtual ~Session() = default;

  [[nodiscard]] virtual const std::vector<TensorInfo>& inputs() const = 0;
  [[nodiscard]] virtual const std::vector<TensorInfo>& outputs() const = 0;

  /// `inputs` in the order of inputs(). A wrong count, dtype or shape is kInvalid naming the input.
  [[nodiscard]] virtual Result<Outputs> run(std::span<const tensor::TensorView> inputs,
                                            const RunOptions& options = {}) = 0;
  /// The same into the caller's memory, without a copy where the engine can. A result of another
  /// shape than the view's is kInvalid: use run() for shapes that depend on data.
  [[nodiscard]] virtual Status run_into(std::span<const tensor::TensorView> inputs,
                                        std::span<const MutableTensorView> outputs,
                                        const RunOptions& options = {}) = 0;
  /// Starts a run. On an error returned here `done` is never called. kUnsupported if the engine
  /// cannot.
  [[nodiscard]] virtual Status run_async(std::span<const tensor::TensorView> inputs, Done done,
                                         const RunOptions& options = {}) = 0;
  /// The run in progress, if any, ends soon with kCancelled.
  virtual void cancel() = 0;

  /// nullptr if the engine or the model keeps no state. Lives as long as the session.
  [[nodiscard]] virtual ModelState* state() { return nullptr; }
  /// What ran where since load or the last call; kConflict says which load option has to ask.
  [[nodiscard]] virtual Result<Profile> profile() {
    return fail(ErrorCode::kUnsupported, "this engine has no profile");
  }
  [[nodiscard]] virtual std::vector<Metric> metrics() { return {}; }
};

}  // namespace arete::runtime
