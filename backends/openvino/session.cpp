// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"

#include <algorithm>
#include <utility>

#include "element_types.hpp"

namespace arete_openvino {
namespace {

using arete::plugin::Binding;
using arete::plugin::bytes_of;
using arete::plugin::Description;
using arete::plugin::Failure;

const Api& openvino() { return library().api; }

/// Something to point at where there are no elements.
std::byte* nothing() {
  static std::byte nothing{};
  return &nothing;
}

Owned<ov_model_t> read_file(const char* path) {
  ov_model_t* model = nullptr;
  check(openvino().core_read_model(library().core, path, nullptr, &model), Stage::kLoading);
  return Owned<ov_model_t>(model);
}

Owned<ov_model_t> read_model(const arete_model_source& source) {
  if (source.data == nullptr) {
    return read_file(source.path);
  }
  ov_model_t* model = nullptr;
  const ov_status_e status = openvino().core_read_model_from_memory_buffer(
      library().core, static_cast<const char*>(source.data), source.bytes, nullptr, &model);
  if (status != OK) {
    const Failure reason = failure_of(status, Stage::kLoading);
    // Weights in files beside the model are found only if OpenVINO reads the model's file itself.
    if (source.path == nullptr ||
        openvino().core_read_model(library().core, source.path, nullptr, &model) != OK) {
      throw reason;  // the first reason is the better one
    }
  }
  return Owned<ov_model_t>(model);
}

Owned<ov_compiled_model_t> compile(const ov_model_t& model, const Settings& settings) {
  const std::string threads = std::to_string(settings.num_threads);
  ov_compiled_model_t* made = nullptr;
  const auto compile_with = [&](auto... properties) {
    return openvino().core_compile_model(library().core, &model, "CPU", sizeof...(properties),
                                         &made, properties...);
  };
  // Without a word OpenVINO computes f32 models in bf16 where the processor can.
  const auto common = [&](auto... more) {
    return compile_with("INFERENCE_PRECISION_HINT", settings.precision.c_str(), "NUM_STREAMS", "1",
                        "INFERENCE_NUM_THREADS", threads.c_str(), "ENABLE_CPU_PINNING", "NO",
                        "PERF_COUNT", settings.profile ? "YES" : "NO", more...);
  };
  check(settings.cache_dir.empty() ? common() : common("CACHE_DIR", settings.cache_dir.c_str()),
        Stage::kLoading);
  return Owned<ov_compiled_model_t>(made);
}

Description description_of(const ov_output_const_port_t& port) {
  Description made;
  char* name = nullptr;
  if (openvino().port_get_any_name(&port, &name) == OK && name != nullptr) {
    made.name = name;
    openvino().free(name);
  }
  ov_element_type_e type{};
  check(openvino().port_get_element_type(&port, &type), Stage::kLoading);
  made.dtype = dtype_of(type);
  ov_partial_shape_t shape{};
  check(openvino().port_get_partial_shape(&port, &shape), Stage::kLoading);
  made.rank_known = shape.rank.min == shape.rank.max && shape.rank.min >= 0;
  for (std::int64_t i = 0; made.rank_known && i < shape.rank.max; ++i) {
    const ov_dimension_t& dim = shape.dims[i];
    made.shape.push_back(dim.min == dim.max ? dim.min : -1);
  }
  openvino().partial_shape_free(&shape);
  return made;
}

/// The file's own names, if there is one for each tensor.
void rename(Description& description, const std::vector<NamedTensor>& names, std::size_t count,
            std::size_t index) {
  if (names.size() != count || names[index].name.empty()) {
    return;
  }
  description.name = names[index].name;
  const std::vector<std::string>& dim_names = names[index].dim_names;
  if (description.rank_known && dim_names.size() == description.shape.size()) {
    for (std::size_t i = 0; i < dim_names.size(); ++i) {
      description.dim_names.push_back(description.shape[i] < 0 ? dim_names[i] : "");
    }
  }
}

Owned<ov_tensor_t> tensor_over(const Binding& binding, std::byte* data) {
  // OpenVINO does not write to the extents, but does not say so either.
  std::vector<std::int64_t> dims(binding.shape().begin(), binding.shape().end());
  const ov_shape_t shape{static_cast<std::int64_t>(dims.size()), dims.data()};
  ov_tensor_t* made = nullptr;
  check(openvino().tensor_create_from_host_ptr(element_type_of(binding.tensor().dtype), shape,
                                               data == nullptr ? nothing() : data, &made));
  return Owned<ov_tensor_t>(made);
}

std::vector<std::int64_t> shape_of(const ov_tensor_t& tensor) {
  ov_shape_t shape{};
  check(openvino().tensor_get_shape(&tensor, &shape));
  const std::vector<std::int64_t> dims(shape.dims, shape.dims + shape.rank);
  static_cast<void>(openvino().shape_free(&shape));
  return dims;
}

}  // namespace

OpenVinoSession::OpenVinoSession(const arete_model_source& source, const Settings& settings)
    : settings_(settings) {
  const Owned<ov_model_t> model = read_model(source);
  compiled_ = compile(*model, settings);
  // A path alone is read once more; a large file's pages are in memory by now.
  describe_tensors(source.data != nullptr
                       ? onnx_names({static_cast<const char*>(source.data), source.bytes})
                       : onnx_names(arete::plugin::read_model(source)));
  remake_request();
}

void OpenVinoSession::describe_tensors(const OnnxNames& names) {
  std::size_t input_count = 0;
  std::size_t output_count = 0;
  check(openvino().compiled_model_inputs_size(compiled_.get(), &input_count), Stage::kLoading);
  check(openvino().compiled_model_outputs_size(compiled_.get(), &output_count), Stage::kLoading);
  const auto add = [&](arete_direction direction, std::size_t count, auto port_by_index,
                       const std::vector<NamedTensor>& known) {
    for (std::size_t i = 0; i < count; ++i) {
      ov_output_const_port_t* port = nullptr;
      check(port_by_index(compiled_.get(), i, &port), Stage::kLoading);
      const Owned<ov_output_const_port_t> owned(port);
      Description description = description_of(*port);
      rename(description, known, count, i);
      if (description.dtype == ARETE_DTYPE_STRING || description.dtype == ARETE_DTYPE_UNDEFINED) {
        throw Failure(ARETE_UNSUPPORTED,
                      "'" + description.name + "' has a type that cannot be passed");
      }
      if (arete::plugin::bits_of(description.dtype) % 8 != 0) {
        // OpenVINO 2026.4's CPU device writes a byte beyond a packed output's memory.
        throw Failure(ARETE_UNSUPPORTED, "'" + description.name + "' is " +
                                             arete::plugin::name_of(description.dtype) +
                                             ": inputs and outputs of less than a byte an element "
                                             "cannot be passed");
      }
      add_tensor(direction, std::move(description));
    }
  };
  add(ARETE_INPUT, input_count, openvino().compiled_model_input_by_index, names.inputs);
  add(ARETE_OUTPUT, output_count, openvino().compiled_model_output_by_index, names.outputs);
  inputs_.resize(input_count);
  outputs_.resize(output_count);
}

/// A new request writes to memory of its own again; there is no way to tell an old one.
void OpenVinoSession::remake_request() {
  ov_infer_request_t* made = nullptr;
  check(openvino().compiled_model_create_infer_request(compiled_.get(), &made));
  request_.reset(made);
  request_stale_ = false;
  for (std::vector<Slot>* slots : {&inputs_, &outputs_}) {
    for (Slot& slot : *slots) {
      slot.given = false;
    }
  }
}

void OpenVinoSession::bound(arete_direction direction, std::uint32_t index) {
  Slot& slot = direction == ARETE_INPUT ? inputs_[index] : outputs_[index];
  request_stale_ = request_stale_ || slot.given;
  slot.given = false;
  slot.tensor.reset();
  const Binding& memory = binding(direction, index);
  if (!memory) {
    return;
  }
  std::byte* data = static_cast<std::byte*>(memory.tensor().data);
  if (!memory.dense()) {
    slot.dense.resize(bytes_of(memory.tensor().dtype, memory.shape()));
    data = slot.dense.data();
  }
  slot.tensor = tensor_over(memory, data);
}

void OpenVinoSession::give_tensors() {
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    const Binding& memory = binding(ARETE_INPUT, i);
    if (!memory.dense()) {
      arete::plugin::gather(memory, inputs_[i].dense.data());
    }
    if (!std::exchange(inputs_[i].given, true)) {
      check(openvino().infer_request_set_input_tensor_by_index(request_.get(), i,
                                                               inputs_[i].tensor.get()));
    }
  }
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    if (binding(ARETE_OUTPUT, i) && !std::exchange(outputs_[i].given, true)) {
      check(openvino().infer_request_set_output_tensor_by_index(request_.get(), i,
                                                                outputs_[i].tensor.get()));
    }
  }
}

void OpenVinoSession::finish_output(std::uint32_t index) {
  Slot& output = outputs_[index];
  ov_tensor_t* result = nullptr;
  check(openvino().infer_request_get_output_tensor_by_index(request_.get(), index, &result));
  const Owned<ov_tensor_t> owned(result);
  output.shape = shape_of(*result);
  const Binding& target = binding(ARETE_OUTPUT, index);
  if (!target) {
    return;
  }
  if (!std::ranges::equal(output.shape, target.shape())) {
    request_stale_ = true;
    throw Failure(ARETE_INVALID, "output '" + description(ARETE_OUTPUT, index).name +
                                     "' has shape " + arete::plugin::text_of(output.shape) +
                                     ", the bound memory " +
                                     arete::plugin::text_of(target.shape()));
  }
  if (!target.dense()) {
    arete::plugin::scatter(output.dense.data(), target);
  }
}

void OpenVinoSession::execute() {
  if (request_stale_) {
    remake_request();
  }
  give_tensors();
  control().throw_if_stopped();
  // Started and waited for: a run that is made in one call cannot be cancelled.
  check(openvino().infer_request_start_async(request_.get()));
  if (control().stop_requested()) {
    stop();  // one that came before the start was lost
  }
  check(openvino().infer_request_wait(request_.get()));
  for (std::uint32_t i = 0; i < outputs_.size(); ++i) {
    finish_output(i);
  }
  if (settings_.profile) {
    profile_.add_run(*request_);
  }
}

void OpenVinoSession::stop() {
  // Nothing can be done about a failure here; the run then ends by itself.
  static_cast<void>(openvino().infer_request_cancel(request_.get()));
}

arete_tensor OpenVinoSession::output(std::uint32_t index) {
  if (const Binding& target = binding(ARETE_OUTPUT, index)) {
    return target.tensor();
  }
  Slot& output = outputs_[index];
  ov_tensor_t* result = nullptr;
  check(openvino().infer_request_get_output_tensor_by_index(request_.get(), index, &result));
  output.tensor.reset(result);
  arete_tensor made{};
  made.struct_size = sizeof(arete_tensor);
  made.dtype = description(ARETE_OUTPUT, index).dtype;
  made.memory = ARETE_MEMORY_HOST;
  made.rank = static_cast<std::uint32_t>(output.shape.size());
  made.shape = output.shape.data();
  made.bytes = bytes_of(made.dtype, output.shape);
  check(openvino().tensor_data(result, &made.data));
  return made;
}

const arete_profile& OpenVinoSession::profile() {
  if (!settings_.profile) {
    throw Failure(ARETE_CONFLICT, "load with option 'profile' set to 'on'");
  }
  return profile_.report();
}

}  // namespace arete_openvino
