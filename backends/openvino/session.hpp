// A model loaded by OpenVINO on its CPU device. Dense host memory is read and written in place;
// strided memory is gathered before and scattered after a run; unbound outputs stay in OpenVINO's
// own memory.
// Threads: as the ABI says; stop() from any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "arete/plugin.hpp"
#include "library.hpp"
#include "onnx_names.hpp"
#include "profile.hpp"

namespace arete_openvino {

/// What the options of load say; see engine.cpp.
struct Settings {
  int num_threads = 1;
  std::string precision = "f32";
  bool profile = false;
  std::string cache_dir;  ///< empty = none
};

class OpenVinoSession final : public arete::plugin::Session {
 public:
  OpenVinoSession(const arete_model_source& source, const Settings& settings);

  const arete_profile& profile() override;

 protected:
  void execute() override;
  void stop() override;
  void bound(arete_direction direction, std::uint32_t index) override;
  arete_tensor output(std::uint32_t index) override;

 private:
  struct Slot {
    Owned<ov_tensor_t> tensor;        ///< over bound memory, or the last result
    std::vector<std::byte> dense;     ///< of strided memory
    std::vector<std::int64_t> shape;  ///< of the last result
    bool given = false;               ///< the request has been told of `tensor`
  };

  void describe_tensors(const OnnxNames& names);
  void remake_request();
  void give_tensors();
  void finish_output(std::uint32_t index);

  Settings settings_;
  Owned<ov_compiled_model_t> compiled_;
  Owned<ov_infer_request_t> request_;
  bool request_stale_ = false;  ///< it has been told of memory that is not bound any more
  std::vector<Slot> inputs_;
  std::vector<Slot> outputs_;
  Profile profile_;
};

}  // namespace arete_openvino
