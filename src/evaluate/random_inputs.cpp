// SPDX-License-Identifier: Apache-2.0
#include "evaluate/random_inputs.hpp"

#include <random>
#include <utility>

namespace arete::evaluate {
namespace {

using tensor::DType;

/// The stated shape, or the file's with 1 for what it leaves open.
Result<tensor::Shape> shape_for(const runtime::TensorInfo& info,
                                const std::map<std::string, tensor::Shape>& shapes,
                                bool& is_assumed) {
  std::vector<std::int64_t> extents;
  for (const runtime::Dim& dim : info.dims.value_or(runtime::SymbolicDims{})) {
    is_assumed = is_assumed || !dim.known();
    extents.push_back(dim.known() ? dim.size : 1);
  }
  const auto stated = shapes.find(info.name);
  if (stated == shapes.end()) {
    return tensor::Shape(std::move(extents));
  }
  is_assumed = false;
  const tensor::Shape& shape = stated->second;
  bool fits = !info.dims || info.dims->size() == shape.rank();
  for (std::size_t i = 0; fits && info.dims && i < shape.rank(); ++i) {
    fits = !(*info.dims)[i].known() || (*info.dims)[i].size == shape[i];
  }
  if (!fits) {
    return fail(ErrorCode::kInvalid, "shape {} does not fit input '{}' of {}", shape.text(),
                info.name, runtime::text_of(info));
  }
  return shape;
}

/// Fills one tensor. Only 32 random bits an element, so that every type sees the same sequence.
Status fill_randomly(tensor::Tensor& tensor, bool is_quantized, std::mt19937& random) {
  const DType dtype = tensor.dtype();
  if (dtype == DType::kString || dtype == DType::kC64 || dtype == DType::kC128 ||
      dtype == DType::kUndefined) {
    return fail(ErrorCode::kUnsupported, "random contents for {} are not known",
                tensor::name_of(dtype));
  }
  const bool is_narrow = tensor::is_integer(dtype) && tensor::bits_of(dtype) <= 8;
  for (std::int64_t i = 0; i < tensor.elements(); ++i) {
    const auto bits = static_cast<std::uint32_t>(random());
    if (tensor::is_floating(dtype)) {
      tensor.set_number(i, static_cast<double>(bits >> 8U) / (1 << 24));
    } else if (is_quantized || is_narrow) {
      const auto range = tensor::integer_range(dtype);
      const double span = static_cast<double>(range.highest) - static_cast<double>(range.lowest);
      tensor.set_number(i, static_cast<double>(range.lowest) +
                               static_cast<double>(bits % (1U << 16U)) / 65535.0 * span);
    } else {
      tensor.set_number(i, static_cast<double>(bits >> 31U));
    }
  }
  return {};
}

}  // namespace

Result<RandomInputs> random_inputs(std::span<const runtime::TensorInfo> infos,
                                   const std::map<std::string, tensor::Shape>& shapes,
                                   std::uint64_t seed) {
  for (const auto& [name, shape] : shapes) {
    ARETE_TRY(runtime::index_of(infos, name, "input"));
  }
  RandomInputs inputs;
  for (std::size_t i = 0; i < infos.size(); ++i) {
    bool is_assumed = false;
    ARETE_TRY_ASSIGN(tensor::Shape shape, shape_for(infos[i], shapes, is_assumed));
    if (is_assumed) {
      inputs.assumed.push_back(infos[i].name);
    }
    ARETE_TRY_ASSIGN(tensor::Tensor tensor,
                     tensor::Tensor::allocate(infos[i].dtype, std::move(shape)), "input '{}'",
                     infos[i].name);
    std::seed_seq seeds{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32U),
                        static_cast<std::uint32_t>(i)};
    std::mt19937 random(seeds);
    ARETE_TRY(fill_randomly(tensor, infos[i].quantization.has_value(), random), "input '{}'",
              infos[i].name);
    inputs.tensors.push_back(std::move(tensor));
  }
  return inputs;
}

}  // namespace arete::evaluate
