// SPDX-License-Identifier: Apache-2.0
#include "pipeline/picture_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "media/draw.hpp"
#include "media/picture_codec.hpp"
#include "media/picture_file.hpp"
#include "pipeline/result_node.hpp"

namespace arete::pipeline {
namespace {

/// The mask as a gray picture whose values are class indices.
Result<Bytes> encode_mask(const tensor::Mask& mask) {
  return media::encode_png(
      {tensor::PixelFormat::kGray, mask.width, mask.height, mask.width, mask.classes.data()});
}

/// Runs one picture after another with what they share.
class PictureRun {
 public:
  PictureRun(io::Files& files, Clock& clock, ModelRunner& runner, const RunOptions& options)
      : files_(files), clock_(clock), runner_(runner), options_(options) {}

  Result<FrameResult> one(const io::Path& path, StageTimes& times) {
    FrameResult frame;
    frame.source = path.string();
    ARETE_TRY_ASSIGN(tensor::Picture picture, timed(clock_, times, Stage::kDecode, [&] {
                       return media::read_picture(files_, path);
                     }));
    const Nanoseconds start = clock_.monotonic();
    ARETE_TRY(runner_.reset());  // pictures of a folder are no sequence
    ARETE_TRY_ASSIGN(frame.output, runner_.run(picture.view(), clock_, times), "{}", path.string());
    const Nanoseconds took = clock_.monotonic() - start;
    if (options_.draw_folder) {
      ARETE_TRY(save(path, std::move(picture), took, frame, times));
    }
    return frame;
  }

 private:
  /// A name in the folder to draw into that no picture of this run has had yet.
  io::Path target(const io::Path& source, std::string_view ending) {
    const std::string stem = source.stem().string();
    std::string name = fmt::format("{}{}", stem, ending);
    for (int copy = 2; std::ranges::find(taken_, name) != taken_.end(); ++copy) {
      name = fmt::format("{}_{}{}", stem, copy, ending);
    }
    taken_.push_back(name);
    return *options_.draw_folder / name;
  }

  Status save(const io::Path& source, tensor::Picture picture, Nanoseconds took, FrameResult& frame,
              StageTimes& times) {
    media::DrawOptions draw;
    draw.stats = fmt::format(
        "{:.1f} ms  {}", std::chrono::duration<double, std::milli>(took).count(), options_.stats);
    timed(clock_, times, Stage::kDraw, [&] {
      media::draw(picture, frame.output.findings, draw);
      return true;
    });
    return timed(clock_, times, Stage::kWrite, [&] { return write_files(source, picture, frame); });
  }

  Status write_files(const io::Path& source, const tensor::Picture& picture, FrameResult& frame) {
    ARETE_TRY_ASSIGN(const Bytes jpeg, media::encode_jpeg(picture.view()));
    const io::Path drawn = target(source, ".jpg");
    ARETE_TRY(files_.write_atomic(drawn, jpeg));
    frame.drawn_file = drawn.string();
    if (frame.output.findings.mask) {
      ARETE_TRY_ASSIGN(const Bytes png, encode_mask(*frame.output.findings.mask));
      const io::Path mask = target(source, ".mask.png");
      ARETE_TRY(files_.write_atomic(mask, png));
      frame.mask_file = mask.string();
    }
    for (RawOutput& output : frame.output.raw) {
      if (output.tensor.elements() > kMaxPrintedElements) {
        const io::Path file = target(source, "." + safe_name(output.name) + ".bin");
        ARETE_TRY(files_.write_atomic(file, output.tensor.bytes()));
        output.file = file.string();
      }
    }
    return {};
  }

  /// A tensor's name with what cannot stand in a file name replaced.
  static std::string safe_name(std::string name) {
    std::ranges::replace_if(
        name, [](unsigned char c) { return std::isalnum(c) == 0 && c != '-' && c != '_'; }, '_');
    return name;
  }

  io::Files& files_;
  Clock& clock_;
  ModelRunner& runner_;
  const RunOptions& options_;
  std::vector<std::string> taken_;
};

}  // namespace

Result<std::vector<io::Path>> pictures_of(io::Files& files, const io::Path& input) {
  ARETE_TRY_ASSIGN(const io::FileStatus status, files.status(input));
  if (status.kind == io::FileKind::kMissing) {
    return fail_at(input.string(), ErrorCode::kNotFound, "there is no picture or folder '{}'",
                   input.string());
  }
  if (status.kind != io::FileKind::kFolder) {
    return std::vector<io::Path>{input};
  }
  ARETE_TRY_ASSIGN(std::vector<io::Path> paths, media::list_pictures(files, input));
  if (paths.empty()) {
    return fail_at(input.string(), ErrorCode::kNotFound,
                   "the folder '{}' has no .jpg, .jpeg, .png or .bmp file", input.string());
  }
  return paths;
}

Result<RunReport> run_pictures(io::Files& files, Clock& clock, ModelRunner& runner,
                               const std::vector<io::Path>& pictures, const RunOptions& options,
                               const OnFrame& on_frame) {
  if (options.draw_folder) {
    ARETE_TRY(files.create_directories(*options.draw_folder));
  }
  RunReport report;
  PictureRun run(files, clock, runner, options);
  for (const io::Path& path : pictures) {
    const Nanoseconds start = clock.monotonic();
    auto frame = run.one(path, report.times);
    report.seconds += std::chrono::duration<double>(clock.monotonic() - start).count();
    if (frame) {
      ++report.frames;
    } else {
      ++report.failed;
      frame = std::unexpected(std::move(frame).error().at(path.string()));
    }
    if (!on_frame(path.string(), std::move(frame))) {
      break;
    }
  }
  return report;
}

}  // namespace arete::pipeline
