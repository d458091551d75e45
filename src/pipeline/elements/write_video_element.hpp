// `type: write_video`: the frames of each source as an MP4 file. Packets pass.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "base/result.hpp"
#include "document/reader.hpp"
#include "media/video_writer.hpp"
#include "pipeline/element.hpp"

namespace arete::pipeline {

[[nodiscard]] const ElementType& write_video_element_type();

/// As media::create_video.
using CreateVideo = std::function<Result<std::unique_ptr<media::VideoWriter>>(
    const io::Path& path, const media::VideoSettings& settings)>;

/// The element with another way to make files, for tests.
[[nodiscard]] Result<std::unique_ptr<Element>> make_write_video(document::MapReader& reader,
                                                                const ElementContext& context,
                                                                CreateVideo create_video);

}  // namespace arete::pipeline
