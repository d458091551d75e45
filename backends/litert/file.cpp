// The model file: signatures and descriptions of tensors.
// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <optional>

#include "compiled.hpp"
#include "element_types.hpp"

namespace arete_litert {
namespace {

using arete::plugin::Failure;
using arete::plugin::Quantization;

// Operators by the format's numbers.
constexpr std::int32_t kReadVariable = 143;

const Api& litert() { return library().api; }

std::string name_of(TensorObject* tensor) {
  const char* name = nullptr;
  check(litert().get_tensor_name(tensor, &name), "reading a name");
  return name == nullptr ? "" : name;
}

Quantization quantization_per_channel(TensorObject* tensor) {
  PerChannelQuantization facts{};
  check(litert().get_per_channel_quantization(tensor, &facts), "reading a quantization");
  Quantization made;
  made.axis = facts.axis;
  made.scales.assign(facts.scales, facts.scales + facts.count);
  for (std::uint64_t i = 0; i < facts.count; ++i) {
    made.zero_points.push_back(static_cast<std::int32_t>(facts.zero_points[i]));
  }
  return made;
}

std::optional<Quantization> quantization_of(TensorObject* tensor) {
  std::int32_t kind = kNone;
  check(litert().get_quantization_type_id(tensor, &kind), "reading a quantization");
  if (kind == kPerChannel) {
    return quantization_per_channel(tensor);
  }
  if (kind != kPerTensor) {
    return std::nullopt;
  }
  PerTensorQuantization facts{};
  check(litert().get_per_tensor_quantization(tensor, &facts), "reading a quantization");
  Quantization made;
  made.scales = {facts.scale};
  made.zero_points = {static_cast<std::int32_t>(facts.zero_point)};
  return made;
}

FileTensor describe(TensorObject* tensor) {
  FileTensor made;
  made.description.name = name_of(tensor);
  std::int32_t kind = 0;
  check(litert().get_tensor_type_id(tensor, &kind), "reading a type");
  RankedTensorType type{};
  if (kind != 0 || litert().get_ranked_tensor_type(tensor, &type) != kOk) {
    throw Failure(ARETE_UNSUPPORTED, "'" + made.description.name + "' has no rank");
  }
  made.element_type = type.element_type;
  made.description.dtype = dtype_of(type.element_type);
  const std::uint32_t rank = type.layout.rank_and_strides & kRankBits;
  for (std::uint32_t i = 0; i < rank && i < kMostRank; ++i) {
    const std::int64_t extent = type.layout.dimensions[i];
    made.description.shape.push_back(extent < 0 ? -1 : extent);
  }
  made.description.quantization = quantization_of(tensor);
  return made;
}

/// Asks for `count` of something and describes each.
template <class Count, class Get>
std::vector<FileTensor> describe_all(SubgraphObject* graph, Count count, Get get) {
  std::size_t number = 0;
  check(count(graph, &number), "counting tensors");
  std::vector<FileTensor> made;
  for (std::size_t i = 0; i < number; ++i) {
    TensorObject* tensor = nullptr;
    check(get(graph, i, &tensor), "finding a tensor");
    made.push_back(describe(tensor));
  }
  return made;
}

ModelObject* open_model(const arete_model_source& source) {
  const Library& litert = library();
  ModelObject* made = nullptr;
  Status status = kOk;
  if (source.data != nullptr) {
    status =
        litert.api.create_model_from_buffer(litert.environment, source.data, source.bytes, &made);
  } else if (!std::ifstream(source.path, std::ios::binary)) {
    throw Failure(ARETE_NOT_FOUND, std::string("cannot open ") + source.path);
  } else {
    status = litert.api.create_model_from_file(litert.environment, source.path, &made);
  }
  if (status == kUnsupported) {
    // It says which only in its log. What its source lists is said here.
    throw Failure(ARETE_UNSUPPORTED,
                  "LiteRT's C interface refuses the file: it takes no variable tensors (recurrent "
                  "operators have them), no variant tensors and none without a rank");
  }
  check(status, "LiteRT cannot read the file: opening it", ARETE_CORRUPT);
  return made;
}

}  // namespace

ModelFile::ModelFile(const arete_model_source& source, const std::string& signature)
    : model_(open_model(source), Release{&litert()}) {
  choose_signature(signature);
}

void ModelFile::choose_signature(const std::string& key) {
  std::size_t count = 0;
  check(litert().get_num_model_signatures(get(), &count), "counting signatures", ARETE_CORRUPT);
  std::string known;
  for (std::size_t i = 0; i < count; ++i) {
    SignatureObject* signature = nullptr;
    check(litert().get_model_signature(get(), i, &signature), "reading a signature", ARETE_CORRUPT);
    const char* text = nullptr;
    check(litert().get_signature_key(signature, &text), "reading a signature", ARETE_CORRUPT);
    const std::string name = text == nullptr ? "" : text;
    known += (known.empty() ? "" : ", ") + name;
    if (key.empty() || key == name) {
      signature_ = i;
      check(litert().get_signature_subgraph(signature, &graph_), "reading a signature",
            ARETE_CORRUPT);
      return;
    }
  }
  throw Failure(ARETE_INVALID, "option 'signature' is '" + key + "'; the file has: " + known);
}

std::vector<FileTensor> ModelFile::inputs() const {
  return describe_all(graph_, litert().get_num_subgraph_inputs, litert().get_subgraph_input);
}

std::vector<FileTensor> ModelFile::outputs() const {
  return describe_all(graph_, litert().get_num_subgraph_outputs, litert().get_subgraph_output);
}

std::vector<FileTensor> ModelFile::states() const {
  std::size_t count = 0;
  check(litert().get_num_subgraph_ops(graph_, &count), "counting operators");
  std::vector<FileTensor> made;
  for (std::size_t i = 0; i < count; ++i) {
    OpObject* op = nullptr;
    std::int32_t code = 0;
    TensorObject* tensor = nullptr;
    if (litert().get_subgraph_op(graph_, i, &op) == kOk && litert().get_op_code(op, &code) == kOk &&
        code == kReadVariable && litert().get_op_output(op, 0, &tensor) == kOk) {
      made.push_back(describe(tensor));
    }
  }
  return made;
}

std::string ModelFile::name_of_operator(std::uint64_t index) const {
  OpObject* op = nullptr;
  TensorObject* tensor = nullptr;
  const bool found = litert().get_subgraph_op(graph_, index, &op) == kOk &&
                     litert().get_op_output(op, 0, &tensor) == kOk;
  return found ? name_of(tensor) : "";
}

}  // namespace arete_litert
