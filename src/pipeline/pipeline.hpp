// A running pipeline: sources, elements and threads made from a GraphSpec, run until all sources
// have ended or stop(). Not here: reading the file (graph_spec.hpp), what an element does.
//
// Every source has a thread, and so has every heavy element, every infer, every element with a
// queue of its own or with several inputs; light elements run on the thread of what feeds them.
//
// Threads: run() from one; stop(), swap_model(), ledger() from any, also during run(). Hooks are
// called one at a time. Ownership: the environment must outlive the pipeline.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "io/files.hpp"
#include "media/open_source.hpp"
#include "pipeline/graph_spec.hpp"
#include "pipeline/ledger.hpp"
#include "pipeline/model_slot.hpp"
#include "pipeline/packet.hpp"
#include "pipeline/replay_plan.hpp"

namespace arete::pipeline {

/// Opens source `index` of the pipeline.
using SourceOpener = std::function<Result<std::unique_ptr<media::Source>>(
    std::size_t index, const media::SourceSettings&)>;

/// What a pipeline lives in.
struct Environment {
  io::Files& files;
  Clock& clock;            ///< must run by itself: paces are waited for
  ModelFactory models;     ///< makes sessions; programs decide which engines and conversions
  SourceOpener sources{};  ///< empty = media::open_source()
};

/// What others want to hear. Each is called by one thread at a time, but not always the same.
struct PipelineHooks {
  /// A packet as it came from its source, before anything else. `live`: it cannot be read again;
  /// `restart`: its stream began anew with it.
  std::function<void(const Packet&, bool live, bool restart)> on_captured{};
  std::function<void(const Packet&, const EventRecord&)> on_event{};  ///< as soon as it is raised
  /// A packet that nobody takes any further, with all that was found.
  std::function<void(const Packet&)> on_output{};
  /// A failure that the pipeline goes on after. `where` names source or element.
  std::function<void(const std::string& where, const Error&)> on_problem{};
};

struct PipelineOptions {
  const ReplayPlan* replay = nullptr;  ///< lose the packets that it says, and no others
  std::size_t ledger_records = 8192;
  /// An element that fails so often without a success between stops the pipeline.
  int most_failures = 100;
};

struct SourceReport {
  std::string name;
  std::int64_t packets = 0;
  std::int64_t errors = 0;      ///< failures to read or open
  std::int64_t reconnects = 0;  ///< times it came back
};

struct PipelineReport {
  Nanoseconds duration{0};
  std::vector<SourceReport> sources;
  std::int64_t events = 0;
  std::int64_t failures = 0;  ///< packets that an element could not work on, files that broke,
                              ///< sources that were away at the end
};

class Graph;

class Pipeline {
 public:
  /// Opens sources, loads and warms models, makes elements. Errors name the file's line.
  [[nodiscard]] static Result<std::unique_ptr<Pipeline>> create(
      GraphSpec spec, const Environment& environment, PipelineHooks hooks = {},
      const PipelineOptions& options = {});
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;
  ~Pipeline();

  /// Until every source has ended, stop(), or a failure that stops it. Once.
  [[nodiscard]] Result<PipelineReport> run();
  /// Sources end; what has been read is worked through.
  void stop();

  /// Puts another file (or other settings) in the place of model `settings.name`. Loads, warms and
  /// compares it beside the running one, then changes over between two packets. Returns when it is
  /// done; on an error the old model goes on.
  [[nodiscard]] Result<SwapReport> swap_model(const ModelSettings& settings,
                                              const SwapOptions& options = {});

  [[nodiscard]] const GraphSpec& spec() const;
  [[nodiscard]] Ledger& ledger();
  [[nodiscard]] const Ledger& ledger() const;
  /// Engine and precision of each model, in the file's order.
  [[nodiscard]] std::vector<ModelIdentity> models() const;

 private:
  explicit Pipeline(std::unique_ptr<Graph> graph);
  std::unique_ptr<Graph> graph_;
};

}  // namespace arete::pipeline
