// JPEG by libjpeg(-turbo). Its errors come by longjmp: the functions that call setjmp therefore
// hold only trivial locals, and what must be freed lives with their caller.
// SPDX-License-Identifier: Apache-2.0
#include <csetjmp>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include <jpeglib.h>

#include <jerror.h>

#include "media/decoders.hpp"

namespace arete::media {
namespace {

/// A progressive file may ask for thousands of passes over a large picture: real ones have ten.
constexpr int kMaxScans = 200;

/// libjpeg's error manager first, so that its pointer is also ours.
struct JpegErrors {
  jpeg_error_mgr base;
  std::jmp_buf back;
  char message[JMSG_LENGTH_MAX];
  bool too_many_scans;
};

JpegErrors* errors_of(j_common_ptr codec) { return reinterpret_cast<JpegErrors*>(codec->err); }

[[noreturn]] void jpeg_on_error(j_common_ptr codec) {
  JpegErrors* errors = errors_of(codec);
  codec->err->format_message(codec, errors->message);
  std::longjmp(errors->back, 1);
}

/// Level -1 is a warning: libjpeg would go on with invented pixels. Only those that leave every
/// pixel intact pass.
void jpeg_on_message(j_common_ptr codec, int level) {
  if (level >= 0) {
    return;
  }
  switch (codec->err->msg_code) {
    case JWRN_ADOBE_XFORM:
    case JWRN_EXTRANEOUS_DATA:
    case JWRN_JFIF_MAJOR:
    case JWRN_TOO_MUCH_DATA:
      return;
    default:
      jpeg_on_error(codec);
  }
}

void jpeg_on_print(j_common_ptr) {}

void jpeg_on_progress(j_common_ptr codec) {
  const auto* decoder = reinterpret_cast<const jpeg_decompress_struct*>(codec);
  if (decoder->input_scan_number > kMaxScans) {
    errors_of(codec)->too_many_scans = true;
    std::longjmp(errors_of(codec)->back, 1);
  }
}

void install(JpegErrors& errors) {
  jpeg_std_error(&errors.base);
  errors.base.error_exit = jpeg_on_error;
  errors.base.emit_message = jpeg_on_message;
  errors.base.output_message = jpeg_on_print;
  errors.message[0] = '\0';
  errors.too_many_scans = false;
}

class JpegDecoder {
 public:
  JpegDecoder() {
    install(errors_);
    progress_.progress_monitor = jpeg_on_progress;
  }
  JpegDecoder(const JpegDecoder&) = delete;
  JpegDecoder& operator=(const JpegDecoder&) = delete;
  ~JpegDecoder() {
    if (created_) {
      jpeg_destroy_decompress(&codec_);
    }
  }

  [[nodiscard]] bool open(ByteView bytes) {
    codec_.err = &errors_.base;
    if (setjmp(errors_.back) != 0) {
      return false;
    }
    jpeg_create_decompress(&codec_);
    created_ = true;
    codec_.progress = &progress_;
    jpeg_mem_src(&codec_, reinterpret_cast<const unsigned char*>(bytes.data()),
                 static_cast<unsigned long>(bytes.size()));
    return jpeg_read_header(&codec_, TRUE) == JPEG_HEADER_OK;
  }

  /// `rows` holds output_width * output_components bytes a row.
  [[nodiscard]] bool read(std::uint8_t* rows, std::size_t stride) {
    if (setjmp(errors_.back) != 0) {
      return false;
    }
    jpeg_start_decompress(&codec_);
    while (codec_.output_scanline < codec_.output_height) {
      JSAMPROW row = rows + codec_.output_scanline * stride;
      jpeg_read_scanlines(&codec_, &row, 1);
    }
    jpeg_finish_decompress(&codec_);
    return true;
  }

  [[nodiscard]] jpeg_decompress_struct& codec() { return codec_; }
  [[nodiscard]] Status failure() const {
    if (errors_.too_many_scans) {
      return fail(ErrorCode::kUnsupported, "more than {} progressive scans", kMaxScans);
    }
    return fail(ErrorCode::kCorrupt, "row {} of {}: {}", codec_.output_scanline,
                codec_.image_height, errors_.message);
  }

 private:
  jpeg_decompress_struct codec_{};
  JpegErrors errors_{};
  jpeg_progress_mgr progress_{};
  bool created_ = false;
};

/// CMYK to what was asked for. Files with an Adobe marker (all that are met) store 255 - ink.
void ink_to_picture(const std::vector<std::uint8_t>& ink, bool inverted, tensor::Picture& picture) {
  const int channels = tensor::channels_of(picture.format);
  const std::size_t pixels = ink.size() / 4;
  for (std::size_t i = 0; i < pixels; ++i) {
    std::uint32_t light[4];
    for (std::size_t c = 0; c < 4; ++c) {
      light[c] = inverted ? ink[4 * i + c] : 255U - ink[4 * i + c];
    }
    const std::uint32_t rgb[3] = {(light[0] * light[3] + 127) / 255,
                                  (light[1] * light[3] + 127) / 255,
                                  (light[2] * light[3] + 127) / 255};
    if (channels == 1) {
      picture.pixels[i] = tensor::luma(rgb[0], rgb[1], rgb[2]);
      continue;
    }
    for (std::size_t c = 0; c < 3; ++c) {
      picture.pixels[3 * i + c] = static_cast<std::uint8_t>(rgb[c]);
    }
  }
}

/// All of compression that may longjmp. False = failed.
bool compress(jpeg_compress_struct& codec, JpegErrors& errors, const tensor::PictureView& picture,
              int quality, unsigned char** out, unsigned long* size) {
  if (setjmp(errors.back) != 0) {
    return false;
  }
  jpeg_create_compress(&codec);
  jpeg_mem_dest(&codec, out, size);
  codec.image_width = static_cast<JDIMENSION>(picture.width);
  codec.image_height = static_cast<JDIMENSION>(picture.height);
  codec.input_components = tensor::channels_of(picture.format);
  codec.in_color_space = picture.format == tensor::PixelFormat::kGray  ? JCS_GRAYSCALE
                         : picture.format == tensor::PixelFormat::kRgb ? JCS_RGB
                                                                       : JCS_EXT_BGR;
  jpeg_set_defaults(&codec);
  jpeg_set_quality(&codec, quality, TRUE);
  if (quality >= 90) {
    codec.comp_info[0].h_samp_factor = 1;
    codec.comp_info[0].v_samp_factor = 1;
  }
  jpeg_start_compress(&codec, TRUE);
  while (codec.next_scanline < codec.image_height) {
    // libjpeg's interface has no const; it does not write to the row.
    JSAMPROW row = const_cast<JSAMPROW>(picture.row(static_cast<int>(codec.next_scanline)));
    jpeg_write_scanlines(&codec, &row, 1);
  }
  jpeg_finish_compress(&codec);
  return true;
}

}  // namespace

Result<tensor::Picture> decode_jpeg(ByteView bytes, const DecodeOptions& options, bool gray) {
  const auto decoder = std::make_unique<JpegDecoder>();
  if (!decoder->open(bytes)) {
    ARETE_TRY(decoder->failure());
  }
  jpeg_decompress_struct& codec = decoder->codec();
  ARETE_TRY(check_dimensions(codec.image_width, codec.image_height, options));
  const int width = static_cast<int>(codec.image_width);
  const int height = static_cast<int>(codec.image_height);
  tensor::Picture picture(gray ? tensor::PixelFormat::kGray : tensor::PixelFormat::kRgb, width,
                          height);
  if (codec.num_components == 4) {
    codec.out_color_space = JCS_CMYK;
    std::vector<std::uint8_t> ink(static_cast<std::size_t>(width) *
                                  static_cast<std::size_t>(height) * 4);
    if (!decoder->read(ink.data(), static_cast<std::size_t>(width) * 4)) {
      ARETE_TRY(decoder->failure());
    }
    ink_to_picture(ink, codec.saw_Adobe_marker == TRUE, picture);
    return picture;
  }
  codec.out_color_space = gray ? JCS_GRAYSCALE : JCS_RGB;
  if (!decoder->read(picture.pixels.data(), static_cast<std::size_t>(picture.stride()))) {
    ARETE_TRY(decoder->failure());
  }
  return picture;
}

Result<Bytes> encode_jpeg(const tensor::PictureView& picture, int quality) {
  if (quality < 1 || quality > 100) {
    return fail(ErrorCode::kInvalid, "JPEG quality {} is not in 1..100", quality);
  }
  if (picture.width < 1 || picture.height < 1 || picture.width > JPEG_MAX_DIMENSION ||
      picture.height > JPEG_MAX_DIMENSION) {
    return fail(ErrorCode::kInvalid, "a JPEG picture cannot be {} x {} pixels", picture.width,
                picture.height);
  }
  jpeg_compress_struct codec{};
  const auto errors = std::make_unique<JpegErrors>();
  install(*errors);
  codec.err = &errors->base;
  unsigned char* out = nullptr;
  unsigned long size = 0;
  const bool done = compress(codec, *errors, picture, quality, &out, &size);
  const std::unique_ptr<unsigned char, decltype(&std::free)> owner(out, &std::free);
  jpeg_destroy_compress(&codec);
  if (!done) {
    return fail(ErrorCode::kInternal, "encoding a JPEG picture: {}", errors->message);
  }
  const auto* first = reinterpret_cast<const std::byte*>(out);
  return Bytes(first, first + size);
}

}  // namespace arete::media
