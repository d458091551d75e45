// What an `infer` element may say in the pipeline's file. Errors: kInvalid with the line.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "document/reader.hpp"

namespace arete::pipeline {

struct InferSettings {
  std::string model;                   ///< of the file's models
  std::optional<std::string> regions;  ///< run on the boxes of this element's result, not the frame
  std::vector<std::string> labels;     ///< only boxes with one of these; empty = all
  double margin = 0;      ///< by this share of its size a box is made larger, all around
  bool square = false;    ///< then made as wide as high
  int max_regions = 16;   ///< a frame; those with the best scores
  double min_size = 0;    ///< pixels; smaller boxes are left out
  std::size_t batch = 0;  ///< items at once at most; 0 = what the model allows
  std::string tensor;     ///< for a model of tensors: which raw output; empty = the first
};

/// All keys but those that every element has.
[[nodiscard]] Result<InferSettings> read_infer_settings(document::MapReader& reader);

}  // namespace arete::pipeline
