// SPDX-License-Identifier: Apache-2.0
#include "evaluate/benchmark.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

namespace arete::evaluate {
namespace {

double milliseconds_of(Nanoseconds duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

/// A row while it is measured.
struct LiveRow {
  BenchRow* row = nullptr;
  std::unique_ptr<EngineRow> engine;
  std::vector<tensor::Tensor> answers;
  std::vector<double> cpu_ms;
  std::vector<double> wall_ms;

  [[nodiscard]] bool runs() const { return engine != nullptr; }
  void drop(const Error& error) {
    row->error = error;
    engine.reset();
    answers.clear();
  }
};

class BenchmarkRun {
 public:
  BenchmarkRun(const BenchOptions& options, const RowFactory& factory, const OnStep& on_step,
               BenchReport& report)
      : options_(options), factory_(factory), on_step_(on_step), report_(report) {
    total_ = report.rows.size() * (static_cast<std::uint64_t>(std::max(0, options.rounds)) + 1);
  }

  void load_all() {
    for (BenchRow& row : report_.rows) {
      LiveRow& live = rows_.emplace_back();
      live.row = &row;
      if (const Status status = load(live); !status) {
        live.drop(status.error());
      }
      step();
    }
  }

  void measure() {
    for (int round = 0; round < options_.rounds; ++round) {
      for (std::size_t i = 0; i < rows_.size(); ++i) {
        // Another row leads each time: none is always the one after the slowest.
        LiveRow& live = rows_[(i + static_cast<std::size_t>(round)) % rows_.size()];
        if (live.runs()) {
          if (const Status status = measure_once(live); !status) {
            live.drop(status.error());
          }
        }
        step();
      }
    }
  }

  void sum_up() {
    const auto first = std::ranges::find_if(rows_, &LiveRow::runs);
    for (LiveRow& live : rows_) {
      if (!live.runs()) {
        continue;
      }
      BenchRow& row = *live.row;
      row.cpu_ms = spread_of(live.cpu_ms);
      row.wall_ms = spread_of(live.wall_ms);
      const double base = first->row->cpu_ms.p50;
      row.ratio = base > 0 ? row.cpu_ms.p50 / base : 1;
      const auto agreement = compare(first->answers, live.answers);
      if (agreement) {
        row.agreement = *agreement;
      } else {
        row.agreement_error = agreement.error().message();
      }
      const auto peak = live.engine->peak_rss_bytes();
      row.peak_rss_bytes = peak.value_or(0);
    }
  }

 private:
  Status load(LiveRow& live) {
    BenchRow& row = *live.row;
    if (row.plan.error) {
      return std::unexpected(*row.plan.error);
    }
    ARETE_TRY_ASSIGN(live.engine, factory_());
    LoadRequest request;
    request.model = options_.model;
    request.engine = row.plan.engine;
    request.cache_dir = options_.cache_dir;
    request.options = row.plan.options;
    request.shapes = options_.shapes;
    ARETE_TRY_ASSIGN(LoadReply reply, live.engine->load(request));
    row.precision = reply.precision;
    row.format = reply.format;
    row.converted = reply.converted;
    row.load_ms = reply.load_ms;
    row.first_run_ms = reply.first_run_ms;
    report_.assumed = reply.assumed;
    live.answers = std::move(reply.answers);
    // The second run: the first may still build what the engine keeps.
    ARETE_TRY_ASSIGN(const RoundTimes once, live.engine->round(0, 1));
    const auto wall = std::max<std::int64_t>(1, once.wall.count());
    row.runs =
        static_cast<int>(std::clamp<std::int64_t>(options_.round_time.count() / wall, 1, 10'000));
    return {};
  }

  Status measure_once(LiveRow& live) {
    const int runs = live.row->runs;
    // A fast model is warmed up again, for another engine was in the caches meanwhile.
    ARETE_TRY_ASSIGN(const RoundTimes times, live.engine->round(runs > 1 ? 1 : 0, runs));
    live.cpu_ms.push_back(milliseconds_of(times.cpu) / runs);
    live.wall_ms.push_back(milliseconds_of(times.wall) / runs);
    return {};
  }

  void step() {
    ++done_;
    if (on_step_) {
      on_step_(done_, total_);
    }
  }

  const BenchOptions& options_;
  const RowFactory& factory_;
  const OnStep& on_step_;
  BenchReport& report_;
  std::vector<LiveRow> rows_;
  std::uint64_t done_ = 0;
  std::uint64_t total_ = 0;
};

}  // namespace

Spread spread_of(std::vector<double> values) {
  if (values.empty()) {
    return {};
  }
  std::ranges::sort(values);
  const auto rank = [&values](double share) {
    const auto at = std::ceil(share * static_cast<double>(values.size()));
    return values[static_cast<std::size_t>(std::max(1.0, at)) - 1];
  };
  return {rank(0.1), rank(0.5), rank(0.9)};
}

bool BenchReport::any_ran() const {
  return std::ranges::any_of(rows, [](const BenchRow& row) { return !row.error; });
}

BenchReport run_benchmark(std::span<const RowPlan> plans, const BenchOptions& options,
                          const RowFactory& factory, const OnStep& on_step) {
  BenchReport report;
  report.model = options.model;
  report.rounds = options.rounds;
  for (const RowPlan& plan : plans) {
    report.rows.emplace_back().plan = plan;
  }
  BenchmarkRun run(options, factory, on_step, report);
  run.load_all();
  run.measure();
  run.sum_up();
  return report;
}

}  // namespace arete::evaluate
