// The text form of an inspection.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "convert/inspection.hpp"
#include "report/units.hpp"

namespace arete::convert {
namespace {

std::string quantization_text(const tensor::Quantization& quantization) {
  if (quantization.scales.size() != 1) {
    return fmt::format("  {} scales along axis {}", quantization.scales.size(),
                       quantization.axis.value_or(-1));
  }
  return fmt::format("  scale {:.6g}, zero point {}", quantization.scales[0],
                     quantization.zero_point(0));
}

std::string tensors_text(std::string_view title, const std::vector<runtime::TensorInfo>& infos) {
  std::string text;
  for (const runtime::TensorInfo& info : infos) {
    text += fmt::format("{:<10} {}  {}{}\n", &info == infos.data() ? title : "", info.name,
                        runtime::text_of(info),
                        info.quantization ? quantization_text(*info.quantization) : "");
  }
  return text;
}

std::string operators_text(const std::map<std::string, std::int64_t>& operators) {
  std::vector<std::pair<std::string, std::int64_t>> sorted(operators.begin(), operators.end());
  std::ranges::stable_sort(sorted,
                           [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string line;
  std::string text;
  for (const auto& [name, count] : sorted) {
    const std::string item = fmt::format("{}{} x{}", line.empty() ? "" : ", ", name, count);
    if (line.size() + item.size() > 80) {
      text += fmt::format("{:<10} {},\n", text.empty() ? "operators" : "", line);
      line = fmt::format("{} x{}", name, count);
    } else {
      line += item;
    }
  }
  return text + fmt::format("{:<10} {}\n", text.empty() ? "operators" : "", line);
}

std::string counts_text(const std::map<std::string, std::int64_t>& counts) {
  std::vector<std::string> parts;
  parts.reserve(counts.size());
  for (const auto& [name, count] : counts) {
    parts.push_back(fmt::format("{} {}", count, name));
  }
  return parts.empty() ? "none" : fmt::format("{}", fmt::join(parts, ", "));
}

std::string summary_text(const model::QuantizationSummary& summary) {
  if (summary.kind == model::QuantizationKind::kNone) {
    return "none";
  }
  return fmt::format("{}: activations {}; weights {}{}", model::name_of(summary.kind),
                     counts_text(summary.activations), counts_text(summary.weights),
                     summary.per_channel ? ", per channel" : "");
}

std::string engine_names_text(const std::string& text, std::string_view what,
                              const std::vector<std::string>& names) {
  return names.empty() ? ""
                       : fmt::format("{:<10} {}: {}\n", text.empty() ? "engines" : "", what,
                                     fmt::join(names, ", "));
}

/// One line an engine that takes such files, one for all others, one for all that are not there.
std::string engines_text(const std::vector<EngineVerdict>& engines) {
  std::string text;
  std::vector<std::string> missing;
  std::vector<std::string> not_suited;
  for (const EngineVerdict& verdict : engines) {
    if (!verdict.installed || !verdict.suited) {
      (verdict.installed ? not_suited : missing).push_back(verdict.engine);
      continue;
    }
    text += fmt::format("{:<10} {}: {}{}\n", text.empty() ? "engines" : "", verdict.engine,
                        verdict.status, verdict.converted ? ", by conversion to ONNX" : "");
  }
  text += engine_names_text(text, "for other files", not_suited);
  text += engine_names_text(text, "not installed", missing);
  return text;
}

}  // namespace

std::string to_text(const Inspection& inspection) {
  const model::Summary& summary = inspection.summary;
  std::string text = fmt::format("{}: {}", inspection.source, inspection.format);
  if (!inspection.producer.empty()) {
    text += fmt::format(", made by {}", inspection.producer);
  }
  text += '\n';
  text += tensors_text("inputs", inspection.inputs) + tensors_text("outputs", inspection.outputs);
  text += operators_text(summary.operators);
  text += fmt::format("{:<10} {} ({})\n", "parameters",
                      report::human_count(static_cast<std::uint64_t>(summary.parameters)),
                      report::human_bytes(static_cast<std::uint64_t>(summary.parameter_bytes)));
  text += fmt::format(
      "{:<10} {}\n", "macs",
      summary.macs ? report::human_count(static_cast<std::uint64_t>(*summary.macs)) : "unknown");
  text += fmt::format(
      "{:<10} {} at the peak\n", "memory",
      summary.peak_activation_bytes
          ? report::human_bytes(static_cast<std::uint64_t>(*summary.peak_activation_bytes))
          : "unknown");
  for (const auto& [name, shape] : summary.assumed_shapes) {
    text += fmt::format("{:<10} for '{}' taken as {}; --shape {}=... sets it\n", "", name,
                        shape.text(), name);
  }
  text += fmt::format("{:<10} {}\n", "quantized", summary_text(summary.quantization));
  return text + engines_text(inspection.engines);
}

}  // namespace arete::convert
