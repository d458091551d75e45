// SPDX-License-Identifier: Apache-2.0
#include "media/plugin_source.hpp"

namespace arete::media {

Result<std::unique_ptr<Source>> open_plugin_source(Clock& /*clock*/,
                                                   const SourceSettings& /*settings*/) {
  return fail(ErrorCode::kUnavailable, "the media plug-in is not installed");
}

}  // namespace arete::media
