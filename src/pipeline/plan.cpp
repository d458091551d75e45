// SPDX-License-Identifier: Apache-2.0
#include "pipeline/plan.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "pipeline/element_types.hpp"

namespace arete::pipeline {
namespace {

/// Where a name of `input` leads.
struct Producer {
  bool is_source = false;
  std::size_t index = 0;  ///< into GraphSpec::sources or ::elements
};

Result<Producer> find_producer(const GraphSpec& graph, const ElementSpec& element,
                               const std::string& name) {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < graph.sources.size(); ++i) {
    names.push_back(graph.sources[i].name);
    if (graph.sources[i].name == name) {
      return Producer{true, i};
    }
  }
  for (std::size_t i = 0; i < graph.elements.size(); ++i) {
    names.push_back(graph.elements[i].name);
    if (graph.elements[i].name == name) {
      return Producer{false, i};
    }
  }
  return fail_at(element.where, ErrorCode::kInvalid,
                 "element '{}': its input '{}' is neither a source nor an element{}", element.name,
                 name, did_you_mean(name, names));
}

/// Puts elements behind those that feed them, by depth first search.
class Sorter {
 public:
  explicit Sorter(const GraphSpec& graph)
      : graph_(graph),
        marks_(graph.elements.size(), Mark::kNew),
        position_(graph.elements.size(), 0) {
    plan_.source_consumers.resize(graph.sources.size());
  }

  Result<Plan> sort() {
    for (std::size_t i = 0; i < graph_.elements.size(); ++i) {
      ARETE_TRY(visit(i));
    }
    return std::move(plan_);
  }

 private:
  enum class Mark : std::uint8_t { kNew, kOpen, kDone };

  Status visit(std::size_t spec) {
    if (marks_[spec] == Mark::kDone) {
      return {};
    }
    if (marks_[spec] == Mark::kOpen) {
      return cycle(spec);
    }
    marks_[spec] = Mark::kOpen;
    path_.push_back(spec);
    const ElementSpec& element = graph_.elements[spec];
    PlannedElement planned;
    planned.spec = spec;
    if (element.type != kInferType) {
      auto type = find_element_type(element.type);
      if (!type) {
        return std::unexpected(std::move(type).error().at(element.where));
      }
      planned.type = *type;
    }
    std::vector<std::size_t> from_sources;
    for (const std::string& input : element.inputs) {
      ARETE_TRY_ASSIGN(const Producer producer, find_producer(graph_, element, input));
      if (producer.is_source) {
        from_sources.push_back(producer.index);
      } else {
        ARETE_TRY(visit(producer.index));
        planned.producers.push_back(position_[producer.index]);
      }
    }
    add(spec, std::move(planned), from_sources);
    path_.pop_back();
    marks_[spec] = Mark::kDone;
    return {};
  }

  void add(std::size_t spec, PlannedElement planned, const std::vector<std::size_t>& from_sources) {
    const std::size_t position = plan_.elements.size();
    position_[spec] = position;
    planned.sources = from_sources;
    for (const std::size_t source : from_sources) {
      plan_.source_consumers[source].push_back(position);
    }
    for (const std::size_t producer : planned.producers) {
      PlannedElement& feeding = plan_.elements[producer];
      feeding.consumers.push_back(position);
      planned.sources.insert(planned.sources.end(), feeding.sources.begin(), feeding.sources.end());
    }
    plan_.elements.push_back(std::move(planned));
  }

  Status cycle(std::size_t spec) const {
    std::string way;
    const auto first = std::ranges::find(path_, spec);
    for (auto step = first; step != path_.end(); ++step) {
      way += graph_.elements[*step].name + " <- ";
    }
    return fail_at(graph_.elements[spec].where, ErrorCode::kInvalid,
                   "the elements feed each other in a circle: {}{}", way,
                   graph_.elements[spec].name);
  }

  const GraphSpec& graph_;
  Plan plan_;
  std::vector<Mark> marks_;
  std::vector<std::size_t> position_;  ///< by spec
  std::vector<std::size_t> path_;
};

std::string types_text(PacketTypes types) {
  constexpr std::array kAll = {PacketType::kFrame, PacketType::kAudio, PacketType::kSeries,
                               PacketType::kTensor, PacketType::kResult};
  std::string text;
  for (const PacketType type : kAll) {
    if (contains(types, type)) {
      text += fmt::format("{}{}", text.empty() ? "" : " or ", name_of(type));
    }
  }
  return text;
}

/// Types on the edges, and threads.
class Completer {
 public:
  Completer(const GraphSpec& graph, const TypesOfModel& types_of_model, bool replay, Plan& plan)
      : graph_(graph), types_of_model_(types_of_model), replay_(replay), plan_(plan) {}

  Status complete() {
    for (std::size_t i = 0; i < plan_.elements.size(); ++i) {
      ARETE_TRY(check_once(plan_.elements[i]));
      ARETE_TRY(check_result_names(plan_.elements[i]));
      ARETE_TRY(check_types(plan_.elements[i]));
      place(i);
    }
    for (PlannedStage& stage : plan_.stages) {
      stage.producers = graph_.elements[plan_.elements[stage.head].spec].inputs.size();
    }
    return {};
  }

 private:
  const ElementSpec& spec_of(const PlannedElement& element) const {
    return graph_.elements[element.spec];
  }

  /// An element keeps things by source: it must not see a packet twice.
  Status check_once(const PlannedElement& element) const {
    std::vector<std::size_t> sources = element.sources;
    std::ranges::sort(sources);
    const auto twice = std::ranges::adjacent_find(sources);
    if (twice == sources.end()) {
      return {};
    }
    return fail_at(spec_of(element).where, ErrorCode::kInvalid,
                   "element '{}' would get each packet of '{}' twice, by two ways: put one of its "
                   "inputs behind the other",
                   spec_of(element).name, graph_.sources[*twice].name);
  }

  /// Names of the models' elements whose results reach this one.
  void add_results(const PlannedElement& element, std::vector<std::string_view>& names) const {
    for (const std::size_t producer : element.producers) {
      const PlannedElement& before = plan_.elements[producer];
      if (before.type == nullptr) {
        names.push_back(spec_of(before).name);
      }
      add_results(before, names);
    }
  }

  /// `of` and `regions` say whose result is meant: that of an infer before this element.
  Status check_result_names(const PlannedElement& element) const {
    for (const char* const key : {"of", "regions"}) {
      const document::Node* const node = spec_of(element).settings.find(key);
      if (node == nullptr) {
        continue;
      }
      ARETE_TRY(node->is_string() ? check_result_name(element, *node) : Status());
      for (const document::Node& item :
           node->is_list() ? node->items() : std::span<const document::Node>()) {
        ARETE_TRY(item.is_string() ? check_result_name(element, item) : Status());
      }
    }
    return {};
  }

  Status check_result_name(const PlannedElement& element, const document::Node& node) const {
    std::vector<std::string_view> names;
    add_results(element, names);
    if (node.string().empty() || std::ranges::find(names, node.string()) != names.end()) {
      return {};
    }
    return document::invalid_node(
        node,
        fmt::format("element '{}': '{}' is no infer element before it; results are called "
                    "after the one that made them: {}",
                    spec_of(element).name, node.string(),
                    names.empty() ? "there is none" : fmt::format("{}", fmt::join(names, ", "))));
  }

  PacketTypes origins_of(const PlannedElement& element) const {
    PacketTypes origins = 0;
    for (const std::size_t source : element.sources) {
      origins = origins | type_of(graph_.sources[source].settings.kind);
    }
    return origins;
  }

  Status mismatch(const PlannedElement& element, std::string_view input, PacketTypes given,
                  PacketTypes taken) const {
    const ElementSpec& spec = spec_of(element);
    return fail_at(spec.where, ErrorCode::kInvalid,
                   "element '{}' ({}) takes {}, but its input '{}' gives {}", spec.name, spec.type,
                   types_text(taken), input, given == 0 ? "nothing" : types_text(given));
  }

  /// (name, types) of each input.
  std::vector<std::pair<std::string_view, PacketTypes>> inputs_of(
      const PlannedElement& element) const {
    std::vector<std::pair<std::string_view, PacketTypes>> inputs;
    for (const std::string& name : spec_of(element).inputs) {
      for (const SourceSpec& source : graph_.sources) {
        if (source.name == name) {
          inputs.emplace_back(name, set_of(type_of(source.settings.kind)));
        }
      }
      for (const std::size_t producer : element.producers) {
        if (spec_of(plan_.elements[producer]).name == name) {
          inputs.emplace_back(name, plan_.elements[producer].gives);
        }
      }
    }
    return inputs;
  }

  Status check_types(PlannedElement& element) const {
    if (element.type == nullptr) {
      return check_infer(element);
    }
    if (element.type->needs_picture) {
      ARETE_TRY(check_origins(element, PacketType::kFrame));
    }
    for (const auto& [name, given] : inputs_of(element)) {
      const auto taken = static_cast<PacketTypes>(given & element.type->takes);
      if (taken == 0) {
        return mismatch(element, name, given, element.type->takes);
      }
      for (const PacketType type : {PacketType::kFrame, PacketType::kAudio, PacketType::kSeries,
                                    PacketType::kTensor, PacketType::kResult}) {
        if (contains(taken, type)) {
          element.gives = static_cast<PacketTypes>(element.gives | element.type->gives(type));
        }
      }
    }
    return {};
  }

  Status check_origins(const PlannedElement& element, PacketType wanted) const {
    for (const std::size_t source : element.sources) {
      const PacketType type = type_of(graph_.sources[source].settings.kind);
      if (type != wanted) {
        return fail_at(spec_of(element).where, ErrorCode::kInvalid,
                       "element '{}' ({}) works on {} packets, but source '{}' gives {}",
                       spec_of(element).name, spec_of(element).type, name_of(wanted),
                       graph_.sources[source].name, name_of(type));
      }
    }
    return {};
  }

  Status check_infer(PlannedElement& element) const {
    const ElementSpec& spec = spec_of(element);
    document::MapReader reader = document::MapReader::open(spec.settings, "infer").value();
    ARETE_TRY_ASSIGN(const std::string model, reader.required<std::string>("model"));
    auto types = types_of_model_(model);
    if (!types) {
      return std::unexpected(std::move(types).error().at(spec.where));
    }
    const bool regions = reader.has("regions");
    if (regions && types->takes != PacketType::kFrame) {
      return fail_at(spec.where, ErrorCode::kInvalid,
                     "element '{}': regions are for models that take pictures; '{}' takes {}",
                     spec.name, model, name_of(types->takes));
    }
    if (types->takes != PacketType::kTensor) {
      ARETE_TRY(check_origins(element, types->takes));
    }
    PacketTypes taken = regions ? set_of(PacketType::kResult) : set_of(types->takes);
    if (!regions && types->takes == PacketType::kFrame) {
      taken = taken | PacketType::kResult;  // the picture that it was found in
    }
    for (const auto& [name, given] : inputs_of(element)) {
      if ((given & taken) == 0) {
        return mismatch(element, name, given, taken);
      }
    }
    element.gives = types->gives;
    return {};
  }

  bool on_own_thread(const PlannedElement& element) const {
    const ElementSpec& spec = spec_of(element);
    return element.type == nullptr || element.type->heavy || spec.queue || spec.inputs.size() > 1;
  }

  void place(std::size_t position) {
    PlannedElement& element = plan_.elements[position];
    if (!on_own_thread(element)) {
      if (!element.producers.empty()) {
        element.stage = plan_.elements[element.producers.front()].stage;
      }
      return;
    }
    element.stage = plan_.stages.size();
    const QueueSettings queue = spec_of(element).queue.value_or(QueueSettings{});
    PlannedStage stage;
    stage.head = position;
    stage.policy = replay_ ? QueuePolicy::kBlock : queue.policy.value_or(usual_policy(element));
    const std::size_t usual = stage.policy == QueuePolicy::kNewest ? 1 : 4;
    stage.capacity = queue.size > 0 ? static_cast<std::size_t>(queue.size) : usual;
    plan_.stages.push_back(stage);
  }

  /// Where packets come at their own pace, the newest is wanted; a file is worked through.
  QueuePolicy usual_policy(const PlannedElement& element) const {
    const bool paced = std::ranges::all_of(element.sources, [&](std::size_t source) {
      const SourceSpec& spec = graph_.sources[source];
      return spec.pace == Pace::kRealtime || spec.settings.kind == media::SourceKind::kCamera ||
             spec.settings.kind == media::SourceKind::kRtsp;
    });
    const bool pictures = origins_of(element) == set_of(PacketType::kFrame);
    return paced && pictures ? QueuePolicy::kNewest : QueuePolicy::kBlock;
  }

  const GraphSpec& graph_;
  const TypesOfModel& types_of_model_;
  bool replay_;
  Plan& plan_;
};

}  // namespace

PacketType type_of(media::SourceKind kind) {
  switch (kind) {
    case media::SourceKind::kWav:
    case media::SourceKind::kMicrophone:
      return PacketType::kAudio;
    case media::SourceKind::kCsv:
      return PacketType::kSeries;
    default:
      return PacketType::kFrame;
  }
}

Result<const ElementType*> find_element_type(std::string_view name) {
  std::vector<std::string_view> names = {kInferType};
  for (const ElementType& type : element_types()) {
    if (type.name == name) {
      return &type;
    }
    names.push_back(type.name);
  }
  std::string all;
  for (const std::string_view known : names) {
    all += fmt::format("{}{}", all.empty() ? "" : ", ", known);
  }
  return fail(ErrorCode::kInvalid, "there is no element type '{}'{}; there are {}", name,
              did_you_mean(name, names), all);
}

Result<Plan> order_elements(const GraphSpec& graph) { return Sorter(graph).sort(); }

Status complete_plan(const GraphSpec& graph, const TypesOfModel& types_of_model, bool replay,
                     Plan& plan) {
  return Completer(graph, types_of_model, replay, plan).complete();
}

}  // namespace arete::pipeline
