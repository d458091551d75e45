// SPDX-License-Identifier: Apache-2.0
#include "media/picture_file.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "media/natural_order.hpp"

namespace arete::media {
namespace {

/// Larger than any picture that the pixel limit lets through uncompressed.
constexpr std::uint64_t kMaxPictureBytes = std::uint64_t{1} << 30;

std::string lower_extension(const io::Path& path) {
  std::string extension = path.extension().string();
  std::ranges::transform(extension, extension.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return extension;
}

bool named_like_a_picture(const std::string& name) {
  constexpr std::array<std::string_view, 5> kExtensions{".jpg", ".jpeg", ".png", ".bmp", ".dib"};
  return !name.starts_with('.') &&
         std::ranges::find(kExtensions, lower_extension(name)) != kExtensions.end();
}

}  // namespace

Result<tensor::Picture> read_picture(io::Files& files, const io::Path& path,
                                     const DecodeOptions& options) {
  ARETE_TRY_ASSIGN(const Bytes bytes, files.read(path, kMaxPictureBytes));
  auto picture = decode_picture(bytes, options);
  if (!picture) {
    return std::unexpected<Error>(
        std::move(picture).error().with_context(path.string()).at(path.string()));
  }
  return picture;
}

Status write_picture(io::Files& files, const io::Path& path, const tensor::PictureView& picture) {
  const std::string extension = lower_extension(path);
  if (extension != ".png" && extension != ".jpg" && extension != ".jpeg") {
    return fail_at(path.string(), ErrorCode::kInvalid,
                   "'{}' does not end in .png, .jpg or .jpeg: no format to write", path.string());
  }
  ARETE_TRY_ASSIGN(const Bytes bytes,
                   extension == ".png" ? encode_png(picture) : encode_jpeg(picture), "{}",
                   path.string());
  return files.write_atomic(path, bytes);
}

Result<std::vector<io::Path>> list_pictures(io::Files& files, const io::Path& folder) {
  ARETE_TRY_ASSIGN(const auto entries, files.list(folder));
  std::vector<std::string> names;
  for (const io::FolderEntry& entry : entries) {
    // A dangling link named like a picture is one that cannot be read, not one to pass over.
    if (entry.kind != io::FileKind::kFolder && named_like_a_picture(entry.name)) {
      names.push_back(entry.name);
    }
  }
  std::ranges::sort(names, natural_less);
  std::vector<io::Path> paths;
  for (const std::string& name : names) {
    paths.push_back(folder / name);
  }
  return paths;
}

}  // namespace arete::media
