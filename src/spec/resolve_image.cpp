// Finding height, width and channels in a tensor's shape.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "spec/resolve_parts.hpp"

namespace arete::spec {
namespace {

/// One way to read a shape; -1 where the axis is missing.
struct AxisReading {
  Layout layout;
  int batch;
  int height;
  int width;
  int channel;
};

std::vector<AxisReading> readings_of(std::size_t rank) {
  switch (rank) {
    case 2:
      return {{Layout::kNhw, -1, 0, 1, -1}};
    case 3:
      return {
          {Layout::kNhwc, -1, 0, 1, 2}, {Layout::kNchw, -1, 1, 2, 0}, {Layout::kNhw, 0, 1, 2, -1}};
    case 4:
      return {{Layout::kNhwc, 0, 1, 2, 3}, {Layout::kNchw, 0, 2, 3, 1}};
    default:
      return {};
  }
}

std::int64_t at(const std::vector<std::int64_t>& dims, int axis) {
  return axis < 0 ? 1 : dims[static_cast<std::size_t>(axis)];
}

/// How well a reading fits: -1 not at all, else the number of axes that the file confirms.
int fit_of(const AxisReading& reading, const std::vector<std::int64_t>& dims, int channels,
           const std::optional<Size>& size) {
  int confirmed = 0;
  const auto matches = [&confirmed](std::int64_t dim, std::int64_t wanted) {
    confirmed += dim == wanted ? 1 : 0;
    return dim < 0 || dim == wanted;
  };
  bool fits = matches(at(dims, reading.channel), channels);
  if (size.has_value()) {
    fits = matches(at(dims, reading.height), size->height) && fits;
    fits = matches(at(dims, reading.width), size->width) && fits;
  }
  return fits ? confirmed : -1;
}

bool layout_is(Layout layout, const std::string& stated) {
  return stated.empty() || (stated == "nchw") == (layout == Layout::kNchw);
}

/// The best reading; an error if none fits or two fit alike.
Result<AxisReading> choose_reading(const ImageInput& image, const ResolvedInput& input,
                                   const Complaint& complain) {
  const auto& dims = input.tensor.dims;
  const int channels = image.color == ColorOrder::kGray ? 1 : 3;
  std::optional<AxisReading> best;
  int best_fit = -1;
  bool tie = false;
  for (const AxisReading& reading : readings_of(dims.size())) {
    const int fit = layout_is(reading.layout, input.meaning.stated.layout)
                        ? fit_of(reading, dims, channels, image.size)
                        : -1;
    if (fit > best_fit) {
      best = reading;
      best_fit = fit;
      tie = false;
    } else if (fit == best_fit && fit >= 0) {
      // [1, h, w] of a gray picture reads the same as NCHW without a batch.
      tie = tie || (reading.layout != Layout::kNhw && best->layout != Layout::kNhw);
    }
  }
  if (!best.has_value()) {
    const std::string size = image.size.has_value()
                                 ? fmt::format("{} x {} ", image.size->width, image.size->height)
                                 : "";
    return complain.invalid(fmt::format(
        "the file's shape {} holds no {}picture of {} channel(s){}", dims_text(dims), size,
        channels,
        input.meaning.stated.layout.empty() ? "" : " in layout " + input.meaning.stated.layout));
  }
  if (tie) {
    return complain.invalid(fmt::format(
        "the file's shape {} could be nhwc or nchw: state 'tensor: {{layout: ...}}' or 'size'",
        dims_text(dims)));
  }
  return *best;
}

Result<int> side_of(std::int64_t dim, std::optional<int> stated, std::string_view name,
                    const Complaint& complain) {
  if (dim < 0 && !stated.has_value()) {
    return complain.invalid(
        fmt::format("the file leaves the {} open: the spec must give 'size'", name));
  }
  const std::int64_t side = dim < 0 ? *stated : dim;
  if (side < 1 || side > 16384) {
    return complain.invalid(fmt::format("a {} of {} is not one of a picture", name, side));
  }
  return static_cast<int>(side);
}

/// Real values that a stored integer can express; nothing to check for floats.
std::optional<std::pair<double, double>> expressible(const TensorFacts& tensor) {
  if (!tensor::is_integer(tensor.dtype)) {
    return std::nullopt;
  }
  const tensor::IntegerRange stored = tensor::integer_range(tensor.dtype);
  double scale = 1;
  double zero_point = 0;
  if (tensor.quantization.has_value() && !tensor.quantization->scales.empty()) {
    scale = static_cast<double>(tensor.quantization->scales[0]);
    zero_point = tensor.quantization->zero_point(0);
  }
  return std::pair{(static_cast<double>(stored.lowest) - zero_point) * scale,
                   (static_cast<double>(stored.highest) - zero_point) * scale};
}

/// Refuses pre-processing that the tensor cannot hold, such as -1..1 in plain bytes.
Status check_values(const ImageInput& image, const TensorFacts& tensor, const Complaint& complain) {
  if (tensor.quantization.has_value() && !tensor.quantization->per_tensor()) {
    return complain.unsupported("a picture input with per-channel quantization");
  }
  if (tensor.dtype == tensor::DType::kString || tensor.dtype == tensor::DType::kBool) {
    return complain.invalid(
        fmt::format("the file's input is {}, not a picture", tensor::name_of(tensor.dtype)));
  }
  const auto range = expressible(tensor);
  for (std::size_t c = 0; range.has_value() && c < (image.color == ColorOrder::kGray ? 1U : 3U);
       ++c) {
    const double lowest = (0 - image.mean[c]) / image.std_dev[c];
    const double highest = (255 - image.mean[c]) / image.std_dev[c];
    const double held = std::min(highest, range->second) - std::max(lowest, range->first);
    const bool plain_integer = !tensor.quantization.has_value();
    // A plain integer tensor has steps of 1: fewer than 16 of them are no picture.
    if (held < 0.5 * (highest - lowest) || (plain_integer && highest - lowest < 16)) {
      return complain.invalid(
          fmt::format("pixels become {} to {}, but the file's {} tensor{} holds {} to {}", lowest,
                      highest, tensor::name_of(tensor.dtype),
                      plain_integer ? " without quantization" : "", range->first, range->second));
    }
  }
  return {};
}

}  // namespace

Status resolve_image(const ImageInput& image, ResolvedInput& resolved, const Complaint& complain) {
  const TensorFacts& tensor = resolved.tensor;
  if (!tensor.rank_known) {
    return complain.unsupported("the file does not even tell the rank of its picture input");
  }
  ARETE_TRY_ASSIGN(const AxisReading axes, choose_reading(image, resolved, complain));
  const std::int64_t batch = at(tensor.dims, axes.batch);
  if (batch > 1 || batch == 0) {
    return complain.unsupported(fmt::format("a fixed batch of {}", batch));
  }
  std::optional<int> width;
  std::optional<int> height;
  if (image.size.has_value()) {
    width = image.size->width;
    height = image.size->height;
  }
  ResolvedImage made;
  made.layout = axes.layout;
  made.batched = axes.batch >= 0;
  made.channels = image.color == ColorOrder::kGray ? 1 : 3;
  ARETE_TRY_ASSIGN(made.width, side_of(at(tensor.dims, axes.width), width, "width", complain));
  ARETE_TRY_ASSIGN(made.height, side_of(at(tensor.dims, axes.height), height, "height", complain));
  ARETE_TRY(check_values(image, tensor, complain));
  resolved.shape = tensor.dims;
  const auto set = [&resolved](int axis, std::int64_t extent) {
    if (axis >= 0) {
      resolved.shape[static_cast<std::size_t>(axis)] = extent;
    }
  };
  set(axes.batch, 1);
  set(axes.height, made.height);
  set(axes.width, made.width);
  set(axes.channel, made.channels);
  resolved.image = made;
  return {};
}

}  // namespace arete::spec
