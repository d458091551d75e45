// SPDX-License-Identifier: Apache-2.0
#include "model/passes/dequantize.hpp"

#include <utility>

#include "model/reference/quantized_values.hpp"

namespace arete::model {

Result<Model> dequantize_model(Model model) {
  for (std::size_t i = 0; i < model.value_count(); ++i) {
    Value& value = model.value(ValueId{static_cast<std::uint32_t>(i)});
    if (!value.quantization) {
      continue;
    }
    if (value.constant) {
      ARETE_TRY_ASSIGN(value.constant, dequantized(*value.constant, *value.quantization),
                       "constant '{}'", value.name);
    }
    value.dtype = value.quantization->expressed;
    value.quantization.reset();
    value.metadata.erase("state.initial");  // bytes of the stored type
  }
  model.arithmetic = Arithmetic::kQdqFloat;
  return model;
}

}  // namespace arete::model
