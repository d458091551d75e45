// A module compiled by TVM (relax virtual machine): its function "main". Inputs are handed over in
// place if they are dense and aligned as the compiled code wants them; TVM allocates its results,
// which are copied into bound memory.
// Threads: as the ABI says. A run cannot be stopped half-way: a cancelled one ends by itself and is
// then reported as cancelled.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tvm/ffi/container/tensor.h>
#include <tvm/ffi/extra/module.h>
#include <tvm/ffi/function.h>

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "arete/plugin.hpp"
#include "signature.hpp"

namespace arete_tvm {

/// What the options of load say; see engine.cpp.
struct Settings {
  int threads = 1;
  bool profile = false;
};

class TvmSession final : public arete::plugin::Session {
 public:
  TvmSession(const std::string& module_path, const Settings& settings);

  const arete_profile& profile() override;

 protected:
  void execute() override;
  void bound(arete_direction direction, std::uint32_t index) override;
  arete_tensor output(std::uint32_t index) override;

 private:
  struct Input {
    std::vector<std::byte> storage;  ///< with room to align; empty if the memory is used as it is
    std::byte* copy = nullptr;       ///< aligned, in `storage`
    std::optional<tvm::ffi::Tensor> tensor;
  };
  struct Node {
    std::string name;
    std::uint64_t calls = 0;
    std::uint64_t ns = 0;
    arete_node_profile plain{};
  };

  void load(const std::string& module_path);
  void check_arity() const;
  void watch_kernels();
  void note_kernel(const std::string& name, bool begins);
  void take_results(const tvm::ffi::Any& results);
  void take_result(std::size_t index, const tvm::ffi::Any& result);

  Settings settings_;
  std::optional<tvm::ffi::Module> machine_;
  std::optional<tvm::ffi::Function> main_;
  std::vector<Input> inputs_;
  std::vector<std::optional<tvm::ffi::Tensor>> results_;
  std::vector<tvm::ffi::AnyView> arguments_;

  std::deque<Node> nodes_;  // a deque: `plain` points into its neighbours
  std::map<std::string, std::size_t> positions_;
  std::uint64_t kernel_started_ns_ = 0;
  std::uint64_t runs_ = 0;
  std::vector<const arete_node_profile*> pointers_;
  arete_profile plain_{};
};

}  // namespace arete_tvm
