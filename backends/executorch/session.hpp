// A program loaded by ExecuTorch: its method "forward". Dense inputs are handed over in place;
// outputs go straight to bound memory where the program has not planned memory of its own for them,
// else they are copied once.
// Threads: as the ABI says. A run cannot be stopped half-way: a cancelled one ends by itself and is
// then reported as cancelled.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <executorch/extension/module/module.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "arete/plugin.hpp"
#include "profile.hpp"

namespace arete_et {

/// What the options of load say; see engine.cpp.
struct Settings {
  bool one_thread = true;
  bool profile = false;
};

class EtSession final : public arete::plugin::Session {
 public:
  EtSession(const arete_model_source& source, const Settings& settings);
  EtSession(const EtSession&) = delete;
  EtSession& operator=(const EtSession&) = delete;
  ~EtSession() override;

  const arete_profile& profile() override;

 protected:
  void execute() override;
  void bound(arete_direction direction, std::uint32_t index) override;
  arete_tensor output(std::uint32_t index) override;

 private:
  using Sizes = std::vector<executorch::aten::SizesType>;

  /// Memory with a shape, as ExecuTorch wants it: it keeps pointers to all of these.
  struct Wrapped {
    Sizes sizes;
    std::vector<executorch::aten::DimOrderType> order;
    std::vector<executorch::aten::StridesType> strides;
    std::unique_ptr<executorch::aten::TensorImpl> tensor;
  };
  struct Input {
    Wrapped memory;
    std::vector<std::byte> gathered;  ///< dense copy of strided memory
  };
  struct Output {
    Wrapped memory;  ///< over bound memory that the run writes to itself
    bool in_place = false;
    std::vector<std::int64_t> shape;  ///< of the last run
    void* data = nullptr;             ///< of the last run, ExecuTorch's own
    std::uint64_t bytes = 0;
  };

  void describe_tensors();
  void describe(arete_direction direction, std::size_t index,
                const executorch::runtime::TensorInfo& info);
  static void wrap(Wrapped& made, const arete_tensor& tensor, void* data);
  void take_output(std::size_t index, const executorch::runtime::EValue& value);

  Settings settings_;
  Profile* profile_ = nullptr;  // the module's own; null unless asked for
  std::unique_ptr<executorch::extension::Module> module_;
  std::vector<Input> inputs_;
  std::vector<Output> outputs_;
  std::vector<executorch::runtime::EValue> arguments_;
};

}  // namespace arete_et
