// SPDX-License-Identifier: Apache-2.0
#include "evaluate/bench_report.hpp"

#include <fmt/format.h>

#include "report/table.hpp"
#include "report/units.hpp"

namespace arete::evaluate {
namespace {

using document::Node;

Node number_or_null(const BenchRow& row, double value) { return row.error ? Node() : Node(value); }

void set_spread(Node& node, const BenchRow& row, const std::string& name, const Spread& spread) {
  node.set(name + "_p50", number_or_null(row, spread.p50));
  node.set(name + "_p10", number_or_null(row, spread.p10));
  node.set(name + "_p90", number_or_null(row, spread.p90));
}

Node error_node(const std::optional<Error>& error) {
  if (!error) {
    return {};
  }
  Node node = Node::map();
  return node.set("code", name_of(error->code())).set("message", error->message());
}

Node row_node(const BenchRow& row) {
  Node options = Node::map();
  for (const auto& [name, value] : row.plan.options) {
    options.set(name, value);
  }
  Node node = Node::map();
  node.set("engine", row.plan.engine);
  node.set("precision", row.error ? Node() : Node(row.precision));
  node.set("threads", row.plan.threads);
  set_spread(node, row, "cpu_ms", row.cpu_ms);
  set_spread(node, row, "wall_ms", row.wall_ms);
  node.set("ratio", number_or_null(row, row.ratio));
  node.set("peak_rss_bytes", row.error ? Node() : Node(row.peak_rss_bytes));
  node.set("agreement", row.agreement ? Node(row.agreement->agreement) : Node());
  node.set("max_difference", row.agreement ? Node(row.agreement->difference) : Node());
  node.set("load_ms", number_or_null(row, row.load_ms));
  node.set("first_run_ms", number_or_null(row, row.first_run_ms));
  node.set("runs", row.runs).set("format", row.format).set("converted", row.converted);
  return node.set("options", std::move(options)).set("error", error_node(row.error));
}

std::string milliseconds(double value) {
  return value >= 100 ? fmt::format("{:.0f}", value)
         : value >= 1 ? fmt::format("{:.2f}", value)
                      : fmt::format("{:.4f}", value);
}

std::string label_of(const BenchRow& row) {
  return fmt::format("{} {}", row.plan.engine, row.plan.threads);
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

Node to_node(const BenchReport& report) {
  Node rows = Node::list();
  for (const BenchRow& row : report.rows) {
    rows.push(row_node(row));
  }
  Node assumed = Node::list();
  for (const std::string& name : report.assumed) {
    assumed.push(name);
  }
  Node node = Node::map();
  node.set("schema", 1).set("model", report.model).set("rounds", report.rounds);
  return node.set("assumed_shapes", std::move(assumed)).set("rows", std::move(rows));
}

std::string to_text(const BenchReport& report) {
  using report::Align;
  report::Table table({{"engine"},
                       {"precision"},
                       {"threads", Align::kRight},
                       {"cpu ms", Align::kRight},
                       {"p10-p90", Align::kRight},
                       {"wall ms", Align::kRight},
                       {"ratio", Align::kRight},
                       {"memory", Align::kRight},
                       {"agreement", Align::kRight}});
  std::string rest;
  for (const BenchRow& row : report.rows) {
    if (row.error) {
      const bool was_tried = !row.plan.error.has_value();
      rest += fmt::format("{}{}: {}: {}\n", row.plan.engine,
                          was_tried ? fmt::format(", threads {}", row.plan.threads) : "",
                          name_of(row.error->code()), row.error->message());
      continue;
    }
    table.add_row({row.plan.engine, row.precision, std::to_string(row.plan.threads),
                   milliseconds(row.cpu_ms.p50),
                   milliseconds(row.cpu_ms.p10) + "-" + milliseconds(row.cpu_ms.p90),
                   milliseconds(row.wall_ms.p50), fmt::format("{:.2f}", row.ratio),
                   report::human_bytes(row.peak_rss_bytes),
                   row.agreement ? fmt::format("{:.5f}", row.agreement->agreement) : "-"});
    if (!row.agreement_error.empty()) {
      rest += fmt::format("{}: not compared: {}\n", row.plan.engine, row.agreement_error);
    }
  }
  for (const std::string& name : report.assumed) {
    rest +=
        fmt::format("unknown extents of input '{}' were taken as 1 (--shape sets them)\n", name);
  }
  return (table.rows() == 0 ? "" : table.text()) + rest;
}

report::BarChart chart_of(const BenchReport& report) {
  report::BarChart chart;
  chart.title = io::Path(report.model).filename().string();
  chart.subtitle =
      fmt::format("time of one run: median of {} rounds, whiskers p10 to p90", report.rounds);
  chart.unit = "milliseconds";
  chart.series = {"CPU time", "wall time"};
  for (const BenchRow& row : report.rows) {
    if (row.plan.error) {
      continue;  // never tried: the table says why
    }
    report::BarGroup group;
    group.label = label_of(row) + (row.plan.threads == 1 ? " thread" : " threads");
    if (row.error) {
      group.note = first_line(row.error->message());
    } else {
      group.bars.push_back({row.cpu_ms.p50, row.cpu_ms.p10, row.cpu_ms.p90,
                            fmt::format("{} ms  x{:.2f}  {}", milliseconds(row.cpu_ms.p50),
                                        row.ratio, report::human_bytes(row.peak_rss_bytes))});
      group.bars.push_back({row.wall_ms.p50, row.wall_ms.p10, row.wall_ms.p90,
                            milliseconds(row.wall_ms.p50) + " ms"});
    }
    chart.groups.push_back(std::move(group));
  }
  return chart;
}

}  // namespace arete::evaluate
