// What postprocess_peers.py calls: our decoding of a detector's output as a function of C, so that
// it is timed in one process with the libraries that it is compared with. Everything is included:
// scan, boxes, suppression, labels, the way back to source pixels.
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>

#include "transform/postprocess.hpp"

namespace arete::bench {
namespace {

/// A YOLOv8 head with its output tensor.
struct Detector {
  spec::ResolvedSpec spec;
  std::vector<tensor::Tensor> outputs;
  transform::Geometry geometry;
  tensor::Findings findings;
};

tensor::DType dtype_of(const char* name) {
  return std::strcmp(name, "u8") == 0   ? tensor::DType::kU8
         : std::strcmp(name, "i8") == 0 ? tensor::DType::kI8
                                        : tensor::DType::kF32;
}

}  // namespace
}  // namespace arete::bench

extern "C" {

__attribute__((visibility("default"))) void* arete_post_open(int columns, int rows,
                                                             const char* dtype, float scale,
                                                             int zero_point, double min_score,
                                                             double iou, int per_class) {
  using namespace arete;
  auto detector = std::make_unique<bench::Detector>();
  spec::YoloV8 head;
  head.detector.min_score = min_score;
  head.detector.max_detections = 1000;
  for (int i = 4; i < columns; ++i) {
    head.detector.labels.names.push_back("class " + std::to_string(i - 4));
  }
  head.detector.nms.iou = iou;
  head.detector.nms.per_class = per_class != 0;
  spec::ResolvedOutput output;
  output.meaning.decoder = head;
  spec::ResolvedTensor tensor;
  tensor.role = "output";
  tensor.tensor.name = "output0";
  tensor.tensor.dtype = bench::dtype_of(dtype);
  if (tensor.tensor.dtype != tensor::DType::kF32) {
    tensor::Quantization quantization;
    quantization.stored = tensor.tensor.dtype;
    quantization.scales = {scale};
    quantization.zero_points = {zero_point};
    tensor.tensor.quantization = quantization;
  }
  auto memory = tensor::Tensor::allocate(tensor.tensor.dtype, {1, columns, rows});
  if (!memory) {
    return nullptr;
  }
  detector->outputs.push_back(std::move(memory).value());
  output.tensors.push_back(std::move(tensor));
  detector->spec.outputs.push_back(std::move(output));
  const spec::Size size{640, 640};
  detector->geometry = transform::geometry_of({0, 0, size, 0, 0, size}, size, size);
  return detector.release();
}

/// Where the engine would write.
__attribute__((visibility("default"))) void* arete_post_memory(void* opened) {
  return static_cast<arete::bench::Detector*>(opened)->outputs[0].mutable_bytes().data();
}

/// The number of detections; -1 on an error.
__attribute__((visibility("default"))) int arete_post_run(void* opened) {
  auto& detector = *static_cast<arete::bench::Detector*>(opened);
  auto findings = arete::transform::postprocess(detector.spec, detector.outputs, detector.geometry);
  if (!findings) {
    return -1;
  }
  detector.findings = std::move(findings).value();
  return static_cast<int>(detector.findings.detections.size());
}

/// Of the last run: x1, y1, x2, y2, score, class a detection.
__attribute__((visibility("default"))) void arete_post_read(void* opened, float* out) {
  for (const auto& found : static_cast<arete::bench::Detector*>(opened)->findings.detections) {
    for (const float value : {found.box.x1, found.box.y1, found.box.x2, found.box.y2, found.score,
                              static_cast<float>(found.index)}) {
      *out++ = value;
    }
  }
}

__attribute__((visibility("default"))) void arete_post_close(void* opened) {
  delete static_cast<arete::bench::Detector*>(opened);
}

}  // extern "C"
