// A spec from what a model file says of itself: TFLite's metadata names the scaling of pictures and
// the labels of classes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "base/result.hpp"
#include "convert/model_source.hpp"
#include "model/ir/model.hpp"
#include "spec/spec.hpp"

namespace arete::convert {

/// nullopt if the metadata does not say enough: one picture input with its normalization, and one
/// output with labels (class scores, or class indices of pixels) .
[[nodiscard]] std::optional<spec::Spec> embedded_spec(const model::Model& model,
                                                      std::string_view source_name);

/// The same from a file; nullopt for formats that carry no such metadata.
[[nodiscard]] Result<std::optional<spec::Spec>> embedded_spec(const ModelSource& source);

}  // namespace arete::convert
