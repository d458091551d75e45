// A session of another engine, with planned failures. Does all else as the engine inside does.
// Threads: as the ABI says.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "arete/plugin.hpp"
#include "plan.hpp"
#include "wrapped.hpp"

namespace arete_fault {

class FaultSession final : public arete::plugin::Session {
 public:
  FaultSession(Plan plan, const arete_backend& backend, const arete_model_source& source,
               const arete_load_options& options);

  void reset_state() override;
  const arete_profile& profile() override;
  bool metric(std::uint32_t index, arete_metric& out) override;

 protected:
  void execute() override;
  void stop() override;
  void bound(arete_direction direction, std::uint32_t index) override;
  arete_tensor output(std::uint32_t index) override;
  arete_tensor get_state(std::uint32_t index) override;
  void set_state(std::uint32_t index, const arete_tensor& tensor) override;

 private:
  void run_inner();
  /// The optional function, or an error that the engine inside has none.
  template <class Function>
  Function optional(Function function, const char* what) const;

  Plan plan_;
  Calls failures_{plan_.failures};
  Calls stalls_{plan_.stalls};
  Calls wrong_shapes_{plan_.wrong_shapes};
  WrappedSession inner_;
  std::vector<std::int64_t> wrong_shape_;
};

}  // namespace arete_fault
