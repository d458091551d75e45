// A graph that fits together: names resolved, no cycles, types checked on every edge, elements
// dealt out to threads. Pure: nothing is opened, loaded or started here. Errors: kInvalid or
// kUnsupported with the line of the element that is wrong.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "pipeline/element.hpp"
#include "pipeline/graph_spec.hpp"

namespace arete::pipeline {

/// What a model takes and gives, once it is loaded.
struct ModelTypes {
  PacketType takes = PacketType::kFrame;
  PacketTypes gives = 0;
};
using TypesOfModel = std::function<Result<ModelTypes>(const std::string& model)>;

/// The type that runs a model. Its settings are infer_element.hpp's.
inline constexpr std::string_view kInferType = "infer";

struct PlannedElement {
  std::size_t spec = 0;                ///< into GraphSpec::elements
  const ElementType* type = nullptr;   ///< nullptr: infer
  std::vector<std::size_t> producers;  ///< positions in Plan::elements
  std::vector<std::size_t> consumers;
  std::vector<std::size_t> sources;  ///< those whose packets reach it
  PacketTypes gives = 0;
  std::optional<std::size_t> stage;  ///< nullopt: on a source's thread
};

/// A thread with a queue. Its first element is its head; the others follow in the same thread.
struct PlannedStage {
  std::size_t head = 0;  ///< into Plan::elements
  QueuePolicy policy = QueuePolicy::kBlock;
  std::size_t capacity = 4;
  std::size_t producers = 0;  ///< edges that end in it
};

struct Plan {
  std::vector<PlannedElement> elements;                    ///< each behind those that feed it
  std::vector<std::vector<std::size_t>> source_consumers;  ///< [source] -> elements
  std::vector<PlannedStage> stages;
};

/// The type by name; kNotFound with all names and a suggestion.
[[nodiscard]] Result<const ElementType*> find_element_type(std::string_view name);

/// The order of elements and their types, before any model is loaded.
[[nodiscard]] Result<Plan> order_elements(const GraphSpec& graph);

/// Checks types and deals out threads. `replay`: no packet may be lost but by the recording, so all
/// queues block.
[[nodiscard]] Status complete_plan(const GraphSpec& graph, const TypesOfModel& types_of_model,
                                   bool replay, Plan& plan);

/// What packets of a source are.
[[nodiscard]] PacketType type_of(media::SourceKind kind);

}  // namespace arete::pipeline
