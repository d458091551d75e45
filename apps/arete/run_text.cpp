// SPDX-License-Identifier: Apache-2.0
#include "run_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "report/table.hpp"
#include "report/units.hpp"

namespace arete::app {
namespace {

std::string detections_text(const std::vector<tensor::Detection>& detections) {
  std::string text;
  for (const tensor::Detection& found : detections) {
    text += fmt::format("  {:<16} {:.3f}  box [{:.1f}, {:.1f}, {:.1f}, {:.1f}]", found.label,
                        found.score, found.box.x1, found.box.y1, found.box.x2, found.box.y2);
    text +=
        found.keypoints.empty() ? "\n" : fmt::format("  {} keypoints\n", found.keypoints.size());
  }
  return text;
}

std::string mask_text(const tensor::Mask& mask) {
  std::vector<std::size_t> counts(256, 0);
  for (const std::uint8_t index : mask.classes) {
    ++counts[index];
  }
  std::string text;
  for (std::size_t index = 0; index < counts.size(); ++index) {
    if (counts[index] == 0) {
      continue;
    }
    const double share =
        static_cast<double>(counts[index]) / static_cast<double>(mask.classes.size());
    text += fmt::format(
        "  {:<16} {:.1f} % of the picture\n",
        index < mask.labels.size() ? mask.labels[index] : fmt::format("class {}", index),
        100 * share);
  }
  return text;
}

std::string raw_text(const pipeline::RawOutput& output) {
  constexpr std::int64_t kShown = 8;
  std::string text = fmt::format("  {}  {}{}:", output.name, tensor::name_of(output.tensor.dtype()),
                                 output.tensor.shape().text());
  if (output.tensor.dtype() == tensor::DType::kString) {
    return text + "\n";
  }
  for (std::int64_t i = 0; i < std::min(kShown, output.tensor.elements()); ++i) {
    text += fmt::format(" {:.6g}", output.tensor.number_at(i));
  }
  return text + (output.tensor.elements() > kShown ? " ...\n" : "\n");
}

std::string_view pictures(std::int64_t count) { return count == 1 ? "picture" : "pictures"; }

}  // namespace

std::string frame_text(const pipeline::FrameResult& frame) {
  const tensor::Findings& findings = frame.output.findings;
  std::string found = detections_text(findings.detections);
  for (const tensor::Classification& one : findings.classes) {
    found += fmt::format("  {:<40} {:.3f}\n", one.label, one.score);
  }
  if (findings.mask) {
    found += mask_text(*findings.mask);
  }
  for (const pipeline::RawOutput& output : frame.output.raw) {
    found += raw_text(output);
  }
  return fmt::format("{}\n{}", frame.source, found.empty() ? "  nothing found\n" : found);
}

std::string report_text(const pipeline::RunReport& report, const pipeline::RunIdentity& identity,
                        const std::string& draw_folder) {
  report::Table table(
      {{"stage"}, {"p50 ms", report::Align::kRight}, {"p99 ms", report::Align::kRight}});
  for (std::size_t i = 0; i < pipeline::kStageCount; ++i) {
    const pipeline::Stage stage{i};
    if (const auto summary = report.times.summary(stage)) {
      table.add_row({std::string(pipeline::name_of(stage)), fmt::format("{:.2f}", summary->p50_ms),
                     fmt::format("{:.2f}", summary->p99_ms)});
    }
  }
  std::string text = "\n" + table.text();
  text += fmt::format("{} {} on {} ({}), {:.1f} a second, at most {} of memory\n", report.frames,
                      pictures(report.frames), identity.engine, identity.precision,
                      report.seconds > 0 ? static_cast<double>(report.frames) / report.seconds : 0,
                      report::human_bytes(identity.peak_rss_bytes));
  if (report.failed > 0) {
    text += fmt::format("{} {} could not be run\n", report.failed, pictures(report.failed));
  }
  if (!draw_folder.empty()) {
    text += fmt::format("annotated pictures: {}\n", draw_folder);
  }
  return text;
}

}  // namespace arete::app
