// Results of `arete run` as the objects of docs/reference/json.md.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "document/node.hpp"
#include "pipeline/picture_run.hpp"
#include "tensor/results.hpp"

namespace arete::pipeline {

/// Raw outputs of more elements than this are named as files, not printed.
inline constexpr std::int64_t kMaxPrintedElements = 65'536;

struct RunIdentity {
  std::string engine;
  std::string precision;
  std::uint64_t peak_rss_bytes = 0;
};

/// Where and when something was found.
struct FrameOrigin {
  std::string source;
  std::int64_t frame = 0;
  double time_ms = 0;
  std::string mask_file{};  ///< empty = none was written
};

[[nodiscard]] document::Node frame_node(const FrameOrigin& origin, const tensor::Findings& findings,
                                        std::span<const RawOutput> raw);
[[nodiscard]] document::Node to_node(const FrameResult& frame);
[[nodiscard]] document::Node to_node(const RunReport& report, const RunIdentity& identity);

}  // namespace arete::pipeline
