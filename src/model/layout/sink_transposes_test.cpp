// SPDX-License-Identifier: Apache-2.0
#include "model/layout/sink_transposes.hpp"

#include <gtest/gtest.h>

#include "model/layout/permute.hpp"

namespace arete::model::layout {
namespace {

/// Builds graphs of f32 values by hand.
class SinkTransposes : public ::testing::Test {
 protected:
  ValueId value(std::vector<std::int64_t> dims) {
    Value made;
    made.name = "v" + std::to_string(model.value_count());
    made.dtype = tensor::DType::kF32;
    made.shape = symbolic(tensor::Shape(std::move(dims)));
    return model.add_value(std::move(made));
  }
  ValueId input(std::vector<std::int64_t> dims) {
    const ValueId id = value(std::move(dims));
    model.graph.inputs.push_back(id);
    return id;
  }
  ValueId node(std::string type, std::vector<ValueId> inputs, std::vector<std::int64_t> dims,
               std::map<std::string, Attribute, std::less<>> attributes = {}) {
    const ValueId id = value(std::move(dims));
    Node made;
    made.op_type = std::move(type);
    made.inputs = std::move(inputs);
    made.outputs = {id};
    made.attributes = std::move(attributes);
    model.graph.nodes.push_back(std::move(made));
    return id;
  }
  ValueId transpose(ValueId from, std::vector<std::int64_t> perm, std::vector<std::int64_t> dims) {
    return node("Transpose", {from}, std::move(dims), {{"perm", std::move(perm)}});
  }
  ValueId integers(const std::vector<std::int64_t>& values) {
    return model.add_constant(
        "c" + std::to_string(model.value_count()),
        tensor::Tensor::of<std::int64_t>({static_cast<std::int64_t>(values.size())}, values));
  }
  Model sink(std::vector<ValueId> outputs) {
    model.opset_imports[""] = 21;
    model.graph.outputs = std::move(outputs);
    auto done = sink_transposes(model);
    EXPECT_TRUE(done) << done.error().message();
    EXPECT_TRUE(check_structure(*done));
    return std::move(done).value();
  }

  const std::vector<std::int64_t> to_nchw{0, 3, 1, 2};
  const std::vector<std::int64_t> to_nhwc{0, 2, 3, 1};
  Model model;
};

TEST_F(SinkTransposes, PairsCancelThroughElementwiseOperators) {
  const ValueId x = input({1, 4, 5, 3});
  ValueId v = transpose(x, to_nchw, {1, 3, 4, 5});
  v = node("Relu", {v}, {1, 3, 4, 5});
  v = transpose(v, to_nhwc, {1, 4, 5, 3});
  const std::string name = model.value(v).name;
  const Model done = sink({v});
  EXPECT_EQ(transpose_count(done), 0U);
  EXPECT_EQ(done.value(done.graph.outputs[0]).name, name);
}

TEST_F(SinkTransposes, ConstantsOfABroadcastAreLiftedAndPermuted) {
  const ValueId x = input({1, 4, 5, 3});
  ValueId v = transpose(x, to_nchw, {1, 3, 4, 5});
  v = node("Conv", {v, v}, {1, 3, 4, 5});  // something bound to NCHW
  v = transpose(v, to_nhwc, {1, 4, 5, 3});
  const ValueId slope =
      model.add_constant("slope", tensor::Tensor::of<float>({3}, std::vector<float>{1, 2, 3}));
  v = node("Mul", {v, slope}, {1, 4, 5, 3});
  v = transpose(v, to_nchw, {1, 3, 4, 5});
  const Model done = sink({v});
  EXPECT_EQ(transpose_count(done), 1U);  // at the input
  const Node& mul = done.graph.nodes.back();
  ASSERT_EQ(mul.op_type, "Mul");
  EXPECT_EQ(done.value(mul.inputs[1]).constant->shape(), (tensor::Shape{1, 3, 1, 1}));
}

TEST_F(SinkTransposes, AxesAndPadsFollow) {
  const ValueId x = input({1, 3, 4, 5});
  ValueId v = transpose(x, to_nhwc, {1, 4, 5, 3});
  v = node("Pad", {v, integers({0, 1, 0, 0, 0, 0, 2, 0})}, {1, 5, 7, 3});
  v = node("Concat", {v, v}, {1, 5, 7, 6}, {{"axis", std::int64_t{3}}});
  v = node("ReduceMean", {v, integers({1, 2})}, {1, 6}, {{"keepdims", std::int64_t{0}}});
  const Model done = sink({v});
  EXPECT_EQ(transpose_count(done), 0U);
  ASSERT_EQ(done.graph.nodes.size(), 3U);
  const auto pads = done.value(done.graph.nodes[0].inputs[1]).constant->data<std::int64_t>();
  EXPECT_EQ(std::vector<std::int64_t>(pads.begin(), pads.end()),
            (std::vector<std::int64_t>{0, 0, 1, 0, 0, 0, 0, 2}));
  EXPECT_EQ(done.graph.nodes[1].integer_or("axis", -1), 1);
  const auto axes = done.value(done.graph.nodes[2].inputs[1]).constant->data<std::int64_t>();
  EXPECT_EQ(std::vector<std::int64_t>(axes.begin(), axes.end()), (std::vector<std::int64_t>{2, 3}));
}

TEST_F(SinkTransposes, AReshapeThatMixesDimensionsKeepsItsOrder) {
  const ValueId x = input({1, 3, 4, 5});
  ValueId v = transpose(x, to_nhwc, {1, 4, 5, 3});
  v = node("Reshape", {v, integers({1, 60})}, {1, 60});
  EXPECT_EQ(transpose_count(sink({v})), 1U);
}

TEST_F(SinkTransposes, AReshapeOfExtentsOfOneNeedsNone) {
  const ValueId x = input({1, 3, 1, 1});
  ValueId v = transpose(x, to_nhwc, {1, 1, 1, 3});
  v = node("Reshape", {v, integers({1, 3})}, {1, 3});
  EXPECT_EQ(transpose_count(sink({v})), 0U);
}

TEST_F(SinkTransposes, AnOutputThatIsATransposedInputStaysOne) {
  const ValueId x = input({1, 3, 4, 5});
  const ValueId v = transpose(x, to_nhwc, {1, 4, 5, 3});
  const Model done = sink({v, v});
  EXPECT_EQ(transpose_count(done), 1U);
  EXPECT_EQ(done.graph.outputs[0], done.graph.outputs[1]);
}

TEST(Permutations, ComposeAndInvert) {
  const Permutation perm = {0, 3, 1, 2};
  EXPECT_TRUE(is_identity(compose(perm, inverse(perm))));
  EXPECT_EQ(compose(perm, perm), (Permutation{0, 2, 3, 1}));
  EXPECT_FALSE(is_permutation({0, 0, 1}));
  EXPECT_TRUE(moves_nothing({1, 1, 7, 1}, perm));
  EXPECT_FALSE(moves_nothing({1, 2, 7, 3}, perm));
}

}  // namespace
}  // namespace arete::model::layout
