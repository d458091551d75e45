// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/write_pictures_element.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "media/picture_codec.hpp"
#include "pipeline/elements/output_files.hpp"
#include "pipeline/result_node.hpp"
#include "transform/convert_picture.hpp"

namespace arete::pipeline {
namespace {

struct WriteSettings {
  io::Path folder;
  EncodingSettings encoding;
  bool masks = true;
  bool raw = true;
};

class WritePicturesElement final : public Element {
 public:
  WritePicturesElement(WriteSettings settings, const ElementContext& context)
      : settings_(std::move(settings)), files_(context.files), sources_(context.sources) {}

  Status process(Packet packet, Emitter& out) override {
    if (const media::VideoFrame* const frame = packet.frame()) {
      if (!has_folder_) {
        ARETE_TRY(files_.create_directories(settings_.folder));
        has_folder_ = true;
      }
      const std::string stem = stem_of(packet.stamp, *frame);
      ARETE_TRY(write_picture(stem, *frame, packet));
      ARETE_TRY(write_mask(stem, packet));
      ARETE_TRY(write_raw(stem, packet));
      out.decide(packet.stamp, Decision::kWritten, 0, 0);
    }
    out.emit(std::move(packet));
    return {};
  }

 private:
  /// The picture's own name, or the stream's and the frame's number. Two pictures of one name, from
  /// different folders, get different ones; the same picture seen again keeps its name.
  std::string stem_of(const Stamp& stamp, const media::VideoFrame& frame) {
    if (frame.file.empty()) {
      return fmt::format("{}_{:06}", source_file_name(sources_, stamp), stamp.sequence);
    }
    const auto known = stems_.find(frame.file);
    if (known != stems_.end()) {
      return known->second;
    }
    const std::string stem = io::Path(frame.file).stem().string();
    std::string name = stem;
    for (int copy = 2; !taken_.insert(name).second; ++copy) {
      name = fmt::format("{}_{}", stem, copy);
    }
    stems_.emplace(frame.file, name);
    return name;
  }

  Status write_picture(const std::string& stem, const media::VideoFrame& frame, Packet& packet) {
    tensor::PictureView view = frame.view;
    if (tensor::is_yuv(view.format)) {
      ARETE_TRY(converter_.run(view, tensor::PixelFormat::kRgb, converted_));
      view = converted_.view();
    }
    ARETE_TRY_ASSIGN(const Bytes bytes, encoded(view, settings_.encoding));
    const io::Path path = settings_.folder / fmt::format("{}{}", stem, settings_.encoding.ending());
    if (path.lexically_normal() == io::Path(frame.file).lexically_normal()) {
      return fail_at(path.string(), ErrorCode::kInvalid,
                     "{} would be replaced by itself: write into another folder", path.string());
    }
    ARETE_TRY(files_.write_atomic(path, bytes));
    packet.picture_file = path.string();
    return {};
  }

  /// A gray picture whose values are class indices; of the last result that has a mask.
  Status write_mask(const std::string& stem, Packet& packet) {
    const tensor::Mask* mask = nullptr;
    for (const auto& result : packet.results) {
      if (result->findings.mask) {
        mask = &*result->findings.mask;
      }
    }
    if (!settings_.masks || mask == nullptr) {
      return {};
    }
    ARETE_TRY_ASSIGN(const Bytes png,
                     media::encode_png({tensor::PixelFormat::kGray, mask->width, mask->height,
                                        mask->width, mask->classes.data()}));
    const io::Path path = settings_.folder / (stem + ".mask.png");
    ARETE_TRY(files_.write_atomic(path, png));
    packet.mask_file = path.string();
    return {};
  }

  /// What is too large to print goes into a file, whose name the result then has.
  Status write_raw(const std::string& stem, Packet& packet) {
    const auto is_large = [](const RawOutput& output) {
      return output.tensor.elements() > kMaxPrintedElements;
    };
    const std::vector<std::shared_ptr<const ElementResult>> results = packet.results;
    const auto has_large = [&](const auto& result) {
      return std::ranges::any_of(result->raw, is_large);
    };
    const bool several = std::ranges::count_if(results, has_large) > 1;
    for (const auto& result : results) {
      if (!settings_.raw || !has_large(result)) {
        continue;
      }
      const std::string prefix =
          several ? fmt::format("{}.{}", stem, safe_file_name(result->element)) : stem;
      ElementResult named = *result;
      for (RawOutput& output : named.raw) {
        if (is_large(output)) {
          const io::Path path =
              settings_.folder / fmt::format("{}.{}.bin", prefix, safe_file_name(output.name));
          ARETE_TRY(files_.write_atomic(path, output.tensor.bytes()));
          output.file = path.string();
        }
      }
      packet.set_result(std::move(named));
    }
    return {};
  }

  WriteSettings settings_;
  io::Files& files_;
  std::vector<std::string> sources_;
  bool has_folder_ = false;
  transform::PictureConverter converter_;
  tensor::Picture converted_;
  std::map<std::string, std::string> stems_;  ///< by picture file
  std::set<std::string> taken_;
};

Result<std::unique_ptr<Element>> make_write_pictures(document::MapReader& reader,
                                                     const ElementContext& context) {
  WriteSettings settings;
  ARETE_TRY_ASSIGN(settings.folder, read_path(reader, "folder", context));
  ARETE_TRY_ASSIGN(settings.encoding, read_encoding(reader));
  ARETE_TRY_ASSIGN(settings.masks, reader.optional<bool>("masks", true));
  ARETE_TRY_ASSIGN(settings.raw, reader.optional<bool>("raw", true));
  return std::make_unique<WritePicturesElement>(std::move(settings), context);
}

}  // namespace

const ElementType& write_pictures_element_type() {
  static const ElementType kType{
      .name = "write_pictures",
      .summary = "writes each frame as a JPEG or PNG file",
      .takes = PacketType::kFrame | PacketType::kResult,
      .gives = [](PacketType taken) { return static_cast<PacketTypes>(taken); },
      .heavy = true,
      .make = make_write_pictures,
      .needs_picture = true,
      .reaches_out = true};
  return kType;
}

}  // namespace arete::pipeline
