// A low-pass filter that is slow while a value is still and fast while it moves: little jitter and
// little lag. Source: Casiez, Roussel and Vogel 2012, "1€ filter", CHI'12.
// Threads: a value, pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <numbers>

namespace arete::pipeline {

struct OneEuroSettings {
  double min_cutoff = 1;         ///< Hz, for a value that stands still: lower = steadier
  double beta = 5;               ///< Hz a unit of speed: higher = less lag
  double derivative_cutoff = 1;  ///< Hz, for the speed itself
};

class OneEuro {
 public:
  /// The filtered value; `scale` is how much of it counts as one unit, so that speeds do not depend
  /// on how large an object is in the picture. The first value is taken as it is.
  double filter(const OneEuroSettings& settings, double value, double seconds, double scale) {
    if (!has_value_) {
      has_value_ = true;
      return value_ = value;
    }
    if (seconds <= 0) {
      return value_;
    }
    const double speed = (value - value_) / (seconds * scale);
    speed_ += share(settings.derivative_cutoff, seconds) * (speed - speed_);
    const double magnitude = speed_ < 0 ? -speed_ : speed_;
    value_ += share(settings.min_cutoff + settings.beta * magnitude, seconds) * (value - value_);
    return value_;
  }

 private:
  /// Of the way to a new value, for a first-order low pass.
  static double share(double cutoff, double seconds) {
    const double tau = 1 / (2 * std::numbers::pi * cutoff);
    return 1 / (1 + tau / seconds);
  }

  bool has_value_ = false;
  double value_ = 0;
  double speed_ = 0;
};

}  // namespace arete::pipeline
