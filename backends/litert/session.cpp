// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>

namespace arete_litert {
namespace {

using arete::plugin::Binding;
using arete::plugin::bytes_of;
using arete::plugin::Description;
using arete::plugin::Failure;

void require_plain(const Description& description) {
  if (description.dtype == ARETE_DTYPE_UNDEFINED || description.dtype == ARETE_DTYPE_STRING) {
    throw Failure(ARETE_UNSUPPORTED, "'" + description.name + "' has a type that cannot be passed");
  }
}

bool is_static(const Description& description) {
  return std::ranges::all_of(description.shape, [](std::int64_t extent) { return extent >= 0; });
}

/// Bytes that stand for zero, or for one, in every element of at most 8 bytes.
void fill(std::byte* memory, std::uint64_t bytes, std::uint32_t bits, bool ones) {
  std::memset(memory, 0, bytes);
  for (std::uint64_t at = 0; ones && bits >= 8 && at < bytes; at += bits / 8) {
    memory[at] = std::byte{1};
  }
}

}  // namespace

LiteRtSession::LiteRtSession(const arete_model_source& source, const Settings& settings)
    : settings_(settings), file_(source, settings.signature) {
  compiled_.emplace(file_, settings_, stop_);
  describe_tensors();
}

void LiteRtSession::describe_tensors() {
  for (FileTensor& tensor : file_.inputs()) {
    require_plain(tensor.description);
    inputs_.emplace_back().element_type = tensor.element_type;
    add_tensor(ARETE_INPUT, std::move(tensor.description));
  }
  describe_outputs();
  for (FileTensor& tensor : file_.states()) {
    add_tensor(ARETE_STATE, std::move(tensor.description));
  }
  input_buffers_.resize(inputs_.size());
  output_buffers_.resize(outputs_.size());
}

/// A file may leave the shape of a result out, or know less of it than LiteRT computes.
void LiteRtSession::describe_outputs() {
  std::vector<FileTensor> tensors = file_.outputs();
  const auto shapes = compiled_->output_shapes(tensors.size());
  bool inputs_static = true;
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    inputs_static = inputs_static && is_static(description(ARETE_INPUT, i));
  }
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    Description& stated = tensors[i].description;
    require_plain(stated);
    if (stated.shape.size() != shapes[i].size() || inputs_static) {
      stated.rank_known = inputs_static;
      stated.shape = inputs_static ? shapes[i] : std::vector<std::int64_t>();
    }
    outputs_.emplace_back().element_type = tensors[i].element_type;
    add_tensor(ARETE_OUTPUT, std::move(stated));
  }
}

void LiteRtSession::bound(arete_direction direction, std::uint32_t index) {
  const Binding& memory = binding(direction, index);
  if (direction == ARETE_OUTPUT) {
    outputs_[index].buffer.reset();
    return;
  }
  Slot& input = inputs_[index];
  if (!memory) {
    return;
  }
  if (std::ranges::find(memory.shape(), 0) != memory.shape().end()) {
    throw Failure(ARETE_INVALID, "'" + description(ARETE_INPUT, index).name + "' has shape " +
                                     arete::plugin::text_of(memory.shape()) +
                                     ": LiteRT takes no empty tensors");
  }
  if (!std::ranges::equal(input.shape, memory.shape())) {
    input.shape.assign(memory.shape().begin(), memory.shape().end());
    shapes_known_ = false;
  }
  const std::uint64_t bytes = bytes_of(memory.tensor().dtype, memory.shape());
  input.in_place = readable_in_place(memory);
  std::byte* const data =
      input.in_place ? static_cast<std::byte*>(memory.tensor().data) : input.memory.at_least(bytes);
  input.buffer = buffer_over(input.element_type, input.shape, data, bytes);
}

void LiteRtSession::prepare_inputs() {
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    const Binding& memory = binding(ARETE_INPUT, i);
    Slot& input = inputs_[i];
    input_buffers_[i] = input.buffer.get();
    if (input.in_place) {
      continue;
    }
    if (memory.dense()) {
      std::memcpy(input.memory.data(), memory.tensor().data,
                  bytes_of(memory.tensor().dtype, memory.shape()));
    } else {
      arete::plugin::gather(memory, input.memory.data());
    }
  }
}

void LiteRtSession::prepare_shapes() {
  if (shapes_known_) {
    return;
  }
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    if (!is_static(description(ARETE_INPUT, i))) {
      compiled_->resize_input(i, inputs_[i].shape);
    }
  }
  const auto shapes = compiled_->output_shapes(outputs_.size());
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    if (outputs_[i].shape != shapes[i]) {
      outputs_[i].shape = shapes[i];
      outputs_[i].buffer.reset();
    }
  }
  shapes_known_ = true;
}

void LiteRtSession::prepare_outputs() {
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    const Binding& target = binding(ARETE_OUTPUT, i);
    Slot& output = outputs_[i];
    const Description& stated = description(ARETE_OUTPUT, i);
    if (target && !std::ranges::equal(output.shape, target.shape())) {
      throw Failure(ARETE_INVALID, "output '" + stated.name + "' has shape " +
                                       arete::plugin::text_of(output.shape) +
                                       ", the bound memory " +
                                       arete::plugin::text_of(target.shape()));
    }
    if (output.buffer == nullptr) {
      const std::uint64_t bytes = bytes_of(stated.dtype, output.shape);
      output.in_place = target && writable_in_place(target);
      std::byte* const data = output.in_place ? static_cast<std::byte*>(target.tensor().data)
                                              : output.memory.at_least(bytes);
      output.buffer = buffer_over(output.element_type, output.shape, data, bytes);
    }
    output_buffers_[i] = output.buffer.get();
  }
}

void LiteRtSession::run_model() {
  compiled_->run(input_buffers_, output_buffers_);
  if (settings_.profile) {
    profile_.add_run(compiled_->profiler(), file_);
  }
}

void LiteRtSession::finish_outputs() {
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    const Binding& target = binding(ARETE_OUTPUT, i);
    const Slot& output = outputs_[i];
    if (!target || output.in_place) {
      continue;
    }
    if (target.dense()) {
      std::memcpy(target.tensor().data, output.memory.data(),
                  bytes_of(target.tensor().dtype, target.shape()));
    } else {
      arete::plugin::scatter(output.memory.data(), target);
    }
  }
}

void LiteRtSession::execute() {
  stop_ = false;
  control().throw_if_stopped();  // a stop before the line above would be lost
  prepare_inputs();
  prepare_shapes();
  prepare_outputs();
  run_model();
  finish_outputs();
}

arete_tensor LiteRtSession::output(std::uint32_t index) {
  if (const Binding& target = binding(ARETE_OUTPUT, index)) {
    return target.tensor();
  }
  const Slot& output = outputs_[index];
  arete_tensor made{};
  made.struct_size = sizeof(arete_tensor);
  made.dtype = description(ARETE_OUTPUT, index).dtype;
  made.memory = ARETE_MEMORY_HOST;
  made.rank = static_cast<std::uint32_t>(output.shape.size());
  made.shape = output.shape.data();
  made.data = output.memory.data();
  made.bytes = bytes_of(made.dtype, output.shape);
  return made;
}

void LiteRtSession::try_run() {
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    Slot& input = inputs_[i];
    input.shape = description(ARETE_INPUT, i).shape;
    std::ranges::replace(input.shape, -1, 1);
    const std::uint64_t bytes = bytes_of(description(ARETE_INPUT, i).dtype, input.shape);
    input.buffer =
        buffer_over(input.element_type, input.shape, input.memory.at_least(bytes), bytes);
    input_buffers_[i] = input.buffer.get();
  }
  prepare_shapes();
  prepare_outputs();
  // Long enough: what cannot run fails at once.
  arete::plugin::Alarm alarm([this] { stop_ = true; });
  alarm.set(std::chrono::steady_clock::now() + std::chrono::seconds(2));
  for (const bool ones : {false, true}) {
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      const arete_dtype dtype = description(ARETE_INPUT, i).dtype;
      fill(inputs_[i].memory.data(), bytes_of(dtype, inputs_[i].shape),
           arete::plugin::bits_of(dtype), ones);
    }
    try {
      run_model();
      return;
    } catch (const Failure& failure) {
      if (stop_) {
        return;  // it runs, if for long
      }
      if (ones || failure.code() == ARETE_UNSUPPORTED) {
        throw Failure(ARETE_UNSUPPORTED, std::string("fails at its first run: ") + failure.what());
      }
    }
  }
}

arete_tensor LiteRtSession::get_state(std::uint32_t /*index*/) {
  throw Failure(ARETE_UNSUPPORTED,
                "LiteRT's C interface does not show a model's state: it can only be reset");
}

void LiteRtSession::set_state(std::uint32_t index, const arete_tensor& /*tensor*/) {
  static_cast<void>(get_state(index));
}

/// By compiling anew: there is no other way to what the variables were.
void LiteRtSession::reset_state() {
  compiled_.emplace(file_, settings_, stop_);
  shapes_known_ = false;
}

const arete_profile& LiteRtSession::profile() {
  if (!settings_.profile) {
    throw Failure(ARETE_CONFLICT, "load with option 'profile' set to 'on'");
  }
  return profile_.report();
}

}  // namespace arete_litert
