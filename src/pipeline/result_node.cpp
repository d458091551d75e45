// SPDX-License-Identifier: Apache-2.0
#include "pipeline/result_node.hpp"

#include <utility>

namespace arete::pipeline {
namespace {

using document::Node;

Node class_node(const tensor::Classification& classification) {
  Node node = Node::map();
  node.set("label", classification.label).set("index", classification.index);
  return node.set("score", classification.score);
}

template <class T>
Node list_of(const std::vector<T>& items, Node (*make)(const T&)) {
  Node list = Node::list();
  for (const T& item : items) {
    list.push(make(item));
  }
  return list;
}

Node detection_node(const tensor::Detection& detection) {
  Node box = Node::list();
  box.push(detection.box.x1).push(detection.box.y1).push(detection.box.x2).push(detection.box.y2);
  Node keypoints = Node::list();
  for (const tensor::Keypoint& point : detection.keypoints) {
    keypoints.push(Node::list().push(point.x).push(point.y).push(point.score));
  }
  Node node = Node::map();
  node.set("label", detection.label).set("index", detection.index).set("score", detection.score);
  node.set("box", std::move(box)).set("keypoints", std::move(keypoints));
  node.set("track", detection.track ? Node(*detection.track) : Node());
  if (!detection.classes.empty()) {
    node.set("classes", list_of(detection.classes, class_node));
  }
  return node;
}

Node window_event_node(const tensor::Event& event) {
  Node node = Node::map();
  node.set("start_ms", event.start_ms).set("end_ms", event.end_ms);
  return node.set("label", event.label).set("score", event.score);
}

Node element_node(const tensor::Tensor& tensor, std::int64_t index) {
  if (tensor.dtype() == tensor::DType::kString) {
    return tensor.strings()[static_cast<std::size_t>(index)];
  }
  if (tensor.dtype() == tensor::DType::kBool) {
    return tensor.integer_at(index) != 0;
  }
  if (tensor.dtype() == tensor::DType::kF32) {
    return tensor.data<float>()[static_cast<std::size_t>(index)];
  }
  return tensor::is_floating(tensor.dtype()) ? Node(tensor.number_at(index))
                                             : Node(tensor.integer_at(index));
}

Node tensor_node(const RawOutput& output) {
  Node shape = Node::list();
  for (const std::int64_t extent : output.tensor.shape()) {
    shape.push(extent);
  }
  Node node = Node::map();
  node.set("dtype", tensor::name_of(output.tensor.dtype())).set("shape", std::move(shape));
  if (!output.file.empty()) {
    return node.set("file", output.file);
  }
  if (output.tensor.elements() > kMaxPrintedElements) {
    return node.set("data", Node());
  }
  Node data = Node::list();
  for (std::int64_t i = 0; i < output.tensor.elements(); ++i) {
    data.push(element_node(output.tensor, i));
  }
  return node.set("data", std::move(data));
}

}  // namespace

document::Node frame_node(const FrameOrigin& origin, const tensor::Findings& findings,
                          std::span<const RawOutput> raw) {
  Node node = Node::map();
  node.set("schema", 1).set("source", origin.source).set("frame", origin.frame);
  node.set("time_ms", origin.time_ms);
  node.set("detections", list_of(findings.detections, detection_node));
  node.set("classes", list_of(findings.classes, class_node));
  if (findings.mask) {
    node.set("mask", Node::map().set("file", origin.mask_file.empty() ? Node() : origin.mask_file));
  }
  node.set("events", list_of(findings.events, window_event_node));
  if (!raw.empty()) {
    Node outputs = Node::map();
    for (const RawOutput& output : raw) {
      outputs.set(output.name, tensor_node(output));
    }
    node.set("outputs", std::move(outputs));
  }
  return node;
}

document::Node to_node(const FrameResult& frame) {
  return frame_node({frame.source, frame.frame, frame.time_ms, frame.mask_file},
                    frame.output.findings, frame.output.raw);
}

document::Node to_node(const RunReport& report, const RunIdentity& identity) {
  Node stages = Node::map();
  for (std::size_t i = 0; i < kStageCount; ++i) {
    const Stage stage{i};
    if (const auto summary = report.times.summary(stage)) {
      Node times = Node::map();
      times.set("p50_ms", summary->p50_ms).set("p99_ms", summary->p99_ms);
      stages.set(std::string(name_of(stage)), std::move(times));
    }
  }
  Node summary = Node::map();
  summary.set("frames", report.frames);
  summary.set("fps", report.seconds > 0 ? Node(static_cast<double>(report.frames) / report.seconds)
                                        : Node());
  summary.set("stages", std::move(stages)).set("peak_rss_bytes", identity.peak_rss_bytes);
  summary.set("engine", identity.engine).set("precision", identity.precision);
  return Node::map().set("schema", 1).set("summary", std::move(summary));
}

}  // namespace arete::pipeline
