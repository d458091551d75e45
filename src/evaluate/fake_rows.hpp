// Rows for the tests of the benchmark: engines that answer by a script. Not part of the library.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "evaluate/engine_row.hpp"
#include "runtime/backend.hpp"

namespace arete::evaluate {

/// What a fake engine does.
struct FakeEngine {
  std::vector<int> round_ms = {1};  ///< wall time of a run, round after round; the last repeats
  float answer = 1;
  std::optional<Error> load_error = std::nullopt;
  int failing_round = -1;  ///< counted from 0; the one that sets the number of runs is 0
  std::string failed_stage = "load";
  std::string precision = "f32";
};

/// By engine name; what was asked is written down.
class FakeRows {
 public:
  std::map<std::string, FakeEngine> engines;
  std::vector<std::string> log;
  std::vector<LoadRequest> loads;

  [[nodiscard]] RowFactory factory() {
    return [this]() -> Result<std::unique_ptr<EngineRow>> { return std::make_unique<Row>(*this); };
  }

 private:
  class Row final : public EngineRow {
   public:
    explicit Row(FakeRows& rows) : rows_(rows) {}

    Result<LoadReply> load(const LoadRequest& request) override {
      name_ = request.engine;
      rows_.loads.push_back(request);
      const FakeEngine& engine = rows_.engines.at(name_);
      if (engine.load_error) {
        return std::unexpected(*engine.load_error);
      }
      LoadReply reply;
      reply.precision = engine.precision;
      reply.format = "onnx";
      reply.answers = {tensor::Tensor::of<float>({1}, {engine.answer})};
      return reply;
    }
    Result<RoundTimes> round(int warm, int runs) override {
      const FakeEngine& engine = rows_.engines.at(name_);
      if (rounds_ == engine.failing_round) {
        return fail(ErrorCode::kInternal, "broke in round {}", rounds_);
      }
      rows_.log.push_back(fmt::format("{} {}+{}", name_, warm, runs));
      const auto at = std::min(static_cast<std::size_t>(rounds_++), engine.round_ms.size() - 1);
      const Nanoseconds wall = std::chrono::milliseconds(engine.round_ms[at]) * runs;
      return RoundTimes{2 * wall, wall};
    }
    Result<std::uint64_t> peak_rss_bytes() override { return 1000; }
    std::string stage() const override { return rows_.engines.at(name_).failed_stage; }

   private:
    FakeRows& rows_;
    std::string name_;
    int rounds_ = 0;
  };
};

/// An engine that is only listed.
class ListedBackend final : public runtime::Backend {
 public:
  ListedBackend(std::string name, std::vector<std::string> formats,
                const std::vector<std::string>& options = {}) {
    info_.name = std::move(name);
    info_.formats = std::move(formats);
    for (const std::string& option : options) {
      info_.options.push_back({option, "1", "", ""});
    }
  }
  [[nodiscard]] const runtime::BackendInfo& info() const override { return info_; }
  [[nodiscard]] Status supports(const runtime::ModelFile&,
                                const runtime::LoadOptions&) const override {
    return fail(ErrorCode::kUnsupported, "only listed");
  }
  [[nodiscard]] Result<std::unique_ptr<runtime::Session>> load(
      const runtime::ModelFile&, const runtime::LoadOptions&) const override {
    return fail(ErrorCode::kUnsupported, "only listed");
  }

 private:
  runtime::BackendInfo info_;
};

}  // namespace arete::evaluate
