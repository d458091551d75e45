// A Session behind the C ABI. Binds the caller's memory only when it is not bound already, so that
// running again on the same buffers costs two comparisons a tensor.
// Threads: as Session says.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "arete/backend.h"
#include "base/bytes.hpp"
#include "runtime/plugin_library.hpp"
#include "runtime/plugin_state.hpp"
#include "runtime/session.hpp"

namespace arete::runtime {

class PluginSession final : public Session {
 public:
  /// Takes the session over, also when an error is returned. `model` stays alive with it.
  [[nodiscard]] static Result<std::unique_ptr<Session>> adopt(
      std::shared_ptr<const PluginLibrary> library, arete_session* session, SharedBytes model);
  PluginSession(const PluginSession&) = delete;
  PluginSession& operator=(const PluginSession&) = delete;
  ~PluginSession() override;

  [[nodiscard]] const std::vector<TensorInfo>& inputs() const override { return inputs_; }
  [[nodiscard]] const std::vector<TensorInfo>& outputs() const override { return outputs_; }
  [[nodiscard]] Result<Outputs> run(std::span<const tensor::TensorView> inputs,
                                    const RunOptions& options) override;
  [[nodiscard]] Status run_into(std::span<const tensor::TensorView> inputs,
                                std::span<const MutableTensorView> outputs,
                                const RunOptions& options) override;
  [[nodiscard]] Status run_async(std::span<const tensor::TensorView> inputs, Done done,
                                 const RunOptions& options) override;
  void cancel() override;
  [[nodiscard]] ModelState* state() override { return state_ ? &*state_ : nullptr; }
  [[nodiscard]] Result<Profile> profile() override;
  [[nodiscard]] std::vector<Metric> metrics() override;

 private:
  /// What the engine was last told of one tensor.
  struct Bound {
    bool set = false;
    const std::byte* data = nullptr;
    tensor::DType dtype = tensor::DType::kUndefined;
    std::vector<std::int64_t> dims;
    std::vector<std::int64_t> strides;
    std::vector<arete_string> strings;
  };
  struct Started;  ///< of an asynchronous run

  PluginSession(std::shared_ptr<const PluginLibrary> library, arete_session* session,
                SharedBytes model)
      : library_(std::move(library)), session_(session), model_(std::move(model)) {}

  [[nodiscard]] const arete_backend& table() const { return library_->table(); }
  [[nodiscard]] Status bind_inputs(std::span<const tensor::TensorView> inputs);
  [[nodiscard]] Status bind_strings(std::uint32_t index, const tensor::TensorView& view);
  [[nodiscard]] Status bind(arete_direction direction, std::uint32_t index, tensor::DType dtype,
                            const tensor::Shape& shape, const std::vector<std::int64_t>& strides,
                            const std::byte* data);
  [[nodiscard]] Status unbind_outputs();
  [[nodiscard]] Result<Outputs> collect();
  static void finished(void* user, arete_error* error) noexcept;

  std::shared_ptr<const PluginLibrary> library_;
  arete_session* session_;
  SharedBytes model_;
  std::vector<TensorInfo> inputs_;
  std::vector<TensorInfo> outputs_;
  std::vector<Bound> bound_inputs_;
  std::vector<Bound> bound_outputs_;
  std::optional<PluginState> state_;
};

}  // namespace arete::runtime
