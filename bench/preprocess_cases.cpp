// SPDX-License-Identifier: Apache-2.0
#include "preprocess_cases.hpp"

#include <algorithm>
#include <vector>

namespace arete::bench {

spec::ResolvedInput planar_input(int width, int height, tensor::DType dtype,
                                 spec::Resample resample) {
  spec::ImageInput image;
  image.std_dev = {255, 255, 255};
  image.resample = resample;
  spec::ResolvedInput input;
  input.meaning.kind = image;
  input.tensor.name = "pixels";
  input.tensor.dtype = dtype;
  if (dtype == tensor::DType::kI8) {
    tensor::Quantization quantization;
    quantization.stored = dtype;
    quantization.scales = {1.0F / 255};
    quantization.zero_points = {-128};
    input.tensor.quantization = quantization;
  }
  input.image = spec::ResolvedImage{spec::Layout::kNchw, width, height, 3, true};
  input.shape = {1, 3, height, width};
  return input;
}

const transform::RowKernels* kernels_named(std::string_view name) {
  if (name.empty()) {
    return &transform::best_row_kernels();
  }
  static const std::vector<transform::RowKernels> kAll = transform::all_row_kernels();
  const auto found = std::ranges::find(kAll, name, &transform::RowKernels::name);
  return found == kAll.end() ? nullptr : &*found;
}

}  // namespace arete::bench
