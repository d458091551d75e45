// SPDX-License-Identifier: Apache-2.0
#include "model.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace arete_null {
namespace {

using arete::plugin::Description;
using arete::plugin::Failure;

constexpr std::string_view kHeader = "null-model v1";

/// One line taken apart, with what is needed to complain about it.
class Line {
 public:
  Line(std::string_view text, int number) : rest_(text), number_(number) {
    rest_ = rest_.substr(0, rest_.find('#'));
  }

  /// The next word; empty at the end. A bracketed list is one word.
  std::string_view word() {
    const std::size_t start = std::min(rest_.find_first_not_of(" \t\r"), rest_.size());
    rest_.remove_prefix(start);
    const bool list = rest_.starts_with('[');
    std::size_t length = rest_.find_first_of(list ? "]" : " \t\r");
    length = length == std::string_view::npos ? rest_.size() : length + (list ? 1 : 0);
    const std::string_view taken = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return taken;
  }
  std::string_view required(const char* what) {
    const std::string_view taken = word();
    if (taken.empty()) {
      fail(std::string(what) + " is missing");
    }
    return taken;
  }
  [[noreturn]] void fail(const std::string& text) const {
    throw Failure(ARETE_CORRUPT, "line " + std::to_string(number_) + ": " + text);
  }

 private:
  std::string_view rest_;
  int number_;
};

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number number{};
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  return code == std::errc() && end == text.data() + text.size() ? std::optional(number)
                                                                 : std::nullopt;
}

arete_dtype read_dtype(Line& line) {
  const std::string_view name = line.required("a dtype");
  arete_dtype dtype = 1;
  for (auto facts = arete::plugin::facts_of(dtype); facts;
       facts = arete::plugin::facts_of(++dtype)) {
    if (facts->name == name) {
      return dtype;
    }
  }
  line.fail("no such dtype: " + std::string(name));
}

void read_dim(const Line& line, std::string_view text, Description& tensor) {
  const std::size_t start = text.find_first_not_of(' ');
  text = start == std::string_view::npos
             ? ""
             : text.substr(start, text.find_last_not_of(' ') - start + 1);
  const auto extent = number_of<std::int64_t>(text);
  if (text.empty() || (extent && *extent < 0)) {
    line.fail("bad extent '" + std::string(text) + "'");
  }
  tensor.shape.push_back(extent.value_or(-1));
  tensor.dim_names.emplace_back(extent || text == "?" ? "" : text);
}

Description read_tensor(Line& line) {
  Description tensor;
  tensor.name = line.required("a name");
  tensor.dtype = read_dtype(line);
  std::string_view dims = line.required("a shape");
  if (dims.size() < 2 || !dims.starts_with('[') || !dims.ends_with(']')) {
    line.fail("a shape looks like [2, batch, ?]");
  }
  dims = dims.substr(1, dims.size() - 2);
  while (!dims.empty()) {
    const std::size_t end = std::min(dims.find(','), dims.size());
    read_dim(line, dims.substr(0, end), tensor);
    dims.remove_prefix(std::min(end + 1, dims.size()));
  }
  return tensor;
}

std::size_t find_tensor(const Line& line, std::string_view name,
                        const std::vector<Description>& tensors) {
  const auto found = std::ranges::find(tensors, name, &Description::name);
  if (found == tensors.end()) {
    line.fail("'" + std::string(name) + "' is not declared above");
  }
  return static_cast<std::size_t>(found - tensors.begin());
}

void check_accumulate(const Line& line, const Model& model, const Output& output) {
  for (const Description* tensor :
       {&model.inputs[output.input], &model.states[output.state], &output.tensor}) {
    if (tensor->dtype != ARETE_DTYPE_F32 || tensor->shape != output.tensor.shape) {
      line.fail("accumulate wants f32 of one shape everywhere");
    }
  }
}

/// No more than this is made of a constant's few numbers.
constexpr std::uint64_t kMaxConstantBytes = std::uint64_t{1} << 26U;

void read_constant(Line& line, Output& output) {
  const auto& shape = output.tensor.shape;
  const bool known = std::ranges::none_of(shape, [](std::int64_t it) { return it < 0; });
  if (!known || output.tensor.dtype != ARETE_DTYPE_F32) {
    line.fail("a constant is f32 with known extents");
  }
  if (arete::plugin::bytes_of(output.tensor.dtype, shape) > kMaxConstantBytes) {
    line.fail("a constant has at most 64 MiB");
  }
  std::vector<float> numbers;
  for (std::string_view word = line.required("a number"); !word.empty(); word = line.word()) {
    const auto number = number_of<float>(word);
    if (!number) {
      line.fail("not a number: " + std::string(word));
    }
    numbers.push_back(*number);
  }
  output.operation = Operation::kConstant;
  output.values.resize(arete::plugin::elements_of(shape));
  for (std::size_t i = 0; i < output.values.size(); ++i) {
    output.values[i] = numbers[i % numbers.size()];
  }
}

Output read_output(Line& line, const Model& model) {
  Output output;
  output.tensor = read_tensor(line);
  const std::string_view operation = line.required("an operation");
  if (operation == "constant") {
    read_constant(line, output);
    return output;
  }
  output.input = find_tensor(line, line.required("an input"), model.inputs);
  const Description& input = model.inputs[output.input];
  if (operation == "copy") {
    output.operation = Operation::kCopy;
    if (input.dtype != output.tensor.dtype) {
      line.fail("copy keeps the dtype");
    }
  } else if (operation == "nonzero") {
    output.operation = Operation::kNonzero;
    if (output.tensor.dtype != ARETE_DTYPE_I64 || output.tensor.shape.size() != 1 ||
        input.dtype != ARETE_DTYPE_F32) {
      line.fail("nonzero makes i64 of rank 1 from f32");
    }
  } else if (operation == "accumulate") {
    output.operation = Operation::kAccumulate;
    output.state = find_tensor(line, line.required("a state"), model.states);
    check_accumulate(line, model, output);
  } else {
    line.fail("no such operation: " + std::string(operation));
  }
  return output;
}

void read_scale(Line& line, Model& model) {
  const std::string_view name = line.required("a name");
  const auto scale = number_of<float>(line.required("a scale"));
  const auto zero_point = number_of<std::int32_t>(line.required("a zero point"));
  if (!scale || !(*scale > 0) || !zero_point) {
    line.fail("a scale is a number above 0, a zero point an integer");
  }
  arete::plugin::Quantization quantization;
  quantization.scales = {*scale};
  quantization.zero_points = {*zero_point};
  const auto output =
      std::ranges::find(model.outputs, name, [](const Output& it) { return it.tensor.name; });
  Description& tensor = output != model.outputs.end()
                            ? output->tensor
                            : model.inputs[find_tensor(line, name, model.inputs)];
  tensor.quantization = std::move(quantization);
}

void read_state(Line& line, Model& model) {
  model.states.push_back(read_tensor(line));
  const Description& state = model.states.back();
  const bool known = std::ranges::none_of(state.shape, [](std::int64_t it) { return it < 0; });
  if (!known || state.dtype != ARETE_DTYPE_F32) {
    line.fail("a state is f32 with known extents");
  }
  // Nothing is allocated from an unchecked number: a state is ours to allocate.
  if (arete::plugin::bytes_of(state.dtype, state.shape) > (std::uint64_t{1} << 30U)) {
    line.fail("a state has at most 1 GiB");
  }
}

void read_line(Line& line, Model& model) {
  const std::string_view directive = line.word();
  if (directive.empty()) {
    return;
  }
  if (directive == "input") {
    model.inputs.push_back(read_tensor(line));
  } else if (directive == "state") {
    read_state(line, model);
  } else if (directive == "output") {
    model.outputs.push_back(read_output(line, model));
  } else if (directive == "scale") {
    read_scale(line, model);
  } else if (directive == "hold") {
    model.hold = true;
  } else if (directive == "delay") {
    const auto delay = number_of<double>(line.required("milliseconds"));
    if (!delay || !(*delay >= 0) || *delay > 60'000) {
      line.fail("a delay is 0 to 60000 milliseconds");
    }
    model.delay_ms = *delay;
  } else {
    line.fail("no such directive: " + std::string(directive));
  }
  if (const std::string_view extra = line.word(); !extra.empty()) {
    line.fail("unexpected '" + std::string(extra) + "'");
  }
}

}  // namespace

bool is_null_model(std::string_view text) { return text.starts_with(kHeader); }

Model parse(std::string_view text) {
  if (!is_null_model(text)) {
    throw Failure(ARETE_UNSUPPORTED,
                  "not a null model: the first line is not '" + std::string(kHeader) + "'");
  }
  Model model;
  int number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    Line line(text.substr(0, end), ++number);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (number > 1) {
      read_line(line, model);
    }
  }
  if (model.outputs.empty()) {
    throw Failure(ARETE_CORRUPT, "the model has no output");
  }
  return model;
}

}  // namespace arete_null
