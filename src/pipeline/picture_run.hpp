// `arete run` on picture files: decode, run, draw, write; one result a picture, then a summary. A
// picture that cannot be read is reported and the others go on.
// Threads: serial.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "io/files.hpp"
#include "pipeline/model_runner.hpp"
#include "pipeline/stage_times.hpp"

namespace arete::pipeline {

struct FrameResult {
  std::string source;
  std::int64_t frame = 0;
  double time_ms = 0;  ///< media time; 0 for a picture
  ModelOutput output;
  std::string drawn_file;  ///< empty unless a folder to draw into was given
  std::string mask_file;   ///< the same, for segmentation
};

struct RunOptions {
  std::optional<io::Path> draw_folder;  ///< made if it is missing
  std::string stats;                    ///< what the drawn stats line says besides the time
};

struct RunReport {
  std::int64_t frames = 0;
  std::int64_t failed = 0;
  double seconds = 0;  ///< wall time of all frames
  StageTimes times;
};

/// The picture itself, or the pictures of a folder in natural order; kNotFound if there are none.
[[nodiscard]] Result<std::vector<io::Path>> pictures_of(io::Files& files, const io::Path& input);

/// Called for each picture in turn, with its error if it has one. False stops the run.
using OnFrame = std::function<bool(const std::string& source, Result<FrameResult> frame)>;

/// What this itself returns as an error would hit every picture (the folder to draw into).
[[nodiscard]] Result<RunReport> run_pictures(io::Files& files, Clock& clock, ModelRunner& runner,
                                             const std::vector<io::Path>& pictures,
                                             const RunOptions& options, const OnFrame& on_frame);

}  // namespace arete::pipeline
