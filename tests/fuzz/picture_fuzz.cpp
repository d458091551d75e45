// Any bytes through the picture decoders: an error or a picture of the size it claims, and drawing
// into it stays inside.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "media/draw.hpp"
#include "media/picture_codec.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const arete::ByteView bytes(reinterpret_cast<const std::byte*>(data), size);
  arete::media::DecodeOptions options;
  options.format =
      size % 2 == 0 ? arete::tensor::PixelFormat::kGray : arete::tensor::PixelFormat::kBgr;
  options.max_pixels = 1 << 18;  // large ones only cost time
  auto picture = arete::media::decode_picture(bytes, options);
  if (!picture) {
    return 0;
  }
  const auto samples = static_cast<std::size_t>(picture->width) *
                       static_cast<std::size_t>(picture->height) *
                       static_cast<std::size_t>(arete::tensor::channels_of(picture->format));
  if (picture->pixels.size() != samples) {
    std::abort();
  }
  arete::tensor::Findings findings;
  arete::tensor::Detection box;
  box.label = "x";
  box.box = {-1, 1, 1e9F, 3};
  findings.detections.push_back(box);
  arete::media::draw(*picture, findings);
  return 0;
}
