// The element that runs a model: on frames, on regions of frames, on windows of sound and rows, on
// another model's raw outputs. Frames of several sources run together where the model allows it.
// Threads: as every element; the model's slot may be shared with other elements.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "pipeline/element.hpp"
#include "pipeline/infer_settings.hpp"
#include "pipeline/ledger.hpp"
#include "pipeline/model_slot.hpp"
#include "pipeline/window_buffer.hpp"

namespace arete::pipeline {

class InferElement final : public Element {
 public:
  /// `position`: of the element in the ledger. Both references must outlive it.
  InferElement(std::string name, InferSettings settings, ModelSlot& slot, Ledger& ledger,
               std::size_t position, Clock& clock);

  [[nodiscard]] Status process(Packet packet, Emitter& out) override;
  [[nodiscard]] std::size_t batch() const override { return batch_; }
  [[nodiscard]] Status process_batch(std::vector<Packet> packets, Emitter& out) override;
  void restart(int source) override;

 private:
  /// What is run for one packet, and where its outputs go.
  struct Job {
    std::vector<ModelItem> items;
    std::vector<std::size_t> detections;  ///< of regions: which box each item is
    ElementResult result;
  };

  [[nodiscard]] Status run_frames(std::vector<Packet> packets, Emitter& out);
  [[nodiscard]] Result<Job> job_of(const Packet& packet) const;
  [[nodiscard]] Status add_regions(const Packet& packet, Job& job) const;
  [[nodiscard]] Status run_jobs(ModelSlot::Lease& lease, std::span<const Packet> packets,
                                std::span<Job> jobs);
  [[nodiscard]] Status run_windows(const Packet& packet, Emitter& out);
  [[nodiscard]] Status run_tensor(Packet packet, Emitter& out);
  [[nodiscard]] Result<ModelOutput> run_one(ModelSlot::Lease& lease, const Packet& packet,
                                            const ModelItem& item);
  [[nodiscard]] ElementResult result_of(ModelOutput output) const;
  /// State and windows of a stream that began anew, or of a model that was replaced.
  [[nodiscard]] Status prepare(ModelSlot::Lease& lease, int source);
  /// Two elements may share a model, but not its state.
  [[nodiscard]] int stream_of(int source) const;

  std::string name_;
  InferSettings settings_;
  ModelSlot& slot_;
  Ledger& ledger_;
  std::size_t position_;
  Clock& clock_;
  PacketType takes_;
  std::size_t batch_;
  std::map<int, WindowBuffer> windows_;
  std::set<int> restarted_;  ///< sources whose state has to begin anew
  std::uint64_t generation_ = 0;
};

}  // namespace arete::pipeline
