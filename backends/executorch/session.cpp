// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"

#include <executorch/extension/data_loader/buffer_data_loader.h>
#include <executorch/extension/data_loader/file_data_loader.h>
#include <executorch/extension/threadpool/threadpool_guard.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <numeric>
#include <optional>
#include <utility>

#include "element_types.hpp"
#include "errors.hpp"

namespace arete_et {
namespace {

using arete::plugin::Binding;
using arete::plugin::bytes_of;
using arete::plugin::Description;
using arete::plugin::Failure;
using executorch::runtime::Error;
using executorch::runtime::EValue;
using executorch::runtime::Tag;

const std::string kMethod = "forward";

/// The XNNPACK delegate shares one workspace among all programs, and what it does to make and to
/// drop it is not safe from two threads: programs are loaded and unloaded one at a time.
std::mutex& loading() {
  static std::mutex mutex;
  return mutex;
}

std::unique_ptr<executorch::runtime::DataLoader> loader_of(const arete_model_source& source) {
  if (source.data != nullptr) {
    return std::make_unique<executorch::extension::BufferDataLoader>(source.data, source.bytes);
  }
  auto opened = executorch::extension::FileDataLoader::from(source.path);
  check(opened.error(), std::string("opening ") + source.path);
  return std::make_unique<executorch::extension::FileDataLoader>(std::move(*opened));
}

std::string joined_delegates(const executorch::runtime::MethodMeta& method) {
  std::string names;
  for (std::size_t i = 0; i < method.num_backends(); ++i) {
    const auto name = method.get_backend_name(i);
    check(name.error(), "reading the names of the delegates");
    names += (i == 0 ? "" : ", ") + std::string(*name);
  }
  return names;
}

}  // namespace

EtSession::EtSession(const arete_model_source& source, const Settings& settings)
    : settings_(settings) {
  start_runtime();
  const std::lock_guard lock(loading());
  std::unique_ptr<Profile> tracer;
  if (settings_.profile) {
    tracer = std::make_unique<Profile>();
    profile_ = tracer.get();
  }
  module_ = std::make_unique<executorch::extension::Module>(loader_of(source), nullptr, nullptr,
                                                            std::move(tracer));
  check(module_->load(executorch::runtime::Program::Verification::InternalConsistency),
        "loading the program");
  check(module_->load_method(kMethod), "loading the method 'forward'");
  describe_tensors();
}

EtSession::~EtSession() {
  const std::lock_guard lock(loading());
  module_.reset();
}

void EtSession::describe_tensors() {
  const auto method = module_->method_meta(kMethod);
  check(method.error(), "reading the method 'forward'");
  if (profile_ != nullptr) {
    profile_->set_delegates(joined_delegates(*method));
  }
  for (std::size_t i = 0; i < method->num_inputs(); ++i) {
    const auto tag = method->input_tag(i);
    check(tag.error(), "reading input " + std::to_string(i));
    if (*tag != Tag::Tensor) {
      throw Failure(ARETE_UNSUPPORTED, "input " + std::to_string(i) + " is no tensor but a " +
                                           executorch::runtime::tag_to_string(*tag));
    }
    const auto info = method->input_tensor_meta(i);
    check(info.error(), "reading input " + std::to_string(i));
    describe(ARETE_INPUT, i, *info);
  }
  for (std::size_t i = 0; i < method->num_outputs(); ++i) {
    const auto tag = method->output_tag(i);
    check(tag.error(), "reading output " + std::to_string(i));
    if (*tag != Tag::Tensor) {
      throw Failure(ARETE_UNSUPPORTED, "output " + std::to_string(i) + " is no tensor but a " +
                                           executorch::runtime::tag_to_string(*tag));
    }
    const auto info = method->output_tensor_meta(i);
    check(info.error(), "reading output " + std::to_string(i));
    describe(ARETE_OUTPUT, i, *info);
  }
  inputs_.resize(method->num_inputs());
  outputs_.resize(method->num_outputs());
  arguments_.resize(method->num_inputs());
}

void EtSession::describe(arete_direction direction, std::size_t index,
                         const executorch::runtime::TensorInfo& info) {
  Description made;
  made.name = info.name();
  if (made.name.empty()) {
    made.name = (direction == ARETE_INPUT ? "input_" : "output_") + std::to_string(index);
  }
  made.dtype = dtype_of(info.scalar_type(), made.name);
  made.shape.assign(info.sizes().begin(), info.sizes().end());
  if (!std::ranges::is_sorted(info.dim_order())) {
    throw Failure(ARETE_UNSUPPORTED,
                  "'" + made.name +
                      "' lies in another order of dimensions than row-major; export "
                      "the model with contiguous inputs and outputs");
  }
  add_tensor(direction, std::move(made));
}

void EtSession::wrap(Wrapped& made, const arete_tensor& tensor, void* data) {
  const std::span shape(tensor.shape, tensor.rank);
  made.sizes.assign(shape.begin(), shape.end());
  made.order.resize(tensor.rank);
  std::iota(made.order.begin(), made.order.end(), executorch::aten::DimOrderType{0});
  made.strides.resize(tensor.rank);
  executorch::aten::StridesType step = 1;
  for (std::size_t i = tensor.rank; i-- > 0;) {
    made.strides[i] = step;
    step *= static_cast<executorch::aten::StridesType>(shape[i]);
  }
  made.tensor = std::make_unique<executorch::aten::TensorImpl>(
      scalar_type_of(tensor.dtype), static_cast<ssize_t>(tensor.rank), made.sizes.data(), data,
      made.order.data(), made.strides.data());
}

void EtSession::bound(arete_direction direction, std::uint32_t index) {
  const Binding& memory = binding(direction, index);
  if (direction == ARETE_INPUT) {
    Input& input = inputs_[index];
    if (memory) {
      void* data = memory.tensor().data;
      if (!memory.dense()) {
        input.gathered.resize(bytes_of(memory.tensor().dtype, memory.shape()));
        data = input.gathered.data();
      }
      wrap(input.memory, memory.tensor(), data);
      arguments_[index] = EValue(executorch::aten::Tensor(input.memory.tensor.get()));
    }
    return;
  }
  Output& output = outputs_[index];
  if (output.in_place) {
    throw Failure(ARETE_CONFLICT, "output '" + description(direction, index).name +
                                      "' was bound before, and ExecuTorch cannot take that back");
  }
  if (memory && memory.dense()) {
    wrap(output.memory, memory.tensor(), memory.tensor().data);
    // Refused where the program has planned the memory itself, which most have: copied then.
    const Error refused = module_->set_output(
        kMethod, EValue(executorch::aten::Tensor(output.memory.tensor.get())), index);
    output.in_place = refused == Error::Ok;
  }
}

void EtSession::execute() {
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    const Binding& memory = binding(ARETE_INPUT, i);
    if (!memory.dense()) {
      arete::plugin::gather(memory, inputs_[i].gathered.data());
    }
  }
  std::optional<executorch::extension::threadpool::NoThreadPoolGuard> one_thread;
  if (settings_.one_thread) {
    one_thread.emplace();
  }
  const auto results = module_->execute(kMethod, arguments_);
  check(results.error(), "the run");
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    take_output(i, results->at(i));
  }
  if (profile_ != nullptr) {
    profile_->count_run();
  }
}

void EtSession::take_output(std::size_t index, const EValue& value) {
  const executorch::aten::Tensor& tensor = value.toTensor();
  Output& output = outputs_[index];
  output.shape.assign(tensor.sizes().begin(), tensor.sizes().end());
  output.data = tensor.mutable_data_ptr();
  output.bytes = tensor.nbytes();
  const Binding& target = binding(ARETE_OUTPUT, index);
  if (!target) {
    return;
  }
  if (!std::ranges::equal(output.shape, target.shape())) {
    throw Failure(ARETE_INVALID, "output '" + description(ARETE_OUTPUT, index).name +
                                     "' has shape " + arete::plugin::text_of(output.shape) +
                                     ", the bound memory " +
                                     arete::plugin::text_of(target.shape()));
  }
  if (target.dense() && !output.in_place) {
    std::memcpy(target.tensor().data, output.data, output.bytes);
  } else if (!target.dense()) {
    arete::plugin::scatter(static_cast<const std::byte*>(output.data), target);
  }
}

arete_tensor EtSession::output(std::uint32_t index) {
  if (const Binding& target = binding(ARETE_OUTPUT, index)) {
    return target.tensor();
  }
  const Output& output = outputs_[index];
  arete_tensor made{};
  made.struct_size = sizeof(arete_tensor);
  made.dtype = description(ARETE_OUTPUT, index).dtype;
  made.memory = ARETE_MEMORY_HOST;
  made.rank = static_cast<std::uint32_t>(output.shape.size());
  made.shape = output.shape.data();
  made.data = output.data;
  made.bytes = output.bytes;
  return made;
}

const arete_profile& EtSession::profile() {
  if (profile_ == nullptr) {
    throw Failure(ARETE_CONFLICT, "load with option 'profile' set to 'on'");
  }
  return profile_->take();
}

}  // namespace arete_et
