// A loaded null model. Shows everything that an engine can do with plugin::Session.
// Threads: as the ABI says.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "arete/plugin.hpp"
#include "latch.hpp"
#include "model.hpp"
#include "operations.hpp"

namespace arete_null {

class NullSession final : public arete::plugin::Session {
 public:
  /// `release_fd`: see Latch.
  NullSession(Model model, int release_fd);
  ~NullSession() override = default;

  void reset_state() override;
  const arete_profile& profile() override;
  bool metric(std::uint32_t index, arete_metric& out) override;

 protected:
  void execute() override;
  void stop() override { latch_.stop(); }
  arete_tensor output(std::uint32_t index) override;
  arete_tensor get_state(std::uint32_t index) override;
  void set_state(std::uint32_t index, const arete_tensor& tensor) override;

 private:
  void compute(std::size_t index);
  void give_constant(std::size_t index);
  void take_time();
  /// The input as dense memory: the caller's own, or a copy of a strided one.
  const std::byte* dense_input(std::size_t index);

  Model model_;
  Latch latch_;
  std::vector<std::vector<float>> states_;
  std::vector<std::vector<std::byte>> gathered_;
  std::vector<Result> results_;
  std::vector<arete_node_profile> nodes_;
  std::vector<const arete_node_profile*> node_pointers_;
  std::uint64_t runs_ = 0;
  arete_profile profile_{};
  std::vector<arete_node_profile> reported_;
};

}  // namespace arete_null
