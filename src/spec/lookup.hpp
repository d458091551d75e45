// Finding a model's spec and reading it with the label files it names. Order: the path given on the
// command line, beside the model, the model's own metadata, the folders of ARETE_SPECS.
// Errors: kNotFound naming every place looked at; kInvalid and kCorrupt with the spec's line.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "io/files.hpp"
#include "spec/spec.hpp"

namespace arete::spec {

/// Reads, parses, and loads the label files: relative to the spec's folder, then to `model_folder`.
[[nodiscard]] Result<Spec> load(io::Files& files, const io::Path& path,
                                const io::Path& model_folder = {});

/// Fills `names` of every Labels that has only a file.
[[nodiscard]] Status load_labels(io::Files& files, Spec& spec,
                                 const std::vector<io::Path>& folders);

/// One name a line; trailing white space and empty lines at the end do not count.
[[nodiscard]] Result<std::vector<std::string>> parse_label_lines(std::string_view text,
                                                                 std::string_view source);

struct LookupRequest {
  io::Path model;
  std::optional<io::Path> given = std::nullopt;  ///< --spec
  std::optional<Spec> metadata = std::nullopt;   ///< from the model file itself, if it has some
  std::vector<io::Path> spec_folders = {};       ///< of ARETE_SPECS, see folders_from()
};

/// "a:b" to its folders; empty parts do not count. Pass std::getenv("ARETE_SPECS").
[[nodiscard]] std::vector<io::Path> folders_from(const char* variable);

/// "dir/x.tflite" -> "x.spec.yaml".
[[nodiscard]] std::string spec_name_of(const io::Path& model);

[[nodiscard]] Result<Spec> lookup(io::Files& files, const LookupRequest& request);

}  // namespace arete::spec
