// Seeded random pictures of every format in memory of exactly their size, and random inputs of
// models to put them into. Not here: what is expected of them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "spec/resolve.hpp"
#include "tensor/picture.hpp"

namespace arete::property {

/// The same numbers on every standard library.
class Dice {
 public:
  explicit Dice(std::uint32_t seed) : random_(seed) {}
  /// Both ends included.
  [[nodiscard]] int whole(int lowest, int highest) {
    return lowest + static_cast<int>(random_() % static_cast<std::uint32_t>(highest - lowest + 1));
  }
  [[nodiscard]] double real(double lowest, double highest) {
    return lowest + (highest - lowest) * (static_cast<double>(random_()) / 4294967296.0);
  }
  [[nodiscard]] bool chance(double part) { return real(0, 1) < part; }

 private:
  std::mt19937 random_;
};

class RandomPicture {
 public:
  explicit RandomPicture(Dice& dice, std::optional<tensor::PixelFormat> format = {});
  [[nodiscard]] const tensor::PictureView& view() const { return view_; }

 private:
  tensor::PlaneView plane(Dice& dice, int row_bytes, int rows);

  tensor::PictureView view_;
  std::vector<std::unique_ptr<std::uint8_t[]>> planes_;  ///< a sanitizer sees reads beside them
};

[[nodiscard]] spec::ResolvedInput random_input(Dice& dice);
/// u8, NHWC, pixels as they are, stretched.
[[nodiscard]] spec::ResolvedInput byte_input(spec::Size size, spec::Resample method,
                                             spec::ColorOrder color);

/// A case in words, for messages.
[[nodiscard]] std::string text_of(const tensor::PictureView& picture,
                                  const spec::ResolvedInput& input);

}  // namespace arete::property
