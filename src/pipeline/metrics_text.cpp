// SPDX-License-Identifier: Apache-2.0
#include "pipeline/metrics_text.hpp"

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <string_view>

namespace arete::pipeline {
namespace {

constexpr std::array<double, 3> kQuantiles = {0.5, 0.9, 0.99};

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') {
      out += '\\';
    }
    out += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return out;
}

double seconds(Nanoseconds duration) { return std::chrono::duration<double>(duration).count(); }

void add_head(std::string& text, std::string_view name, std::string_view type,
              std::string_view help) {
  fmt::format_to(std::back_inserter(text), "# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

void add_times(std::string& text, const Ledger& ledger, const std::string& pipeline) {
  constexpr std::string_view kName = "arete_step_seconds";
  add_head(text, kName, "summary", "Time of one packet at a step of the pipeline.");
  for (std::size_t i = 0; i < ledger.names().size(); ++i) {
    const ElementSums sums = ledger.sums_of(i);
    for (const auto& [work, times] : sums.time) {
      const std::string labels = fmt::format(R"(pipeline="{}",element="{}",work="{}")", pipeline,
                                             escaped(ledger.names()[i]), name_of(work));
      for (const double quantile : kQuantiles) {
        fmt::format_to(std::back_inserter(text), "{}{{{},quantile=\"{}\"}} {:.9f}\n", kName, labels,
                       quantile, seconds(times.quantile(quantile)));
      }
      fmt::format_to(std::back_inserter(text), "{0}_sum{{{1}}} {2:.9f}\n{0}_count{{{1}}} {3}\n",
                     kName, labels, seconds(times.sum()), times.count());
    }
  }
}

void add_decisions(std::string& text, const Ledger& ledger, const std::string& pipeline) {
  constexpr std::string_view kName = "arete_packets_total";
  add_head(text, kName, "counter", "Packets of a source at an element, by what became of them.");
  for (std::size_t i = 0; i < ledger.names().size(); ++i) {
    const auto rows = ledger.by_source(i);
    for (std::size_t source = 0; source < rows.size(); ++source) {
      for (std::size_t d = 0; d < kDecisionCount; ++d) {
        if (rows[source].decisions[d] > 0) {
          fmt::format_to(std::back_inserter(text),
                         "{}{{pipeline=\"{}\",element=\"{}\",source=\"{}\",decision=\"{}\"}} {}\n",
                         kName, pipeline, escaped(ledger.names()[i]),
                         escaped(ledger.names()[source]), name_of(static_cast<Decision>(d)),
                         rows[source].decisions[d]);
        }
      }
    }
  }
}

void add_cpu(std::string& text, const Ledger& ledger, const std::string& pipeline) {
  constexpr std::string_view kName = "arete_cpu_seconds_total";
  add_head(text, kName, "counter", "Processor time of the pipeline's threads at a step.");
  for (std::size_t i = 0; i < ledger.names().size(); ++i) {
    fmt::format_to(std::back_inserter(text), "{}{{pipeline=\"{}\",element=\"{}\"}} {:.6f}\n", kName,
                   pipeline, escaped(ledger.names()[i]), seconds(ledger.sums_of(i).cpu));
  }
}

}  // namespace

std::string metrics_text(const Ledger& ledger, const std::string& pipeline) {
  std::string text;
  const std::string name = escaped(pipeline);
  add_times(text, ledger, name);
  add_decisions(text, ledger, name);
  add_cpu(text, ledger, name);
  return text;
}

}  // namespace arete::pipeline
