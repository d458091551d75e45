// CONV_2D, DEPTHWISE_CONV_2D, TRANSPOSE_CONV, FULLY_CONNECTED, BATCH_MATMUL and MediaPipe's
// transposed convolution with bias.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <utility>

#include "model/layout/nhwc.hpp"
#include "model/tflite/families.hpp"
#include "model/tflite/window.hpp"

namespace arete::model::tflite {
namespace {

constexpr std::array<std::int64_t, 4> kOhwiToOihw = {0, 3, 1, 2};
constexpr std::array<std::int64_t, 4> kDepthwiseToOihw = {3, 0, 1, 2};
constexpr std::array<std::int64_t, 4> kOhwiToIohw = {3, 0, 1, 2};

Status add_bias(Op& op, std::size_t i, std::vector<ValueId>& inputs) {
  if (op.has(i)) {
    ARETE_TRY_ASSIGN(const ValueId bias, op.value(i));
    inputs.push_back(bias);
  }
  return {};
}

template <class Options>
Result<Attributes> convolution_attributes(Op& op, const Options& options, std::int64_t group) {
  const tensor::Shape& input = op.shape(0);
  const tensor::Shape& filter = op.shape(1);
  Window window{{filter[1], filter[2]},
                {options.stride_h(), options.stride_w()},
                {options.dilation_h_factor(), options.dilation_w_factor()}};
  ARETE_TRY_ASSIGN(const Axes pads, window_pads(options.padding(), {input[1], input[2]}, window));
  return Attributes{{"kernel_shape", window.kernel},
                    {"strides", window.strides},
                    {"dilations", window.dilations},
                    {"pads", pads},
                    {"group", group}};
}

Status translate_conv(Op& op) {
  ARETE_TRY(op.expect(2));
  ARETE_TRY(op.expect_rank(0, 4));
  ARETE_TRY(op.expect_rank(1, 4));
  const auto* options = op.options<fb::Conv2DOptions>();
  if (options == nullptr) {
    return fail(ErrorCode::kCorrupt, "has no options");
  }
  const std::int64_t channels = op.shape(0)[3];
  const std::int64_t filter_channels = op.shape(1)[3];
  if (filter_channels <= 0 || channels % filter_channels != 0) {
    return fail(ErrorCode::kCorrupt, "filter of {} channels on an input of {}", filter_channels,
                channels);
  }
  ARETE_TRY_ASSIGN(auto attributes,
                   convolution_attributes(op, *options, channels / filter_channels));
  ARETE_TRY_ASSIGN(const ValueId x, op.nchw(0));
  ARETE_TRY_ASSIGN(const ValueId w, op.permuted(1, kOhwiToOihw));
  std::vector<ValueId> inputs = {x, w};
  ARETE_TRY(add_bias(op, 2, inputs));
  return op.finish_activated({"Conv", std::move(inputs), std::move(attributes)},
                             options->fused_activation_function(), true);
}

Status translate_depthwise(Op& op) {
  ARETE_TRY(op.expect(2));
  ARETE_TRY(op.expect_rank(0, 4));
  ARETE_TRY(op.expect_rank(1, 4));
  const auto* options = op.options<fb::DepthwiseConv2DOptions>();
  if (options == nullptr) {
    return fail(ErrorCode::kCorrupt, "has no options");
  }
  const std::int64_t channels = op.shape(0)[3];
  const tensor::Shape& filter = op.shape(1);
  if (channels <= 0 || filter[0] != 1 || filter[3] % channels != 0) {
    return fail(ErrorCode::kCorrupt, "depthwise filter {} on an input of {} channels",
                filter.text(), channels);
  }
  ARETE_TRY_ASSIGN(auto attributes, convolution_attributes(op, *options, channels));
  ARETE_TRY_ASSIGN(const ValueId x, op.nchw(0));
  ARETE_TRY_ASSIGN(const ValueId w, op.permuted(1, kDepthwiseToOihw));
  std::vector<ValueId> inputs = {x, w};
  ARETE_TRY(add_bias(op, 2, inputs));
  const std::size_t first = op.in().model().graph.nodes.size();
  ARETE_TRY(op.finish_activated({"Conv", std::move(inputs), std::move(attributes)},
                                options->fused_activation_function(), true));
  if (channels == 1) {  // looks like an ordinary one
    op.in().model().graph.nodes[first].metadata[layout::kDepthwise] = "true";
  }
  return {};
}

/// Shared by the built-in and MediaPipe's: x and w are inputs `x`, `w`; the output's extents
/// decide the pads.
Status transposed_convolution(Op& op, std::size_t x, std::size_t w, std::size_t bias,
                              const Axes& strides, fb::Padding padding,
                              fb::ActivationFunctionType activation) {
  ARETE_TRY(op.expect_rank(x, 4));
  ARETE_TRY(op.expect_rank(w, 4));
  const tensor::Shape& in = op.shape(x);
  const tensor::Shape& filter = op.shape(w);
  const tensor::Shape& out = op.output().shape;
  if (out.rank() != 4) {
    return fail(ErrorCode::kUnsupported, "output shape {} is not known in the file", out.text());
  }
  if (filter[3] != in[3] || filter[0] != out[3]) {
    return fail(ErrorCode::kCorrupt, "filter {} between {} and {} channels", filter.text(), in[3],
                out[3]);
  }
  Axes pads(4, 0);
  Axes extra(2, 0);
  for (std::size_t i = 0; i < 2; ++i) {
    const std::int64_t full = (in[i + 1] - 1) * strides[i] + filter[i + 1];
    const std::int64_t cut = full - out[i + 1];
    if (cut < 0) {
      extra[i] = -cut;
    } else if (padding == fb::Padding::SAME) {
      pads[i] = cut / 2;
      pads[i + 2] = cut - cut / 2;
    } else {
      pads[i + 2] = cut;
    }
  }
  ARETE_TRY_ASSIGN(const ValueId data, op.nchw(x));
  ARETE_TRY_ASSIGN(const ValueId weights, op.permuted(w, kOhwiToIohw));
  std::vector<ValueId> inputs = {data, weights};
  ARETE_TRY(add_bias(op, bias, inputs));
  Attributes attributes{{"kernel_shape", Axes{filter[1], filter[2]}},
                        {"strides", strides},
                        {"pads", pads},
                        {"output_padding", extra}};
  return op.finish_activated({"ConvTranspose", std::move(inputs), std::move(attributes)},
                             activation, true);
}

Status translate_transpose_conv(Op& op) {
  ARETE_TRY(op.expect(3));
  const auto* options = op.options<fb::TransposeConvOptions>();
  if (options == nullptr || options->stride_h() <= 0 || options->stride_w() <= 0) {
    return fail(ErrorCode::kCorrupt, "has no options or no strides");
  }
  return transposed_convolution(op, 2, 1, 3, {options->stride_h(), options->stride_w()},
                                options->padding(), options->fused_activation_function());
}

Status translate_fully_connected(Op& op) {
  ARETE_TRY(op.expect(2));
  const auto* options = op.options<fb::FullyConnectedOptions>();
  if (options == nullptr || options->weights_format() != fb::WeightsFormat::DEFAULT) {
    return fail(ErrorCode::kUnsupported, "has no options, or shuffled weights");
  }
  ARETE_TRY(op.expect_rank(1, 2));
  const std::int64_t depth = op.shape(1)[1];
  const std::int64_t units = op.shape(1)[0];
  const std::int64_t elements = op.shape(0).elements();
  if (depth <= 0 || units <= 0 || elements % depth != 0) {
    return fail(ErrorCode::kCorrupt, "weights {} on an input of shape {}", op.shape(1).text(),
                op.shape(0).text());
  }
  const std::int64_t rows = elements / depth;
  if (op.output().shape.elements() != rows * units) {
    return fail(ErrorCode::kCorrupt, "output {} where {} rows of {} are made",
                op.output().shape.text(), rows, units);
  }
  ARETE_TRY_ASSIGN(ValueId x, op.value(0));
  if (op.shape(0) != tensor::Shape{rows, depth}) {
    ValueType flat = op.type_of(op.tensor(0));
    flat.shape = symbolic(tensor::Shape{rows, depth});
    x = op.emit({"Reshape", {x, op.shape_constant({rows, depth})}, {}}, std::move(flat));
  }
  ARETE_TRY_ASSIGN(const ValueId w, op.value(1));
  std::vector<ValueId> inputs = {x, w};
  ARETE_TRY(add_bias(op, 2, inputs));
  Step gemm{"Gemm", std::move(inputs), {{"transB", std::int64_t{1}}}};
  if (op.output().shape == tensor::Shape{rows, units}) {
    return op.finish_activated(std::move(gemm), options->fused_activation_function());
  }
  ValueType type = op.type_of(op.output());
  type.shape = symbolic(tensor::Shape{rows, units});
  const ValueId y = op.emit(std::move(gemm), std::move(type));
  return op.finish_activated({"Reshape", {y, op.shape_constant(op.output().shape.dims())}, {}},
                             options->fused_activation_function());
}

/// The last two dimensions exchanged.
Result<ValueId> adjoint(Op& op, std::size_t i) {
  const std::size_t rank = op.rank(i);
  if (rank < 2) {
    return fail(ErrorCode::kCorrupt, "matrix of shape {}", op.shape(i).text());
  }
  Axes perm;
  for (std::size_t axis = 0; axis < rank; ++axis) {
    perm.push_back(static_cast<std::int64_t>(axis));
  }
  std::swap(perm[rank - 1], perm[rank - 2]);
  return op.permuted(i, perm);
}

Status translate_batch_matmul(Op& op) {
  ARETE_TRY(op.expect(2));
  const auto* options = op.options<fb::BatchMatMulOptions>();
  std::vector<ValueId> inputs;
  for (std::size_t i = 0; i < 2; ++i) {
    const bool adj = options != nullptr && (i == 0 ? options->adj_x() : options->adj_y());
    ARETE_TRY_ASSIGN(const ValueId id, adj ? adjoint(op, i) : op.value(i));
    inputs.push_back(id);
  }
  return op.finish({{"MatMul", std::move(inputs), {}}});
}

constexpr TranslationRow kConvolutionRows[] = {
    {3, translate_conv},
    {4, translate_depthwise},
    {9, translate_fully_connected},
    {67, translate_transpose_conv},
    {126, translate_batch_matmul},
};

}  // namespace

std::span<const TranslationRow> convolution_rows() { return kConvolutionRows; }

Status translate_transpose_bias(Op& op) {
  ARETE_TRY(op.expect(3));
  // The options are a C struct of three 32-bit integers: padding (1 = SAME, 2 = VALID), stride
  // width, stride height.
  const std::vector<std::uint8_t> raw = copy_of(op.raw().custom_options());
  if (raw.size() < 12) {
    return fail(ErrorCode::kCorrupt, "has {} bytes of options, needs 12", raw.size());
  }
  std::array<std::int32_t, 3> fields{};
  std::memcpy(fields.data(), raw.data(), sizeof fields);
  if (fields[1] <= 0 || fields[2] <= 0) {
    return fail(ErrorCode::kCorrupt, "strides {} and {}", fields[1], fields[2]);
  }
  return transposed_convolution(op, 0, 1, 2, {fields[2], fields[1]},
                                fields[0] == 2 ? fb::Padding::VALID : fb::Padding::SAME,
                                fb::ActivationFunctionType::NONE);
}

}  // namespace arete::model::tflite
