// SPDX-License-Identifier: Apache-2.0
#include "pipeline/element_types.hpp"

#include <vector>

#include "pipeline/elements/draw_element.hpp"
#include "pipeline/elements/event_element.hpp"
#include "pipeline/elements/file_element.hpp"
#include "pipeline/elements/line_element.hpp"
#include "pipeline/elements/motion_element.hpp"
#include "pipeline/elements/mqtt_element.hpp"
#include "pipeline/elements/smooth_element.hpp"
#include "pipeline/elements/snapshot_element.hpp"
#include "pipeline/elements/threshold_element.hpp"
#include "pipeline/elements/track_element.hpp"
#include "pipeline/elements/webhook_element.hpp"
#include "pipeline/elements/write_pictures_element.hpp"
#include "pipeline/elements/write_video_element.hpp"
#include "pipeline/elements/zone_element.hpp"

namespace arete::pipeline {

std::span<const ElementType> element_types() {
  static const std::vector<ElementType> kTypes{
      motion_element_type(),         threshold_element_type(),   track_element_type(),
      smooth_element_type(),         zone_element_type(),        line_element_type(),
      event_element_type(),          snapshot_element_type(),    draw_element_type(),
      write_pictures_element_type(), write_video_element_type(), file_element_type(),
      mqtt_element_type(),           webhook_element_type(),
  };
  return kTypes;
}

}  // namespace arete::pipeline
