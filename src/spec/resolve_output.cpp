// Finding a decoder's tensors among the file's outputs, and checking that they can be what it says.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "spec/resolve_parts.hpp"

namespace arete::spec {
namespace {

std::int64_t last_dim(const TensorFacts& tensor) {
  return !tensor.rank_known || tensor.dims.empty() ? -1 : tensor.dims.back();
}

/// Numbers of one box, for decoders whose tensors can be told apart by it; 0 otherwise.
int box_width(const Decoder& decoder) {
  if (const auto* anchors = std::get_if<AnchorDetector>(&decoder)) {
    return 4 + 2 * anchors->keypoints;
  }
  return std::holds_alternative<SsdRaw>(decoder) ? 4 : 0;
}

const TensorReference* reference_to(const Output& output, std::string_view role) {
  const auto found = std::ranges::find(output.tensors, role, &TensorReference::role);
  return found == output.tensors.end() ? nullptr : &*found;
}

bool is_named(const TensorReference* reference) {
  return reference != nullptr && (!reference->name.empty() || reference->position.has_value());
}

Result<std::size_t> named_output(const TensorReference& reference,
                                 std::span<const TensorFacts> outputs, const Complaint& subject) {
  const Complaint complain = subject.on_line(reference.line);
  if (!reference.position.has_value()) {
    return index_of(reference.name, outputs, complain);
  }
  const auto position = static_cast<std::size_t>(*reference.position);
  if (position >= outputs.size()) {
    return complain.invalid(fmt::format("position {} of '{}', but the file has {} output(s)",
                                        position, reference.role, outputs.size()));
  }
  return position;
}

/// Boxes by their width where exactly one free output has it; else simply the first free one.
std::optional<std::size_t> free_output(const Decoder& decoder, std::string_view role,
                                       std::span<const TensorFacts> outputs,
                                       const std::vector<bool>& taken) {
  std::optional<std::size_t> first;
  std::optional<std::size_t> fitting;
  int fitting_count = 0;
  const int width = box_width(decoder);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (taken[i]) {
      continue;
    }
    first = first.value_or(i);
    if (width > 0 && last_dim(outputs[i]) >= 0 &&
        (last_dim(outputs[i]) == width) == (role == "boxes")) {
      fitting = i;
      ++fitting_count;
    }
  }
  return fitting_count == 1 ? fitting : first;
}

/// What a decoder asks of the shape of one tensor; the message says what it is not.
// One case a decoder, in the order of the variant.
// NOLINTNEXTLINE(readability-function-cognitive-complexity)
std::optional<std::string> shape_fault(const Decoder& decoder, std::string_view role,
                                       const TensorFacts& tensor) {
  if (!tensor.rank_known || tensor.dims.empty()) {
    return std::nullopt;
  }
  const auto rank = tensor.dims.size();
  const std::int64_t last = last_dim(tensor);
  const auto needs_last = [&](std::int64_t wanted) -> std::optional<std::string> {
    return last >= 0 && last != wanted
               ? std::optional(fmt::format("the last extent must be {}", wanted))
               : std::nullopt;
  };
  if (role == "boxes") {
    return needs_last(box_width(decoder) > 0 ? box_width(decoder) : 4);
  }
  if (std::holds_alternative<AnchorDetector>(decoder)) {
    return needs_last(1);
  }
  if (std::holds_alternative<Yolox>(decoder) || std::holds_alternative<YoloV5>(decoder)) {
    return rank < 2 || (last >= 0 && last < 6) ? std::optional<std::string>("rows of at least 6")
                                               : std::nullopt;
  }
  if (std::holds_alternative<YoloV8>(decoder)) {
    return rank < 2 ? std::optional<std::string>("at least two extents") : std::nullopt;
  }
  if (std::holds_alternative<FastestDet>(decoder)) {
    return rank != 4 ? std::optional<std::string>("four extents") : std::nullopt;
  }
  if (std::holds_alternative<Keypoints>(decoder)) {
    return needs_last(3);
  }
  if (const auto* mask = std::get_if<Segmentation>(&decoder)) {
    if (mask->mode == Segmentation::Mode::kIndex && !tensor::is_integer(tensor.dtype) &&
        !tensor::is_floating(tensor.dtype)) {
      return "numbers";
    }
    return rank < 2 || rank > 4 ? std::optional<std::string>("two to four extents") : std::nullopt;
  }
  return std::nullopt;
}

/// Class count where a decoder's tensors tell it, -1 otherwise.
std::int64_t classes_of(const ResolvedOutput& output) {
  const Decoder& decoder = output.meaning.decoder;
  const TensorFacts& tensor = output.tensors.back().tensor;
  if (std::holds_alternative<TopK>(decoder) || std::holds_alternative<SsdRaw>(decoder)) {
    return last_dim(tensor);
  }
  if (std::holds_alternative<Yolox>(decoder) || std::holds_alternative<YoloV5>(decoder)) {
    return last_dim(tensor) < 0 ? -1 : last_dim(tensor) - 5;
  }
  if (std::holds_alternative<FastestDet>(decoder)) {
    return tensor.dims.size() == 4 && tensor.dims[1] >= 0 ? tensor.dims[1] - 5 : -1;
  }
  return -1;
}

const Labels* labels_in(const Decoder& decoder) {
  return std::visit(
      [](const auto& kind) -> const Labels* {
        if constexpr (requires { kind.detector.labels; }) {
          return &kind.detector.labels;
        } else if constexpr (requires { kind.labels; }) {
          return &kind.labels;
        } else {
          return nullptr;
        }
      },
      decoder);
}

}  // namespace

Result<ResolvedOutput> resolve_output(const Output& output, std::span<const TensorFacts> outputs,
                                      std::vector<bool>& taken, const Complaint& complain) {
  ResolvedOutput resolved;
  resolved.meaning = output;
  const std::vector<std::string_view> roles = roles_of(output.decoder);
  std::vector<std::optional<std::size_t>> found(roles.size());
  for (std::size_t i = 0; i < roles.size(); ++i) {
    const TensorReference* const reference = reference_to(output, roles[i]);
    if (is_named(reference)) {
      ARETE_TRY_ASSIGN(found[i], named_output(*reference, outputs, complain));
      taken[*found[i]] = true;
    }
  }
  for (std::size_t i = 0; i < roles.size(); ++i) {
    if (!found[i].has_value()) {
      found[i] = free_output(output.decoder, roles[i], outputs, taken);
    }
    if (!found[i].has_value()) {
      return complain.invalid(fmt::format("no output of the file is left for '{}'; it has {}",
                                          roles[i], outputs.size()));
    }
    taken[*found[i]] = true;
    const TensorFacts& tensor = outputs[*found[i]];
    if (const TensorReference* const reference = reference_to(output, roles[i])) {
      ARETE_TRY(check_stated(reference->stated, tensor, complain));
    }
    if (const auto fault = shape_fault(output.decoder, roles[i], tensor)) {
      return complain.invalid(fmt::format("the output '{}' {} cannot be '{}': {} wanted",
                                          tensor.name, dims_text(tensor.dims), roles[i], *fault));
    }
    resolved.tensors.push_back({std::string(roles[i]), *found[i], tensor});
  }
  return resolved;
}

std::vector<std::string> warnings_of(const ResolvedOutput& output) {
  const Labels* const labels = labels_in(output.meaning.decoder);
  const std::int64_t classes = classes_of(output);
  if (labels == nullptr || labels->names.empty() || classes < 0) {
    return {};
  }
  const auto names = static_cast<std::int64_t>(labels->names.size());
  if (classes + labels->offset == names) {
    return {};
  }
  return {fmt::format("{} labels{} for the {} classes of output '{}'", names,
                      labels->offset != 0 ? fmt::format(" with offset {}", labels->offset) : "",
                      classes, output.tensors.back().tensor.name)};
}

Status check_grid(const ResolvedOutput& output, std::span<const ResolvedInput> inputs,
                  const Complaint& complain) {
  const auto* yolox = std::get_if<Yolox>(&output.meaning.decoder);
  const auto image = std::ranges::find_if(
      inputs, [](const ResolvedInput& input) { return input.image.has_value(); });
  if (yolox == nullptr || image == inputs.end()) {
    return {};
  }
  std::int64_t cells = 0;
  for (const int stride : yolox->strides) {
    cells += std::int64_t{image->image->width / stride} * (image->image->height / stride);
  }
  const TensorFacts& tensor = output.tensors[0].tensor;
  const std::int64_t rows = tensor.dims.size() < 2 ? -1 : tensor.dims[tensor.dims.size() - 2];
  if (rows >= 0 && rows != cells) {
    return complain.invalid(
        fmt::format("the strides make {} cells of a {} x {} input, but the output '{}' has {} rows",
                    cells, image->image->width, image->image->height, tensor.name, rows));
  }
  return {};
}

}  // namespace arete::spec
