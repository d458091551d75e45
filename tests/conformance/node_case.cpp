// SPDX-License-Identifier: Apache-2.0
#include "node_case.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>

#include "model/ir/model.hpp"
#include "model/onnx/datum_reader.hpp"
#include "model/onnx/onnx.hpp"
#include "model/operators/function_body.hpp"
#include "model/operators/infer_shapes.hpp"
#include "model/operators/operator.hpp"
#include "model/reference/evaluator.hpp"

namespace arete::conformance {
namespace {

namespace fs = std::filesystem;
using model::Datum;
using model::Model;
using tensor::DType;
using tensor::Tensor;

struct Tolerance {
  double relative = 1e-3;  ///< what ONNX's own test runner uses
  double absolute = 1e-7;
};

/// Where the expected values themselves are less exact than that.
Tolerance tolerance_of(const std::string& name) {
  const bool narrow =
      name.find("bf16") != std::string::npos || name.find("fp16") != std::string::npos;
  if (name.starts_with("test_attention") && narrow) {
    return {.relative = 0x1p-6};  // rounded to 16 bits at each step of softmax; ours only once
  }
  if (name.starts_with("test_dft_inverse")) {
    return {.absolute = 1e-6};  // zeros with the noise of an f32 transform in them
  }
  return {};
}

Bytes read_whole(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  return to_bytes(text);
}

std::string full_name(const model::Node& node) {
  return node.domain.empty() ? node.op_type : node.domain + "." + node.op_type;
}

/// Names of operators that neither the registry nor the model's functions have.
void collect_unlisted(const Model& model, const model::Graph& graph,
                      const std::map<std::string, std::int64_t>& imports,
                      std::set<std::string>& names) {
  for (const model::Node& node : graph.nodes) {
    const auto import = imports.find(node.domain);
    const std::int64_t opset = import == imports.end() ? 0 : import->second;
    if (model::find_function(model, node) == nullptr &&
        model::find_operator(node.domain, node.op_type, opset) == nullptr) {
      names.insert(full_name(node));
    }
    for (const model::Graph* inner : model::subgraphs_of(node)) {
      collect_unlisted(model, *inner, imports, names);
    }
  }
}

bool close(double got, double wanted, const Tolerance& tolerance) {
  if (std::isnan(got) || std::isnan(wanted)) {
    return std::isnan(got) && std::isnan(wanted);
  }
  if (std::isinf(got) || std::isinf(wanted)) {
    return got == wanted;
  }
  return std::fabs(got - wanted) <= tolerance.absolute + tolerance.relative * std::fabs(wanted);
}

std::string compare_tensors(const Tensor& got, const Tensor& wanted, const Tolerance& tolerance) {
  if (got.dtype() != wanted.dtype() || got.shape() != wanted.shape()) {
    return fmt::format("is {} {}, should be {} {}", tensor::name_of(got.dtype()),
                       got.shape().text(), tensor::name_of(wanted.dtype()), wanted.shape().text());
  }
  for (std::int64_t i = 0; i < got.elements(); ++i) {
    if (got.dtype() == DType::kString) {
      const auto at = static_cast<std::size_t>(i);
      if (got.strings()[at] != wanted.strings()[at]) {
        return fmt::format("element {} is '{}', should be '{}'", i, got.strings()[at],
                           wanted.strings()[at]);
      }
    } else if (tensor::is_floating(got.dtype())) {
      if (!close(got.number_at(i), wanted.number_at(i), tolerance)) {
        return fmt::format("element {} is {}, should be {}", i, got.number_at(i),
                           wanted.number_at(i));
      }
    } else if (got.integer_at(i) != wanted.integer_at(i)) {
      return fmt::format("element {} is {}, should be {}", i, got.integer_at(i),
                         wanted.integer_at(i));
    }
  }
  return {};
}

/// Empty if they agree.
std::string compare(const Datum& got, const Datum& wanted, const Tolerance& tolerance) {
  if (got.present != wanted.present || got.sequence.has_value() != wanted.sequence.has_value()) {
    return "is of another kind";
  }
  if (!got.present) {
    return {};
  }
  if (!got.sequence) {
    return compare_tensors(got.tensor, wanted.tensor, tolerance);
  }
  if (got.sequence->size() != wanted.sequence->size()) {
    return fmt::format("has {} items, should have {}", got.sequence->size(),
                       wanted.sequence->size());
  }
  for (std::size_t i = 0; i < got.sequence->size(); ++i) {
    std::string difference = compare((*got.sequence)[i], (*wanted.sequence)[i], tolerance);
    if (!difference.empty()) {
      return fmt::format("item {} {}", i, difference);
    }
  }
  return {};
}

/// The model without what it declares of the values that nodes make.
Model undeclared(Model model) {
  for (const model::Node& node : model.graph.nodes) {
    for (const model::ValueId id : node.outputs) {
      if (id != model::kNoValue && model.value(id).kind == model::ValueKind::kTensor) {
        model.value(id).dtype = DType::kUndefined;
        model.value(id).shape.reset();
      }
    }
  }
  return model;
}

/// Empty if what was inferred of the value is true of the tensor.
std::string compare_inferred(const model::Value& value, const Datum& actual, bool& complete) {
  if (value.kind != model::ValueKind::kTensor || actual.sequence || !actual.present) {
    return {};
  }
  const Tensor& tensor = actual.tensor;
  if (value.dtype == DType::kUndefined) {  // what an optional of the caller holds is not known
    complete = false;
    return {};
  }
  if (value.dtype != tensor.dtype()) {
    return fmt::format("inferred as {}, is {}", tensor::name_of(value.dtype),
                       tensor::name_of(tensor.dtype()));
  }
  complete = complete && value.shape && model::concrete(*value.shape);
  if (!value.shape) {
    return {};
  }
  bool fits = value.shape->size() == tensor.shape().rank();
  for (std::size_t axis = 0; fits && axis < value.shape->size(); ++axis) {
    const model::Dim& dim = (*value.shape)[axis];
    fits = !dim.known() || dim.size() == tensor.shape()[axis];
  }
  return fits ? std::string()
              : fmt::format("inferred with shape {}, has {}", model::text_of(*value.shape),
                            tensor.shape().text());
}

/// Old test data keeps bf16 in messages of type u16.
Status restore_bfloat16(const model::Value& value, Datum& datum) {
  if (value.dtype == DType::kBf16 && datum.tensor.dtype() == DType::kU16) {
    ARETE_TRY_ASSIGN(datum.tensor, Tensor::from_bytes(DType::kBf16, datum.tensor.shape(),
                                                      datum.tensor.shared_bytes()));
  }
  return {};
}

Result<std::vector<Datum>> read_data(const Model& model, const std::vector<model::ValueId>& ids,
                                     const fs::path& folder, const std::string& prefix) {
  std::vector<Datum> data;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const fs::path path = folder / fmt::format("{}_{}.pb", prefix, i);
    if (!fs::exists(path)) {
      data.push_back(Datum{.present = false});
      continue;
    }
    const Bytes bytes = read_whole(path);
    ARETE_TRY_ASSIGN(data.emplace_back(), model::read_onnx_datum(bytes, model.value(ids[i]).kind),
                     "{}", path.filename().string());
    ARETE_TRY(restore_bfloat16(model.value(ids[i]), data.back()));
  }
  return data;
}

Status check_shapes(const Model& original, const std::vector<Datum>& outputs, bool& complete) {
  Model declared = original;
  ARETE_TRY(model::infer_shapes(declared), "inferring shapes");
  Model inferred = undeclared(original);
  ARETE_TRY(model::infer_shapes(inferred), "inferring undeclared shapes");
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const std::string difference =
        compare_inferred(inferred.value(inferred.graph.outputs[i]), outputs[i], complete);
    if (!difference.empty()) {
      return fail(ErrorCode::kInternal, "output {} {}", i, difference);
    }
  }
  return {};
}

/// Some old test data has inputs of another shape than their model declares.
void declare_given_shapes(Model& model, const std::vector<Datum>& inputs) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    model::Value& value = model.value(model.graph.inputs[i]);
    if (inputs[i].present && !inputs[i].sequence && value.kind == model::ValueKind::kTensor) {
      value.shape = model::symbolic(inputs[i].tensor.shape());
    }
  }
}

Status run_data_set(Model model, const fs::path& data, const Tolerance& tolerance, bool& complete) {
  ARETE_TRY_ASSIGN(auto inputs, read_data(model, model.graph.inputs, data, "input"));
  ARETE_TRY_ASSIGN(const auto wanted, read_data(model, model.graph.outputs, data, "output"));
  declare_given_shapes(model, inputs);
  ARETE_TRY_ASSIGN(auto evaluator, model::Evaluator::create(model));
  ARETE_TRY_ASSIGN(const auto outputs, evaluator.run(std::move(inputs)));
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const std::string difference = compare(outputs[i], wanted[i], tolerance);
    if (!difference.empty()) {
      return fail(ErrorCode::kInternal, "output {} {}", i, difference);
    }
  }
  return check_shapes(model, outputs, complete);
}

}  // namespace

std::vector<fs::path> case_folders(const fs::path& root) {
  std::vector<fs::path> folders;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(root, ignored)) {
    if (fs::exists(entry.path() / "model.onnx")) {
      folders.push_back(entry.path());
    }
  }
  std::ranges::sort(folders);
  return folders;
}

std::vector<fs::path> case_roots() {
  std::vector<fs::path> roots;
  if (const char* deps = std::getenv("ARETE_DEPS")) {
    roots.push_back(fs::path(deps) / "onnx_node_tests");
  }
  roots.emplace_back("/usr/share/libonnx-testdata/data/node");
  return roots;
}

CaseResult run_case(const fs::path& folder) {
  CaseResult result;
  result.name = folder.filename().string();
  result.folder = folder;
  result.expanded = result.name.find("_expanded") != std::string::npos;
  const auto fail_with = [&](const Error& error) {
    result.verdict = Verdict::kFailed;
    result.reason = error.message();
    return result;
  };
  model::OnnxReadOptions options;
  options.fold_quantization = false;
  auto model = model::read_onnx(SharedBytes(read_whole(folder / "model.onnx")), options);
  if (!model) {
    return fail_with(model.error());
  }
  for (const model::Node& node : model->graph.nodes) {
    if (node.op_type != "Constant" || model->graph.nodes.size() == 1) {
      result.operators.insert(full_name(node));
    }
  }
  std::set<std::string> unlisted;
  collect_unlisted(*model, model->graph, model->opset_imports, unlisted);
  for (const model::Function& function : model->functions) {
    collect_unlisted(*model, function.body, function.opset_imports, unlisted);
  }
  if (!unlisted.empty()) {
    result.verdict = Verdict::kNotListed;
    result.reason = fmt::format("{}", fmt::join(unlisted, ", "));
    return result;
  }
  for (int i = 0; fs::exists(folder / fmt::format("test_data_set_{}", i)); ++i) {
    const Status status = run_data_set(*model, folder / fmt::format("test_data_set_{}", i),
                                       tolerance_of(result.name), result.shapes_complete);
    if (!status) {
      return fail_with(status.error());
    }
  }
  result.verdict = Verdict::kPassed;
  return result;
}

}  // namespace arete::conformance
