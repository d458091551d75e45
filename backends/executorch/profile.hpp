// What ran where, told by ExecuTorch's event tracer while the model runs: each operator of its own
// kernels by name, each delegate call by the delegate. Delegates do not name their operators.
// Threads: as a session.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <executorch/runtime/core/event_tracer.h>

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "arete/backend.h"

namespace arete_et {

class Profile final : public executorch::runtime::EventTracer {
 public:
  using Entry = executorch::runtime::EventTracerEntry;
  using ChainId = executorch::runtime::ChainID;
  using Handle = executorch::runtime::DebugHandle;
  using DelegateId = executorch::runtime::DelegateDebugIntId;
  using Tensor = executorch::aten::Tensor;
  using Logged = executorch::runtime::Result<bool>;

  /// `delegates` are the names of the program's delegates, for the column "device".
  void set_delegates(std::string delegates) { delegates_ = std::move(delegates); }
  void count_run() { ++runs_; }
  /// The figures so far, which then start anew; valid until the next call.
  [[nodiscard]] const arete_profile& take();

  // ExecuTorch's side.
  void create_event_block(const char* name) override;
  Entry start_profiling(const char* name, ChainId chain, Handle handle) override;
  void end_profiling(Entry entry) override;
  Entry start_profiling_delegate(const char* name, DelegateId id) override;
  void end_profiling_delegate(Entry entry, const void* metadata, size_t bytes) override;
  void log_profiling_delegate(const char* name, DelegateId id, et_timestamp_t start,
                              et_timestamp_t end, const void* metadata, size_t bytes) override;
  void track_allocation(executorch::runtime::AllocatorID id, size_t size) override;
  executorch::runtime::AllocatorID track_allocator(const char* name) override;
  // Values are not recorded, only times.
  Logged log_evalue(const executorch::runtime::EValue&,
                    executorch::runtime::LoggedEValueType) override {
    return false;
  }
  Logged log_intermediate_output_delegate(const char*, DelegateId, const Tensor&) override {
    return false;
  }
  Logged log_intermediate_output_delegate(const char*, DelegateId,
                                          const executorch::aten::ArrayRef<Tensor>) override {
    return false;
  }
  Logged log_intermediate_output_delegate(const char*, DelegateId, const int&) override {
    return false;
  }
  Logged log_intermediate_output_delegate(const char*, DelegateId, const bool&) override {
    return false;
  }
  Logged log_intermediate_output_delegate(const char*, DelegateId, const double&) override {
    return false;
  }
  void set_delegation_intermediate_output_filter(
      executorch::runtime::EventTracerFilterBase*) override {}

 private:
  struct Node {
    std::string name;
    std::string type;
    std::string device;
    std::uint64_t calls = 0;
    std::uint64_t ns = 0;
    arete_node_profile plain{};
  };
  /// An event that has begun; `node` is the number in nodes_, or -1 for one that is no node.
  [[nodiscard]] std::int64_t node_for(const std::string& event, ChainId chain, Handle handle);

  std::string delegates_;
  std::deque<Node> nodes_;
  std::map<std::string, std::int64_t> positions_;
  std::uint64_t runs_ = 0;
  std::deque<Node> reported_;  // a deque: `plain` points into its neighbours
  std::vector<const arete_node_profile*> pointers_;
  arete_profile plain_{};
};

}  // namespace arete_et
