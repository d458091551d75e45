// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"

#include <onnxruntime_session_options_config_keys.h>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace arete_ort {
namespace {

using arete::plugin::Binding;
using arete::plugin::bytes_of;
using arete::plugin::Failure;

Owned<OrtSessionOptions> make_options(const arete_model_source& source, const Settings& settings,
                                      const std::string& profile_prefix) {
  const OrtApi& api = *library().api;
  OrtSessionOptions* made = nullptr;
  check(api.CreateSessionOptions(&made));
  Owned<OrtSessionOptions> options(made);
  check(api.SetIntraOpNumThreads(made, settings.intra_op_threads));
  check(api.SetInterOpNumThreads(made, 1));
  check(api.SetSessionExecutionMode(made, ORT_SEQUENTIAL));
  check(api.SetSessionGraphOptimizationLevel(
      made, settings.trial ? ORT_DISABLE_ALL : settings.optimization));
  if (settings.trial) {
    check(api.AddSessionConfigEntry(made, kOrtSessionOptionsConfigDisablePrepacking, "1"));
  }
  if (!settings.arena) {
    check(api.DisableCpuMemArena(made));
  }
  if (!profile_prefix.empty()) {
    check(api.EnableProfiling(made, profile_prefix.c_str()));
  }
  if (source.data != nullptr && source.path != nullptr) {
    const std::string path = source.path;
    const std::size_t slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    check(api.AddSessionConfigEntry(made, kOrtSessionOptionsModelExternalInitializersFileFolderPath,
                                    folder.c_str()));
  }
  return options;
}

/// A name that ONNX Runtime allocated, freed by its allocator.
std::string take_name(OrtAllocator* allocator, char* name) {
  std::string copy = name;
  check(library().api->AllocatorFree(allocator, name));
  return copy;
}

}  // namespace

OrtBackedSession::OrtBackedSession(const arete_model_source& source, const Settings& settings)
    : profiling_(settings.profile) {
  const Library& ort = library();
  const Owned<OrtSessionOptions> options =
      make_options(source, settings, profiling_ ? profile_folder_.create() : "");
  OrtSession* session = nullptr;
  if (source.data != nullptr) {
    check(ort.api->CreateSessionFromArray(ort.env, source.data, source.bytes, options.get(),
                                          &session),
          Stage::kLoading);
  } else {
    check(ort.api->CreateSession(ort.env, source.path, options.get(), &session), Stage::kLoading);
  }
  session_.reset(session);
  OrtRunOptions* run_options = nullptr;
  check(ort.api->CreateRunOptions(&run_options));
  run_options_.reset(run_options);
  describe_tensors();
}

OrtBackedSession::~OrtBackedSession() = default;

void OrtBackedSession::describe_tensors() {
  const OrtApi& api = *library().api;
  OrtAllocator* allocator = nullptr;  // not to be released
  check(api.GetAllocatorWithDefaultOptions(&allocator));
  std::size_t count = 0;
  check(api.SessionGetInputCount(session_.get(), &count));
  for (std::size_t i = 0; i < count; ++i) {
    char* name = nullptr;
    check(api.SessionGetInputName(session_.get(), i, allocator, &name));
    inputs_.emplace_back().name = take_name(allocator, name);
    OrtTypeInfo* type = nullptr;
    check(api.SessionGetInputTypeInfo(session_.get(), i, &type));
    const Owned<OrtTypeInfo> owned(type);
    add_tensor(ARETE_INPUT, arete_ort::describe(inputs_.back().name, *type));
  }
  check(api.SessionGetOutputCount(session_.get(), &count));
  for (std::size_t i = 0; i < count; ++i) {
    char* name = nullptr;
    check(api.SessionGetOutputName(session_.get(), i, allocator, &name));
    outputs_.emplace_back().name = take_name(allocator, name);
    OrtTypeInfo* type = nullptr;
    check(api.SessionGetOutputTypeInfo(session_.get(), i, &type));
    const Owned<OrtTypeInfo> owned(type);
    add_tensor(ARETE_OUTPUT, arete_ort::describe(outputs_.back().name, *type));
  }
  for (const Input& input : inputs_) {
    input_names_.push_back(input.name.c_str());
  }
  for (const Output& output : outputs_) {
    output_names_.push_back(output.name.c_str());
  }
  input_values_.resize(inputs_.size());
  output_values_.resize(outputs_.size());
}

bool OrtBackedSession::writes_in_place(std::size_t output) const {
  const Binding& target = binding(ARETE_OUTPUT, output);
  return target && target.dense() && target.tensor().dtype != ARETE_DTYPE_STRING;
}

void OrtBackedSession::bound(arete_direction direction, std::uint32_t index) {
  const Binding& memory = binding(direction, index);
  if (direction == ARETE_OUTPUT) {
    outputs_[index].value.reset();
    if (memory && memory.tensor().dtype == ARETE_DTYPE_STRING) {
      throw Failure(ARETE_UNSUPPORTED,
                    "output '" + outputs_[index].name + "' holds strings: leave it unbound");
    }
    if (writes_in_place(index)) {
      const arete_tensor& tensor = memory.tensor();
      outputs_[index].value = wrap(tensor, tensor.data, bytes_of(tensor.dtype, memory.shape()));
    }
    return;
  }
  Input& input = inputs_[index];
  input.value.reset();
  if (!memory || memory.tensor().dtype == ARETE_DTYPE_STRING) {
    return;  // strings are copied at each run: they are read then
  }
  const arete_tensor& tensor = memory.tensor();
  const std::uint64_t bytes = bytes_of(tensor.dtype, memory.shape());
  void* data = tensor.data;
  if (!memory.dense()) {
    input.gathered.resize(bytes);
    data = input.gathered.data();
  }
  input.value = wrap(tensor, data, bytes);
}

void OrtBackedSession::prepare_inputs() {
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    const Binding& memory = binding(ARETE_INPUT, i);
    Input& input = inputs_[i];
    if (memory.tensor().dtype == ARETE_DTYPE_STRING) {
      input.value = copy_strings(memory.tensor());
    } else if (!memory.dense()) {
      arete::plugin::gather(memory, input.gathered.data());
    }
    input_values_[i] = input.value.get();
  }
}

void OrtBackedSession::run_session() {
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    if (!writes_in_place(i)) {
      outputs_[i].value.reset();
    }
    output_values_[i] = outputs_[i].value.get();
  }
  OrtStatus* const status = library().api->Run(
      session_.get(), run_options_.get(), input_names_.data(), input_values_.data(),
      input_values_.size(), output_names_.data(), output_names_.size(), output_values_.data());
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    if (outputs_[i].value == nullptr) {
      outputs_[i].value.reset(output_values_[i]);
    }
  }
  check(status);
}

void OrtBackedSession::finish_outputs() {
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    const Binding& target = binding(ARETE_OUTPUT, i);
    if (!target || target.dense()) {
      continue;
    }
    Output& output = outputs_[i];
    output.view.read(*output.value, output.name);
    if (!std::ranges::equal(output.view.shape(), target.shape())) {
      throw Failure(ARETE_INVALID, "output '" + output.name + "' has shape " +
                                       arete::plugin::text_of(output.view.shape()) +
                                       ", the bound memory " +
                                       arete::plugin::text_of(target.shape()));
    }
    arete::plugin::scatter(output.view.data(), target);
  }
}

void OrtBackedSession::execute() {
  check(library().api->RunOptionsUnsetTerminate(run_options_.get()));
  control().throw_if_stopped();  // a stop before the line above would be lost
  prepare_inputs();
  run_session();
  finish_outputs();
}

void OrtBackedSession::stop() {
  // Nothing can be done about a failure here; the run then ends by itself.
  library().api->ReleaseStatus(library().api->RunOptionsSetTerminate(run_options_.get()));
}

arete_tensor OrtBackedSession::output(std::uint32_t index) {
  if (const Binding& target = binding(ARETE_OUTPUT, index)) {
    return target.tensor();
  }
  Output& output = outputs_[index];
  if (output.value == nullptr) {
    throw Failure(ARETE_NOT_FOUND, "output '" + output.name + "' was not produced");
  }
  output.view.read(*output.value, output.name);
  return output.view.tensor();
}

const arete_profile& OrtBackedSession::profile() {
  if (!profiling_) {
    throw Failure(ARETE_CONFLICT, "load with option 'profile' set to 'on'");
  }
  if (!profile_) {
    const OrtApi& api = *library().api;
    OrtAllocator* allocator = nullptr;  // not to be released
    check(api.GetAllocatorWithDefaultOptions(&allocator));
    char* name = nullptr;
    check(api.SessionEndProfiling(session_.get(), allocator, &name));
    std::ifstream file(take_name(allocator, name), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    profile_.emplace().parse(text);
  }
  return profile_->plain();
}

}  // namespace arete_ort
