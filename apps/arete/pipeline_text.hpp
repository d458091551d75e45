// What `arete run` prints of a pipeline: one line an event, tables of steps and sources at the end.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "document/node.hpp"
#include "pipeline/packet.hpp"
#include "pipeline/pipeline.hpp"
#include "report/bar_chart.hpp"

namespace arete::app {

/// "   12.40 s  door  line_crossed  person 0.91  in 3, out 2"
[[nodiscard]] std::string event_text(const pipeline::Packet& packet,
                                     const pipeline::EventRecord& event,
                                     const std::vector<std::string>& sources);

/// What the whole process used, engines and decoders included.
struct ProcessCost {
  Nanoseconds cpu{0};  ///< during the run
  std::uint64_t peak_rss_bytes = 0;
};

/// Tables: what each step took, what became of each source's packets.
[[nodiscard]] std::string summary_text(const pipeline::Pipeline& pipeline,
                                       const pipeline::PipelineReport& report,
                                       const ProcessCost& cost);

/// The summary object of docs/reference/json.md.
[[nodiscard]] document::Node summary_node(const pipeline::Pipeline& pipeline,
                                          const pipeline::PipelineReport& report,
                                          const ProcessCost& cost);

/// Bars of the steps' times, medians with the 99th percentile as whisker.
[[nodiscard]] report::BarChart chart_of(const pipeline::Pipeline& pipeline);

}  // namespace arete::app
