// SPDX-License-Identifier: Apache-2.0
#include "pipeline_run.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "base/log.hpp"
#include "evaluate/bench_report.hpp"
#include "graph_changes.hpp"
#include "model_factory.hpp"
#include "pipeline/event_node.hpp"
#include "pipeline/metrics_text.hpp"
#include "pipeline/pipeline.hpp"
#include "pipeline/recording.hpp"
#include "pipeline/result_node.hpp"
#include "pipeline/trace_file.hpp"
#include "pipeline_text.hpp"
#include "run_text.hpp"
#include "signals.hpp"

namespace arete::app {
namespace {

using pipeline::EventRecord;
using pipeline::GraphSpec;
using pipeline::Packet;
using pipeline::Pipeline;

/// Of this process so far.
ProcessCost cost_so_far() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto time_of = [](const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
  };
  return {time_of(usage.ru_utime) + time_of(usage.ru_stime),
          static_cast<std::uint64_t>(usage.ru_maxrss) * 1024};
}

std::vector<std::string> source_names(const GraphSpec& graph) {
  std::vector<std::string> names;
  for (const auto& source : graph.sources) {
    names.push_back(source.name);
  }
  return names;
}

/// What a packet at the end of the pipeline has, as `arete run` prints it.
pipeline::FrameResult frame_result(const Packet& packet, const std::vector<std::string>& sources) {
  pipeline::FrameResult result;
  const media::VideoFrame* const frame = packet.frame();
  result.source = frame != nullptr && !frame->file.empty()
                      ? frame->file
                      : sources[static_cast<std::size_t>(packet.stamp.source)];
  result.frame = packet.stamp.sequence;
  result.time_ms = std::chrono::duration<double, std::milli>(packet.stamp.media_time).count();
  if (const pipeline::ElementResult* const last = packet.result_of("")) {
    result.output = {last->findings, last->raw};
  }
  return result;
}

/// One run of a pipeline with everything that listens to it.
class StreamRun {
 public:
  StreamRun(GraphSpec graph, StreamOptions options, Output& output)
      : graph_(std::move(graph)),
        options_(std::move(options)),
        output_(output),
        sources_(source_names(graph_)) {}

  /// `reload` gives the file again after SIGHUP.
  Result<ExitCode> run(const std::function<Result<GraphSpec>()>& reload) {
    const SignalsBlocked blocked;
    const SignalThread signals({[this] { stop(); }, [&] { reload_models(reload); },
                                [this] { write_metrics(running_.load()); }});
    for (const pipeline::ModelSettings& model : graph_.models) {
      loaded_[model.name] = {model, modified_at(model)};
    }
    pipeline::PipelineHooks hooks = printing_hooks();
    ARETE_TRY(prepare_listeners(hooks));
    pipeline::PipelineOptions options;
    options.replay = recording_ ? &recording_->plan : nullptr;
    ARETE_TRY_ASSIGN(pipeline_, Pipeline::create(graph_, environment(), std::move(hooks), options));
    ARETE_TRY(listen_to_ledger());
    running_ = pipeline_.get();
    const Nanoseconds cpu = cost_so_far().cpu;
    Result<pipeline::PipelineReport> report = pipeline_->run();
    running_ = nullptr;
    cost_ = cost_so_far();
    cost_.cpu -= cpu;
    return finish(std::move(report));
  }

 private:
  /// A model as it was loaded, to see whether it has changed.
  struct Loaded {
    pipeline::ModelSettings settings;
    Nanoseconds modified_at{0};
    [[nodiscard]] bool operator==(const Loaded&) const = default;
  };

  Nanoseconds modified_at(const pipeline::ModelSettings& model) {
    const auto status = files_.status(model.file);
    return status ? status->modified_at : Nanoseconds(0);
  }

  pipeline::Environment environment() {
    pipeline::Environment environment{files_, clock_, [this](const pipeline::ModelSettings& model) {
                                        return make_model(files_, model);
                                      }};
    if (recording_) {
      environment.sources = [this](std::size_t index, const media::SourceSettings& settings) {
        return pipeline::open_recorded(files_, clock_, *recording_, index, settings);
      };
    }
    return environment;
  }

  pipeline::PipelineHooks printing_hooks() {
    pipeline::PipelineHooks hooks;
    if (options_.print.empty() || options_.print == "events") {
      hooks.on_event = [this](const Packet& packet, const EventRecord& event) {
        print_event(packet, event);
      };
    }
    if (options_.print == "results") {
      hooks.on_output = [this](const Packet& packet) { print_result(packet); };
    }
    hooks.on_problem = [this](const std::string& where, const Error& error) {
      log_problem(where, error);
    };
    return hooks;
  }

  /// The same again is told the second, fourth, eighth ... time.
  void log_problem(const std::string& where, const Error& error) {
    const std::uint64_t times = ++problems_[where + error.message()];
    if (std::has_single_bit(times)) {
      ARETE_LOG(kWarning, "pipeline_problem", {"at", where}, {"code", name_of(error.code())},
                {"message", error.message()}, {"times", times});
    }
  }

  void print_event(const Packet& packet, const EventRecord& event) {
    if (output_.json()) {
      const std::string& source = sources_[static_cast<std::size_t>(packet.stamp.source)];
      output_.line(pipeline::to_node(event, packet.stamp, {graph_.name, source}));
    } else {
      output_.text(event_text(packet, event, sources_));
    }
    stop_if_unread();
  }

  void print_result(const Packet& packet) {
    const pipeline::FrameResult result = frame_result(packet, sources_);
    if (output_.json()) {
      output_.line(to_node(result));
    } else {
      output_.text(frame_text(result));
    }
    stop_if_unread();
  }

  /// By a signal. Before it runs there is nothing to bring to an end.
  void stop() {
    if (Pipeline* const pipeline = running_.load()) {
      pipeline->stop();
    } else {
      std::_Exit(kExitByUser);
    }
  }

  void stop_if_unread() {
    if (!output_.is_read()) {
      pipeline_->stop();
    }
  }

  Status prepare_listeners(pipeline::PipelineHooks& hooks) {
    if (!options_.plot.empty()) {  // a bad ending is told before the work, not after it
      ARETE_TRY(evaluate::plot_file({}, options_.plot));
    }
    if (!options_.replay.empty()) {
      ARETE_TRY_ASSIGN(recording_, pipeline::read_recording(files_, options_.replay, graph_));
      check_ = std::make_unique<pipeline::ReplayCheck>(*recording_);
      check_->listen(hooks, graph_);
    }
    if (!options_.record.empty()) {
      ARETE_TRY_ASSIGN(recorder_, pipeline::Recorder::create(files_, options_.record, graph_));
      recorder_->listen(hooks);
    }
    return {};
  }

  Status listen_to_ledger() {
    pipeline::Ledger& ledger = pipeline_->ledger();
    if (check_) {
      check_->listen(ledger);
    }
    if (recorder_) {
      recorder_->listen(ledger);
    }
    if (!options_.trace.empty()) {
      ARETE_TRY_ASSIGN(trace_, pipeline::TraceFile::create(files_, options_.trace, ledger.names(),
                                                           ledger.sources()));
      ledger.add_tap([this](const pipeline::LedgerRecord& record) { trace_->add(record); });
    }
    return {};
  }

  void write_metrics(const Pipeline* pipeline) {
    if (options_.metrics.empty() || pipeline == nullptr) {
      return;
    }
    const std::string text = pipeline::metrics_text(pipeline->ledger(), graph_.name);
    const Status status = files_.write_atomic(options_.metrics, as_bytes(text));
    if (!status) {
      ARETE_LOG(kWarning, "metrics_not_written", {"message", status.error().message()});
    }
  }

  /// Models whose settings or whose file have changed are put in place of the running ones.
  void reload_models(const std::function<Result<GraphSpec>()>& reload) {
    Pipeline* const pipeline = running_.load();
    if (pipeline == nullptr) {
      return;  // what is being loaded is new already
    }
    auto changed = reload();
    if (!changed) {
      ARETE_LOG(kError, "reload_failed", {"message", changed.error().message()});
      return;
    }
    for (const pipeline::ModelSettings& model : changed->models) {
      const Loaded now{model, modified_at(model)};
      const auto before = loaded_.find(model.name);
      if (before != loaded_.end() && before->second == now) {
        continue;
      }
      loaded_[model.name] = now;
      const auto report = pipeline->swap_model(model);
      if (!report) {
        ARETE_LOG(kError, "model_kept", {"model", model.name},
                  {"message", report.error().message()});
      } else {
        ARETE_LOG(kWarning, "model_replaced", {"model", model.name}, {"file", model.file},
                  {"load_ms", std::chrono::duration<double, std::milli>(report->load).count()});
      }
    }
  }

  Result<ExitCode> finish(Result<pipeline::PipelineReport> report) {
    write_metrics(pipeline_.get());
    if (trace_) {
      ARETE_TRY(trace_->finish(), "trace {}", options_.trace);
    }
    if (recorder_) {
      ARETE_TRY(recorder_->finish(), "recording {}", options_.record);
    }
    if (!report) {
      return std::unexpected(std::move(report).error());
    }
    if (!options_.plot.empty()) {
      ARETE_TRY_ASSIGN(const Bytes plot,
                       evaluate::plot_file(report::draw(chart_of(*pipeline_)), options_.plot));
      ARETE_TRY(files_.write_atomic(options_.plot, plot));
    }
    if (output_.json()) {
      output_.line(summary_node(*pipeline_, *report, cost_));
    } else {
      output_.text(summary_text(*pipeline_, *report, cost_));
    }
    const ExitCode replay = check_ ? print_replay(check_->report()) : kOk;
    return replay != kOk ? replay : report->failures > 0 ? kFailed : kOk;
  }

  ExitCode print_replay(const pipeline::ReplayReport& replay) {
    if (output_.json()) {
      document::Node node = document::Node::map();
      node.set("decisions", replay.decisions).set("missing", replay.missing.size());
      node.set("extra", replay.extra.size());
      output_.line(document::Node::map().set("schema", 1).set("replay", std::move(node)));
    } else if (replay.identical()) {
      output_.text(fmt::format("replay: all {} decisions as recorded\n", replay.decisions));
    } else {
      constexpr std::size_t kShown = 5;
      std::string text = fmt::format("replay: of {} decisions {} are missing and {} are new\n",
                                     replay.decisions, replay.missing.size(), replay.extra.size());
      for (std::size_t i = 0; i < std::min(kShown, replay.missing.size()); ++i) {
        text += fmt::format("  - {}\n", replay.missing[i]);
      }
      for (std::size_t i = 0; i < std::min(kShown, replay.extra.size()); ++i) {
        text += fmt::format("  + {}\n", replay.extra[i]);
      }
      output_.text(text);
    }
    return replay.identical() ? kOk : kUnmetGate;
  }

  GraphSpec graph_;
  StreamOptions options_;
  Output& output_;
  std::vector<std::string> sources_;
  io::PosixFiles files_;
  SystemClock clock_;
  std::optional<pipeline::Recording> recording_;
  std::unique_ptr<pipeline::ReplayCheck> check_;
  std::unique_ptr<pipeline::Recorder> recorder_;
  std::optional<pipeline::TraceFile> trace_;
  std::unique_ptr<Pipeline> pipeline_;
  std::atomic<Pipeline*> running_{nullptr};  ///< while there is something to stop or change
  ProcessCost cost_;
  std::map<std::string, std::uint64_t> problems_;  ///< by place and message
  std::map<std::string, Loaded> loaded_;           ///< by model
};

}  // namespace

bool is_pipeline_file(const std::string& path) {
  return path.ends_with(".yaml") || path.ends_with(".yml");
}

bool is_stream(io::Files& files, const std::string& input) {
  const auto kind = media::guess_kind(files, input);
  return kind && *kind != media::SourceKind::kPictures;
}

Result<ExitCode> run_pipeline_file(const std::string& path, const GraphChanges& changes,
                                   const StreamOptions& options, Output& output) {
  io::PosixFiles files;
  const auto load = [&]() -> Result<GraphSpec> {
    ARETE_TRY_ASSIGN(GraphSpec graph, pipeline::load_graph(files, path));
    ARETE_TRY(apply(files, changes, graph));
    return graph;
  };
  ARETE_TRY_ASSIGN(GraphSpec graph, load());
  return StreamRun(std::move(graph), options, output).run(load);
}

Result<ExitCode> run_streams(const StreamRequest& request, const StreamOptions& options,
                             Output& output) {
  io::PosixFiles files;
  const auto make = [&] { return graph_for(files, request); };
  ARETE_TRY_ASSIGN(GraphSpec graph, make());
  return StreamRun(std::move(graph), options, output).run(make);
}

}  // namespace arete::app
