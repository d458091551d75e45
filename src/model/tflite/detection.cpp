// TFLite_Detection_PostProcess as ONNX operators: boxes decoded from anchors, the best class of
// each, one class-agnostic non-maximum suppression, and the four outputs padded with zeros to the
// number of detections that the file asks for.
// SPDX-License-Identifier: Apache-2.0
#include <flatbuffers/flexbuffers.h>

#include <array>
#include <cmath>
#include <utility>

#include "model/tflite/families.hpp"

namespace arete::model::tflite {
namespace {

struct DetectionOptions {
  std::int64_t max_detections = 0;
  std::int64_t classes = 0;
  float score_threshold = 0;
  float iou_threshold = 0;
  std::array<float, 4> scales{};  ///< y, x, h, w
};

Result<DetectionOptions> read_detection_options(const fb::Operator& raw) {
  const std::vector<std::uint8_t> bytes = copy_of(raw.custom_options());
  std::vector<std::uint8_t> reuse;
  if (bytes.size() < 3 || !flexbuffers::VerifyBuffer(bytes.data(), bytes.size(), &reuse) ||
      !flexbuffers::GetRoot(bytes.data(), bytes.size()).IsMap()) {
    return fail(ErrorCode::kCorrupt, "the options are not a flexbuffer map");
  }
  const auto map = flexbuffers::GetRoot(bytes.data(), bytes.size()).AsMap();
  DetectionOptions options;
  options.max_detections = map["max_detections"].AsInt64();
  options.classes = map["num_classes"].AsInt64();
  options.score_threshold = map["nms_score_threshold"].AsFloat();
  options.iou_threshold = map["nms_iou_threshold"].AsFloat();
  options.scales = {map["y_scale"].AsFloat(), map["x_scale"].AsFloat(), map["h_scale"].AsFloat(),
                    map["w_scale"].AsFloat()};
  if (options.max_detections <= 0 || options.max_detections > 100'000 || options.classes <= 0) {
    return fail(ErrorCode::kCorrupt, "{} detections of {} classes", options.max_detections,
                options.classes);
  }
  for (const float scale : options.scales) {
    if (!std::isfinite(scale) || scale == 0.0F) {
      return fail(ErrorCode::kCorrupt, "box scale {}", scale);
    }
  }
  if (map["use_regular_nms"].AsBool() || map["max_classes_per_detection"].AsInt64() != 1) {
    return fail(ErrorCode::kUnsupported, "suppression by class, or several classes a box");
  }
  return options;
}

/// Emits small nodes on real values, with shapes where they are known.
class DetectionBuilder {
 public:
  DetectionBuilder(Op& op, DetectionOptions options) : op_(op), options_(options) {}

  Status run() {
    anchors_ = op_.shape(0)[1];
    ARETE_TRY_ASSIGN(const ValueId boxes, decode_boxes());
    ARETE_TRY_ASSIGN(const ValueId scores, class_scores());
    const ValueId best = real("ReduceMax", {scores, op_.shape_constant({2})},
                              {{"keepdims", std::int64_t{0}}}, {1, anchors_});
    const ValueId classes =
        typed("ArgMax", {scores}, {{"axis", std::int64_t{2}}, {"keepdims", std::int64_t{0}}},
              tensor::DType::kI64, known({1, anchors_}));
    return outputs(boxes, best, classes, selected_boxes(boxes, best));
  }

 private:
  using Dims = std::vector<std::int64_t>;
  static std::optional<SymbolicShape> known(const Dims& dims) {
    return symbolic(tensor::Shape(dims));
  }
  ValueId typed(std::string_view type, std::vector<ValueId> inputs, Attributes attributes,
                tensor::DType dtype, std::optional<SymbolicShape> shape) {
    return op_.emit({type, std::move(inputs), std::move(attributes)},
                    {dtype, std::move(shape), std::nullopt});
  }
  ValueId real(std::string_view type, std::vector<ValueId> inputs, Attributes attributes,
               const Dims& dims) {
    return typed(type, std::move(inputs), std::move(attributes), tensor::DType::kF32, known(dims));
  }
  ValueId column(ValueId rows, std::int64_t at, const Dims& dims) {
    const std::int64_t axis = static_cast<std::int64_t>(dims.size()) - 1;
    return real(
        "Slice",
        {rows, op_.shape_constant({at}), op_.shape_constant({at + 1}), op_.shape_constant({axis})},
        {}, dims);
  }

  /// Edges along one axis (0 = y, 1 = x): center -/+ half the size.
  std::pair<ValueId, ValueId> edges(ValueId encoded, ValueId anchors, std::int64_t axis) {
    const Dims one = {1, anchors_, 1};
    const Dims anchor = {anchors_, 1};
    const auto at = static_cast<std::size_t>(axis);
    const ValueId center_anchor = column(anchors, axis, anchor);
    const ValueId size_anchor = column(anchors, axis + 2, anchor);
    ValueId center =
        real("Div", {column(encoded, axis, one), op_.scalar(options_.scales[at])}, {}, one);
    center = real("Mul", {center, size_anchor}, {}, one);
    center = real("Add", {center, center_anchor}, {}, one);
    ValueId half =
        real("Div", {column(encoded, axis + 2, one), op_.scalar(options_.scales[at + 2])}, {}, one);
    half = real("Exp", {half}, {}, one);
    half = real("Mul", {half, size_anchor}, {}, one);
    half = real("Mul", {half, op_.scalar(0.5F)}, {}, one);
    return {real("Sub", {center, half}, {}, one), real("Add", {center, half}, {}, one)};
  }

  Result<ValueId> decode_boxes() {
    ARETE_TRY_ASSIGN(const ValueId encoded, op_.value(0));
    ARETE_TRY_ASSIGN(const ValueId anchors, op_.value(2));
    const auto [top, bottom] = edges(encoded, anchors, 0);
    const auto [left, right] = edges(encoded, anchors, 1);
    return real("Concat", {top, left, bottom, right}, {{"axis", std::int64_t{2}}},
                {1, anchors_, 4});
  }

  /// Without the background class, if the file has one.
  Result<ValueId> class_scores() {
    ARETE_TRY_ASSIGN(const ValueId scores, op_.value(1));
    const std::int64_t columns = op_.shape(1)[2];
    if (columns == options_.classes) {
      return scores;
    }
    return real("Slice",
                {scores, op_.shape_constant({columns - options_.classes}),
                 op_.shape_constant({columns}), op_.shape_constant({2})},
                {}, {1, anchors_, options_.classes});
  }

  /// Indices of the boxes that are kept, best first: [kept].
  ValueId selected_boxes(ValueId boxes, ValueId best) {
    const ValueId rows = real("Unsqueeze", {best, op_.shape_constant({1})}, {}, {1, 1, anchors_});
    const ValueId most = op_.in().add_constant(op_.output().name + "/max_detections",
                                               tensor::Tensor::scalar(options_.max_detections));
    const ValueId triples = typed("NonMaxSuppression",
                                  {boxes, rows, most, op_.scalar(options_.iou_threshold),
                                   op_.scalar(options_.score_threshold)},
                                  {}, tensor::DType::kI64, SymbolicShape{Dim("kept"), Dim(3)});
    const ValueId two = op_.in().add_constant(op_.output().name + "/column",
                                              tensor::Tensor::scalar(std::int64_t{2}));
    return typed("Gather", {triples, two}, {{"axis", std::int64_t{1}}}, tensor::DType::kI64,
                 SymbolicShape{Dim("kept")});
  }

  /// [1, anchors, ...] -> the kept rows, zeros behind them: [1, max_detections, ...].
  Status output_rows(ValueId rows, ValueId kept, ValueId missing, std::size_t i,
                     std::optional<std::int64_t> width) {
    SymbolicShape some{Dim(1), Dim("kept")};
    Dims full{1, options_.max_detections};
    Dims begins{0, 0};
    if (width) {
      some.emplace_back(*width);
      full.push_back(*width);
      begins.push_back(0);
    }
    ValueId picked = typed("Gather", {rows, kept}, {{"axis", std::int64_t{1}}},
                           op_.in().model().value(rows).dtype, some);
    if (op_.in().model().value(rows).dtype != tensor::DType::kF32) {
      picked = typed("Cast", {picked}, {{"to", std::int64_t{1}}}, tensor::DType::kF32, some);
    }
    begins.push_back(0);  // the batch is not padded at its end
    std::vector<ValueId> parts = {op_.shape_constant(begins), missing};
    if (width) {
      parts.push_back(op_.shape_constant({0}));
    }
    const ValueId pads =
        typed("Concat", std::move(parts), {{"axis", std::int64_t{0}}}, tensor::DType::kI64,
              known({static_cast<std::int64_t>(2 * full.size())}));
    op_.output(i).shape = tensor::Shape(full);
    op_.output(i).has_shape = true;
    const ValueId padded = typed("Pad", {picked, pads}, {}, tensor::DType::kF32, some);
    return op_.finish({{"Reshape", {padded, op_.shape_constant(full)}, {}}}, i);
  }

  Status outputs(ValueId boxes, ValueId best, ValueId classes, ValueId kept) {
    const ValueId count = typed("Shape", {kept}, {}, tensor::DType::kI64, known({1}));
    const ValueId missing = typed("Sub", {op_.shape_constant({options_.max_detections}), count}, {},
                                  tensor::DType::kI64, known({1}));
    ARETE_TRY(output_rows(boxes, kept, missing, 0, 4));
    ARETE_TRY(output_rows(classes, kept, missing, 1, std::nullopt));
    ARETE_TRY(output_rows(best, kept, missing, 2, std::nullopt));
    op_.output(3).shape = tensor::Shape{1};
    op_.output(3).has_shape = true;
    return op_.finish({{"Cast", {count}, {{"to", std::int64_t{1}}}}}, 3);
  }

  Op& op_;
  DetectionOptions options_;
  std::int64_t anchors_ = 0;
};

}  // namespace

Status translate_detection(Op& op) {
  ARETE_TRY(op.expect(3, 4));
  ARETE_TRY_ASSIGN(const auto options, read_detection_options(op.raw()));
  ARETE_TRY(op.expect_rank(0, 3));
  ARETE_TRY(op.expect_rank(1, 3));
  ARETE_TRY(op.expect_rank(2, 2));
  const tensor::Shape& boxes = op.shape(0);
  const std::int64_t columns = op.shape(1)[2];
  if (boxes[0] != 1 || boxes[2] != 4 || op.shape(1)[1] != boxes[1] ||
      op.shape(2) != tensor::Shape{boxes[1], 4} || columns < options.classes ||
      columns > options.classes + 1) {
    return fail(ErrorCode::kCorrupt, "boxes {}, scores {} and anchors {} do not fit", boxes.text(),
                op.shape(1).text(), op.shape(2).text());
  }
  return DetectionBuilder(op, options).run();
}

}  // namespace arete::model::tflite
