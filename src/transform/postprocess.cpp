// SPDX-License-Identifier: Apache-2.0
#include "transform/postprocess.hpp"

#include "transform/decode/decoder.hpp"

namespace arete::transform {

Result<tensor::Findings> postprocess(const spec::ResolvedSpec& spec,
                                     std::span<const tensor::Tensor> outputs,
                                     const Geometry& geometry) {
  tensor::Findings findings;
  for (const spec::ResolvedOutput& output : spec.outputs) {
    const std::string_view name = spec::name_of(output.meaning.decoder);
    const DecodeFunction decode = decoder_named(name);
    if (decode == nullptr) {
      return fail(ErrorCode::kUnsupported, "{}: no decoder '{}' here", spec.source, name);
    }
    for (const spec::ResolvedTensor& tensor : output.tensors) {
      if (tensor.index >= outputs.size()) {
        return fail(ErrorCode::kInvalid, "{}: output '{}' is number {}; the model gave {}",
                    spec.source, tensor.tensor.name, tensor.index + 1, outputs.size());
      }
    }
    ARETE_TRY(decode({output, outputs, geometry}, findings), "decoder {}", name);
  }
  return findings;
}

}  // namespace arete::transform
