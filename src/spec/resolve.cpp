// SPDX-License-Identifier: Apache-2.0
#include "spec/resolve.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/text.hpp"
#include "spec/resolve_parts.hpp"

namespace arete::spec {

std::unexpected<Error> Complaint::make(ErrorCode code, std::string_view message) const {
  const std::string place = line_ > 0 ? fmt::format("line {}: ", line_) : "";
  Error error(code, fmt::format("{}{}: {}", place, subject_, message));
  return std::unexpected<Error>(
      std::move(error).at(line_ > 0 ? fmt::format("{}:{}", source_, line_) : source_));
}

std::unexpected<Error> Complaint::invalid(std::string_view message) const {
  return make(ErrorCode::kInvalid, message);
}

std::unexpected<Error> Complaint::unsupported(std::string_view message) const {
  return make(ErrorCode::kUnsupported, message);
}

std::string dims_text(std::span<const std::int64_t> dims) {
  std::vector<std::string> texts;
  for (const std::int64_t dim : dims) {
    texts.push_back(dim < 0 ? "?" : std::to_string(dim));
  }
  return fmt::format("[{}]", fmt::join(texts, ", "));
}

std::int64_t elements_of(std::span<const std::int64_t> dims) {
  std::int64_t product = 1;
  for (const std::int64_t dim : dims) {
    if (dim < 0 || (dim > 0 && product > (std::int64_t{1} << 56) / dim)) {
      return -1;
    }
    product *= dim;
  }
  return product;
}

Result<std::size_t> index_of(std::string_view name, std::span<const TensorFacts> tensors,
                             const Complaint& complain) {
  std::vector<std::string_view> names;
  for (const TensorFacts& tensor : tensors) {
    names.push_back(tensor.name);
  }
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) {
    return complain.invalid(fmt::format("the file has no tensor '{}'; it has '{}'{}", name,
                                        fmt::join(names, "', '"), did_you_mean(name, names)));
  }
  return static_cast<std::size_t>(found - names.begin());
}

namespace {

bool same_scale(double stated, double actual) {
  return std::abs(stated - actual) <= 1e-6 * std::abs(actual);
}

Status check_stated_quantization(const StatedTensor& stated, const TensorFacts& tensor,
                                 const Complaint& complain) {
  if (!stated.scale.has_value() && !stated.zero_point.has_value()) {
    return {};
  }
  if (!tensor.quantization.has_value() || !tensor.quantization->per_tensor() ||
      tensor.quantization->scales.empty()) {
    return complain.invalid("the spec states a scale or zero point; the file's tensor has none");
  }
  const double scale = static_cast<double>(tensor.quantization->scales[0]);
  const int zero_point = tensor.quantization->zero_point(0);
  if (stated.scale.has_value() && !same_scale(*stated.scale, scale)) {
    return complain.invalid(
        fmt::format("the spec states scale {}, the file has {}", *stated.scale, scale));
  }
  if (stated.zero_point.has_value() && *stated.zero_point != zero_point) {
    return complain.invalid(fmt::format("the spec states zero point {}, the file has {}",
                                        *stated.zero_point, zero_point));
  }
  return {};
}

/// Which of the file's inputs each of the spec's describes: names first, then by order.
Result<std::vector<std::size_t>> match_inputs(const Spec& spec,
                                              std::span<const TensorFacts> tensors) {
  std::vector<std::size_t> matched(spec.inputs.size(), tensors.size());
  std::vector<bool> taken(tensors.size(), false);
  for (std::size_t i = 0; i < spec.inputs.size(); ++i) {
    const Input& input = spec.inputs[i];
    if (!input.name.empty()) {
      const Complaint complain(spec.source, input.line, fmt::format("input '{}'", input.name));
      ARETE_TRY_ASSIGN(matched[i], index_of(input.name, tensors, complain));
      taken[matched[i]] = true;
    }
  }
  for (std::size_t i = 0; i < spec.inputs.size(); ++i) {
    if (!spec.inputs[i].name.empty()) {
      continue;
    }
    const auto free = std::ranges::find(taken, false);
    if (free == taken.end()) {
      return Complaint(spec.source, spec.inputs[i].line, fmt::format("input {}", i))
          .invalid(fmt::format("the file has only {} input(s)", tensors.size()));
    }
    *free = true;
    matched[i] = static_cast<std::size_t>(free - taken.begin());
  }
  const auto left = std::ranges::find(taken, false);
  if (left != taken.end()) {
    const TensorFacts& tensor = tensors[static_cast<std::size_t>(left - taken.begin())];
    return Complaint(spec.source, 0, spec.source)
        .invalid(fmt::format("nothing is said of the file's input '{}' {}", tensor.name,
                             dims_text(tensor.dims)));
  }
  return matched;
}

Result<ResolvedInput> resolve_input(const Spec& spec, const Input& input, std::size_t index,
                                    std::span<const TensorFacts> inputs,
                                    std::span<const TensorFacts> outputs) {
  ResolvedInput resolved;
  resolved.meaning = input;
  resolved.index = index;
  resolved.tensor = inputs[index];
  const Complaint complain(spec.source, input.line,
                           fmt::format("input '{}'", resolved.tensor.name));
  ARETE_TRY(check_stated(input.stated, resolved.tensor, complain));
  if (const auto* image = std::get_if<ImageInput>(&input.kind)) {
    ARETE_TRY(resolve_image(*image, resolved, complain));
  } else {
    ARETE_TRY(resolve_other(resolved, outputs, complain));
  }
  return resolved;
}

}  // namespace

Status check_stated(const StatedTensor& stated, const TensorFacts& tensor,
                    const Complaint& subject) {
  const Complaint complain = stated.line > 0 ? subject.on_line(stated.line) : subject;
  if (stated.dtype.has_value() && *stated.dtype != tensor.dtype) {
    return complain.invalid(fmt::format("the spec states dtype {}, the file has {}",
                                        tensor::name_of(*stated.dtype),
                                        tensor::name_of(tensor.dtype)));
  }
  bool same =
      stated.shape.empty() || !tensor.rank_known || stated.shape.size() == tensor.dims.size();
  for (std::size_t i = 0; same && tensor.rank_known && i < stated.shape.size(); ++i) {
    same = stated.shape[i] < 0 || tensor.dims[i] < 0 || stated.shape[i] == tensor.dims[i];
  }
  if (!same) {
    return complain.invalid(fmt::format("the spec states the shape {}, the file has {}",
                                        dims_text(stated.shape), dims_text(tensor.dims)));
  }
  return check_stated_quantization(stated, tensor, complain);
}

const ResolvedTensor& ResolvedOutput::tensor(std::string_view role) const {
  const auto found = std::ranges::find(tensors, role, &ResolvedTensor::role);
  ARETE_CHECK(found != tensors.end());
  return *found;
}

Result<ResolvedSpec> resolve(const Spec& spec, std::span<const TensorFacts> inputs,
                             std::span<const TensorFacts> outputs) {
  ResolvedSpec resolved;
  resolved.source = spec.source;
  resolved.name = spec.name;
  ARETE_TRY_ASSIGN(const std::vector<std::size_t> matched, match_inputs(spec, inputs));
  std::vector<bool> taken(outputs.size(), false);
  for (std::size_t i = 0; i < spec.inputs.size(); ++i) {
    ARETE_TRY_ASSIGN(ResolvedInput input,
                     resolve_input(spec, spec.inputs[i], matched[i], inputs, outputs));
    if (input.state_output.has_value()) {
      taken[*input.state_output] = true;
    }
    resolved.inputs.push_back(std::move(input));
  }
  std::ranges::sort(resolved.inputs, {}, &ResolvedInput::index);
  for (const Output& output : spec.outputs) {
    const Complaint complain(spec.source, output.line,
                             fmt::format("decoder '{}'", name_of(output.decoder)));
    ARETE_TRY_ASSIGN(ResolvedOutput made, resolve_output(output, outputs, taken, complain));
    ARETE_TRY(check_grid(made, resolved.inputs, complain));
    for (std::string& warning : warnings_of(made)) {
      resolved.warnings.push_back(std::move(warning));
    }
    resolved.outputs.push_back(std::move(made));
  }
  return resolved;
}

}  // namespace arete::spec
