// SPDX-License-Identifier: Apache-2.0
#include "transform/tracking/kalman_box.hpp"

#include <algorithm>

#include "tensor/results.hpp"

namespace arete::transform {
namespace {

// The papers' deviations, as shares of the height: 1/20 of a position, 1/160 of a velocity in
// pixels a frame. Frames of theirs come 30 a second.
constexpr double kFramesPerSecond = 30;
constexpr double kPositionShare = 1.0 / 20;
constexpr double kVelocityShare = kFramesPerSecond / 160;  // of a velocity in pixels a second
constexpr double kAspectDeviation = 0.1;
constexpr double kAspectNoise = 1e-2;
constexpr double kAspectVelocityNoise = 1e-5 * kFramesPerSecond;
constexpr double kMinHeight = 1e-3;
constexpr double kMinAspect = 1e-3;

constexpr double squared(double x) { return x * x; }

}  // namespace

void KalmanBox::Axis::start(double measured, double position_deviation, double velocity_deviation) {
  position = measured;
  velocity = 0;
  position_variance = squared(position_deviation);
  covariance = 0;
  velocity_variance = squared(velocity_deviation);
}

void KalmanBox::Axis::predict(double seconds, double position_noise, double velocity_noise) {
  position += velocity * seconds;
  // The integral of white noise in the velocity's rate, and white noise in the position's.
  position_variance += seconds * (2 * covariance + seconds * velocity_variance) +
                       position_noise * seconds + velocity_noise * seconds * seconds * seconds / 3;
  covariance += seconds * velocity_variance + velocity_noise * seconds * seconds / 2;
  velocity_variance += velocity_noise * seconds;
}

void KalmanBox::Axis::update(double measured, double deviation) {
  const double total = position_variance + squared(deviation);
  const double position_gain = position_variance / total;
  const double velocity_gain = covariance / total;
  const double surprise = measured - position;
  position += position_gain * surprise;
  velocity += velocity_gain * surprise;
  velocity_variance -= velocity_gain * covariance;
  covariance -= position_gain * covariance;
  position_variance -= position_gain * position_variance;
}

KalmanBox::KalmanBox(const tensor::Box& measured) {
  const double height = std::max<double>(measured.height(), kMinHeight);
  const double position = 2 * kPositionShare * height;
  const double velocity = 10 * kVelocityShare * height;
  center_x_.start((static_cast<double>(measured.x1) + measured.x2) / 2, position, velocity);
  center_y_.start((static_cast<double>(measured.y1) + measured.y2) / 2, position, velocity);
  height_.start(height, position, velocity);
  aspect_.start(measured.width() / height, kAspectNoise, kAspectVelocityNoise);
}

double KalmanBox::scale() const { return std::max(height_.position, kMinHeight); }

void KalmanBox::predict(double seconds, bool hold_size) {
  const double position = squared(kPositionShare * scale()) * kFramesPerSecond;
  const double velocity = squared(kVelocityShare * scale()) * kFramesPerSecond;
  center_x_.predict(seconds, position, velocity);
  center_y_.predict(seconds, position, velocity);
  if (hold_size) {
    height_.velocity = 0;
    aspect_.velocity = 0;
  }
  height_.predict(seconds, position, velocity);
  aspect_.predict(seconds, squared(kAspectNoise) * kFramesPerSecond,
                  squared(kAspectVelocityNoise) * kFramesPerSecond);
}

void KalmanBox::update(const tensor::Box& measured) {
  const double height = std::max<double>(measured.height(), kMinHeight);
  const double deviation = kPositionShare * scale();
  center_x_.update((static_cast<double>(measured.x1) + measured.x2) / 2, deviation);
  center_y_.update((static_cast<double>(measured.y1) + measured.y2) / 2, deviation);
  height_.update(height, deviation);
  aspect_.update(measured.width() / height, kAspectDeviation);
}

tensor::Box KalmanBox::box() const {
  const double height = scale();
  const double width = std::max(aspect_.position, kMinAspect) * height;
  return {static_cast<float>(center_x_.position - width / 2),
          static_cast<float>(center_y_.position - height / 2),
          static_cast<float>(center_x_.position + width / 2),
          static_cast<float>(center_y_.position + height / 2)};
}

}  // namespace arete::transform
