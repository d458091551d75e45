// A model loaded by LiteRT. Dense memory that is aligned as LiteRT wants it is read and written in
// place; other memory is copied. Outputs without bound memory stay in memory of the session.
// Threads: as the ABI says; stop() from any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

#include "arete/plugin.hpp"
#include "compiled.hpp"
#include "memory.hpp"
#include "profile.hpp"

namespace arete_litert {

class LiteRtSession final : public arete::plugin::Session {
 public:
  LiteRtSession(const arete_model_source& source, const Settings& settings);

  /// Runs the model on zeros, and if that fails on ones, for two seconds at most: finds what fails
  /// at the first run only. Throws the reason. Not for a session that is used afterwards.
  void try_run();

  void reset_state() override;
  const arete_profile& profile() override;

 protected:
  void execute() override;
  void stop() override { stop_ = true; }
  void bound(arete_direction direction, std::uint32_t index) override;
  arete_tensor output(std::uint32_t index) override;
  arete_tensor get_state(std::uint32_t index) override;
  void set_state(std::uint32_t index, const arete_tensor& tensor) override;

 private:
  struct Slot {
    std::int32_t element_type = 0;
    std::vector<std::int64_t> shape;
    AlignedMemory memory;  ///< used unless `in_place`
    bool in_place = false;
    Owned<TensorBufferObject> buffer;
  };

  void describe_tensors();
  void describe_outputs();
  void prepare_inputs();
  void prepare_shapes();
  void prepare_outputs();
  void run_model();
  void finish_outputs();

  Settings settings_;
  std::atomic<bool> stop_ = false;
  ModelFile file_;
  std::optional<Compiled> compiled_;
  std::vector<Slot> inputs_;
  std::vector<Slot> outputs_;
  std::vector<TensorBufferObject*> input_buffers_;
  std::vector<TensorBufferObject*> output_buffers_;
  bool shapes_known_ = false;  ///< of the outputs, for the inputs as they are bound
  Profile profile_;
};

}  // namespace arete_litert
