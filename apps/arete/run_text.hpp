// What `arete run` prints for people.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "pipeline/picture_run.hpp"
#include "pipeline/result_node.hpp"

namespace arete::app {

/// One picture: its name and what was found, one finding a line.
[[nodiscard]] std::string frame_text(const pipeline::FrameResult& frame);

/// The table of stages and where the drawn pictures lie.
[[nodiscard]] std::string report_text(const pipeline::RunReport& report,
                                      const pipeline::RunIdentity& identity,
                                      const std::string& draw_folder);

}  // namespace arete::app
