// FastestDet: one grid; channel 0 is the object's score, 1 to 4 the box, the rest the classes.
// Source: the decoding that the FastestDet project documents for its exports.
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <utility>

#include "transform/decode/detections.hpp"
#include "transform/decode/planes.hpp"

namespace arete::transform {
namespace {

constexpr std::string_view kFastestDetShape = "[1, 5 + classes, h, w]";

/// In input pixels.
tensor::Box fastest_det_box(const RealValues& output, const Planes& planes, std::size_t y,
                            std::size_t x, spec::Size input) {
  const auto raw = [&](std::size_t channel) {
    return output[planes.at(y, x) + channel * planes.channel_stride];
  };
  const auto across = static_cast<float>(planes.width);
  const auto down = static_cast<float>(planes.height);
  const tensor::Box box = centered_box((std::tanh(raw(1)) + static_cast<float>(x)) / across,
                                       (std::tanh(raw(2)) + static_cast<float>(y)) / down,
                                       sigmoid(raw(3)), sigmoid(raw(4)));
  return scaled(box, static_cast<float>(input.width), static_cast<float>(input.height));
}

}  // namespace

Status decode_fastest_det(const DecodeRequest& request, tensor::Findings& findings) {
  const auto& settings = std::get<spec::FastestDet>(request.output.meaning.decoder);
  ARETE_TRY(need_picture(request));
  ARETE_TRY_ASSIGN(const RealValues output, request.real("output"));
  const std::string& name = request.facts("output").name;
  const std::size_t labels = settings.detector.labels.names.size();
  ARETE_TRY_ASSIGN(const Planes planes,
                   planes_of(output.shape(), labels == 0 ? 0 : labels + 5, name, kFastestDetShape));
  if (planes.channels < 6) {
    return fail(ErrorCode::kInvalid, "output '{}' has shape {}; expected {}", name,
                output.shape().text(), kFastestDetShape);
  }
  // Both scores are at most 1: a cell whose object alone stays below the threshold is done. The
  // margin keeps the rounding of pow() out of it.
  const double lowest = std::pow(settings.detector.min_score, 1 / settings.object_power) * 0.9999;
  Candidates candidates;
  for (std::size_t y = 0; y < planes.height; ++y) {
    for (std::size_t x = 0; x < planes.width; ++x) {
      const std::size_t start = planes.at(y, x);
      if (settings.object_power > 0 && settings.class_power >= 0 &&
          static_cast<double>(output[start]) < lowest) {
        continue;
      }
      const BestClass best = best_class(output.values(), start + 5 * planes.channel_stride,
                                        planes.channel_stride, planes.channels - 5);
      const auto score =
          static_cast<float>(std::pow(static_cast<double>(output[start]), settings.object_power) *
                             std::pow(static_cast<double>(best.score), settings.class_power));
      const tensor::Box box = fastest_det_box(output, planes, y, x, request.geometry.input);
      if (best.index >= 0 && usable(score, box, settings.detector.min_score)) {
        candidates.add(score, best.index, box, y * planes.width + x);
      }
    }
  }
  report(std::move(candidates), settings.detector, request.geometry, findings);
  return {};
}

}  // namespace arete::transform
