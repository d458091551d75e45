// Sequences and optionals.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "model/operators/broadcast.hpp"
#include "model/operators/dispatch.hpp"
#include "model/operators/families.hpp"
#include "model/operators/joining.hpp"
#include "model/operators/loop_facts.hpp"
#include "model/operators/rules.hpp"

namespace arete::model::operators {
namespace {

using tensor::DType;
using tensor::Shape;
using tensor::Tensor;

Datum sequence_datum(std::vector<Datum> items) {
  Datum made;
  made.sequence = std::move(items);
  return made;
}

std::vector<Datum> one_datum(Datum value) {
  std::vector<Datum> outputs;
  outputs.push_back(std::move(value));
  return outputs;
}

Result<const std::vector<Datum>*> sequence_input(const KernelContext& context, std::size_t i) {
  if (!context.has_input(i) || !context.data()[i].sequence) {
    return fail(ErrorCode::kInvalid, "input {} is not a sequence", i);
  }
  return &*context.data()[i].sequence;
}

/// A position in [-size, size), or up to size itself where one inserts.
Result<std::size_t> position_input(const KernelContext& context, std::size_t input,
                                   std::size_t size, bool inserting) {
  const auto count = static_cast<std::int64_t>(size);
  const Tensor* tensor = context.optional_input(input);
  if (tensor == nullptr) {
    return inserting ? size : size - 1;
  }
  ARETE_TRY_ASSIGN(const auto values, integers_of(*tensor));
  const std::int64_t highest = inserting ? count : count - 1;
  if (values.size() != 1 || values[0] < -count || values[0] > highest) {
    return fail(ErrorCode::kInvalid, "position {} in a sequence of {}",
                values.size() == 1 ? values[0] : 0, size);
  }
  return static_cast<std::size_t>(values[0] < 0 ? values[0] + count : values[0]);
}

void set_sequence(ShapeContext& context, std::size_t output, const ShapeFacts& item) {
  if (output < context.outputs().size()) {
    context.outputs()[output] =
        ShapeFacts{.dtype = item.dtype, .shape = item.shape, .kind = ValueKind::kSequence};
  }
}

// --- Making sequences ---

Result<std::vector<Datum>> construct_kernel(KernelContext& context) {
  return one_datum(sequence_datum(context.data()));
}

Status construct_rule(ShapeContext& context) {
  ShapeFacts item = context.input(0);
  for (std::size_t i = 1; i < context.input_count(); ++i) {
    item = common_facts(item, context.input(i));
  }
  set_sequence(context, 0, item);
  return {};
}

Result<std::vector<Datum>> empty_kernel(KernelContext& /*context*/) {
  return one_datum(sequence_datum({}));
}

Status empty_rule(ShapeContext& context) {
  const std::int64_t dtype = context.node().integer_or("dtype", 1);
  set_sequence(context, 0, ShapeFacts{.dtype = dtype_from_onnx(dtype)});
  return {};
}

Result<std::vector<Datum>> insert_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const auto* sequence, sequence_input(context, 0));
  ARETE_TRY_ASSIGN(const Tensor* item, context.input(1));
  ARETE_TRY_ASSIGN(const std::size_t at, position_input(context, 2, sequence->size(), true));
  std::vector<Datum> items = *sequence;
  items.insert(items.begin() + static_cast<std::ptrdiff_t>(at), datum(*item));
  return one_datum(sequence_datum(std::move(items)));
}

Status insert_rule(ShapeContext& context) {
  ShapeFacts item = context.input(0);
  item.kind = ValueKind::kTensor;
  set_sequence(context, 0, common_facts(item, context.input(1)));
  return {};
}

Result<std::vector<Datum>> erase_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const auto* sequence, sequence_input(context, 0));
  if (sequence->empty()) {
    return fail(ErrorCode::kInvalid, "the sequence is empty");
  }
  ARETE_TRY_ASSIGN(const std::size_t at, position_input(context, 1, sequence->size(), false));
  std::vector<Datum> items = *sequence;
  items.erase(items.begin() + static_cast<std::ptrdiff_t>(at));
  return one_datum(sequence_datum(std::move(items)));
}

Status same_sequence_rule(ShapeContext& context) {
  set_sequence(context, 0, context.input(0));
  return {};
}

// --- Reading sequences ---

Result<std::vector<Datum>> at_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const auto* sequence, sequence_input(context, 0));
  if (sequence->empty() || context.optional_input(1) == nullptr) {
    return fail(ErrorCode::kInvalid, "no position, or a sequence of {}", sequence->size());
  }
  ARETE_TRY_ASSIGN(const std::size_t at, position_input(context, 1, sequence->size(), false));
  return one_datum((*sequence)[at]);
}

Result<std::vector<Datum>> length_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const auto* sequence, sequence_input(context, 0));
  return one(Tensor::scalar<std::int64_t>(static_cast<std::int64_t>(sequence->size())));
}

Status length_rule(ShapeContext& context) {
  context.set_output(0, DType::kI64, SymbolicShape());
  return {};
}

Result<std::vector<Datum>> concat_from_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const auto* sequence, sequence_input(context, 0));
  std::vector<Tensor> parts;
  for (const Datum& item : *sequence) {
    parts.push_back(item.tensor);
  }
  if (parts.empty()) {
    return fail(ErrorCode::kInvalid, "the sequence is empty");
  }
  const bool new_axis = context.node().integer_or("new_axis", 0) != 0;
  ARETE_TRY_ASSIGN(const std::size_t axis,
                   tensor::normalize_axis(context.node().integer_or("axis", 0),
                                          parts[0].shape().rank() + (new_axis ? 1 : 0)));
  ARETE_TRY_ASSIGN(Tensor out, new_axis ? stacked(parts, axis) : concatenated(parts, axis));
  return one(std::move(out));
}

Status concat_from_rule(ShapeContext& context) {
  const ShapeFacts& items = context.input(0);
  const bool new_axis = context.node().integer_or("new_axis", 0) != 0;
  context.set_output(0, items.dtype, std::nullopt);
  if (items.shape) {
    SymbolicShape shape = *items.shape;
    ARETE_TRY_ASSIGN(const std::size_t axis,
                     tensor::normalize_axis(context.node().integer_or("axis", 0),
                                            shape.size() + (new_axis ? 1 : 0)));
    if (new_axis) {
      shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(axis), Dim());
    } else {
      shape[axis] = Dim();
    }
    context.set_output(0, items.dtype, std::move(shape));
  }
  return {};
}

// --- SplitToSequence ---

/// The parts of an axis: of one size (the last may be shorter), or as listed.
Result<std::vector<std::int64_t>> sequence_parts(const Tensor* split, std::int64_t extent) {
  std::int64_t each = 1;
  if (split != nullptr) {
    ARETE_TRY_ASSIGN(auto sizes, integers_of(*split));
    std::int64_t sum = 0;
    for (const std::int64_t size : sizes) {
      if (size < 0 || size > extent) {
        return fail(ErrorCode::kInvalid, "a part of {} of {}", size, extent);
      }
      sum += size;
    }
    if (split->shape().rank() > 0) {
      if (sum != extent) {
        return fail(ErrorCode::kInvalid, "parts of {} in all of {}", sum, extent);
      }
      return sizes;
    }
    each = sizes[0];
  }
  if (each < 1) {
    return fail(ErrorCode::kInvalid, "parts of {}", each);
  }
  std::vector<std::int64_t> parts;
  for (std::int64_t left = extent; left > 0; left -= each) {
    parts.push_back(std::min(each, left));
  }
  return parts;
}

Result<std::vector<Datum>> split_to_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  const Tensor* split = context.optional_input(1);
  const Shape& whole = x->shape();
  ARETE_TRY_ASSIGN(const std::size_t axis,
                   tensor::normalize_axis(context.node().integer_or("axis", 0), whole.rank()));
  ARETE_TRY_ASSIGN(const auto parts, sequence_parts(split, whole[axis]));
  const bool drop = split == nullptr && context.node().integer_or("keepdims", 1) == 0;
  const std::vector<std::int64_t> strides = row_major_strides(whole);
  std::vector<Datum> items;
  std::int64_t first = 0;
  for (const std::int64_t part : parts) {
    Shape shape = whole;
    shape[axis] = part;
    ARETE_TRY_ASSIGN(Tensor item,
                     pick(*x, shape, strided_indices(shape, strides, first * strides[axis])));
    if (drop) {
      std::vector<std::int64_t> dims = shape.dims();
      dims.erase(dims.begin() + static_cast<std::ptrdiff_t>(axis));
      item = item.reshaped(Shape(std::move(dims)));
    }
    items.push_back(datum(std::move(item)));
    first += part;
  }
  return one_datum(sequence_datum(std::move(items)));
}

Status split_to_rule(ShapeContext& context) {
  ShapeFacts item;
  item.dtype = context.input(0).dtype;
  if (const auto& x = context.input(0).shape) {
    ARETE_TRY_ASSIGN(const std::size_t axis,
                     tensor::normalize_axis(context.node().integer_or("axis", 0), x->size()));
    item.shape = *x;
    (*item.shape)[axis] = context.has_input(1) ? Dim() : Dim(std::int64_t{1});
    if (!context.has_input(1) && context.node().integer_or("keepdims", 1) == 0) {
      item.shape->erase(item.shape->begin() + static_cast<std::ptrdiff_t>(axis));
    }
  }
  set_sequence(context, 0, item);
  return {};
}

// --- SequenceMap ---

Result<const Graph*> map_body(const Node& node) {
  const auto* box = node.attribute<GraphBox>("body");
  if (box == nullptr) {
    return fail(ErrorCode::kInvalid, "attribute 'body' is missing");
  }
  return &**box;
}

/// Runs the body for each item; further inputs that are sequences go along, tensors are repeated.
Result<std::vector<Datum>> map_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Graph* body, map_body(context.node()));
  ARETE_TRY_ASSIGN(const auto* first, sequence_input(context, 0));
  std::vector<std::vector<Datum>> results(body->outputs.size());
  for (std::size_t turn = 0; turn < first->size(); ++turn) {
    std::vector<Datum> inputs;
    for (const Datum& given : context.data()) {
      if (given.sequence && turn >= given.sequence->size()) {
        return fail(ErrorCode::kInvalid, "the sequences have different lengths");
      }
      inputs.push_back(given.sequence ? (*given.sequence)[turn] : given);
    }
    ARETE_TRY_ASSIGN(auto outputs, context.run_subgraph(*body, std::move(inputs)), "item {}", turn);
    for (std::size_t i = 0; i < results.size(); ++i) {
      results[i].push_back(std::move(outputs[i]));
    }
  }
  std::vector<Datum> sequences;
  for (auto& items : results) {
    sequences.push_back(sequence_datum(std::move(items)));
  }
  return sequences;
}

Status map_rule(ShapeContext& context) {
  ARETE_TRY_ASSIGN(const Graph* body, map_body(context.node()));
  std::vector<ShapeFacts> inputs;
  for (std::size_t i = 0; i < context.input_count(); ++i) {
    ShapeFacts facts = context.input(i);
    facts.kind = ValueKind::kTensor;
    facts.constant = nullptr;
    inputs.push_back(std::move(facts));
  }
  ARETE_TRY_ASSIGN(const auto results, context.infer_subgraph(*body, std::move(inputs)));
  for (std::size_t i = 0; i < results.size(); ++i) {
    set_sequence(context, i, results[i]);
  }
  return {};
}

// --- Optionals: an optional that holds something is that thing ---

Result<std::vector<Datum>> optional_kernel(KernelContext& context) {
  return one_datum(context.has_input(0) ? context.data()[0] : Datum{.present = false});
}

Status optional_rule(ShapeContext& context) {
  context.outputs()[0].kind = ValueKind::kOptional;
  return {};
}

Result<std::vector<Datum>> get_element_kernel(KernelContext& context) {
  if (!context.has_input(0)) {
    return fail(ErrorCode::kInvalid, "the optional is empty");
  }
  return one_datum(context.data()[0]);
}

Status get_element_rule(ShapeContext& context) {
  const ShapeFacts& x = context.input(0);
  if (x.kind != ValueKind::kOptional) {
    context.outputs()[0] = x;
  }
  return {};
}

Result<std::vector<Datum>> has_element_kernel(KernelContext& context) {
  return one(Tensor::scalar<bool>(context.has_input(0)));
}

Status has_element_rule(ShapeContext& context) {
  context.set_output(0, DType::kBool, SymbolicShape());
  return {};
}

constexpr std::array kSequenceRows = {
    Operator{"", "SequenceConstruct", 11, 1, kVariadic, construct_kernel, construct_rule},
    Operator{"", "SequenceEmpty", 11, 0, 0, empty_kernel, empty_rule},
    Operator{"", "SequenceInsert", 11, 2, 3, insert_kernel, insert_rule},
    Operator{"", "SequenceErase", 11, 1, 2, erase_kernel, same_sequence_rule},
    Operator{"", "SequenceAt", 11, 2, 2, at_kernel, same_as_input},
    Operator{"", "SequenceLength", 11, 1, 1, length_kernel, length_rule},
    Operator{"", "SequenceMap", 17, 1, kVariadic, map_kernel, map_rule},
    Operator{"", "ConcatFromSequence", 11, 1, 1, concat_from_kernel, concat_from_rule},
    Operator{"", "SplitToSequence", 11, 1, 2, split_to_kernel, split_to_rule},
    Operator{"", "Optional", 15, 0, 1, optional_kernel, optional_rule},
    Operator{"", "OptionalGetElement", 15, 1, 1, get_element_kernel, get_element_rule},
    Operator{"", "OptionalHasElement", 15, 0, 1, has_element_kernel, has_element_rule},
};

}  // namespace

std::span<const Operator> sequence_family() { return kSequenceRows; }

}  // namespace arete::model::operators
