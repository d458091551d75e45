// What a model's outputs mean: classes, boxes, keypoints, masks, and the numbers a decoder needs.
// A decoder takes one tensor or several, each with a role ("boxes", "scores" ...). Pure data; the
// arithmetic is transform's. Box coordinates count in the model's input unless a line says else.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "spec/input.hpp"

namespace arete::spec {

/// Names of classes. After load() `names` is filled; parse() alone may leave only `file`.
struct Labels {
  std::vector<std::string> names;
  std::string file;  ///< relative to the spec, then to the model
  int offset = 0;    ///< class i is names[i + offset]
  int line = 0;

  /// The name of a class; "class 7" where there is none.
  [[nodiscard]] std::string name_of(int index) const;
};

enum class Activation : std::uint8_t { kNone, kSigmoid, kSoftmax };

struct Nms {
  enum class Method : std::uint8_t {
    kNone,      ///< the file has done it
    kHard,      ///< greedy: the best stays, those that overlap it go
    kWeighted,  ///< those that overlap the best are averaged into it, by score
  } method = Method::kHard;
  double iou = 0.45;          ///< boxes that overlap more are the same thing
  bool per_class = true;      ///< only boxes of one class suppress each other
  int max_candidates = 1000;  ///< best scores that enter
};

/// What all detectors share.
struct DetectorSettings {
  Labels labels;
  double min_score = 0.3;  ///< 0..1; a detection needs at least this
  int max_detections = 100;
  Nms nms;
};

struct TopK {
  Labels labels;
  int k = 5;
  double min_score = 0;
  Activation activation = Activation::kNone;
  std::optional<int> background;  ///< class index never reported
};

/// TFLite_Detection_PostProcess: boxes [1,n,4] (ymin,xmin,ymax,xmax in 0..1), classes [1,n],
/// scores [1,n], count [1].
struct Ssd {
  DetectorSettings detector;
};

/// Prior boxes of an SSD head: for each stride a grid, for each cell one square a size.
struct PriorBoxes {
  std::vector<int> strides;
  std::vector<std::vector<double>> sizes;  ///< pixels of the input, one list a stride
  std::array<double, 2> variances{0.1, 0.2};
};
enum class BoxForm : std::uint8_t { kXyxy, kYxyx, kCxcywh };

/// Boxes [1,n,4] and scores [1,n,classes], before any suppression.
struct SsdRaw {
  DetectorSettings detector;
  BoxForm form = BoxForm::kXyxy;
  bool normalized = true;  ///< coordinates 0..1 of the input, else its pixels
  Activation activation = Activation::kNone;
  std::optional<int> background;     ///< class index never reported
  std::optional<PriorBoxes> priors;  ///< then boxes are offsets from these
};

/// [1,n,5+classes]: cx=(r0+gx)*stride, w=exp(r2)*stride, score=obj*cls (both already 0..1).
struct Yolox {
  DetectorSettings detector;
  std::vector<int> strides{8, 16, 32};
};

/// [1,n,5+classes], decoded by the file: cx,cy,w,h,obj,cls...
struct YoloV5 {
  DetectorSettings detector;
  bool normalized = false;
};

/// [1,4+classes,n] or [1,n,4+classes], decoded by the file: cx,cy,w,h,cls...
struct YoloV8 {
  DetectorSettings detector;
  bool normalized = false;
};

/// [1,5+classes,h,w]: score=obj^obj_power*cls^class_power, cx=(tanh(r1)+gx)/w, w=sigmoid(r3).
struct FastestDet {
  DetectorSettings detector;
  double object_power = 0.6;
  double class_power = 0.4;
};

/// The anchors of MediaPipe's SSD graphs.
struct AnchorGrid {
  std::vector<int> strides;                ///< one a layer; equal neighbors share a grid
  std::vector<double> aspect_ratios{1.0};  ///< width / height
  double min_scale = 0.1484375;
  double max_scale = 0.75;
  double interpolated_scale_aspect_ratio = 1.0;  ///< 0 = no extra anchor
  double offset_x = 0.5;                         ///< of a cell
  double offset_y = 0.5;
  bool fixed_size = true;  ///< anchors are 1 by 1: boxes are sizes, not factors
  bool reduce_lowest_layer = false;
};

/// Boxes [1,n,4+2k] (cx,cy,w,h, then k points) and scores [1,n,1] as logits.
struct AnchorDetector {
  enum class Subject : std::uint8_t { kFace, kPose } subject = Subject::kFace;
  DetectorSettings detector;
  AnchorGrid anchors;
  int keypoints = 6;
  std::vector<std::string> keypoint_names;  ///< may be empty
  double coordinate_scale = 0;  ///< what coordinates are divided by; 0 = the input's size
  double score_clip = 100;      ///< logits are clipped to +-this before the sigmoid
};

/// [1,1,n,3] (or [1,n,3]): y, x, score of each point of one subject.
struct Keypoints {
  std::string label = "person";
  std::vector<std::string> names;
  enum class Order : std::uint8_t { kYxScore, kXyScore } order = Order::kYxScore;
  bool normalized = true;
  double min_score = 0.2;  ///< a point below counts as not seen
};

struct Segmentation {
  enum class Mode : std::uint8_t {
    kArgmax,       ///< one plane a class; the largest wins
    kIndex,        ///< the file gives the class index of each pixel
    kProbability,  ///< one plane: class 1 where it reaches `threshold`
  } mode = Mode::kArgmax;
  Labels labels;
  double threshold = 0.5;
  Activation activation = Activation::kNone;         ///< kProbability: before the threshold
  std::vector<std::array<std::uint8_t, 3>> palette;  ///< RGB by class; empty = ours
};

/// The numbers as they are.
struct Raw {};

using Decoder = std::variant<Raw, TopK, Ssd, SsdRaw, Yolox, YoloV5, YoloV8, FastestDet,
                             AnchorDetector, Keypoints, Segmentation>;

/// Over the windows of a sound or series: the report is of the mean or the maximum of the last few.
struct Aggregation {
  enum class Method : std::uint8_t { kNone, kMean, kMax } method = Method::kNone;
  int windows = 1;
};

/// Which of the file's outputs plays a role: by name, by position, or (neither) found from shapes.
struct TensorReference {
  std::string role;
  std::string name;
  std::optional<int> position;
  StatedTensor stated;
  int line = 0;
};

struct Output {
  Decoder decoder;
  std::vector<TensorReference> tensors;
  Aggregation aggregation;
  int line = 0;
};

/// "top_k", "ssd" ..., as the file writes it.
[[nodiscard]] std::string_view name_of(const Decoder& decoder);
/// The roles a decoder's tensors play, in the order of a file that names none.
[[nodiscard]] std::vector<std::string_view> roles_of(const Decoder& decoder);

}  // namespace arete::spec
