// Where a moving box is and where it will be: a Kalman filter of constant velocity over the box's
// center, aspect ratio and height, with noise in proportion to the height. Time is in seconds, so
// that frames may be lost or come at any rate.
// Sources: SORT (Bewley et al. 2016, arXiv:1602.00763) and ByteTrack (Zhang et al. 2022,
// arXiv:2110.06864); their noise of one frame at 30 frames a second is made a rate of time here.
// Threads: a value, pure. Errors: none; boxes must be finite and have an area.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tensor/results.hpp"

namespace arete::transform {

class KalmanBox {
 public:
  explicit KalmanBox(const tensor::Box& measured);

  /// Moves on by `seconds` (not negative). With `hold_size` the box keeps its size: while an object
  /// is not seen, a trend in its size is not worth following.
  void predict(double seconds, bool hold_size);
  void update(const tensor::Box& measured);

  [[nodiscard]] tensor::Box box() const;
  [[nodiscard]] double velocity_x() const { return center_x_.velocity; }  ///< pixels a second
  [[nodiscard]] double velocity_y() const { return center_y_.velocity; }

 private:
  /// One coordinate and its rate. Motion and measurement of the four do not mix, so the filter of
  /// eight numbers falls apart into four of two.
  struct Axis {
    double position = 0;
    double velocity = 0;
    double position_variance = 0;
    double covariance = 0;
    double velocity_variance = 0;

    void start(double measured, double position_deviation, double velocity_deviation);
    /// Noise: variances a second of position and velocity.
    void predict(double seconds, double position_noise, double velocity_noise);
    void update(double measured, double deviation);
  };

  [[nodiscard]] double scale() const;

  Axis center_x_;
  Axis center_y_;
  Axis aspect_;
  Axis height_;
};

}  // namespace arete::transform
