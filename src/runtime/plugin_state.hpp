// The state of a model behind the C ABI. Part of a PluginSession and as serial as it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "arete/backend.h"
#include "runtime/plugin_library.hpp"
#include "runtime/session.hpp"

namespace arete::runtime {

/// The descriptions of all tensors of one direction.
[[nodiscard]] Result<std::vector<TensorInfo>> describe_all(const PluginLibrary& library,
                                                           const arete_session* session,
                                                           arete_direction direction);

class PluginState final : public ModelState {
 public:
  PluginState(const PluginLibrary& library, arete_session* session, std::vector<TensorInfo> infos)
      : library_(&library), session_(session), infos_(std::move(infos)) {}

  [[nodiscard]] const std::vector<TensorInfo>& infos() const override { return infos_; }
  [[nodiscard]] Result<std::vector<tensor::Tensor>> get() override;
  [[nodiscard]] Status set(std::span<const tensor::TensorView> states) override;
  [[nodiscard]] Status reset() override;

 private:
  const PluginLibrary* library_;  ///< the session keeps it
  arete_session* session_;
  std::vector<TensorInfo> infos_;
};

}  // namespace arete::runtime
