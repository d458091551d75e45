// SPDX-License-Identifier: Apache-2.0
#include "pipeline/graph.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <thread>
#include <utility>
#include <variant>

#include "base/text.hpp"
#include "pipeline/infer_element.hpp"

namespace arete::pipeline {
namespace {

/// Results always; tensors too where the spec hands raw outputs on.
ModelTypes types_of_runner(const ModelRunner& runner) {
  const auto is_raw = [](const spec::ResolvedOutput& output) {
    return std::holds_alternative<spec::Raw>(output.meaning.decoder);
  };
  const bool raw = std::ranges::any_of(runner.spec().outputs, is_raw);
  return {runner.takes(),
          raw ? PacketType::kResult | PacketType::kTensor : set_of(PacketType::kResult)};
}

/// In the place of an element that would write or send once more what a recorded run has written.
class PassElement final : public Element {
 public:
  Status process(Packet packet, Emitter& out) override {
    out.decide(packet.stamp, Decision::kWritten, 0, 0);
    out.emit(std::move(packet));
    return {};
  }
};

struct ReadyModel {
  ModelRunner runner;
  ModelIdentity identity;
};

Result<ReadyModel> load_model(const ModelFactory& factory, const ModelSettings& settings) {
  ARETE_TRY_ASSIGN(ModelParts parts, factory(settings));
  ARETE_TRY_ASSIGN(ModelRunner runner,
                   ModelRunner::create(std::move(parts.session), std::move(parts.spec)));
  ARETE_TRY(runner.warm_up());
  parts.identity.name = settings.name;
  return ReadyModel{std::move(runner), std::move(parts.identity)};
}

/// The error's own place is in the model or its spec: the line of the pipeline is told before.
Result<ReadyModel> make_model(const ModelFactory& factory, const ModelSettings& settings) {
  auto ready = load_model(factory, settings);
  if (ready) {
    return ready;
  }
  return std::unexpected(
      std::move(ready)
          .error()
          .with_context(fmt::format("{}{}model '{}'", settings.where,
                                    settings.where.empty() ? "" : ": ", settings.name))
          .at(settings.where));
}

}  // namespace

Result<std::unique_ptr<Graph>> Graph::create(GraphSpec spec, const Environment& environment,
                                             PipelineHooks hooks, const PipelineOptions& options) {
  std::unique_ptr<Graph> graph(new Graph(std::move(spec), environment));
  if (!graph->environment_.sources) {
    graph->environment_.sources = [files = &environment.files, clock = &environment.clock](
                                      std::size_t, const media::SourceSettings& settings) {
      return media::open_source(*files, *clock, settings);
    };
  }
  ARETE_TRY_ASSIGN(graph->plan_, order_elements(graph->spec_));
  ARETE_TRY(graph->load_models());
  const auto types = [&](const std::string& model) { return graph->types_of(model); };
  ARETE_TRY(complete_plan(graph->spec_, types, options.replay != nullptr, graph->plan_));
  graph->make_ledger();
  graph->run_ =
      std::make_unique<GraphRun>(environment.clock, *graph->ledger_, std::move(hooks), options);
  ARETE_TRY(graph->make_nodes());
  graph->make_stages();
  ARETE_TRY(graph->open_sources());
  graph->connect();
  return graph;
}

Graph::~Graph() = default;

/// Those that an element runs; others of the file are not touched.
Status Graph::load_models() {
  std::set<std::string> used;
  for (const ElementSpec& element : spec_.elements) {
    const document::Node* const model =
        element.type == kInferType ? element.settings.find("model") : nullptr;
    if (model != nullptr && model->is_string()) {
      used.insert(model->string());
    }
  }
  for (const ModelSettings& settings : spec_.models) {
    if (!used.contains(settings.name)) {
      continue;
    }
    ARETE_TRY_ASSIGN(ReadyModel ready, make_model(environment_.models, settings));
    types_[settings.name] = types_of_runner(ready.runner);
    slots_[settings.name] =
        std::make_unique<ModelSlot>(std::move(ready.runner), std::move(ready.identity));
  }
  return {};
}

Result<ModelTypes> Graph::types_of(const std::string& model) const {
  const auto found = types_.find(model);
  if (found != types_.end()) {
    return found->second;
  }
  std::vector<std::string_view> names;
  for (const ModelSettings& settings : spec_.models) {
    names.push_back(settings.name);
  }
  return fail(ErrorCode::kInvalid, "there is no model '{}' under 'models'{}", model,
              did_you_mean(model, names));
}

void Graph::make_ledger() {
  std::vector<std::string> names;
  for (const SourceSpec& source : spec_.sources) {
    names.push_back(source.name);
  }
  for (const PlannedElement& element : plan_.elements) {
    names.push_back(spec_.elements[element.spec].name);
  }
  ledger_ = std::make_unique<Ledger>(std::move(names), spec_.sources.size());
}

Result<std::unique_ptr<Element>> Graph::make_element(std::size_t position) {
  const PlannedElement& planned = plan_.elements[position];
  const ElementSpec& spec = spec_.elements[planned.spec];
  if (run_->options().replay != nullptr && planned.type != nullptr && planned.type->reaches_out) {
    return std::make_unique<PassElement>();
  }
  ARETE_TRY_ASSIGN(
      document::MapReader reader,
      document::MapReader::open(spec.settings, fmt::format("element '{}'", spec.name)));
  for (const char* const key : kElementKeys) {
    static_cast<void>(reader.has(key));
  }
  std::unique_ptr<Element> element;
  if (planned.type == nullptr) {
    ARETE_TRY_ASSIGN(InferSettings settings, read_infer_settings(reader));
    ModelSlot& slot = *slots_.at(settings.model);
    element = std::make_unique<InferElement>(spec.name, std::move(settings), slot, *ledger_,
                                             spec_.sources.size() + position, environment_.clock);
  } else {
    std::vector<std::string> sources;
    for (const SourceSpec& source : spec_.sources) {
      sources.push_back(source.name);
    }
    const ElementContext context{spec.name,    environment_.files, environment_.clock,
                                 spec_.folder, spec_.name,         std::move(sources)};
    ARETE_TRY_ASSIGN(element, planned.type->make(reader, context));
  }
  ARETE_TRY(reader.finish());
  return element;
}

Status Graph::make_nodes() {
  for (std::size_t i = 0; i < plan_.elements.size(); ++i) {
    const ElementSpec& spec = spec_.elements[plan_.elements[i].spec];
    auto element = make_element(i);
    if (!element) {
      return std::unexpected(std::move(element).error().at(spec.where));
    }
    nodes_.push_back(std::make_unique<GraphNode>(*run_, spec.name, spec_.sources.size() + i,
                                                 std::move(*element)));
  }
  return {};
}

void Graph::make_stages() {
  for (const PlannedStage& stage : plan_.stages) {
    inboxes_.push_back(std::make_unique<Inbox>(stage.policy, stage.capacity, spec_.sources.size(),
                                               stage.producers));
  }
}

Target Graph::target_of(std::size_t element) {
  const auto head = std::ranges::find(plan_.stages, element, &PlannedStage::head);
  if (head == plan_.stages.end()) {
    return {nodes_[element].get(), nullptr};
  }
  const auto stage = static_cast<std::size_t>(head - plan_.stages.begin());
  return {nodes_[element].get(), inboxes_[stage].get()};
}

void Graph::connect() {
  for (std::size_t i = 0; i < plan_.elements.size(); ++i) {
    for (const std::size_t consumer : plan_.elements[i].consumers) {
      nodes_[i]->add_target(target_of(consumer));
    }
  }
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    for (const std::size_t consumer : plan_.source_consumers[i]) {
      sources_[i]->add_target(target_of(consumer));
    }
  }
  run_->on_give_up([this] {
    for (const auto& source : sources_) {
      source->stop();
    }
    for (const auto& inbox : inboxes_) {
      inbox->abandon();
    }
  });
}

Status Graph::open_sources() {
  for (std::size_t i = 0; i < spec_.sources.size(); ++i) {
    sources_.push_back(
        std::make_unique<SourceRunner>(*run_, spec_.sources[i], i, environment_.sources));
  }
  for (const auto& source : sources_) {
    ARETE_TRY(source->open());
  }
  return {};
}

void Graph::stage_loop(std::size_t stage) {
  GraphNode& head = *nodes_[plan_.stages[stage].head];
  Inbox& inbox = *inboxes_[stage];
  std::vector<Inbox::Item> items;
  std::vector<Packet> packets;
  std::vector<Nanoseconds> waited;
  const auto work = [&] {
    if (!packets.empty()) {
      head.work_on(std::exchange(packets, {}), waited);
      waited.clear();
    }
  };
  while (inbox.take(head.batch(), items)) {
    const Nanoseconds now = run_->clock().monotonic();
    for (Inbox::Item& item : items) {
      if (item.restart) {
        work();
        head.restart(item.packet.stamp.source);
        continue;
      }
      waited.push_back(now - item.pushed);
      packets.push_back(std::move(item.packet));
    }
    items.clear();
    work();
  }
  head.finish();
}

Result<PipelineReport> Graph::run() {
  const Nanoseconds start = run_->clock().monotonic();
  {
    std::vector<std::jthread> threads;
    const auto spawn = [&](auto body) {
      threads.emplace_back([this, body] {
        body();
        run_->ledger().add_thread(thread_cpu());
      });
    };
    for (std::size_t i = 0; i < inboxes_.size(); ++i) {
      spawn([this, i] { stage_loop(i); });
    }
    for (const auto& source : sources_) {
      spawn([runner = source.get()] { runner->loop(); });
    }
  }
  for (const auto& [name, slot] : slots_) {
    slot->stop();
  }
  if (auto fatal = run_->fatal()) {
    return std::unexpected(std::move(*fatal));
  }
  return report(run_->clock().monotonic() - start);
}

PipelineReport Graph::report(Nanoseconds duration) const {
  PipelineReport report;
  report.duration = duration;
  report.events = run_->events();
  report.failures = run_->failures();
  for (const auto& source : sources_) {
    report.sources.push_back(source->report());
  }
  return report;
}

void Graph::stop() {
  if (run_->begin_stop()) {
    for (const auto& source : sources_) {
      source->stop();
    }
  }
}

Result<SwapReport> Graph::swap_model(const ModelSettings& settings, const SwapOptions& options) {
  const auto slot = slots_.find(settings.name);
  if (slot == slots_.end()) {
    ARETE_TRY(types_of(settings.name));
  }
  const Nanoseconds start = run_->clock().monotonic();
  ARETE_TRY_ASSIGN(ReadyModel ready, make_model(environment_.models, settings));
  const Nanoseconds load = run_->clock().monotonic() - start;
  const ModelTypes types = types_of_runner(ready.runner);
  if (types.gives != types_.at(settings.name).gives) {
    return fail(ErrorCode::kInvalid,
                "model '{}' gives other things than the one in its place (raw tensors or not)",
                settings.name);
  }
  ARETE_TRY_ASSIGN(SwapReport report,
                   slot->second->replace(std::move(ready.runner), std::move(ready.identity),
                                         options, run_->clock()));
  report.load = load;
  return report;
}

std::vector<ModelIdentity> Graph::models() const {
  std::vector<ModelIdentity> identities;
  for (const ModelSettings& settings : spec_.models) {
    const auto slot = slots_.find(settings.name);
    if (slot != slots_.end()) {
      identities.push_back(slot->second->identity());
    }
  }
  return identities;
}

}  // namespace arete::pipeline
