// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

namespace arete_null {
namespace {

using arete::plugin::Binding;
using arete::plugin::bytes_of;
using arete::plugin::elements_of;
using arete::plugin::Failure;

const char* type_of(Operation operation) {
  switch (operation) {
    case Operation::kCopy:
      return "Copy";
    case Operation::kNonzero:
      return "Nonzero";
    case Operation::kAccumulate:
      return "Accumulate";
    case Operation::kConstant:
      return "Constant";
  }
  return "";
}

std::size_t floats_of(const arete::plugin::Description& state) {
  return static_cast<std::size_t>(elements_of(state.shape));
}

arete_tensor host_tensor(arete_dtype dtype, const std::vector<std::int64_t>& shape, void* data,
                         std::uint64_t bytes) {
  arete_tensor tensor{};
  tensor.struct_size = sizeof(arete_tensor);
  tensor.dtype = dtype;
  tensor.memory = ARETE_MEMORY_HOST;
  tensor.rank = static_cast<std::uint32_t>(shape.size());
  tensor.shape = shape.data();
  tensor.data = data;
  tensor.bytes = bytes;
  return tensor;
}

}  // namespace

NullSession::NullSession(Model model, int release_fd)
    : model_(std::move(model)), latch_(release_fd) {
  for (const auto& input : model_.inputs) {
    add_tensor(ARETE_INPUT, input);
  }
  for (const auto& state : model_.states) {
    add_tensor(ARETE_STATE, state);
    states_.emplace_back(floats_of(state));
  }
  for (const Output& output : model_.outputs) {
    add_tensor(ARETE_OUTPUT, output.tensor);
    nodes_.push_back({sizeof(arete_node_profile), output.tensor.name.c_str(),
                      type_of(output.operation), "null", 0, 0});
  }
  gathered_.resize(model_.inputs.size());
  results_.resize(model_.outputs.size());
}

const std::byte* NullSession::dense_input(std::size_t index) {
  const Binding& input = binding(ARETE_INPUT, index);
  if (input.dense()) {
    return static_cast<const std::byte*>(input.tensor().data);
  }
  gathered_[index].resize(bytes_of(input.tensor().dtype, input.shape()));
  arete::plugin::gather(input, gathered_[index].data());
  return gathered_[index].data();
}

void NullSession::give_constant(std::size_t index) {
  const Output& output = model_.outputs[index];
  const Binding& target = binding(ARETE_OUTPUT, index);
  Result& result = results_[index];
  result.shape = output.tensor.shape;
  make_room(result, output.tensor.dtype, target);
  if (!output.values.empty()) {
    std::memcpy(result.data, output.values.data(), output.values.size() * sizeof(float));
  }
  if (target && !target.dense()) {
    arete::plugin::scatter(result.data, target);
  }
}

void NullSession::compute(std::size_t index) {
  const Output& output = model_.outputs[index];
  if (output.operation == Operation::kConstant) {
    give_constant(index);
    return;
  }
  const Binding& input = binding(ARETE_INPUT, output.input);
  const Binding& target = binding(ARETE_OUTPUT, index);
  const arete_dtype dtype = output.tensor.dtype;
  const std::uint64_t elements = elements_of(input.shape());
  const std::byte* const data = dense_input(output.input);
  Result& result = results_[index];
  result.shape.assign(input.shape().begin(), input.shape().end());
  const std::byte* from = data;
  std::vector<std::int64_t> indices;
  if (output.operation == Operation::kNonzero) {
    indices = nonzero({reinterpret_cast<const float*>(data), elements});
    result.shape = {static_cast<std::int64_t>(indices.size())};
    from = reinterpret_cast<const std::byte*>(indices.data());
  } else if (output.operation == Operation::kAccumulate) {
    accumulate({reinterpret_cast<const float*>(data), elements}, states_[output.state]);
    from = reinterpret_cast<const std::byte*>(states_[output.state].data());
  }
  make_room(result, dtype, target);
  if (dtype == ARETE_DTYPE_STRING) {
    copy_strings(input.tensor(), elements, result);
  } else if (const std::uint64_t bytes = bytes_of(dtype, result.shape); bytes != 0) {
    std::memcpy(result.data, from, bytes);
  }
  if (target && !target.dense()) {
    arete::plugin::scatter(result.data, target);
  }
}

/// Sleeps as long as the model asks, in pieces short enough to be stopped.
void NullSession::take_time() {
  constexpr std::chrono::duration<double, std::milli> kPiece(5);
  const auto end = std::chrono::steady_clock::now() +
                   std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                       std::chrono::duration<double, std::milli>(model_.delay_ms));
  for (auto now = std::chrono::steady_clock::now(); now < end;
       now = std::chrono::steady_clock::now()) {
    control().throw_if_stopped();
    std::this_thread::sleep_for(
        std::min<std::chrono::duration<double, std::milli>>(kPiece, end - now));
  }
}

void NullSession::execute() {
  take_time();
  if (model_.hold) {
    latch_.wait([this] { return control().stop_requested(); });
  }
  for (std::size_t i = 0; i < model_.outputs.size(); ++i) {
    control().throw_if_stopped();
    const auto start = std::chrono::steady_clock::now();
    compute(i);
    const auto spent = std::chrono::steady_clock::now() - start;
    nodes_[i].calls += 1;
    nodes_[i].ns += static_cast<std::uint64_t>(std::chrono::nanoseconds(spent).count());
  }
  ++runs_;
}

arete_tensor NullSession::output(std::uint32_t index) {
  const Result& result = results_[index];
  if (const Binding& bound = binding(ARETE_OUTPUT, index)) {
    return bound.tensor();
  }
  const arete_dtype dtype = model_.outputs[index].tensor.dtype;
  return host_tensor(dtype, result.shape, result.data, result.owned.size());
}

arete_tensor NullSession::get_state(std::uint32_t index) {
  return host_tensor(ARETE_DTYPE_F32, model_.states[index].shape, states_[index].data(),
                     states_[index].size() * sizeof(float));
}

void NullSession::set_state(std::uint32_t index, const arete_tensor& tensor) {
  Binding given;
  given.set(tensor);
  auto* const to = reinterpret_cast<std::byte*>(states_[index].data());
  if (given.dense()) {
    std::memcpy(to, tensor.data, states_[index].size() * sizeof(float));
  } else {
    arete::plugin::gather(given, to);
  }
}

void NullSession::reset_state() {
  for (auto& state : states_) {
    std::ranges::fill(state, 0.0F);
  }
}

const arete_profile& NullSession::profile() {
  reported_ = nodes_;
  node_pointers_.clear();
  for (const arete_node_profile& node : reported_) {
    node_pointers_.push_back(&node);
  }
  profile_ = {sizeof(arete_profile), runs_, static_cast<std::uint32_t>(reported_.size()),
              node_pointers_.data()};
  runs_ = 0;
  for (arete_node_profile& node : nodes_) {
    node.calls = 0;
    node.ns = 0;
  }
  return profile_;
}

bool NullSession::metric(std::uint32_t index, arete_metric& out) {
  if (index != 0) {
    return false;
  }
  std::size_t bytes = 0;
  for (const auto& state : states_) {
    bytes += state.size() * sizeof(float);
  }
  for (const Result& result : results_) {
    bytes += result.owned.size();
  }
  out.name = "memory_bytes";
  out.value = static_cast<double>(bytes);
  return true;
}

}  // namespace arete_null
