// The ledger's sums in Prometheus' text form (exposition format 0.0.4), for a file that a collector
// reads. Threads: any. Errors: none.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "pipeline/ledger.hpp"

namespace arete::pipeline {

/// `pipeline` becomes a label of every line.
[[nodiscard]] std::string metrics_text(const Ledger& ledger, const std::string& pipeline);

}  // namespace arete::pipeline
