// A spec from what a model file says of itself: TFLite's metadata names the scaling of pictures and
// the labels of classes.
// Threads: free functions.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "convert/model_source.hpp"
#include "model/ir/model.hpp"
#include "spec/spec.hpp"

namespace arete::convert {

/// nullopt if the metadata does not say enough. Enough is one picture input with its normalization,
/// and labels for one of: a row of class scores, the planes of a segmentation, the four outputs of
/// TFLite's detection.
[[nodiscard]] std::optional<spec::Spec> embedded_spec(const model::Model& model,
                                                      std::string_view source_name);

/// The same from a file; nullopt for formats that carry no such metadata.
[[nodiscard]] Result<std::optional<spec::Spec>> embedded_spec(const ModelSource& source);

}  // namespace arete::convert
