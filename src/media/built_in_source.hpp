// What the built-in sources share: their facts, stopping, and that the end and an error last.
// Not here: reading anything. Threads: as Source.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "media/stream.hpp"

namespace arete::media {

/// When the `index`th of what comes `per_second` times a second is due, rounded to a nanosecond.
[[nodiscard]] Nanoseconds due_time(std::int64_t index, double per_second);

class BuiltInSource : public Source {
 public:
  [[nodiscard]] const StreamInfo& info() const final { return info_; }
  [[nodiscard]] Result<std::optional<MediaPacket>> next() final;
  void stop() final { stopped_ = true; }

 protected:
  explicit BuiltInSource(StreamInfo info) : info_(std::move(info)) {}
  /// What comes next, nullopt at the end; not called again after that.
  [[nodiscard]] virtual Result<std::optional<MediaPacket>> read_next() = 0;
  /// Whether what follows an error can still be read.
  [[nodiscard]] virtual bool survives_errors() const { return false; }

 private:
  StreamInfo info_;
  std::atomic<bool> stopped_{false};
  bool ended_ = false;
  std::optional<Error> failure_;
};

}  // namespace arete::media
