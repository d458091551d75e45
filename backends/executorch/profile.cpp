// SPDX-License-Identifier: Apache-2.0
#include "profile.hpp"

#include <chrono>
#include <string_view>
#include <utility>

namespace arete_et {
namespace {

constexpr std::string_view kKernelCall = "native_call_";  // before an operator's name
constexpr std::string_view kDelegateCall = "DELEGATE_CALL";

std::uint64_t now_ns() {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                        std::chrono::steady_clock::now().time_since_epoch())
                                        .count());
}

}  // namespace

std::int64_t Profile::node_for(const std::string& event, ChainId chain, Handle handle) {
  const bool kernel = event.starts_with(kKernelCall);
  if (!kernel && event != kDelegateCall) {
    return -1;  // the method as a whole, or what wraps a kernel's call
  }
  // The tracer knows the instruction from set_chain_debug_handle() where the call does not say it.
  const ChainId in_chain = chain == executorch::runtime::kUnsetChainId ? current_chain_id() : chain;
  const Handle instruction =
      handle == executorch::runtime::kUnsetDebugHandle ? current_debug_handle() : handle;
  const std::string name =
      "instruction " + std::to_string(in_chain) + ":" + std::to_string(instruction);
  const std::string type = kernel ? event.substr(kKernelCall.size()) : "delegate";
  const auto [place, made] =
      positions_.try_emplace(name + type, static_cast<std::int64_t>(nodes_.size()));
  if (made) {
    nodes_.push_back({name, type, kernel ? "ExecuTorch kernels" : delegates_, 0, 0, {}});
  }
  return place->second;
}

Profile::Entry Profile::start_profiling(const char* name, ChainId chain, Handle handle) {
  return {node_for(name == nullptr ? "" : name, chain, handle), chain, handle, now_ns(),
          executorch::runtime::DelegateDebugIdType::kNone};
}

void Profile::end_profiling(Entry entry) {
  if (entry.event_id >= 0) {
    Node& node = nodes_[static_cast<std::size_t>(entry.event_id)];
    ++node.calls;
    node.ns += now_ns() - entry.start_time;
  }
}

const arete_profile& Profile::take() {
  reported_.clear();
  pointers_.clear();
  for (const Node& node : nodes_) {
    if (node.calls > 0) {
      reported_.push_back(node);
    }
  }
  for (Node& node : reported_) {
    node.plain = {sizeof(arete_node_profile), node.name.c_str(), node.type.c_str(),
                  node.device.c_str(),        node.calls,        node.ns};
    pointers_.push_back(&node.plain);
  }
  plain_ = {sizeof(arete_profile), std::exchange(runs_, 0),
            static_cast<std::uint32_t>(pointers_.size()), pointers_.data()};
  for (Node& node : nodes_) {
    node.calls = 0;
    node.ns = 0;
  }
  return plain_;
}

// Delegates report events of their own with numbers that only the exporting machine can explain;
// their time is in the delegate's call already.
Profile::Entry Profile::start_profiling_delegate(const char* /*name*/, DelegateId id) {
  return {-1, executorch::runtime::kUnsetChainId, executorch::runtime::kUnsetDebugHandle, 0,
          id == executorch::runtime::kUnsetDelegateDebugIntId
              ? executorch::runtime::DelegateDebugIdType::kStr
              : executorch::runtime::DelegateDebugIdType::kInt};
}
void Profile::end_profiling_delegate(Entry /*entry*/, const void* /*metadata*/, size_t /*bytes*/) {}
void Profile::log_profiling_delegate(const char* /*name*/, DelegateId /*id*/,
                                     et_timestamp_t /*start*/, et_timestamp_t /*end*/,
                                     const void* /*metadata*/, size_t /*bytes*/) {}
void Profile::create_event_block(const char* /*name*/) {}
void Profile::track_allocation(executorch::runtime::AllocatorID /*id*/, size_t /*size*/) {}
executorch::runtime::AllocatorID Profile::track_allocator(const char* /*name*/) { return 0; }

}  // namespace arete_et
