// A benchmark's figures for scripts, for the terminal and as a picture.
// Threads: pure. Errors: kInvalid for a picture's name that ends in neither .svg nor .png.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "document/node.hpp"
#include "evaluate/benchmark.hpp"
#include "io/files.hpp"
#include "report/bar_chart.hpp"
#include "tensor/picture.hpp"

namespace arete::evaluate {

/// docs/reference/json.md, "arete bench".
[[nodiscard]] document::Node to_node(const BenchReport& report);
[[nodiscard]] std::string to_text(const BenchReport& report);

/// CPU and wall time of each row, with p10 to p90 as whiskers.
[[nodiscard]] report::BarChart chart_of(const BenchReport& report);

/// A drawing in pixels, twice its size.
[[nodiscard]] tensor::Picture painted(const report::Drawing& drawing);

/// The bytes of a file of this name: the ending decides.
[[nodiscard]] Result<Bytes> plot_file(const report::Drawing& drawing, const io::Path& name);

}  // namespace arete::evaluate
