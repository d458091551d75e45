// A source that fails or ends on purpose, around another one: for tests of everything that must
// outlive a broken camera. Threads: as Source.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "media/stream.hpp"

namespace arete::media {

struct SourceFaultPlan {
  /// After so many packets every call fails with `error`.
  std::optional<std::int64_t> fail_after = std::nullopt;
  ErrorCode error = ErrorCode::kUnavailable;
  /// After so many packets the stream ends.
  std::optional<std::int64_t> end_after = std::nullopt;
};

class FaultySource final : public Source {
 public:
  FaultySource(std::unique_ptr<Source> inner, SourceFaultPlan plan)
      : inner_(std::move(inner)), plan_(plan) {}

  [[nodiscard]] const StreamInfo& info() const override { return inner_->info(); }
  [[nodiscard]] Result<std::optional<MediaPacket>> next() override;
  void stop() override { inner_->stop(); }

 private:
  std::unique_ptr<Source> inner_;
  SourceFaultPlan plan_;
  std::int64_t given_ = 0;
};

}  // namespace arete::media
