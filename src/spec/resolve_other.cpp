// Inputs that are no pictures, against the shapes of their tensors.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "spec/resolve_parts.hpp"

namespace arete::spec {
namespace {

bool compatible(std::int64_t dim, std::int64_t wanted) { return dim < 0 || dim == wanted; }

/// A leading unknown extent is a batch of one.
void fill_batch(std::vector<std::int64_t>& shape) {
  if (!shape.empty() && shape[0] < 0) {
    shape[0] = 1;
  }
}

/// The unknown last extent of [batch, n] becomes `wanted`; a known one must be it.
Status fill_row(ResolvedInput& resolved, std::int64_t wanted, std::string_view what,
                const Complaint& complain) {
  auto& shape = resolved.shape;
  fill_batch(shape);
  if (wanted == 0 || shape.empty()) {
    return {};
  }
  if (shape.back() < 0) {
    shape.back() = wanted;
  }
  const std::int64_t elements = elements_of(shape);
  if (elements >= 0 && elements != wanted) {
    return complain.invalid(fmt::format("{} are {} numbers, but the file's shape is {}", what,
                                        wanted, dims_text(resolved.tensor.dims)));
  }
  return {};
}

class OtherResolver {
 public:
  OtherResolver(ResolvedInput& resolved, std::span<const TensorFacts> outputs,
                const Complaint& complain)
      : resolved_(resolved), outputs_(outputs), complain_(complain) {}

  Status operator()(const ImageInput& /*image*/) { return {}; }

  Status operator()(const AudioInput& audio) {
    if (!audio.features.has_value()) {
      const std::int64_t samples = audio.window == 0 ? 0 : audio.window + audio.context;
      return fill_row(resolved_, samples, "window and context", complain_);
    }
    fill_batch(resolved_.shape);
    const std::int64_t elements = elements_of(resolved_.shape);
    const SpectrumFeatures& features = *audio.features;
    const int row =
        features.kind == SpectrumFeatures::Kind::kMfcc ? features.coefficients : features.mel_bins;
    if (elements >= 0 && elements % row != 0) {
      return complain_.invalid(fmt::format("rows of {} features do not fill the file's shape {}",
                                           row, dims_text(resolved_.tensor.dims)));
    }
    return {};
  }

  Status operator()(const SeriesInput& series) {
    auto& shape = resolved_.shape;
    fill_batch(shape);
    const auto columns = static_cast<std::int64_t>(series.columns.size());
    if (shape.size() == 3 && columns > 0) {
      const bool last = compatible(shape[2], columns) &&
                        (series.length == 0 || compatible(shape[1], series.length));
      const bool first = compatible(shape[1], columns) &&
                         (series.length == 0 || compatible(shape[2], series.length));
      if (!last && !first) {
        return complain_.invalid(fmt::format("{} columns do not fit the file's shape {}", columns,
                                             dims_text(resolved_.tensor.dims)));
      }
      resolved_.columns_first = !last;
      shape[resolved_.columns_first ? 1 : 2] = columns;
      auto& rows = shape[resolved_.columns_first ? 2 : 1];
      if (rows < 0 && series.length == 0) {
        return complain_.invalid("the file leaves the rows open: the spec must give 'length'");
      }
      rows = rows < 0 ? series.length : rows;
      return {};
    }
    return fill_row(resolved_, series.length * std::max<std::int64_t>(columns, 1),
                    "length times columns", complain_);
  }

  Status operator()(const TextInput& text) {
    return fill_row(resolved_, text.length, "tokens", complain_);
  }

  Status operator()(const BytesInput& bytes) {
    return fill_row(resolved_, bytes.begin + bytes.end, "begin and end", complain_);
  }

  Status operator()(const TensorInput& /*tensor*/) {
    fill_batch(resolved_.shape);
    return {};
  }

  Status operator()(const ConstantInput& constant) {
    const auto count = static_cast<std::int64_t>(constant.values.size());
    const std::int64_t elements = elements_of(resolved_.shape);
    if (elements < 0 && resolved_.shape.size() == 1) {
      resolved_.shape[0] = count;
    } else if (elements < 0 || (count != 1 && count != elements)) {
      return complain_.invalid(fmt::format("{} value(s) do not fill the file's shape {}", count,
                                           dims_text(resolved_.tensor.dims)));
    }
    return {};
  }

  Status operator()(const StateInput& state) {
    ARETE_TRY_ASSIGN(const std::size_t index, index_of(state.output, outputs_, complain_));
    const TensorFacts& output = outputs_[index];
    const auto& dims = resolved_.tensor.dims;
    bool same = output.dtype == resolved_.tensor.dtype &&
                (!output.rank_known || output.dims.size() == dims.size());
    for (std::size_t i = 0; same && output.rank_known && i < dims.size(); ++i) {
      same = dims[i] < 0 || compatible(output.dims[i], dims[i]);
    }
    if (!same) {
      return complain_.invalid(fmt::format("the state {} {} does not fit its output '{}' {} {}",
                                           tensor::name_of(resolved_.tensor.dtype), dims_text(dims),
                                           output.name, tensor::name_of(output.dtype),
                                           dims_text(output.dims)));
    }
    std::ranges::replace_if(resolved_.shape, [](std::int64_t dim) { return dim < 0; }, 1);
    resolved_.state_output = index;
    return {};
  }

 private:
  ResolvedInput& resolved_;
  std::span<const TensorFacts> outputs_;
  const Complaint& complain_;
};

}  // namespace

Status resolve_other(ResolvedInput& resolved, std::span<const TensorFacts> outputs,
                     const Complaint& complain) {
  if (!resolved.tensor.rank_known) {
    return complain.unsupported("the file does not even tell the rank of this input");
  }
  resolved.shape = resolved.tensor.dims;
  return std::visit(OtherResolver(resolved, outputs, complain), resolved.meaning.kind);
}

}  // namespace arete::spec
