// Einsum: an equation becomes labels with extents; the kernel walks the whole index space, output
// labels outside, summed labels inside. Plain rather than fast.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <string>

#include "model/operators/matmul.hpp"

namespace arete::model::operators {
namespace {

using tensor::Shape;

/// A label is a letter, or (negative) an axis of the ellipsis counted from its end: -1 is the last.
using Labels = std::vector<int>;

struct Equation {
  std::vector<Labels> operands;
  Labels output;
};

/// One term; `rank` tells how many axes the ellipsis stands for.
Result<Labels> einsum_term(std::string_view term, std::size_t rank) {
  Labels labels;
  const std::size_t dots = term.find("...");
  const std::size_t letters = dots == std::string_view::npos ? term.size() : term.size() - 3;
  if (letters > rank || (dots == std::string_view::npos && letters != rank)) {
    return fail(ErrorCode::kInvalid, "equation term '{}' does not fit an operand of rank {}", term,
                rank);
  }
  for (std::size_t i = 0; i < term.size(); ++i) {
    if (i == dots) {
      for (auto axis = static_cast<int>(rank - letters); axis > 0; --axis) {
        labels.push_back(-axis);
      }
      i += 2;
      continue;
    }
    const char letter = term[i];
    if ((letter < 'a' || letter > 'z') && (letter < 'A' || letter > 'Z')) {
      return fail(ErrorCode::kInvalid, "equation term '{}' holds '{}'", term, letter);
    }
    labels.push_back(letter);
  }
  return labels;
}

/// Without "->": the ellipsis first, then every letter that occurs once, in ASCII order.
Labels implicit_output(const std::vector<Labels>& operands) {
  std::map<int, int> count;
  for (const Labels& operand : operands) {
    for (const int label : operand) {
      ++count[label];
    }
  }
  Labels output;
  for (const auto& [label, times] : count) {  // ascending: -n ... -1, then letters
    if (label < 0 || times == 1) {
      output.push_back(label);
    }
  }
  return output;
}

Result<Equation> parsed_equation(const Node& node, const std::vector<std::size_t>& ranks) {
  std::string text = node.string_or("equation", "");
  std::erase(text, ' ');
  const std::size_t arrow = text.find("->");
  std::string_view left = std::string_view(text).substr(0, arrow);
  Equation equation;
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    const std::size_t comma = left.find(',');
    if ((comma == std::string_view::npos) != (i + 1 == ranks.size())) {
      return fail(ErrorCode::kInvalid, "equation '{}' does not name {} operands", text,
                  ranks.size());
    }
    ARETE_TRY_ASSIGN(equation.operands.emplace_back(),
                     einsum_term(left.substr(0, comma), ranks[i]));
    left = comma == std::string_view::npos ? std::string_view() : left.substr(comma + 1);
  }
  if (arrow == std::string::npos) {
    equation.output = implicit_output(equation.operands);
    return equation;
  }
  std::size_t widest = 0;
  for (const Labels& operand : equation.operands) {
    widest = std::max(widest, static_cast<std::size_t>(std::ranges::count_if(
                                  operand, [](int label) { return label < 0; })));
  }
  const std::string_view right = std::string_view(text).substr(arrow + 2);
  const bool dots = right.find("...") != std::string_view::npos;
  ARETE_TRY_ASSIGN(equation.output,
                   einsum_term(right, dots ? right.size() - 3 + widest : right.size()));
  return equation;
}

/// Extent of every label; 1 broadcasts. Unknown extents (-1) yield to known ones.
Result<std::map<int, std::int64_t>> label_extents(const Equation& equation,
                                                  const std::vector<Shape>& shapes) {
  std::map<int, std::int64_t> extents;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    for (std::size_t axis = 0; axis < shapes[i].rank(); ++axis) {
      const std::int64_t extent = shapes[i][axis];
      const auto [at, added] = extents.try_emplace(equation.operands[i][axis], extent);
      if (added || at->second == extent || extent == 1 || extent < 0) {
        continue;
      }
      if (at->second != 1 && at->second >= 0) {
        return fail(ErrorCode::kInvalid, "operand {} of shape {} does not fit extent {} of axis {}",
                    i, shapes[i].text(), at->second, axis);
      }
      at->second = extent;
    }
  }
  for (const int label : equation.output) {
    if (!extents.contains(label)) {
      return fail(ErrorCode::kInvalid, "an output label of the equation is in no operand");
    }
  }
  return extents;
}

/// The loop nest: for each label its extent, and for each operand its stride along it.
struct Nest {
  Shape extents;
  std::vector<std::vector<std::int64_t>> strides;  ///< by operand, by label
};

Nest nest_of(const Equation& equation, const std::vector<Shape>& shapes, const Labels& labels,
             const std::map<int, std::int64_t>& extents) {
  Nest nest;
  std::vector<std::int64_t> dims;
  for (const int label : labels) {
    dims.push_back(extents.at(label));
  }
  nest.extents = Shape(std::move(dims));
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    const auto dense = tensor::row_major_strides(shapes[i]);
    auto& strides = nest.strides.emplace_back(labels.size(), 0);
    for (std::size_t axis = 0; axis < dense.size(); ++axis) {
      const auto at = std::ranges::find(labels, equation.operands[i][axis]);
      if (at != labels.end() && shapes[i][axis] != 1) {
        strides[static_cast<std::size_t>(at - labels.begin())] += dense[axis];
      }
    }
  }
  return nest;
}

/// Calls visit(offsets by operand) for every position, last label fastest.
template <class Visit>
void walk_nest(const Nest& nest, std::vector<std::int64_t> offsets, Visit&& visit) {
  if (std::ranges::find(nest.extents.dims(), 0) != nest.extents.end()) {
    return;
  }
  std::vector<std::int64_t> position(nest.extents.rank(), 0);
  while (true) {
    visit(offsets);
    std::size_t axis = position.size();
    while (axis-- > 0) {
      const bool wraps = ++position[axis] == nest.extents[axis];
      for (std::size_t i = 0; i < offsets.size(); ++i) {
        offsets[i] +=
            wraps ? -nest.strides[i][axis] * (nest.extents[axis] - 1) : nest.strides[i][axis];
      }
      if (!wraps) {
        break;
      }
      position[axis] = 0;
      if (axis == 0) {
        return;
      }
    }
    if (position.empty()) {
      return;
    }
  }
}

Labels summed_labels(const Equation& equation, const std::map<int, std::int64_t>& extents) {
  Labels summed;
  for (const auto& [label, extent] : extents) {
    if (std::ranges::find(equation.output, label) == equation.output.end()) {
      summed.push_back(label);
    }
  }
  return summed;
}

std::vector<Shape> shapes_of_facts(std::span<const ShapeFacts> facts) {
  std::vector<Shape> shapes;
  for (const ShapeFacts& fact : facts) {
    std::vector<std::int64_t> dims;
    for (const Dim& dim : *fact.shape) {
      dims.push_back(dim.size());
    }
    shapes.emplace_back(std::move(dims));
  }
  return shapes;
}

Result<std::pair<Equation, std::map<int, std::int64_t>>> equation_of_shapes(
    const Node& node, const std::vector<Shape>& shapes) {
  std::vector<std::size_t> ranks;
  for (const Shape& shape : shapes) {
    ranks.push_back(shape.rank());
  }
  ARETE_TRY_ASSIGN(Equation equation, parsed_equation(node, ranks));
  ARETE_TRY_ASSIGN(auto extents, label_extents(equation, shapes));
  return std::pair(std::move(equation), std::move(extents));
}

}  // namespace

Outputs einsum_kernel(KernelContext& context) {
  std::vector<Numbers> operands;
  std::vector<Shape> shapes;
  for (std::size_t i = 0; i < context.input_count(); ++i) {
    ARETE_TRY_ASSIGN(operands.emplace_back(), numbers_input(context, i));
    shapes.push_back(operands.back().shape);
  }
  if (operands.empty()) {
    return fail(ErrorCode::kInvalid, "Einsum has no operand");
  }
  ARETE_TRY_ASSIGN(const auto parsed, equation_of_shapes(context.node(), shapes));
  const auto& [equation, extents] = parsed;
  const Nest outer = nest_of(equation, shapes, equation.output, extents);
  const Nest inner = nest_of(equation, shapes, summed_labels(equation, extents), extents);
  ARETE_TRY_ASSIGN(Numbers y, zero_numbers(operands[0].dtype, outer.extents));
  std::int64_t at = 0;
  walk_nest(outer, std::vector<std::int64_t>(operands.size(), 0), [&](const auto& start) {
    double sum = 0;
    walk_nest(inner, start, [&](const std::vector<std::int64_t>& offsets) {
      double factor = 1;
      for (std::size_t i = 0; i < offsets.size(); ++i) {
        factor *= operands[i][offsets[i]];
      }
      sum += factor;
    });
    y[at++] = sum;
  });
  return outputs_of(y.tensor());
}

Status einsum_shape(ShapeContext& context) {
  std::vector<ShapeFacts> facts;
  for (std::size_t i = 0; i < context.input_count(); ++i) {
    facts.push_back(context.input(i));
    if (!facts.back().shape) {
      context.set_output(0, context.input(0).dtype, std::nullopt);
      return {};
    }
  }
  ARETE_TRY_ASSIGN(const auto parsed, equation_of_shapes(context.node(), shapes_of_facts(facts)));
  const auto& [equation, extents] = parsed;
  SymbolicShape output;
  for (const int label : equation.output) {
    output.push_back(extents.at(label) >= 0 ? Dim(extents.at(label)) : Dim());
    for (std::size_t i = 0; i < facts.size() && !output.back().known(); ++i) {
      const auto axis = std::ranges::find(equation.operands[i], label);
      if (axis != equation.operands[i].end()) {
        output.back() =
            (*facts[i].shape)[static_cast<std::size_t>(axis - equation.operands[i].begin())];
      }
    }
  }
  context.set_output(0, context.input(0).dtype, std::move(output));
  return {};
}

std::optional<std::int64_t> einsum_macs(const Node& node, std::span<const ShapeFacts> inputs,
                                        std::span<const ShapeFacts>) {
  if (std::ranges::any_of(inputs,
                          [](const ShapeFacts& f) { return !f.shape || !concrete(*f.shape); })) {
    return std::nullopt;
  }
  const auto parsed = equation_of_shapes(node, shapes_of_facts(inputs));
  if (!parsed || inputs.size() < 2) {
    return std::nullopt;
  }
  std::int64_t macs = static_cast<std::int64_t>(inputs.size()) - 1;
  for (const auto& [label, extent] : parsed->second) {
    macs *= extent;
  }
  return macs;
}

}  // namespace arete::model::operators
