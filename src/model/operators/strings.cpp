// Operators on strings: StringConcat, StringNormalizer, StringSplit, RegexFullMatch.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <regex>
#include <string>
#include <string_view>

#include "model/operators/broadcast.hpp"
#include "model/operators/dispatch.hpp"
#include "model/operators/families.hpp"
#include "model/operators/letter_case.hpp"
#include "model/operators/rules.hpp"

namespace arete::model::operators {
namespace {

using tensor::DType;
using tensor::Shape;
using tensor::Tensor;

Result<const Tensor*> string_input(const KernelContext& context, std::size_t i) {
  ARETE_TRY_ASSIGN(const Tensor* tensor, context.input(i));
  if (tensor->dtype() != DType::kString) {
    return fail(ErrorCode::kInvalid, "input {} is {}, not strings", i,
                tensor::name_of(tensor->dtype()));
  }
  return tensor;
}

Result<std::vector<Datum>> concat_strings_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* a, string_input(context, 0));
  ARETE_TRY_ASSIGN(const Tensor* b, string_input(context, 1));
  ARETE_TRY_ASSIGN(const Shape shape, tensor::broadcast(a->shape(), b->shape()));
  std::vector<std::string> joined(static_cast<std::size_t>(shape.elements()));
  for_each_offset<2>(
      shape, {broadcast_strides(a->shape(), shape), broadcast_strides(b->shape(), shape)},
      [&](std::int64_t i, std::int64_t at_a, std::int64_t at_b) {
        joined[static_cast<std::size_t>(i)] = a->strings()[static_cast<std::size_t>(at_a)] +
                                              b->strings()[static_cast<std::size_t>(at_b)];
      });
  ARETE_TRY_ASSIGN(Tensor out, Tensor::from_strings(shape, std::move(joined)));
  return one(std::move(out));
}

// --- StringNormalizer ---

std::string in_case(const std::string& text, const std::string& action) {
  if (action == "LOWER") {
    return to_lower(text);
  }
  return action == "UPPER" ? to_upper(text) : text;
}

/// Drops stop words, then changes the case; an empty answer is one empty string.
Result<std::vector<Datum>> normalizer_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, string_input(context, 0));
  const Node& node = context.node();
  const std::string action = node.string_or("case_change_action", "NONE");
  if (action != "NONE" && action != "LOWER" && action != "UPPER") {
    return fail(ErrorCode::kInvalid, "case_change_action '{}' is not known", action);
  }
  if (x->shape().rank() < 1 || x->shape().rank() > 2 ||
      (x->shape().rank() == 2 && x->shape()[0] != 1)) {
    return fail(ErrorCode::kInvalid, "shape {} is neither [C] nor [1, C]", x->shape().text());
  }
  const bool exact = node.integer_or("is_case_sensitive", 0) != 0;
  std::vector<std::string> stop_words;
  if (const auto* words = node.attribute<std::vector<std::string>>("stopwords")) {
    for (const std::string& word : *words) {
      stop_words.push_back(exact ? word : to_lower(word));
    }
  }
  std::vector<std::string> kept;
  for (const std::string& word : x->strings()) {
    if (std::ranges::find(stop_words, exact ? word : to_lower(word)) == stop_words.end()) {
      kept.push_back(in_case(word, action));
    }
  }
  if (kept.empty()) {
    kept.emplace_back();
  }
  const auto count = static_cast<std::int64_t>(kept.size());
  ARETE_TRY_ASSIGN(Tensor out,
                   Tensor::from_strings(x->shape().rank() == 2 ? Shape{1, count} : Shape{count},
                                        std::move(kept)));
  return one(std::move(out));
}

Status normalizer_rule(ShapeContext& context) {
  context.set_output(0, DType::kString, std::nullopt);
  if (const auto& x = context.input(0).shape; x && !x->empty()) {
    SymbolicShape shape = *x;
    shape.back() = Dim();
    context.set_output(0, DType::kString, std::move(shape));
  }
  return {};
}

// --- StringSplit ---

/// An empty delimiter splits at runs of white space and drops empty parts.
std::vector<std::string> split_text(std::string_view text, std::string_view delimiter,
                                    std::int64_t most) {
  constexpr std::string_view kSpace = " \t\n\v\f\r";
  std::vector<std::string> parts;
  const bool at_space = delimiter.empty();
  const auto skip_space = [&] {
    const std::size_t start = text.find_first_not_of(kSpace);
    text = start == std::string_view::npos ? std::string_view() : text.substr(start);
  };
  if (at_space) {
    skip_space();
    if (text.empty()) {
      return parts;
    }
  }
  while (static_cast<std::int64_t>(parts.size()) < most) {
    const std::size_t end = at_space ? text.find_first_of(kSpace) : text.find(delimiter);
    if (end == std::string_view::npos) {
      break;
    }
    parts.emplace_back(text.substr(0, end));
    text = text.substr(end + (at_space ? 1 : delimiter.size()));
    if (at_space) {
      skip_space();
      if (text.empty()) {
        return parts;
      }
    }
  }
  if (at_space && !text.empty()) {
    const std::size_t last = text.find_last_not_of(kSpace);
    text = text.substr(0, last + 1);
  }
  parts.emplace_back(text);
  return parts;
}

Result<std::vector<Datum>> split_strings_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, string_input(context, 0));
  const std::string delimiter = context.node().string_or("delimiter", "");
  const auto* limit = context.node().attribute<std::int64_t>("maxsplit");
  std::vector<std::vector<std::string>> all;
  std::size_t longest = 0;
  for (const std::string& text : x->strings()) {
    all.push_back(split_text(text, delimiter, limit != nullptr ? *limit : INT64_MAX));
    longest = std::max(longest, all.back().size());
  }
  std::vector<std::int64_t> dims = x->shape().dims();
  dims.push_back(static_cast<std::int64_t>(longest));
  ARETE_TRY_ASSIGN(Tensor parts, Tensor::allocate(DType::kString, Shape(std::move(dims))));
  ARETE_TRY_ASSIGN(Tensor counts, Tensor::allocate(DType::kI64, x->shape()));
  const auto count = counts.mutable_data<std::int64_t>();
  std::vector<std::string>& cells = parts.mutable_strings();
  for (std::size_t i = 0; i < all.size(); ++i) {
    count[i] = static_cast<std::int64_t>(all[i].size());
    std::ranges::move(all[i], cells.begin() + static_cast<std::ptrdiff_t>(i * longest));
  }
  std::vector<Datum> outputs;
  outputs.push_back(datum(std::move(parts)));
  outputs.push_back(datum(std::move(counts)));
  return outputs;
}

Status split_strings_rule(ShapeContext& context) {
  const auto& x = context.input(0).shape;
  context.set_output(0, DType::kString, std::nullopt);
  context.set_output(1, DType::kI64, x);
  if (x) {
    SymbolicShape shape = *x;
    shape.emplace_back();
    context.set_output(0, DType::kString, std::move(shape));
  }
  return {};
}

// --- RegexFullMatch ---

/// The standard speaks of RE2; the patterns in use are in the part it shares with ECMAScript.
Result<std::vector<Datum>> regex_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, string_input(context, 0));
  const std::string pattern = context.node().string_or("pattern", "");
  ARETE_TRY_ASSIGN(Tensor out, Tensor::allocate(DType::kBool, x->shape()));
  // std::regex recurses once a character.
  constexpr std::size_t kLongest = 4096;
  try {
    const std::regex expression(pattern, std::regex::ECMAScript);
    const auto matches = out.mutable_data<bool>();
    for (std::size_t i = 0; i < matches.size(); ++i) {
      if (x->strings()[i].size() > kLongest) {
        return fail(ErrorCode::kUnsupported, "a string of {} bytes", x->strings()[i].size());
      }
      matches[i] = std::regex_match(x->strings()[i], expression);
    }
  } catch (const std::regex_error& error) {
    return fail(ErrorCode::kInvalid, "pattern '{}': {}", pattern, error.what());
  }
  return one(std::move(out));
}

constexpr std::array kStringsRows = {
    Operator{"", "StringConcat", 20, 2, 2, concat_strings_kernel, broadcast_rule},
    Operator{"", "StringNormalizer", 10, 1, 1, normalizer_kernel, normalizer_rule},
    Operator{"", "StringSplit", 20, 1, 1, split_strings_kernel, split_strings_rule},
    Operator{"", "RegexFullMatch", 20, 1, 1, regex_kernel, bool_of_input},
};

}  // namespace

std::span<const Operator> string_family() { return kStringsRows; }

}  // namespace arete::model::operators
