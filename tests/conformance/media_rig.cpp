// SPDX-License-Identifier: Apache-2.0
#include "media_rig.hpp"

#include <stdlib.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "media/media_plugin.hpp"
#include "media/plugin_source.hpp"

namespace arete::conformance {
namespace {

fs::path from_environment(const char* name, const fs::path& otherwise) {
  const char* const value = std::getenv(name);
  return value == nullptr ? otherwise : fs::path(value);
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string pattern = testing::TempDir() + "media_XXXXXX";
  path_ = ::mkdtemp(pattern.data());
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code error;
  fs::remove_all(path_, error);
}

fs::path TemporaryFolder::write(const std::string& name, const std::string& content) const {
  fs::path file = path_ / name;
  std::ofstream(file, std::ios::binary) << content;
  return file;
}

fs::path clip(const std::string& name) {
  const fs::path source = from_environment("ARETE_SOURCE_DIR", ".");
  const fs::path data = from_environment("ARETE_DATA", source / "../shared/data");
  const fs::path deps = from_environment("ARETE_DEPS", source / "out/deps");
  for (const fs::path& folder :
       {data / "data/video", deps / "demo", fs::path("/usr/share/doc/opencv-doc/examples/data")}) {
    if (fs::exists(folder / name)) {
      return folder / name;
    }
  }
  return {};
}

std::string content_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::string reason_without_plugin() {
  const auto plugin = media::MediaPlugin::find();
  return plugin ? "" : plugin.error().message();
}

Clock& real_clock() {
  static SystemClock clock;
  return clock;
}

Result<std::unique_ptr<media::Source>> open_kind(media::SourceKind kind, const std::string& url) {
  media::SourceSettings settings;
  settings.kind = kind;
  settings.url = url;
  return media::open_plugin_source(real_clock(), settings);
}

Result<std::unique_ptr<media::Source>> open_video(const std::string& url) {
  return open_kind(media::SourceKind::kVideo, url);
}

std::vector<std::uint8_t> packed(const tensor::PictureView& view) {
  std::vector<std::uint8_t> bytes;
  const auto append = [&bytes](const std::uint8_t* data, std::ptrdiff_t stride, int width,
                               int height) {
    for (int y = 0; y < height; ++y) {
      bytes.insert(bytes.end(), data + y * stride, data + y * stride + width);
    }
  };
  const int half_width = (view.width + 1) / 2;
  const int half_height = (view.height + 1) / 2;
  switch (view.format) {
    case tensor::PixelFormat::kI420:
      append(view.data, view.stride, view.width, view.height);
      append(view.chroma[0].data, view.chroma[0].stride, half_width, half_height);
      append(view.chroma[1].data, view.chroma[1].stride, half_width, half_height);
      break;
    case tensor::PixelFormat::kNv12:
      append(view.data, view.stride, view.width, view.height);
      append(view.chroma[0].data, view.chroma[0].stride, 2 * half_width, half_height);
      break;
    default:
      append(view.data, view.stride, view.width * tensor::channels_of(view.format), view.height);
      break;
  }
  return bytes;
}

}  // namespace arete::conformance
