// SPDX-License-Identifier: Apache-2.0
#include "runtime/plugin_state.hpp"

#include "runtime/abi_values.hpp"

namespace arete::runtime {

Result<std::vector<TensorInfo>> describe_all(const PluginLibrary& library,
                                             const arete_session* session,
                                             arete_direction direction) {
  std::vector<TensorInfo> infos;
  const std::uint32_t count = library.table().count(session, direction);
  for (std::uint32_t i = 0; i < count; ++i) {
    arete_tensor_info info{};
    info.struct_size = sizeof(arete_tensor_info);
    ARETE_TRY(library.check(library.table().describe(session, direction, i, &info)));
    ARETE_TRY_ASSIGN(infos.emplace_back(), info_of(info));
  }
  return infos;
}

Result<std::vector<tensor::Tensor>> PluginState::get() {
  std::vector<tensor::Tensor> states;
  for (std::uint32_t i = 0; i < infos_.size(); ++i) {
    arete_tensor state{};
    state.struct_size = sizeof(arete_tensor);
    ARETE_TRY(library_->check(library_->table().get_state(session_, i, &state)));
    ARETE_TRY_ASSIGN(states.emplace_back(), copy_from(state), "state '{}'", infos_[i].name);
  }
  return states;
}

Status PluginState::set(std::span<const tensor::TensorView> states) {
  if (states.size() != infos_.size()) {
    return fail(ErrorCode::kInvalid, "{} states given, the model keeps {}", states.size(),
                infos_.size());
  }
  for (std::uint32_t i = 0; i < infos_.size(); ++i) {
    const tensor::TensorView& view = states[i];
    if (view.dtype == tensor::DType::kString) {
      return fail(ErrorCode::kUnsupported, "state '{}': strings cannot be a state", infos_[i].name);
    }
    ARETE_TRY_ASSIGN(const arete_tensor state,
                     borrow(view.dtype, view.shape, view.strides, view.data), "state '{}'",
                     infos_[i].name);
    ARETE_TRY(library_->check(library_->table().set_state(session_, i, &state)));
  }
  return {};
}

Status PluginState::reset() { return library_->check(library_->table().reset_state(session_)); }

}  // namespace arete::runtime
