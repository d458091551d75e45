// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/element_input.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "document/node.hpp"
#include "document/reader.hpp"
#include "media/stream.hpp"
#include "pipeline/packet.hpp"
#include "tensor/results.hpp"

namespace arete::pipeline {

double to_seconds(Nanoseconds time) { return std::chrono::duration<double>(time).count(); }

Nanoseconds from_seconds(double seconds) {
  return std::chrono::duration_cast<Nanoseconds>(std::chrono::duration<double>(seconds));
}

Packet events_packet(const Stamp& stamp) {
  Packet packet;
  packet.stamp = stamp;
  packet.media = std::make_shared<const media::MediaPacket>(
      media::AudioBlock{.sample_rate_hz = 0, .samples = {}, .media_time = stamp.media_time});
  return packet;
}

bool is_events_packet(const Packet& packet) {
  if (!packet.results.empty() || packet.media == nullptr) {
    return false;
  }
  const auto* const sound = std::get_if<media::AudioBlock>(packet.media.get());
  return sound != nullptr && sound->samples.empty();
}

Result<const ElementResult*> wanted_result(const Packet& packet, const std::string& of) {
  const ElementResult* const found = packet.result_of(of);
  if (found != nullptr) {
    return found;
  }
  if (packet.results.empty()) {
    return fail(ErrorCode::kInvalid,
                "no element before this one has found anything: put 'infer' "
                "or the like before it");
  }
  std::string others;
  for (const auto& result : packet.results) {
    others += (others.empty() ? "'" : ", '") + result->element + "'";
  }
  return fail(ErrorCode::kInvalid, "of: there is no result of '{}', only of {}", of, others);
}

Result<const ElementResult*> tracked_result(const Packet& packet, const std::string& of) {
  ARETE_TRY_ASSIGN(const ElementResult* const found, wanted_result(packet, of));
  if (!found->tracked) {
    return fail(ErrorCode::kInvalid,
                "the detections of '{}' have no tracks: put an element of type 'track' between it "
                "and this one",
                found->element);
  }
  return found;
}

Result<std::vector<std::string>> read_labels(document::MapReader& settings, std::string_view key) {
  const document::Node* const node = settings.find(key);
  if (node == nullptr) {
    return std::vector<std::string>();
  }
  if (node->is_list()) {
    return document::value_as<std::vector<std::string>>(*node, key);
  }
  ARETE_TRY_ASSIGN(std::string label, document::value_as<std::string>(*node, key));
  return std::vector<std::string>{std::move(label)};
}

bool is_one_of(const std::vector<std::string>& labels, const std::string& label) {
  return labels.empty() || std::ranges::find(labels, label) != labels.end();
}

document::Node box_node(const tensor::Box& box) {
  document::Node node = document::Node::list();
  node.push(box.x1).push(box.y1).push(box.x2).push(box.y2);
  return node;
}

}  // namespace arete::pipeline
