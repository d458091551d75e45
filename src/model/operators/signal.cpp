// The family of signals: Fourier transforms, windows, the mel matrix, and the table.
// SPDX-License-Identifier: Apache-2.0
#include "model/operators/signal.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numbers>

#include "model/operators/dispatch.hpp"
#include "model/operators/families.hpp"
#include "model/operators/rules.hpp"

namespace arete::model::operators {
namespace {

using tensor::DType;
using tensor::Shape;
using Complex = std::complex<double>;

/// By the definition, with the roots of unity from a table.
std::vector<Complex> fourier(const std::vector<Complex>& x, bool inverse) {
  const std::size_t n = x.size();
  std::vector<Complex> roots(n);
  for (std::size_t i = 0; i < n; ++i) {
    const double angle = 2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(n);
    roots[i] = std::polar(1.0, inverse ? angle : -angle);
  }
  std::vector<Complex> y(n);
  for (std::size_t k = 0; k < n; ++k) {
    Complex sum = 0;
    for (std::size_t i = 0, at = 0; i < n; ++i, at = (at + k) % n) {
      sum += x[i] * roots[at];
    }
    y[k] = inverse ? sum / static_cast<double>(n) : sum;
  }
  return y;
}

struct FourierRule {
  std::size_t axis = 0;
  std::int64_t length = 0;
  bool inverse = false;
  bool onesided = false;

  [[nodiscard]] bool real_output() const { return inverse && onesided; }
  [[nodiscard]] std::int64_t output_length() const {
    return onesided && !inverse ? length / 2 + 1 : length;
  }
};

constexpr std::int64_t kLongestFourier = std::int64_t{1} << 24;

/// The axis, the length and the flags of a DFT; `axis` and `length` are given if known.
Result<FourierRule> fourier_rule(const Node& node, const Shape& x, std::int64_t axis,
                                 std::optional<std::int64_t> length) {
  ARETE_TRY(require_rank("input", x, 2, 64));
  FourierRule rule;
  rule.inverse = node.integer_or("inverse", 0) != 0;
  rule.onesided = node.integer_or("onesided", 0) != 0;
  ARETE_TRY_ASSIGN(rule.axis, tensor::normalize_axis(axis, x.rank()));
  const std::int64_t parts = x[x.rank() - 1];
  if (rule.axis + 1 == x.rank() || (parts != 1 && parts != 2)) {
    return fail(ErrorCode::kInvalid, "axis {} of input {} cannot be transformed", axis, x.text());
  }
  const std::int64_t extent = x[rule.axis];
  rule.length = length.value_or(rule.real_output() ? 2 * (extent - 1) : extent);
  if (rule.length < 1 || rule.length > kLongestFourier) {
    return fail(ErrorCode::kInvalid, "a transform of length {}", rule.length);
  }
  return rule;
}

/// One lane as complex numbers, cut or filled with zeros; a one-sided spectrum is completed.
std::vector<Complex> fourier_lane(const Numbers& x, const FourierRule& rule, std::int64_t base,
                                  std::int64_t step) {
  const std::int64_t parts = x.shape[x.rank() - 1];
  const std::int64_t extent = x.shape[rule.axis];
  const auto element = [&](std::int64_t i) -> Complex {
    if (i >= extent) {
      return 0;
    }
    const std::int64_t at = base + i * step;
    return {x[at], parts == 2 ? x[at + 1] : 0};
  };
  std::vector<Complex> lane(static_cast<std::size_t>(rule.length));
  for (std::int64_t i = 0; i < rule.length; ++i) {
    const bool mirrored = rule.real_output() && i > rule.length / 2;
    lane[static_cast<std::size_t>(i)] = mirrored ? std::conj(element(rule.length - i)) : element(i);
  }
  return lane;
}

Shape fourier_shape(const Shape& x, const FourierRule& rule) {
  Shape shape = x;
  shape[rule.axis] = rule.output_length();
  shape[x.rank() - 1] = rule.real_output() ? 1 : 2;
  return shape;
}

Outputs fourier_transformed(const Numbers& x, const FourierRule& rule) {
  ARETE_TRY_ASSIGN(Numbers y, zero_numbers(x.dtype, fourier_shape(x.shape, rule)));
  const std::int64_t parts = x.shape[x.rank() - 1];
  const std::int64_t out_parts = y.shape[y.rank() - 1];
  const std::int64_t outer = x.shape.elements(0, rule.axis);
  const std::int64_t inner = x.shape.elements(rule.axis + 1, x.rank() - 1);
  const std::int64_t extent = x.shape[rule.axis];
  const std::int64_t length = rule.output_length();
  for (std::int64_t lane = 0; lane < outer * inner; ++lane) {
    const std::int64_t row = lane / inner;
    const std::int64_t column = lane % inner;
    const auto spectrum =
        fourier(fourier_lane(x, rule, (row * extent * inner + column) * parts, inner * parts),
                rule.inverse);
    for (std::int64_t k = 0; k < length; ++k) {
      const std::int64_t at = ((row * length + k) * inner + column) * out_parts;
      y[at] = spectrum[static_cast<std::size_t>(k)].real();
      if (out_parts == 2) {
        y[at + 1] = spectrum[static_cast<std::size_t>(k)].imag();
      }
    }
  }
  return outputs_of(y.tensor());
}

Outputs dft_with_axis(const KernelContext& context, std::int64_t axis) {
  ARETE_TRY_ASSIGN(const Numbers x, numbers_input(context, 0));
  std::optional<std::int64_t> length;
  if (context.has_input(1)) {
    ARETE_TRY_ASSIGN(const double given, scalar_input(context, 1));
    length = static_cast<std::int64_t>(std::clamp(given, -1.0, 1e12));
  }
  ARETE_TRY_ASSIGN(const FourierRule rule, fourier_rule(context.node(), x.shape, axis, length));
  return fourier_transformed(x, rule);
}

Outputs dft_17_kernel(KernelContext& context) {
  return dft_with_axis(context, context.node().integer_or("axis", 1));
}

Outputs dft_20_kernel(KernelContext& context) {
  double axis = -2;
  if (context.has_input(2)) {
    ARETE_TRY_ASSIGN(axis, scalar_input(context, 2));
  }
  return dft_with_axis(context, static_cast<std::int64_t>(std::clamp(axis, -100.0, 100.0)));
}

Status dft_shape_with_axis(ShapeContext& context, std::optional<std::int64_t> axis) {
  const ShapeFacts& x = context.input(0);
  context.set_output(0, x.dtype, std::nullopt);
  const auto known = x.shape ? concrete(*x.shape) : std::nullopt;
  const auto length = constant_integers(context, 1);
  if (!known || !axis || (context.has_input(1) && (!length || length->size() != 1))) {
    return {};
  }
  ARETE_TRY_ASSIGN(const FourierRule rule,
                   fourier_rule(context.node(), *known, *axis,
                                length ? std::optional(length->front()) : std::nullopt));
  context.set_output(0, x.dtype, symbolic(fourier_shape(*known, rule)));
  return {};
}

Status dft_17_shape(ShapeContext& context) {
  return dft_shape_with_axis(context, context.node().integer_or("axis", 1));
}

Status dft_20_shape(ShapeContext& context) {
  if (!context.has_input(2)) {
    return dft_shape_with_axis(context, -2);
  }
  const auto axis = constant_integers(context, 2);
  return dft_shape_with_axis(
      context, axis && axis->size() == 1 ? std::optional(axis->front()) : std::nullopt);
}

struct FrameRule {
  std::int64_t step = 1;
  std::int64_t length = 0;
  std::int64_t frames = 0;
  std::int64_t bins = 0;
};

Result<FrameRule> frame_rule(const Node& node, const Shape& signal, std::int64_t step,
                             std::int64_t length) {
  FrameRule rule{.step = step, .length = length};
  if (step < 1 || length < 1 || length > signal[1] || length > kLongestFourier) {
    return fail(ErrorCode::kInvalid, "frames of {} every {} of a signal {}", length, step,
                signal.text());
  }
  rule.frames = (signal[1] - length) / step + 1;
  rule.bins = node.integer_or("onesided", 1) != 0 ? length / 2 + 1 : length;
  return rule;
}

Outputs stft_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Numbers x, numbers_input(context, 0));
  ARETE_TRY_ASSIGN(const auto step, integers_input(context, 1));
  ARETE_TRY(require_rank("signal", x.shape, 2, 3));
  const std::int64_t parts = x.rank() == 3 ? x.shape[2] : 1;
  if (step.size() != 1 || (parts != 1 && parts != 2)) {
    return fail(ErrorCode::kInvalid, "signal {} with {} frame steps", x.shape.text(), step.size());
  }
  Numbers window;
  std::int64_t length = x.shape[1];
  if (context.has_input(2)) {
    ARETE_TRY_ASSIGN(window, numbers_input(context, 2));
    length = window.size();
  }
  if (context.has_input(3)) {
    ARETE_TRY_ASSIGN(const auto given, integers_input(context, 3));
    if (given.size() != 1 || (context.has_input(2) && given[0] != length)) {
      return fail(ErrorCode::kInvalid, "frame_length does not fit the window of {}", length);
    }
    length = given[0];
  }
  ARETE_TRY_ASSIGN(const FrameRule rule, frame_rule(context.node(), x.shape, step[0], length));
  if (!context.has_input(2)) {
    window.at.assign(static_cast<std::size_t>(length), 1);
  }
  ARETE_TRY_ASSIGN(Numbers y, zero_numbers(x.dtype, {x.shape[0], rule.frames, rule.bins, 2}));
  std::vector<Complex> frame(static_cast<std::size_t>(length));
  for (std::int64_t row = 0; row < x.shape[0] * rule.frames; ++row) {
    const std::int64_t start = row / rule.frames * x.shape[1] + row % rule.frames * rule.step;
    for (std::int64_t i = 0; i < length; ++i) {
      const std::int64_t at = (start + i) * parts;
      frame[static_cast<std::size_t>(i)] = Complex(x[at], parts == 2 ? x[at + 1] : 0) * window[i];
    }
    const auto spectrum = fourier(frame, false);
    for (std::int64_t k = 0; k < rule.bins; ++k) {
      y[(row * rule.bins + k) * 2] = spectrum[static_cast<std::size_t>(k)].real();
      y[(row * rule.bins + k) * 2 + 1] = spectrum[static_cast<std::size_t>(k)].imag();
    }
  }
  return outputs_of(y.tensor());
}

Status stft_shape(ShapeContext& context) {
  const ShapeFacts& x = context.input(0);
  SymbolicShape shape = {x.shape && !x.shape->empty() ? x.shape->front() : Dim(), Dim(), Dim(),
                         Dim(2)};
  const auto signal = x.shape ? concrete(*x.shape) : std::nullopt;
  const auto step = constant_integers(context, 1);
  const auto length = constant_integers(context, 3);
  const auto& window = context.input(2).shape;
  std::int64_t extent = -1;
  if (length && length->size() == 1) {
    extent = length->front();
  } else if (window && window->size() == 1) {
    extent = window->front().size();
  }
  if (signal && signal->rank() >= 2 && step && step->size() == 1 && extent > 0) {
    ARETE_TRY_ASSIGN(const FrameRule rule,
                     frame_rule(context.node(), *signal, step->front(), extent));
    shape[1] = Dim(rule.frames);
    shape[2] = Dim(rule.bins);
  }
  context.set_output(0, x.dtype, std::move(shape));
  return {};
}

/// a0 - a1 * cos(2 pi n / N) + a2 * cos(4 pi n / N).
Outputs cosine_window(const KernelContext& context, double a0, double a1, double a2) {
  ARETE_TRY_ASSIGN(const double size, scalar_input(context, 0));
  if (!(size >= 0) || size > static_cast<double>(kLongestFourier)) {
    return fail(ErrorCode::kInvalid, "a window of {} elements", size);
  }
  const double period = context.node().integer_or("periodic", 1) != 0 ? size : size - 1;
  const DType dtype = dtype_from_onnx(context.node().integer_or("output_datatype", 1));
  ARETE_TRY_ASSIGN(Numbers y, zero_numbers(dtype, {static_cast<std::int64_t>(size)}));
  for (std::int64_t i = 0; i < y.size(); ++i) {
    const double angle = period > 0 ? 2 * std::numbers::pi * static_cast<double>(i) / period : 0;
    y[i] = a0 - a1 * std::cos(angle) + a2 * std::cos(2 * angle);
  }
  return outputs_of(y.tensor());
}

Outputs hann_kernel(KernelContext& context) { return cosine_window(context, 0.5, 0.5, 0); }
Outputs hamming_kernel(KernelContext& context) {
  return cosine_window(context, 25.0 / 46.0, 21.0 / 46.0, 0);
}
Outputs blackman_kernel(KernelContext& context) { return cosine_window(context, 0.42, 0.5, 0.08); }

Status window_shape(ShapeContext& context) {
  const auto size = constant_integers(context, 0);
  context.set_output(
      0, dtype_from_onnx(context.node().integer_or("output_datatype", 1)),
      SymbolicShape{size && size->size() == 1 && size->front() >= 0 ? Dim(size->front()) : Dim()});
  return {};
}

double mel_of(double hertz) { return 2595 * std::log10(1 + hertz / 700); }
double hertz_of(double mel) { return 700 * (std::pow(10.0, mel / 2595) - 1); }

/// Spectrogram bin of each edge of the triangles: bands + 2 points, evenly spaced in mels.
std::vector<std::int64_t> mel_edges(std::int64_t bands, double length, double rate, double low,
                                    double high) {
  const double start = mel_of(low);
  const double step = (mel_of(high) - start) / static_cast<double>(bands + 2);
  std::vector<std::int64_t> edges;
  for (std::int64_t i = 0; i < bands + 2; ++i) {
    const double hertz = hertz_of(start + static_cast<double>(i) * step);
    edges.push_back(static_cast<std::int64_t>(
        std::clamp(std::floor((length + 1) * hertz / rate), 0.0, length)));
  }
  return edges;
}

Outputs mel_kernel(KernelContext& context) {
  std::array<double, 5> given{};
  for (std::size_t i = 0; i < given.size(); ++i) {
    ARETE_TRY_ASSIGN(given[i], scalar_input(context, i));
  }
  const auto [bands, length, rate, low, high] = given;
  if (!(bands >= 1) || bands > 1e6 || !(length >= 1) || length > 1e8 || !(rate > 0) ||
      !std::isfinite(low) || !std::isfinite(high)) {
    return fail(ErrorCode::kInvalid, "{} mel bands of a transform of {} at {} Hz", bands, length,
                rate);
  }
  const auto columns = static_cast<std::int64_t>(bands);
  const std::int64_t rows = static_cast<std::int64_t>(length) / 2 + 1;
  const DType dtype = dtype_from_onnx(context.node().integer_or("output_datatype", 1));
  ARETE_TRY_ASSIGN(Numbers y, zero_numbers(dtype, {rows, columns}));
  const auto edges = mel_edges(columns, length, rate, low, high);
  for (std::int64_t band = 0; band < columns; ++band) {
    const std::int64_t left = edges[static_cast<std::size_t>(band)];
    const std::int64_t peak = edges[static_cast<std::size_t>(band + 1)];
    const std::int64_t right = edges[static_cast<std::size_t>(band + 2)];
    for (std::int64_t row = left; row < std::max(right, peak + 1) && row < rows; ++row) {
      const double rising =
          peak == left ? 1 : static_cast<double>(row - left) / static_cast<double>(peak - left);
      const double falling =
          row <= peak ? 1 : static_cast<double>(right - row) / static_cast<double>(right - peak);
      y[row * columns + band] = row <= peak ? rising : falling;
    }
  }
  return outputs_of(y.tensor());
}

Status mel_shape(ShapeContext& context) {
  const auto bands = constant_integers(context, 0);
  const auto length = constant_integers(context, 1);
  SymbolicShape shape(2);
  if (length && length->size() == 1 && length->front() > 0) {
    shape[0] = Dim(length->front() / 2 + 1);
  }
  if (bands && bands->size() == 1 && bands->front() > 0) {
    shape[1] = Dim(bands->front());
  }
  context.set_output(0, dtype_from_onnx(context.node().integer_or("output_datatype", 1)),
                     std::move(shape));
  return {};
}

}  // namespace

std::span<const Operator> signal_family() {
  static constexpr std::array kRows = {
      Operator{"", "Bernoulli", 15, 1, 1, bernoulli_kernel, random_like_shape},
      Operator{"", "BlackmanWindow", 17, 1, 1, blackman_kernel, window_shape},
      Operator{"", "DFT", 17, 1, 2, dft_17_kernel, dft_17_shape},
      Operator{"", "DFT", 20, 1, 3, dft_20_kernel, dft_20_shape},
      Operator{"", "Dropout", 7, 1, 3, dropout_kernel, dropout_shape},
      Operator{"", "HammingWindow", 17, 1, 1, hamming_kernel, window_shape},
      Operator{"", "HannWindow", 17, 1, 1, hann_kernel, window_shape},
      Operator{"", "MelWeightMatrix", 17, 5, 5, mel_kernel, mel_shape},
      Operator{"", "Multinomial", 7, 1, 1, multinomial_kernel, multinomial_shape},
      Operator{"", "NegativeLogLikelihoodLoss", 12, 2, 3, nll_loss_kernel, loss_shape},
      Operator{"", "RandomNormal", 1, 0, 0, random_normal_kernel, random_shape},
      Operator{"", "RandomNormalLike", 1, 1, 1, random_normal_like_kernel, random_like_shape},
      Operator{"", "RandomUniform", 1, 0, 0, random_uniform_kernel, random_shape},
      Operator{"", "RandomUniformLike", 1, 1, 1, random_uniform_like_kernel, random_like_shape},
      Operator{"", "STFT", 17, 2, 4, stft_kernel, stft_shape},
      Operator{"", "SoftmaxCrossEntropyLoss", 12, 2, 3, softmax_loss_kernel, loss_shape},
  };
  return kRows;
}

}  // namespace arete::model::operators
