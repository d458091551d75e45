// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/output_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "media/picture_codec.hpp"

namespace arete::pipeline {

std::string safe_file_name(std::string_view words) {
  constexpr std::size_t kLongestName = 100;
  std::string name(words.substr(0, kLongestName));
  std::ranges::replace_if(
      name,
      [](char c) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        return !letter && !(c >= '0' && c <= '9') && c != '-' && c != '_' && c != '.';
      },
      '_');
  if (name.empty() || name[0] == '.') {
    name.insert(0, "_");
  }
  return name;
}

std::string source_file_name(const std::vector<std::string>& sources, const Stamp& stamp) {
  const auto position = static_cast<std::size_t>(stamp.source);
  if (stamp.source >= 0 && position < sources.size()) {
    return safe_file_name(sources[position]);
  }
  return fmt::format("source{}", stamp.source);
}

Result<io::Path> read_path(document::MapReader& settings, std::string_view key,
                           const ElementContext& context) {
  ARETE_TRY_ASSIGN(const std::string text, settings.required<std::string>(key));
  if (text.empty()) {
    return document::invalid_node(*settings.find(key), fmt::format("'{}' is empty", key));
  }
  return context.folder / text;  // an absolute path stays as it is
}

std::string_view EncodingSettings::ending() const {
  return encoding == PictureEncoding::kPng ? ".png" : ".jpg";
}

Result<EncodingSettings> read_encoding(document::MapReader& settings) {
  constexpr std::array<document::Choice<PictureEncoding>, 2> kEncodings{
      {{"jpeg", PictureEncoding::kJpeg}, {"png", PictureEncoding::kPng}}};
  EncodingSettings out;
  ARETE_TRY_ASSIGN(out.encoding,
                   settings.choice<PictureEncoding>("format", out.encoding, kEncodings));
  if (out.encoding == PictureEncoding::kPng && settings.has("quality")) {
    return document::invalid_node(*settings.find("quality"), "PNG has no 'quality'");
  }
  ARETE_TRY_ASSIGN(out.quality, settings.optional<int>("quality", out.quality, {1, 100}));
  return out;
}

Result<Bytes> encoded(const tensor::PictureView& picture, const EncodingSettings& settings) {
  return settings.encoding == PictureEncoding::kPng ? media::encode_png(picture)
                                                    : media::encode_jpeg(picture, settings.quality);
}

}  // namespace arete::pipeline
