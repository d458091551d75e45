// SPDX-License-Identifier: Apache-2.0
#include "runtime/session.hpp"

#include "base/text.hpp"

namespace arete::runtime {

std::optional<tensor::Shape> TensorInfo::shape() const {
  if (!dims) {
    return std::nullopt;
  }
  std::vector<std::int64_t> extents;
  for (const Dim& dim : *dims) {
    if (!dim.known()) {
      return std::nullopt;
    }
    extents.push_back(dim.size);
  }
  return tensor::Shape(std::move(extents));
}

std::string text_of(const TensorInfo& info) {
  std::string text(tensor::name_of(info.dtype));
  if (!info.dims) {
    return text + "[...]";
  }
  text += "[";
  for (std::size_t i = 0; i < info.dims->size(); ++i) {
    const Dim& dim = (*info.dims)[i];
    text += i == 0 ? "" : ", ";
    text += dim.known() ? std::to_string(dim.size) : dim.name.empty() ? "?" : dim.name;
  }
  return text + "]";
}

Result<std::size_t> index_of(std::span<const TensorInfo> infos, std::string_view name,
                             std::string_view what) {
  std::vector<std::string_view> names;
  std::string listed;
  for (std::size_t i = 0; i < infos.size(); ++i) {
    if (infos[i].name == name) {
      return i;
    }
    names.emplace_back(infos[i].name);
    listed += (i == 0 ? "" : ", ") + infos[i].name;
  }
  return fail(ErrorCode::kNotFound, "no {} '{}'{}; the model has: {}", what, name,
              did_you_mean(name, names), listed.empty() ? "none" : listed);
}

tensor::TensorView view_of(const tensor::Tensor& tensor) {
  tensor::TensorView view(tensor);
  if (tensor.dtype() == tensor::DType::kString) {
    view.data = reinterpret_cast<const std::byte*>(tensor.strings().data());
  }
  return view;
}

}  // namespace arete::runtime
