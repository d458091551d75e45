// PNG by libpng, its low-level interface: the simple one would apply gamma. Its errors come by
// longjmp: the functions that call setjmp hold only trivial locals.
// SPDX-License-Identifier: Apache-2.0
#include <png.h>

#include <csetjmp>
#include <cstring>
#include <memory>
#include <vector>

#include "media/decoders.hpp"

namespace arete::media {
namespace {

constexpr std::size_t kMessageBytes = 160;

/// What libpng's callbacks see.
struct PngState {
  ByteView input;
  std::size_t offset = 0;
  Bytes* output = nullptr;
  char message[kMessageBytes] = {};
};

[[noreturn]] void png_on_error(png_structp codec, png_const_charp text) {
  auto* state = static_cast<PngState*>(png_get_error_ptr(codec));
  std::strncpy(state->message, text, kMessageBytes - 1);
  png_longjmp(codec, 1);
}

void png_on_warning(png_structp, png_const_charp) {}

void png_on_read(png_structp codec, png_bytep out, std::size_t length) {
  auto* state = static_cast<PngState*>(png_get_io_ptr(codec));
  if (length > state->input.size() - state->offset) {
    png_error(codec, "the data ends early");
  }
  std::memcpy(out, state->input.data() + state->offset, length);
  state->offset += length;
}

void png_on_write(png_structp codec, png_bytep data, std::size_t length) {
  auto* state = static_cast<PngState*>(png_get_io_ptr(codec));
  const auto* first = reinterpret_cast<const std::byte*>(data);
  bool full = false;
  try {
    state->output->insert(state->output->end(), first, first + length);
  } catch (...) {
    full = true;
  }
  if (full) {
    png_error(codec, "out of memory");
  }
}

void png_on_flush(png_structp) {}

class PngDecoder {
 public:
  explicit PngDecoder(ByteView bytes) {
    state_.input = bytes;
    codec_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, &state_, png_on_error, png_on_warning);
    info_ = codec_ != nullptr ? png_create_info_struct(codec_) : nullptr;
  }
  PngDecoder(const PngDecoder&) = delete;
  PngDecoder& operator=(const PngDecoder&) = delete;
  ~PngDecoder() { png_destroy_read_struct(&codec_, &info_, nullptr); }

  [[nodiscard]] bool ready() const { return info_ != nullptr; }

  [[nodiscard]] bool read_header() {
    if (setjmp(png_jmpbuf(codec_)) != 0) {
      return false;
    }
    png_set_read_fn(codec_, &state_, png_on_read);
    // Sides are checked by us with a better message; the others bound what text may take.
    png_set_user_limits(codec_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_chunk_cache_max(codec_, 64);
    png_set_chunk_malloc_max(codec_, 8'000'000);
    png_read_info(codec_, info_);
    return true;
  }

  /// Sets the conversions up; afterwards rows are 8-bit gray (1 channel) or RGB (3).
  [[nodiscard]] bool prepare() {
    if (setjmp(png_jmpbuf(codec_)) != 0) {
      return false;
    }
    const int kind = png_get_color_type(codec_, info_);
    png_set_scale_16(codec_);
    if (kind == PNG_COLOR_TYPE_PALETTE) {
      png_set_palette_to_rgb(codec_);
    } else if (kind == PNG_COLOR_TYPE_GRAY) {
      png_set_expand_gray_1_2_4_to_8(codec_);
    }
    png_set_strip_alpha(codec_);
    png_set_interlace_handling(codec_);
    png_read_update_info(codec_, info_);
    return true;
  }

  [[nodiscard]] bool read(png_bytepp rows) {
    if (setjmp(png_jmpbuf(codec_)) != 0) {
      return false;
    }
    png_read_image(codec_, rows);
    png_read_end(codec_, nullptr);
    return true;
  }

  [[nodiscard]] std::int64_t width() const { return png_get_image_width(codec_, info_); }
  [[nodiscard]] std::int64_t height() const { return png_get_image_height(codec_, info_); }
  [[nodiscard]] int channels() const { return png_get_channels(codec_, info_); }
  [[nodiscard]] std::size_t row_bytes() const { return png_get_rowbytes(codec_, info_); }
  /// Before rows are allocated: deflate shrinks data 1032 times at best, so a short file cannot
  /// hold a large picture.
  [[nodiscard]] Status check_size() const {
    constexpr std::uint64_t kBestRatio = 1032;
    const std::uint64_t raw =
        std::uint64_t{png_get_rowbytes(codec_, info_)} * png_get_image_height(codec_, info_);
    if (raw / kBestRatio > state_.input.size()) {
      return fail(ErrorCode::kCorrupt, "{} x {} pixels cannot come from {} bytes", width(),
                  height(), state_.input.size());
    }
    return {};
  }
  [[nodiscard]] Status failure() const {
    return fail(ErrorCode::kCorrupt, "byte {} of {}: {}", state_.offset, state_.input.size(),
                state_.message);
  }

 private:
  PngState state_;
  png_structp codec_ = nullptr;
  png_infop info_ = nullptr;
};

tensor::Picture gray_to_color(const tensor::Picture& gray) {
  tensor::Picture color(tensor::PixelFormat::kRgb, gray.width, gray.height);
  for (std::size_t i = 0; i < gray.pixels.size(); ++i) {
    color.pixels[3 * i] = color.pixels[3 * i + 1] = color.pixels[3 * i + 2] = gray.pixels[i];
  }
  return color;
}

tensor::Picture color_to_gray(const tensor::Picture& color) {
  tensor::Picture gray(tensor::PixelFormat::kGray, color.width, color.height);
  for (std::size_t i = 0; i < gray.pixels.size(); ++i) {
    const std::uint8_t* rgb = color.pixels.data() + 3 * i;
    gray.pixels[i] = tensor::luma(rgb[0], rgb[1], rgb[2]);
  }
  return gray;
}

/// All of writing that may longjmp.
bool write_png(png_structp codec, png_infop info, PngState& state,
               const tensor::PictureView& picture) {
  if (setjmp(png_jmpbuf(codec)) != 0) {
    return false;
  }
  png_set_write_fn(codec, &state, png_on_write, png_on_flush);
  png_set_IHDR(
      codec, info, static_cast<png_uint_32>(picture.width),
      static_cast<png_uint_32>(picture.height), 8,
      picture.format == tensor::PixelFormat::kGray ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB,
      PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  // Level 3 is a third of the default's time for a few percent of size.
  png_set_compression_level(codec, 3);
  png_write_info(codec, info);
  if (picture.format == tensor::PixelFormat::kBgr) {
    png_set_bgr(codec);
  }
  for (int y = 0; y < picture.height; ++y) {
    png_write_row(codec, picture.row(y));
  }
  png_write_end(codec, nullptr);
  return true;
}

}  // namespace

Result<tensor::Picture> decode_png(ByteView bytes, const DecodeOptions& options, bool gray) {
  const auto decoder = std::make_unique<PngDecoder>(bytes);
  if (!decoder->ready()) {
    return fail(ErrorCode::kNoSpace, "libpng cannot start: out of memory");
  }
  if (!decoder->read_header()) {
    ARETE_TRY(decoder->failure());
  }
  ARETE_TRY(check_dimensions(decoder->width(), decoder->height(), options));
  ARETE_TRY(decoder->check_size());
  if (!decoder->prepare()) {
    ARETE_TRY(decoder->failure());
  }
  const int channels = decoder->channels();
  tensor::Picture picture(channels == 1 ? tensor::PixelFormat::kGray : tensor::PixelFormat::kRgb,
                          static_cast<int>(decoder->width()), static_cast<int>(decoder->height()));
  if ((channels != 1 && channels != 3) ||
      decoder->row_bytes() != static_cast<std::size_t>(picture.stride())) {
    return fail(ErrorCode::kUnsupported, "rows of {} bytes in {} channels", decoder->row_bytes(),
                channels);
  }
  std::vector<png_bytep> rows;
  for (int y = 0; y < picture.height; ++y) {
    rows.push_back(picture.row(y));
  }
  if (!decoder->read(rows.data())) {
    ARETE_TRY(decoder->failure());
  }
  if (gray == (channels == 1)) {
    return picture;
  }
  return gray ? color_to_gray(picture) : gray_to_color(picture);
}

Result<Bytes> encode_png(const tensor::PictureView& picture) {
  if (picture.width < 1 || picture.height < 1) {
    return fail(ErrorCode::kInvalid, "a PNG picture cannot be {} x {} pixels", picture.width,
                picture.height);
  }
  Bytes output;
  PngState state;
  state.output = &output;
  png_structp codec =
      png_create_write_struct(PNG_LIBPNG_VER_STRING, &state, png_on_error, png_on_warning);
  png_infop info = codec != nullptr ? png_create_info_struct(codec) : nullptr;
  const bool done = info != nullptr && write_png(codec, info, state, picture);
  png_destroy_write_struct(&codec, &info);
  if (!done) {
    return fail(ErrorCode::kInternal, "encoding a PNG picture: {}", state.message);
  }
  return output;
}

}  // namespace arete::media
