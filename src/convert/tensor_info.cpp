// SPDX-License-Identifier: Apache-2.0
#include "convert/tensor_info.hpp"

#include <algorithm>

namespace arete::convert {
namespace {

std::vector<runtime::TensorInfo> infos_of(const model::Model& model,
                                          std::span<const model::ValueId> ids) {
  std::vector<runtime::TensorInfo> infos;
  infos.reserve(ids.size());
  for (const model::ValueId id : ids) {
    infos.push_back(tensor_info(model.value(id)));
  }
  return infos;
}

}  // namespace

runtime::TensorInfo tensor_info(const model::Value& value) {
  runtime::TensorInfo info;
  info.name = value.name;
  info.dtype = value.stored_dtype();
  info.quantization = value.quantization;
  if (value.shape) {
    info.dims.emplace();
    for (const model::Dim& dim : *value.shape) {
      info.dims->push_back({dim.size(), dim.symbol()});
    }
  }
  return info;
}

std::vector<model::ValueId> fed_inputs(const model::Model& model) {
  std::vector<model::ValueId> ids;
  std::ranges::copy_if(model.graph.inputs, std::back_inserter(ids),
                       [&](model::ValueId id) { return !model.value(id).constant.has_value(); });
  return ids;
}

std::vector<runtime::TensorInfo> input_infos(const model::Model& model) {
  return infos_of(model, fed_inputs(model));
}

std::vector<runtime::TensorInfo> output_infos(const model::Model& model) {
  return infos_of(model, model.graph.outputs);
}

}  // namespace arete::convert
