// SPDX-License-Identifier: Apache-2.0
#include "pipeline_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "report/table.hpp"
#include "report/units.hpp"

namespace arete::app {
namespace {

using document::Node;
using pipeline::Decision;
using pipeline::ElementSums;
using pipeline::Ledger;
using pipeline::Work;

double milliseconds(Nanoseconds duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

double seconds(Nanoseconds duration) { return std::chrono::duration<double>(duration).count(); }

std::uint64_t count_of(const std::array<std::uint64_t, pipeline::kDecisionCount>& decisions,
                       Decision decision) {
  return decisions[static_cast<std::size_t>(decision)];
}

std::uint64_t lost_of(const std::array<std::uint64_t, pipeline::kDecisionCount>& decisions) {
  return count_of(decisions, Decision::kDropped) + count_of(decisions, Decision::kRefused);
}

std::int64_t packets_in(const pipeline::PipelineReport& report) {
  std::int64_t packets = 0;
  for (const auto& source : report.sources) {
    packets += source.packets;
  }
  return packets;
}

/// Waiting and age say more about the queues than about a step.
bool is_step(Work work) { return work != Work::kWait && work != Work::kAge; }

std::string count_text(std::uint64_t count) {
  return count > 0 ? fmt::format("{}", count) : std::string();
}

/// One step: an element or source as a whole, with what became of its packets, or a part of one.
std::vector<std::string> step_row(const std::string& name, const ElementSums& sums, Work work,
                                  const stats::DurationHistogram& times) {
  std::vector<std::string> row = {std::string(), fmt::format("{}", times.count()),
                                  fmt::format("{:.2f}", milliseconds(times.quantile(0.5))),
                                  fmt::format("{:.2f}", milliseconds(times.quantile(0.99)))};
  if (work != Work::kElement && work != Work::kDecode) {
    row[0] = fmt::format("  {}", pipeline::name_of(work));
    return row;
  }
  row[0] = name;
  const auto wait = sums.time.find(Work::kWait);
  row.push_back(wait == sums.time.end()
                    ? std::string()
                    : fmt::format("{:.2f}", milliseconds(wait->second.quantile(0.99))));
  const double packets = static_cast<double>(std::max<std::uint64_t>(times.count(), 1));
  row.push_back(fmt::format("{:.2f}", milliseconds(sums.cpu) / packets));
  row.push_back(count_text(count_of(sums.decisions, Decision::kGated)));
  row.push_back(count_text(lost_of(sums.decisions)));
  row.push_back(count_text(count_of(sums.decisions, Decision::kFailed)));
  return row;
}

std::string steps_table(const Ledger& ledger) {
  using report::Align;
  report::Table table({{"step"},
                       {"packets", Align::kRight},
                       {"p50 ms", Align::kRight},
                       {"p99 ms", Align::kRight},
                       {"queue p99", Align::kRight},
                       {"CPU ms", Align::kRight},
                       {"gated", Align::kRight},
                       {"lost", Align::kRight},
                       {"failed", Align::kRight}});
  for (std::size_t i = 0; i < ledger.names().size(); ++i) {
    const ElementSums sums = ledger.sums_of(i);
    for (const auto& [work, times] : sums.time) {
      if (is_step(work)) {
        table.add_row(step_row(ledger.names()[i], sums, work, times));
      }
    }
  }
  return table.text();
}

std::string sources_table(const pipeline::PipelineReport& report) {
  report::Table table({{"source"},
                       {"packets", report::Align::kRight},
                       {"a second", report::Align::kRight},
                       {"errors", report::Align::kRight},
                       {"came back", report::Align::kRight}});
  for (const pipeline::SourceReport& source : report.sources) {
    const double rate = report.duration > Nanoseconds(0)
                            ? static_cast<double>(source.packets) / seconds(report.duration)
                            : 0;
    table.add_row({source.name, fmt::format("{}", source.packets), fmt::format("{:.1f}", rate),
                   fmt::format("{}", source.errors), fmt::format("{}", source.reconnects)});
  }
  return table.text();
}

std::string models_text(const std::vector<pipeline::ModelIdentity>& models) {
  std::string text;
  for (const pipeline::ModelIdentity& model : models) {
    text += fmt::format("{}{} on {} ({})", text.empty() ? "" : ", ", model.name, model.engine,
                        model.precision);
  }
  return text;
}

Node times_node(const stats::DurationHistogram& times) {
  Node node = Node::map();
  node.set("p50_ms", milliseconds(times.quantile(0.5)));
  return node.set("p99_ms", milliseconds(times.quantile(0.99)));
}

/// The stages of the contract, over all elements that have them.
Node stages_node(const Ledger& ledger) {
  std::map<Work, stats::DurationHistogram> all;
  for (std::size_t i = 0; i < ledger.names().size(); ++i) {
    const ElementSums sums = ledger.sums_of(i);
    for (const auto& [work, times] : sums.time) {
      if (work != Work::kElement && is_step(work)) {
        all[work].merge(times);
      }
    }
  }
  Node node = Node::map();
  for (const auto& [work, times] : all) {
    node.set(std::string(pipeline::name_of(work)), times_node(times));
  }
  return node;
}

Node element_node(const Ledger& ledger, std::size_t element) {
  const ElementSums sums = ledger.sums_of(element);
  Node node = Node::map();
  node.set("name", ledger.names()[element]);
  const auto times = sums.time.find(Work::kElement);
  node.set("packets", times == sums.time.end() ? 0 : times->second.count());
  if (times != sums.time.end()) {
    node.set("time", times_node(times->second));
  }
  if (const auto wait = sums.time.find(Work::kWait); wait != sums.time.end()) {
    node.set("queue", times_node(wait->second));
  }
  if (const auto age = sums.time.find(Work::kAge); age != sums.time.end()) {
    node.set("age", times_node(age->second));
  }
  node.set("cpu_ms", milliseconds(sums.cpu));
  Node decisions = Node::map();
  for (std::size_t d = 0; d < pipeline::kDecisionCount; ++d) {
    if (sums.decisions[d] > 0) {
      decisions.set(std::string(pipeline::name_of(static_cast<Decision>(d))), sums.decisions[d]);
    }
  }
  return node.set("decisions", std::move(decisions));
}

Node source_node(const pipeline::SourceReport& source) {
  Node node = Node::map();
  node.set("name", source.name).set("packets", source.packets).set("errors", source.errors);
  return node.set("reconnects", source.reconnects);
}

}  // namespace

std::string event_text(const pipeline::Packet& packet, const pipeline::EventRecord& event,
                       const std::vector<std::string>& sources) {
  const std::string what =
      event.label.empty() ? std::string() : fmt::format("  {} {:.2f}", event.label, event.score);
  const std::string span =
      event.end > event.start ? fmt::format(" to {:.2f} s", seconds(event.end)) : std::string();
  return fmt::format("{:>9.2f} s{}  {}  {}{}  ({})\n", seconds(event.start), span,
                     sources[static_cast<std::size_t>(packet.stamp.source)], event.kind, what,
                     event.reason);
}

std::string summary_text(const pipeline::Pipeline& pipeline, const pipeline::PipelineReport& report,
                         const ProcessCost& cost) {
  const Ledger& ledger = pipeline.ledger();
  const std::int64_t packets = packets_in(report);
  const auto each = [&](Nanoseconds time) {
    return packets == 0 ? 0 : milliseconds(time) / static_cast<double>(packets);
  };
  const double share =
      cost.cpu > Nanoseconds(0) ? 100 * seconds(ledger.overhead()) / seconds(cost.cpu) : 0;
  std::string text = "\n" + steps_table(ledger) + "\n" + sources_table(report);
  text += fmt::format(
      "\n{} packets in {:.1f} s, {:.1f} a second; {} events, {} failures\n"
      "processor: {:.2f} ms a packet, of it {:.3f} ms ({:.1f} %) for queues, routing and ledger; "
      "at "
      "most {} of memory\n",
      packets, seconds(report.duration),
      report.duration > Nanoseconds(0) ? static_cast<double>(packets) / seconds(report.duration)
                                       : 0,
      report.events, report.failures, each(cost.cpu), each(ledger.overhead()), share,
      report::human_bytes(cost.peak_rss_bytes));
  const std::string models = models_text(pipeline.models());
  return models.empty() ? text : text + models + "\n";
}

document::Node summary_node(const pipeline::Pipeline& pipeline,
                            const pipeline::PipelineReport& report, const ProcessCost& cost) {
  const Ledger& ledger = pipeline.ledger();
  const std::int64_t packets = packets_in(report);
  const std::vector<pipeline::ModelIdentity> models = pipeline.models();
  Node sources = Node::list();
  for (const auto& source : report.sources) {
    sources.push(source_node(source));
  }
  Node elements = Node::list();
  for (std::size_t i = ledger.sources(); i < ledger.names().size(); ++i) {
    elements.push(element_node(ledger, i));
  }
  Node summary = Node::map();
  summary.set("frames", packets).set("seconds", seconds(report.duration));
  summary.set("fps", report.duration > Nanoseconds(0)
                         ? Node(static_cast<double>(packets) / seconds(report.duration))
                         : Node());
  summary.set("events", report.events).set("failures", report.failures);
  summary.set("stages", stages_node(ledger)).set("peak_rss_bytes", cost.peak_rss_bytes);
  summary.set("cpu_ms", milliseconds(cost.cpu))
      .set("overhead_cpu_ms", milliseconds(ledger.overhead()));
  summary.set("engine", models.empty() ? Node() : Node(models.front().engine));
  summary.set("precision", models.empty() ? Node() : Node(models.front().precision));
  summary.set("sources", std::move(sources)).set("elements", std::move(elements));
  return Node::map().set("schema", 1).set("summary", std::move(summary));
}

report::BarChart chart_of(const pipeline::Pipeline& pipeline) {
  const Ledger& ledger = pipeline.ledger();
  report::BarChart chart;
  chart.title = pipeline.spec().name;
  chart.subtitle = fmt::format("time of one packet at each step, median and 99th percentile; {}",
                               models_text(pipeline.models()));
  chart.unit = "ms";
  for (std::size_t i = 0; i < ledger.names().size(); ++i) {
    const ElementSums sums = ledger.sums_of(i);
    for (const auto& [work, times] : sums.time) {
      if (!is_step(work)) {
        continue;
      }
      const bool whole = work == Work::kElement || work == Work::kDecode;
      report::BarGroup group;
      group.label = whole ? ledger.names()[i]
                          : fmt::format("{}: {}", ledger.names()[i], pipeline::name_of(work));
      const double median = milliseconds(times.quantile(0.5));
      const double slow = milliseconds(times.quantile(0.99));
      group.bars.push_back({median, median, slow, fmt::format("{:.2f} ms", median)});
      chart.groups.push_back(std::move(group));
    }
  }
  return chart;
}

}  // namespace arete::app
