// Results of `arete run` as the objects of docs/reference/json.md.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "document/node.hpp"
#include "pipeline/picture_run.hpp"

namespace arete::pipeline {

/// Raw outputs of more elements than this are named as files, not printed.
inline constexpr std::int64_t kMaxPrintedElements = 65'536;

struct RunIdentity {
  std::string engine;
  std::string precision;
  std::uint64_t peak_rss_bytes = 0;
};

[[nodiscard]] document::Node to_node(const FrameResult& frame);
[[nodiscard]] document::Node to_node(const RunReport& report, const RunIdentity& identity);

}  // namespace arete::pipeline
