// Between the IR's words for a value and an engine's: names, extents, quantization.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "model/ir/model.hpp"
#include "runtime/session.hpp"

namespace arete::convert {

/// A value as an engine would describe it; dtype is the stored one.
[[nodiscard]] runtime::TensorInfo tensor_info(const model::Value& value);

/// The graph's inputs that a caller feeds: those that are not initializers.
[[nodiscard]] std::vector<model::ValueId> fed_inputs(const model::Model& model);

[[nodiscard]] std::vector<runtime::TensorInfo> input_infos(const model::Model& model);
[[nodiscard]] std::vector<runtime::TensorInfo> output_infos(const model::Model& model);

}  // namespace arete::convert
