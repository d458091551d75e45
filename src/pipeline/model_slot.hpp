// The place of one model in a running pipeline: elements borrow the runner that is in it, and
// another thread may put a new one there between two of their runs. Before that the new one can be
// compared with the old on live packets, on a thread of its own, so that nothing waits for it.
// Threads: any; Lease is held by one thread at a time, others wait.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "pipeline/graph_spec.hpp"
#include "pipeline/model_runner.hpp"
#include "pipeline/packet.hpp"

namespace arete::pipeline {

struct ModelIdentity {
  std::string name;       ///< in the pipeline's file
  std::string engine;     ///< that runs it
  std::string precision;  ///< "f32", "i8" ...
};

/// A model ready to be fed.
struct ModelParts {
  std::unique_ptr<runtime::Session> session;
  spec::ResolvedSpec spec;
  ModelIdentity identity;
};
using ModelFactory = std::function<Result<ModelParts>(const ModelSettings&)>;

struct SwapOptions {
  int compare = 0;           ///< live packets to run both on before; 0 = none
  double min_agreement = 0;  ///< 0..1; below it the old one stays (kGate)
  Nanoseconds patience = std::chrono::seconds(30);  ///< for the live packets; then kTimeout
};

struct SwapReport {
  ModelIdentity before;
  ModelIdentity after;
  Nanoseconds load{0};  ///< loading and warming, beside the running pipeline
  int compared = 0;
  double agreement = 1;  ///< mean over the packets that were compared
};

/// How alike two answers are, 0..1: the same best class; else the share of boxes that have a
/// partner of their class with an IoU of at least 0.5 (F1); else 1 minus the mean difference of raw
/// values.
[[nodiscard]] double agreement_of(const ModelOutput& a, const ModelOutput& b);

class ModelSlot {
 public:
  ModelSlot(ModelRunner runner, ModelIdentity identity)
      : runner_(std::make_unique<ModelRunner>(std::move(runner))), identity_(std::move(identity)) {}

  /// Exclusive use of the runner; it does not change while one is held.
  class Lease {
   public:
    explicit Lease(ModelSlot& slot) : slot_(slot), lock_(slot.mutex_) {}
    [[nodiscard]] ModelRunner& runner() { return *slot_.runner_; }
    /// Counts the changes of model; state that belongs to one model ends with it.
    [[nodiscard]] std::uint64_t generation() const { return slot_.generation_; }
    [[nodiscard]] const ModelIdentity& identity() const { return slot_.identity_; }
    /// Offers a packet and its answer to a comparison that may be going on.
    void offer(const Packet& packet, const ModelItem& item, const ModelOutput& answer);

   private:
    ModelSlot& slot_;
    std::unique_lock<std::mutex> lock_;
  };

  /// Compares as asked, then changes over.
  [[nodiscard]] Result<SwapReport> replace(ModelRunner runner, ModelIdentity identity,
                                           const SwapOptions& options, Clock& clock);
  /// Ends a comparison that waits for packets which will not come.
  void stop();

  [[nodiscard]] ModelIdentity identity() const;
  /// What it takes and gives; the same for every model that may be put here.
  [[nodiscard]] PacketType takes() const;

 private:
  /// One live packet with what the old model made of it; keeps the pixels alive.
  struct Sample {
    Packet packet;
    std::optional<tensor::Box> region;
    std::vector<float> values;
    ModelOutput answer;
  };

  [[nodiscard]] Result<double> compare(ModelRunner& candidate, const SwapOptions& options,
                                       Clock& clock, int& compared);
  [[nodiscard]] std::optional<Sample> wait_for_sample(Nanoseconds deadline, Clock& clock);

  mutable std::mutex mutex_;  ///< of the runner
  std::unique_ptr<ModelRunner> runner_;
  ModelIdentity identity_;
  std::uint64_t generation_ = 0;

  mutable std::mutex sample_mutex_;
  std::condition_variable sampled_;
  bool wanted_ = false;  ///< a comparison waits for a sample
  bool stopped_ = false;
  std::optional<Sample> sample_;
};

}  // namespace arete::pipeline
