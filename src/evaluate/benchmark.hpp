// The benchmark: some engines with one model, each in its own process, run in turn. A round runs
// every row a few times, so that what disturbs the machine for a while disturbs all rows alike;
// figures are percentiles over the rounds. Not here: how it is printed (bench_report.hpp).
// Threads: serial.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "evaluate/agreement.hpp"
#include "evaluate/engine_row.hpp"
#include "runtime/registry.hpp"

namespace arete::evaluate {

/// What to measure in one row.
struct RowPlan {
  std::string engine;
  int threads = 1;
  std::map<std::string, std::string> options;  ///< of the engine, that for threads included
  std::optional<Error> error;                  ///< known without a try: not installed ...
};

struct PlanRequest {
  std::vector<std::string> engines = {"all"};  ///< names, or "all"
  std::vector<int> threads = {1};
  /// By engine: options that all its rows get.
  std::map<std::string, std::map<std::string, std::string>> options;
  std::string format;  ///< of the model
};

/// A row for every engine and number of threads. "all" is every engine that we know of, also those
/// that can only say why not; the reference evaluator, slow on purpose, and engines for tests are
/// there by name only.
/// kNotFound for a name that no engine has; kInvalid for options of an engine that has no row.
[[nodiscard]] Result<std::vector<RowPlan>> plan_rows(const runtime::Registry& registry,
                                                     const PlanRequest& request);

/// The option by which an engine takes its number of threads; empty if it has none.
[[nodiscard]] std::string thread_option(const runtime::BackendInfo& info);

struct BenchOptions {
  std::string model;
  std::string cache_dir;
  std::map<std::string, tensor::Shape> shapes;
  int rounds = 11;
  Nanoseconds round_time = std::chrono::milliseconds(20);  ///< a fast model runs more than once
};

/// Of the rounds, a run, in milliseconds.
struct Spread {
  double p10 = 0;
  double p50 = 0;
  double p90 = 0;
};
/// By nearest rank; zeros for no values.
[[nodiscard]] Spread spread_of(std::vector<double> values);

struct BenchRow {
  RowPlan plan;
  std::optional<Error> error;  ///< then nothing below counts
  std::string precision;
  std::string format;  ///< that the engine read
  bool converted = false;
  double load_ms = 0;
  double first_run_ms = 0;
  int runs = 0;  ///< a round
  Spread cpu_ms;
  Spread wall_ms;
  double ratio = 1;  ///< of the CPU times, to the first row that ran
  std::uint64_t peak_rss_bytes = 0;
  std::optional<Agreement> agreement;  ///< with the first row that ran
  std::string agreement_error;         ///< why there is none
};

struct BenchReport {
  std::string model;
  int rounds = 0;
  std::vector<std::string> assumed;  ///< inputs whose unknown extents were taken as 1
  std::vector<BenchRow> rows;        ///< in the order of the plan

  [[nodiscard]] bool any_ran() const;
};

/// Called after each step of `total`.
using OnStep = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// A row that fails is in the report with its reason.
[[nodiscard]] BenchReport run_benchmark(std::span<const RowPlan> plans, const BenchOptions& options,
                                        const RowFactory& factory, const OnStep& on_step = {});

}  // namespace arete::evaluate
