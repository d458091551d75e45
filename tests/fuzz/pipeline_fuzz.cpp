// Any bytes as a pipeline's file: an error with a message or a plan and its elements, never a
// crash.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "document/parse.hpp"
#include "document/reader.hpp"
#include "io/memory_files.hpp"
#include "pipeline/graph_spec.hpp"
#include "pipeline/infer_settings.hpp"
#include "pipeline/plan.hpp"

namespace {

using namespace arete;  // NOLINT(google-build-using-namespace): a program of one file

/// Every element of the plan, but those that would open connections.
void make_elements(const pipeline::GraphSpec& graph, const pipeline::Plan& plan, io::Files& files,
                   Clock& clock) {
  for (const pipeline::PlannedElement& planned : plan.elements) {
    const pipeline::ElementSpec& spec = graph.elements[planned.spec];
    auto reader = document::MapReader::open(spec.settings, "element");
    ARETE_CHECK(reader.has_value());
    if (planned.type == nullptr) {
      const auto settings = pipeline::read_infer_settings(*reader);
      ARETE_CHECK(settings.has_value() || !settings.error().message().empty());
    } else if (!planned.type->reaches_out) {
      const pipeline::ElementContext context{spec.name, files, clock, "", graph.name, {"a", "b"}};
      const auto element = planned.type->make(*reader, context);
      ARETE_CHECK(element.has_value() || !element.error().message().empty());
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto yaml = document::parse_yaml(text, "fuzz");
  if (!yaml.has_value()) {
    return 0;
  }
  io::MemoryFiles files;
  FakeClock clock;
  const auto graph = pipeline::parse_graph(files, *yaml, "");
  if (!graph.has_value()) {
    ARETE_CHECK(!graph.error().message().empty());
    return 0;
  }
  auto plan = pipeline::order_elements(*graph);
  if (!plan.has_value()) {
    return 0;
  }
  const auto types = [](const std::string&) -> Result<pipeline::ModelTypes> {
    return pipeline::ModelTypes{pipeline::PacketType::kFrame,
                                pipeline::set_of(pipeline::PacketType::kResult)};
  };
  const Status complete = pipeline::complete_plan(*graph, types, false, *plan);
  ARETE_CHECK(complete.has_value() || !complete.error().message().empty());
  make_elements(*graph, *plan, files, clock);
  return 0;
}
