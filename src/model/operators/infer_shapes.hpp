// Fills dtype and shape of every value of a model from those of its inputs. Symbols stay symbols
// (one symbol = one extent); what depends on data is unknown; shape arithmetic on constants is
// folded to find extents, but the model's nodes are not changed.
// Threads: no state.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "base/result.hpp"
#include "model/ir/model.hpp"
#include "tensor/shape.hpp"

namespace arete::model {

/// `input_shapes` gives extents to graph inputs by name; a symbol bound so is replaced everywhere.
/// Declared types and shapes are merged in: kInvalid, naming the value, if they contradict.
/// An operator that nobody knows leaves its outputs as declared.
[[nodiscard]] Status infer_shapes(Model& model,
                                  const std::map<std::string, tensor::Shape>& input_shapes = {});

}  // namespace arete::model
