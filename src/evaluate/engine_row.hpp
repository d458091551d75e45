// One row of a benchmark as its measurer sees it: something that loads a model and runs it when
// told. The real one is a process (EngineProcess); tests have a fake.
// Threads: serial.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "evaluate/bench_messages.hpp"
#include "io/child.hpp"

namespace arete::evaluate {

class EngineRow {
 public:
  virtual ~EngineRow() = default;
  /// Loads and runs once.
  [[nodiscard]] virtual Result<LoadReply> load(const LoadRequest& request) = 0;
  /// `warm` runs that do not count, then `runs` that do.
  [[nodiscard]] virtual Result<RoundTimes> round(int warm, int runs) = 0;
  [[nodiscard]] virtual Result<std::uint64_t> peak_rss_bytes() = 0;
  /// Of the last error: "load" or "run"; a process that died has the stage it was in.
  [[nodiscard]] virtual std::string stage() const = 0;
};

using RowFactory = std::function<Result<std::unique_ptr<EngineRow>>()>;

/// A process that runs BenchWorker::serve().
class EngineProcess final : public EngineRow {
 public:
  /// How long one answer may take.
  static constexpr Nanoseconds kPatience = std::chrono::minutes(10);

  explicit EngineProcess(io::Child child, Nanoseconds patience = kPatience)
      : child_(std::move(child)), patience_(patience) {}
  EngineProcess(const EngineProcess&) = delete;
  EngineProcess& operator=(const EngineProcess&) = delete;
  ~EngineProcess() override;

  [[nodiscard]] Result<LoadReply> load(const LoadRequest& request) override;
  [[nodiscard]] Result<RoundTimes> round(int warm, int runs) override;
  [[nodiscard]] Result<std::uint64_t> peak_rss_bytes() override;
  [[nodiscard]] std::string stage() const override { return stage_; }

 private:
  [[nodiscard]] Result<document::Node> ask(const document::Node& request);

  io::Child child_;
  Nanoseconds patience_;
  std::string stage_;
};

/// Starts `program` with `arguments` for each row.
[[nodiscard]] RowFactory engine_processes(std::string program, std::vector<std::string> arguments,
                                          Nanoseconds patience = EngineProcess::kPatience);

}  // namespace arete::evaluate
