// One function a decoder of the spec, and the table that finds it. To add one: a file here, its
// declaration below, a row in table.cpp, its settings in spec/output.hpp. Internal to transform.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "spec/resolve.hpp"
#include "tensor/results.hpp"
#include "tensor/tensor.hpp"
#include "transform/geometry.hpp"
#include "transform/real_values.hpp"
#include "transform/stored_values.hpp"
#include "transform/suppression.hpp"

namespace arete::transform {

struct DecodeRequest {
  const spec::ResolvedOutput& output;
  std::span<const tensor::Tensor> tensors;  ///< all of the file's outputs; indices are checked
  const Geometry& geometry;

  [[nodiscard]] const spec::TensorFacts& facts(std::string_view role) const {
    return output.tensor(role).tensor;
  }
  [[nodiscard]] const tensor::Tensor& tensor(std::string_view role) const {
    return tensors[output.tensor(role).index];
  }
  [[nodiscard]] Result<RealValues> real(std::string_view role) const {
    return RealValues::of(tensor(role), facts(role));
  }
  [[nodiscard]] Result<StoredValues> stored(std::string_view role) const {
    return StoredValues::of(tensor(role), facts(role));
  }
};

/// Adds to `findings`.
using DecodeFunction = Status (*)(const DecodeRequest& request, tensor::Findings& findings);

/// By the spec's name ("top_k"); nullptr if there is none.
[[nodiscard]] DecodeFunction decoder_named(std::string_view name);

Status decode_raw(const DecodeRequest& request, tensor::Findings& findings);
Status decode_top_k(const DecodeRequest& request, tensor::Findings& findings);
Status decode_ssd(const DecodeRequest& request, tensor::Findings& findings);
Status decode_ssd_raw(const DecodeRequest& request, tensor::Findings& findings);
Status decode_yolox(const DecodeRequest& request, tensor::Findings& findings);
Status decode_yolo_v5(const DecodeRequest& request, tensor::Findings& findings);
Status decode_yolo_v8(const DecodeRequest& request, tensor::Findings& findings);
Status decode_fastest_det(const DecodeRequest& request, tensor::Findings& findings);
Status decode_anchor_detector(const DecodeRequest& request, tensor::Findings& findings);
Status decode_keypoints(const DecodeRequest& request, tensor::Findings& findings);
Status decode_segmentation(const DecodeRequest& request, tensor::Findings& findings);

}  // namespace arete::transform
