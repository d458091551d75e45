// A model loaded by ONNX Runtime. Dense host memory is read and written in place; strided memory is
// gathered before and scattered after a run; unbound outputs stay in ONNX Runtime's own memory.
// Threads: as the ABI says; stop() from any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "arete/plugin.hpp"
#include "library.hpp"
#include "profile.hpp"
#include "values.hpp"

namespace arete_ort {

/// What the options of load say; see engine.cpp.
struct Settings {
  int intra_op_threads = 1;
  GraphOptimizationLevel optimization = ORT_ENABLE_ALL;
  bool profile = false;
  bool arena = true;
  bool trial = false;  ///< only to see whether the model loads: nothing is optimized or prepacked
};

class OrtBackedSession final : public arete::plugin::Session {
 public:
  OrtBackedSession(const arete_model_source& source, const Settings& settings);
  ~OrtBackedSession() override;

  const arete_profile& profile() override;

 protected:
  void execute() override;
  void stop() override;
  void bound(arete_direction direction, std::uint32_t index) override;
  arete_tensor output(std::uint32_t index) override;

 private:
  struct Input {
    std::string name;
    Owned<OrtValue> value;
    std::vector<std::byte> gathered;  ///< dense copy of strided memory
  };
  struct Output {
    std::string name;
    Owned<OrtValue> value;  ///< over bound memory, or made by the last run
    ResultView view;
  };

  void describe_tensors();
  void prepare_inputs();
  void run_session();
  void finish_outputs();
  [[nodiscard]] bool writes_in_place(std::size_t output) const;

  ProfileFolder profile_folder_;  // first: removed after the session has written into it
  Owned<OrtSession> session_;
  Owned<OrtRunOptions> run_options_;
  std::vector<Input> inputs_;
  std::vector<Output> outputs_;
  std::vector<const char*> input_names_;
  std::vector<const char*> output_names_;
  std::vector<const OrtValue*> input_values_;
  std::vector<OrtValue*> output_values_;
  bool profiling_ = false;
  std::optional<Profile> profile_;
};

}  // namespace arete_ort
