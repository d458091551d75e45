// Operators that pick elements by index.
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "model/tflite/families.hpp"

namespace arete::model::tflite {
namespace {

/// ONNX wants 64-bit indices in places where TFLite has 32.
Result<ValueId> long_indices(Op& op, std::size_t i) {
  ARETE_TRY_ASSIGN(const ValueId id, op.value(i));
  if (op.tensor(i).stored == tensor::DType::kI64) {
    return id;
  }
  ValueType type = op.type_of(op.tensor(i));
  type.dtype = tensor::DType::kI64;
  constexpr std::int64_t kOnnxInt64 = 7;
  return op.emit({"Cast", {id}, {{"to", kOnnxInt64}}}, std::move(type));
}

Status gather(Op& op) {
  ARETE_TRY(op.expect(2));
  const auto* options = op.options<fb::GatherOptions>();
  if (options != nullptr && options->batch_dims() != 0) {
    return fail(ErrorCode::kUnsupported, "{} batch dimensions", options->batch_dims());
  }
  ARETE_TRY_ASSIGN(const std::size_t axis,
                   tensor::normalize_axis(options == nullptr ? 0 : options->axis(), op.rank(0)));
  ARETE_TRY_ASSIGN(const ValueId x, op.value(0));
  ARETE_TRY_ASSIGN(const ValueId at, op.value(1));
  return op.finish({{"Gather", {x, at}, {{"axis", static_cast<std::int64_t>(axis)}}}});
}

Status embedding_lookup(Op& op) {
  ARETE_TRY(op.expect(2));
  ARETE_TRY_ASSIGN(const ValueId at, op.value(0));
  ARETE_TRY_ASSIGN(const ValueId x, op.value(1));
  return op.finish({{"Gather", {x, at}, {{"axis", std::int64_t{0}}}}});
}

Status gather_nd(Op& op) {
  ARETE_TRY(op.expect(2));
  ARETE_TRY_ASSIGN(const ValueId x, op.value(0));
  ARETE_TRY_ASSIGN(const ValueId at, long_indices(op, 1));
  return op.finish({{"GatherND", {x, at}, {}}});
}

Status top_k(Op& op) {
  ARETE_TRY(op.expect(2, 2));
  ARETE_TRY_ASSIGN(const Axes count, op.integers(1));
  if (count.size() != 1) {
    return fail(ErrorCode::kCorrupt, "{} counts", count.size());
  }
  ARETE_TRY_ASSIGN(const ValueId x, op.value(0));
  FileTensor& values = op.output(0);
  ValueType indices = op.type_of(op.output(1));
  indices.dtype = tensor::DType::kI64;
  const ValueId at = op.in().add_value(op.output(1).name + "/i64", std::move(indices));
  if (values.value != kNoValue) {
    return fail(ErrorCode::kCorrupt, "makes '{}' again", values.name);
  }
  values.value = op.in().add_value(values.name, op.type_of(values));
  Node& node = op.in().add_node("TopK", {x, op.shape_constant(count)}, {{"axis", std::int64_t{-1}}},
                                values.value);
  node.outputs.push_back(at);
  constexpr std::int64_t kOnnxInt32 = 6;
  return op.finish({{"Cast", {at}, {{"to", kOnnxInt32}}}}, 1);
}

constexpr TranslationRow kIndexingRows[] = {
    {7, embedding_lookup},
    {36, gather},
    {48, top_k},
    {107, gather_nd},
};

}  // namespace

std::span<const TranslationRow> indexing_rows() { return kIndexingRows; }

}  // namespace arete::model::tflite
