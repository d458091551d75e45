// Tiny models for the back-end conformance suite, made at test time in the format that an engine
// reads. A format that has no such model says so, and the test is skipped with that reason.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "runtime/backend.hpp"

namespace arete::conformance {

/// An extent: a number, or a name for one that is not known before the run.
using Extent = std::string;

/// What every engine's test models can do; kUnsupported where the format has no way to say it.
class ModelMaker {
 public:
  virtual ~ModelMaker() = default;
  [[nodiscard]] virtual std::string_view format() const = 0;
  /// Whether the format keeps the names of extents.
  [[nodiscard]] virtual bool names_extents() const { return true; }
  /// y = x
  [[nodiscard]] virtual Result<std::string> identity(tensor::DType dtype,
                                                     const std::vector<Extent>& shape) const = 0;
  /// y = indices of the elements of f32 x [n] that are not 0
  [[nodiscard]] virtual Result<std::string> nonzero() const = 0;
  /// state h += f32 x [3]; y = h
  [[nodiscard]] virtual Result<std::string> accumulate() const = 0;
  /// Takes f32 x [1]; does not end by itself.
  [[nodiscard]] virtual Result<std::string> endless() const = 0;
};

/// nullptr if there are no models for any of the formats.
[[nodiscard]] const ModelMaker* maker_for(const std::vector<std::string>& formats);

[[nodiscard]] const ModelMaker& tflite_models();

}  // namespace arete::conformance
