// Outputs of imaginary models for the tests of decoders. Not part of the library.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "transform/postprocess.hpp"

namespace arete::transform {

/// A model with one decoder and one tensor a role, fed by a picture that was stretched.
class DecoderRig {
 public:
  explicit DecoderRig(spec::Decoder decoder, spec::Size source = {200, 100},
                      spec::Size input = {100, 100}) {
    spec::ResolvedOutput output;
    output.meaning.decoder = std::move(decoder);
    spec_.outputs.push_back(std::move(output));
    geometry_ = geometry_of({0, 0, source, 0, 0, input}, source, input);
  }

  DecoderRig& with(const std::string& role, tensor::Tensor tensor) {
    spec::ResolvedTensor resolved;
    resolved.role = role;
    resolved.index = outputs_.size();
    resolved.tensor.name = "out_" + role;
    resolved.tensor.dtype = tensor.dtype();
    spec_.outputs.front().tensors.push_back(std::move(resolved));
    outputs_.push_back(std::move(tensor));
    return *this;
  }
  DecoderRig& with(const std::string& role, tensor::Shape shape, const std::vector<float>& values) {
    return with(role, tensor::Tensor::of(std::move(shape), values));
  }
  /// Of the tensor given last.
  DecoderRig& quantized(float scale, std::int32_t zero_point) {
    tensor::Quantization quantization;
    quantization.stored = outputs_.back().dtype();
    quantization.scales = {scale};
    quantization.zero_points = {zero_point};
    spec_.outputs.front().tensors.back().tensor.quantization = quantization;
    return *this;
  }
  DecoderRig& placed(const Geometry& geometry) {
    geometry_ = geometry;
    return *this;
  }

  [[nodiscard]] Result<tensor::Findings> run() const {
    return postprocess(spec_, outputs_, geometry_);
  }

 private:
  spec::ResolvedSpec spec_;
  std::vector<tensor::Tensor> outputs_;
  Geometry geometry_;
};

}  // namespace arete::transform
