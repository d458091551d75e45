// The NHWC form of a model, for code generators and engines that want it: operators that depend on
// the layout become operators of the domain "arete.nhwc" (same names and attributes; data NHWC,
// filters OHWI, those of depthwise convolutions 1HWO), and transposes are cancelled. A model that
// came from TFLite gets its file's layout back: no transpose, the same weight bytes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "model/ir/model.hpp"

namespace arete::model::layout {

inline constexpr std::string_view kNhwcDomain = "arete.nhwc";
/// In Node::metadata of a Conv on one channel, where the shapes do not tell: its filter is a
/// depthwise one (1HWO).
inline constexpr const char* kDepthwise = "arete.depthwise";

[[nodiscard]] Result<Model> to_nhwc(Model model);

/// The ONNX form again; the inverse of to_nhwc().
[[nodiscard]] Result<Model> from_nhwc(Model model);

}  // namespace arete::model::layout
