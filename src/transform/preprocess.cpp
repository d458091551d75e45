// SPDX-License-Identifier: Apache-2.0
#include "transform/preprocess.hpp"

#include <array>
#include <variant>

#include "transform/pixel_table.hpp"
#include "transform/resample.hpp"

namespace arete::transform {
namespace {

using tensor::PixelFormat;

/// Bytes of a source pixel that make the channels of the model.
struct ChannelOrder {
  std::array<int, 3> from{0, 0, 0};
  bool to_gray = false;  ///< from color: `from` then names red, green, blue
};

ChannelOrder channel_order(PixelFormat source, spec::ColorOrder model) {
  if (source == PixelFormat::kGray) {
    return {};
  }
  const bool source_bgr = source == PixelFormat::kBgr;
  const bool want_bgr = model == spec::ColorOrder::kBgr;
  ChannelOrder order;
  order.to_gray = model == spec::ColorOrder::kGray;
  order.from = source_bgr == want_bgr ? std::array{0, 1, 2} : std::array{2, 1, 0};
  return order;
}

std::array<std::uint8_t, 3> model_pixel(const std::uint8_t* in, const ChannelOrder& order) {
  const std::uint8_t first = in[order.from[0]];
  const std::uint8_t second = in[order.from[1]];
  const std::uint8_t third = in[order.from[2]];
  if (order.to_gray) {
    return {tensor::luma(first, second, third), 0, 0};
  }
  return {first, second, third};
}

/// Where element (channel, y, x) lies in the tensor, in elements.
struct Strides {
  std::size_t channel = 0;
  std::size_t row = 0;
  std::size_t column = 0;
};

Strides strides_of(const spec::ResolvedImage& image) {
  const auto width = static_cast<std::size_t>(image.width);
  const auto height = static_cast<std::size_t>(image.height);
  const auto channels = static_cast<std::size_t>(image.channels);
  if (image.layout == spec::Layout::kNchw) {
    return {width * height, width, 1};
  }
  return {1, width * channels, channels};
}

/// Writes pixels into the tensor's memory.
class TensorWriter {
 public:
  TensorWriter(const spec::ResolvedImage& image, const PixelTable& table, std::byte* out)
      : strides_(strides_of(image)), channels_(image.channels), table_(table), out_(out) {}

  void put(int x, int y, const std::array<std::uint8_t, 3>& pixel) const {
    const std::size_t start =
        static_cast<std::size_t>(y) * strides_.row + static_cast<std::size_t>(x) * strides_.column;
    for (int c = 0; c < channels_; ++c) {
      const std::size_t element = start + static_cast<std::size_t>(c) * strides_.channel;
      table_.store(c, pixel[static_cast<std::size_t>(c)], out_ + element * table_.element_bytes());
    }
  }

 private:
  Strides strides_;
  int channels_;
  const PixelTable& table_;
  std::byte* out_;
};

Status check_request(const tensor::PictureView& picture, const spec::ResolvedInput& input) {
  const auto* image = std::get_if<spec::ImageInput>(&input.meaning.kind);
  if (image == nullptr || !input.image) {
    return fail(ErrorCode::kInvalid, "input '{}' does not take a picture", input.tensor.name);
  }
  const int wanted = image->color == spec::ColorOrder::kGray ? 1 : 3;
  if (input.image->channels != wanted || input.image->width < 1 || input.image->height < 1) {
    return fail(ErrorCode::kInvalid, "input '{}' is {} x {} pixels of {} channels; {} expected",
                input.tensor.name, input.image->width, input.image->height, input.image->channels,
                wanted);
  }
  if (picture.width < 1 || picture.height < 1 || picture.data == nullptr) {
    return fail(ErrorCode::kInvalid, "the picture is {} x {} pixels", picture.width,
                picture.height);
  }
  return {};
}

/// Everything outside the placed picture.
void pad(const TensorWriter& writer, const Placing& placing, spec::Size size,
         const std::array<std::uint8_t, 3>& color) {
  for (int y = 0; y < size.height; ++y) {
    const bool inside_y = y >= placing.input_y && y < placing.input_y + placing.input.height;
    for (int x = 0; x < size.width; ++x) {
      const bool inside_x = x >= placing.input_x && x < placing.input_x + placing.input.width;
      if (!inside_x || !inside_y) {
        writer.put(x, y, color);
      }
    }
  }
}

}  // namespace

Result<Geometry> preprocess(const tensor::PictureView& picture, const spec::ResolvedInput& input,
                            std::span<std::byte> out) {
  ARETE_TRY(check_request(picture, input));
  const auto& image = std::get<spec::ImageInput>(input.meaning.kind);
  const spec::Size size{input.image->width, input.image->height};
  ARETE_TRY_ASSIGN(const PixelTable table, PixelTable::create(input));
  const std::size_t needed =
      static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height) *
      static_cast<std::size_t>(input.image->channels) * table.element_bytes();
  if (out.size() != needed) {
    return fail(ErrorCode::kInvalid, "input '{}' needs {} bytes, {} are given", input.tensor.name,
                needed, out.size());
  }
  const Placing placing = place(image, {picture.width, picture.height}, size);
  tensor::PictureView part = picture;
  part.width = placing.source.width;
  part.height = placing.source.height;
  part.data = picture.row(placing.source_y) +
              std::ptrdiff_t{placing.source_x} * tensor::channels_of(picture.format);
  const tensor::Picture resized = resize(part, placing.input, image.resample);

  const TensorWriter writer(*input.image, table, out.data());
  const ChannelOrder order = channel_order(picture.format, image.color);
  const int source_channels = tensor::channels_of(picture.format);
  for (int y = 0; y < resized.height; ++y) {
    const std::uint8_t* row = resized.row(y);
    for (int x = 0; x < resized.width; ++x, row += source_channels) {
      writer.put(placing.input_x + x, placing.input_y + y, model_pixel(row, order));
    }
  }
  pad(writer, placing, size, image.pad);
  return geometry_of(placing, {picture.width, picture.height}, size);
}

Result<Geometry> preprocess(const tensor::PictureView& picture, const spec::ResolvedInput& input,
                            tensor::Tensor& out) {
  tensor::Shape shape(input.shape);
  if (out.dtype() != input.tensor.dtype || out.shape() != shape) {
    ARETE_TRY_ASSIGN(out, tensor::Tensor::allocate(input.tensor.dtype, std::move(shape)),
                     "input '{}'", input.tensor.name);
  }
  return preprocess(picture, input, out.mutable_bytes());
}

}  // namespace arete::transform
