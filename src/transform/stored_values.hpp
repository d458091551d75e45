// A model's output as it lies in the engine's memory, in its stored type: f32, or 8-bit integers
// with one scale. Thresholds are compared there, and only what passes becomes a real number.
// Anything else is converted first. Internal to transform.
// Errors: as RealValues. Threads: const use from any. Ownership: borrows the tensor.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <variant>

#include "tensor/quantization.hpp"
#include "transform/real_values.hpp"

namespace arete::transform {

/// Elements of one stored type.
template <class T>
struct Stored {
  std::span<const T> values;
  float scale = 1;
  std::int32_t zero_point = 0;

  [[nodiscard]] float real(T stored) const {
    if constexpr (std::is_same_v<T, float>) {
      return stored;
    } else {
      return tensor::dequantize(stored, scale, zero_point);
    }
  }
  [[nodiscard]] float operator[](std::size_t index) const { return real(values[index]); }

  /// The lowest stored value whose real one is at least `bound`; nullopt if there is none.
  [[nodiscard]] std::optional<T> lowest_from(double bound) const {
    if constexpr (std::is_same_v<T, float>) {
      const auto nearest = static_cast<float>(bound);
      return static_cast<double>(nearest) >= bound
                 ? nearest
                 : std::nextafter(nearest, std::numeric_limits<float>::infinity());
    } else {
      // Real values grow with the stored ones.
      constexpr int kFirst{std::numeric_limits<T>::min()};
      for (int step = 0; step < 256; ++step) {
        const auto candidate = static_cast<T>(kFirst + step);
        if (static_cast<double>(real(candidate)) >= bound) {
          return candidate;
        }
      }
      return std::nullopt;
    }
  }
};

class StoredValues {
 public:
  [[nodiscard]] static Result<StoredValues> of(const tensor::Tensor& tensor,
                                               const spec::TensorFacts& facts);

  [[nodiscard]] const tensor::Shape& shape() const { return real_.shape(); }
  /// Calls `f` with the Stored<T> that it is; T is float, std::uint8_t or std::int8_t.
  template <class F>
  decltype(auto) visit(F&& f) const {
    if (const auto* bytes = std::get_if<Stored<std::uint8_t>>(&integers_)) {
      return std::forward<F>(f)(*bytes);
    }
    if (const auto* bytes = std::get_if<Stored<std::int8_t>>(&integers_)) {
      return std::forward<F>(f)(*bytes);
    }
    return std::forward<F>(f)(Stored<float>{real_.values(), 1, 0});
  }
  [[nodiscard]] std::size_t size() const {
    return visit([](const auto& stored) { return stored.values.size(); });
  }

 private:
  RealValues real_;  ///< only the shape, if integers_ has the values
  std::variant<std::monostate, Stored<std::uint8_t>, Stored<std::int8_t>> integers_;
};

}  // namespace arete::transform
