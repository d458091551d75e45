// Pools, resizes and the block operators that trade space for depth or batch.
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "model/tflite/families.hpp"
#include "model/tflite/window.hpp"

namespace arete::model::tflite {
namespace {

Status pool(Op& op, std::string_view op_type, Attributes attributes) {
  ARETE_TRY(op.expect(1));
  ARETE_TRY(op.expect_rank(0, 4));
  const auto* options = op.options<fb::Pool2DOptions>();
  if (options == nullptr) {
    return fail(ErrorCode::kCorrupt, "has no options");
  }
  const Window window{{options->filter_height(), options->filter_width()},
                      {options->stride_h(), options->stride_w()},
                      {1, 1}};
  ARETE_TRY_ASSIGN(const Axes pads,
                   window_pads(options->padding(), {op.shape(0)[1], op.shape(0)[2]}, window));
  attributes["kernel_shape"] = window.kernel;
  attributes["strides"] = window.strides;
  attributes["pads"] = pads;
  ARETE_TRY_ASSIGN(const ValueId x, op.nchw(0));
  return op.finish_activated({op_type, {x}, std::move(attributes)},
                             options->fused_activation_function(), true);
}

Status average_pool(Op& op) {
  return pool(op, "AveragePool", {{"count_include_pad", std::int64_t{0}}});
}
Status max_pool(Op& op) { return pool(op, "MaxPool", {}); }
Status l2_pool(Op& op) { return pool(op, "LpPool", {{"p", std::int64_t{2}}}); }

Status resize(Op& op, bool align_corners, bool half_pixel, bool linear) {
  ARETE_TRY(op.expect(2));
  ARETE_TRY(op.expect_rank(0, 4));
  ARETE_TRY_ASSIGN(const Axes size, op.integers(1));
  if (size.size() != 2 || size[0] <= 0 || size[1] <= 0) {
    return fail(ErrorCode::kCorrupt, "target size of {} numbers", size.size());
  }
  Attributes attributes{
      {"mode", std::string(linear ? "linear" : "nearest")},
      {"coordinate_transformation_mode",
       std::string(align_corners ? "align_corners" : (half_pixel ? "half_pixel" : "asymmetric"))}};
  if (!linear) {
    attributes["nearest_mode"] =
        std::string(align_corners || half_pixel ? "round_prefer_ceil" : "floor");
  }
  ARETE_TRY_ASSIGN(const ValueId x, op.nchw(0));
  const tensor::Shape& in = op.shape(0);
  const ValueId sizes = op.shape_constant({in[0], in[3], size[0], size[1]});
  return op.finish_activated({"Resize", {x, kNoValue, kNoValue, sizes}, std::move(attributes)},
                             fb::ActivationFunctionType::NONE, true);
}

Status resize_bilinear(Op& op) {
  const auto* options = op.options<fb::ResizeBilinearOptions>();
  return resize(op, options != nullptr && options->align_corners(),
                options != nullptr && options->half_pixel_centers(), true);
}

Status resize_nearest(Op& op) {
  const auto* options = op.options<fb::ResizeNearestNeighborOptions>();
  return resize(op, options != nullptr && options->align_corners(),
                options != nullptr && options->half_pixel_centers(), false);
}

Status block_operator(Op& op, std::string_view op_type, std::int64_t block, Attributes more) {
  ARETE_TRY(op.expect(1));
  if (block <= 0) {
    return fail(ErrorCode::kCorrupt, "block size {}", block);
  }
  more["blocksize"] = block;
  ARETE_TRY_ASSIGN(const ValueId x, op.nchw(0));
  return op.finish_activated({op_type, {x}, std::move(more)}, fb::ActivationFunctionType::NONE,
                             true);
}

Status depth_to_space(Op& op) {
  const auto* options = op.options<fb::DepthToSpaceOptions>();
  return block_operator(op, "DepthToSpace", options == nullptr ? 0 : options->block_size(),
                        {{"mode", std::string("DCR")}});
}

Status space_to_depth(Op& op) {
  const auto* options = op.options<fb::SpaceToDepthOptions>();
  return block_operator(op, "SpaceToDepth", options == nullptr ? 0 : options->block_size(), {});
}

ValueId emit_reshape(Op& op, ValueId x, const Axes& dims, ValueType type) {
  type.shape = symbolic(tensor::Shape(dims));
  return op.emit({"Reshape", {x, op.shape_constant(dims)}, {}}, std::move(type));
}

/// Block sizes and the two columns of pads or crops of an NHWC batch operator.
struct BlockPlan {
  Axes block;
  Axes before{0, 0};
  Axes after{0, 0};
};

Result<BlockPlan> read_block_plan(Op& op) {
  ARETE_TRY(op.expect(3));
  ARETE_TRY(op.expect_rank(0, 4));
  BlockPlan plan;
  ARETE_TRY_ASSIGN(plan.block, op.integers(1));
  ARETE_TRY_ASSIGN(const Axes edges, op.integers(2));
  if (plan.block.size() != 2 || edges.size() != 4 || plan.block[0] <= 0 || plan.block[1] <= 0) {
    return fail(ErrorCode::kUnsupported, "blocks over {} dimensions", plan.block.size());
  }
  plan.before = {edges[0], edges[2]};
  plan.after = {edges[1], edges[3]};
  for (const std::int64_t edge : edges) {
    if (edge < 0 || edge > (std::int64_t{1} << 31)) {
      return fail(ErrorCode::kCorrupt, "pad or crop of {}", edge);
    }
  }
  return plan;
}

Status space_to_batch(Op& op) {
  ARETE_TRY_ASSIGN(const BlockPlan plan, read_block_plan(op));
  ARETE_TRY_ASSIGN(ValueId x, op.value(0));
  const ValueType type = op.type_of(op.tensor(0));
  Axes dims = op.shape(0).dims();
  dims[1] += plan.before[0] + plan.after[0];
  dims[2] += plan.before[1] + plan.after[1];
  if (dims[1] % plan.block[0] != 0 || dims[2] % plan.block[1] != 0) {
    return fail(ErrorCode::kCorrupt, "blocks do not divide the padded input");
  }
  ValueType padded = type;
  padded.shape = symbolic(tensor::Shape(dims));
  x = op.emit({"Pad",
               {x, op.shape_constant(
                       {0, plan.before[0], plan.before[1], 0, 0, plan.after[0], plan.after[1], 0})},
               {{"mode", std::string("constant")}}},
              std::move(padded));
  const Axes split = {dims[0],       dims[1] / plan.block[0],
                      plan.block[0], dims[2] / plan.block[1],
                      plan.block[1], dims[3]};
  x = emit_reshape(op, x, split, type);
  ValueType moved = type;
  moved.shape = symbolic(tensor::Shape{split[2], split[4], split[0], split[1], split[3], split[5]});
  x = op.emit({"Transpose", {x}, {{"perm", Axes{2, 4, 0, 1, 3, 5}}}}, std::move(moved));
  const Axes out = {split[2] * split[4] * split[0], split[1], split[3], split[5]};
  return op.finish({{"Reshape", {x, op.shape_constant(out)}, {}}});
}

Status batch_to_space(Op& op) {
  ARETE_TRY_ASSIGN(const BlockPlan plan, read_block_plan(op));
  ARETE_TRY_ASSIGN(ValueId x, op.value(0));
  const ValueType type = op.type_of(op.tensor(0));
  const Axes dims = op.shape(0).dims();
  const std::int64_t blocks = plan.block[0] * plan.block[1];
  if (dims[0] % blocks != 0) {
    return fail(ErrorCode::kCorrupt, "{} blocks do not divide a batch of {}", blocks, dims[0]);
  }
  const Axes split = {plan.block[0], plan.block[1], dims[0] / blocks, dims[1], dims[2], dims[3]};
  x = emit_reshape(op, x, split, type);
  ValueType moved = type;
  moved.shape = symbolic(tensor::Shape{split[2], split[3], split[0], split[4], split[1], split[5]});
  x = op.emit({"Transpose", {x}, {{"perm", Axes{2, 3, 0, 4, 1, 5}}}}, std::move(moved));
  const std::int64_t height = split[3] * split[0];
  const std::int64_t width = split[4] * split[1];
  x = emit_reshape(op, x, {split[2], height, width, split[5]}, type);
  return op.finish({{"Slice",
                     {x, op.shape_constant({plan.before[0], plan.before[1]}),
                      op.shape_constant({height - plan.after[0], width - plan.after[1]}),
                      op.shape_constant({1, 2})},
                     {}}});
}

constexpr TranslationRow kWindowRows[] = {
    {1, average_pool},    {5, depth_to_space},   {12, l2_pool},
    {17, max_pool},       {23, resize_bilinear}, {26, space_to_depth},
    {37, batch_to_space}, {38, space_to_batch},  {97, resize_nearest},
};

}  // namespace

std::span<const TranslationRow> window_rows() { return kWindowRows; }

}  // namespace arete::model::tflite
