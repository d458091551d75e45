// A spec from its document tree, strictly: an unknown key, a wrong type or a value out of range is
// kInvalid with its line and, for a misspelt word, a suggestion. The keys are described in
// docs/reference/spec.md. Not here: reading files (lookup.hpp), checking against tensors.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "document/node.hpp"
#include "spec/spec.hpp"

namespace arete::spec {

[[nodiscard]] Result<Spec> parse(const document::Node& node);

}  // namespace arete::spec
