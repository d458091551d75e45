// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"

#include <future>
#include <memory>
#include <string>
#include <tuple>
#include <utility>

namespace arete_fault {

using arete::plugin::Failure;
using Done = std::promise<arete_error*>;

FaultSession::FaultSession(Plan plan, const arete_backend& backend,
                           const arete_model_source& source, const arete_load_options& options)
    : plan_(std::move(plan)), inner_(backend, source, options) {
  fail_if_planned(failures_, "load");
  for (const arete_direction direction : {ARETE_INPUT, ARETE_OUTPUT, ARETE_STATE}) {
    const std::uint32_t count = inner_.table().count(inner_.get(), direction);
    for (std::uint32_t i = 0; i < count; ++i) {
      add_tensor(direction, inner_.describe(direction, i));
    }
  }
}

template <class Function>
Function FaultSession::optional(Function function, const char* what) const {
  if (function == nullptr) {
    throw Failure(ARETE_UNSUPPORTED, std::string("the engine inside has no ") + what);
  }
  return function;
}

void FaultSession::bound(arete_direction direction, std::uint32_t index) {
  fail_if_planned(failures_, "bind");
  const auto& memory = binding(direction, index);
  inner_.check(
      inner_.table().bind(inner_.get(), direction, index, memory ? &memory.tensor() : nullptr));
}

void FaultSession::execute() {
  if (stalls_.next("run") != nullptr) {
    control().wait_for_stop();
    throw Failure(ARETE_CANCELLED, "planned stall");
  }
  fail_if_planned(failures_, "run");
  run_inner();
}

void FaultSession::run_inner() {
  // Without a deadline: ours becomes a cancel.
  const arete_run_options options{sizeof(arete_run_options), 0};
  const arete_backend& table = inner_.table();
  if (table.run_async == nullptr || table.cancel == nullptr) {
    inner_.check(table.run(inner_.get(), &options));
    return;
  }
  // A cancel between our start and that of the run inside would be lost with a plain run().
  auto done = std::make_unique<Done>();
  std::future<arete_error*> ended = done->get_future();
  inner_.check(table.run_async(
      inner_.get(), &options,
      [](void* user, arete_error* error) {
        std::unique_ptr<Done>(static_cast<Done*>(user))->set_value(error);
      },
      done.get()));
  std::ignore = done.release();  // the callback has it now
  if (control().stop_requested()) {
    table.cancel(inner_.get());
  }
  inner_.check(ended.get());
}

void FaultSession::stop() {
  if (inner_.table().cancel != nullptr) {
    inner_.table().cancel(inner_.get());
  }
}

arete_tensor FaultSession::output(std::uint32_t index) {
  fail_if_planned(failures_, "output");
  arete_tensor tensor{};
  tensor.struct_size = sizeof(arete_tensor);
  inner_.check(inner_.table().output(inner_.get(), index, &tensor));
  if (wrong_shapes_.next("output") != nullptr) {
    // Still the same memory, so that a host that trusts the shape reads nothing beyond it.
    wrong_shape_.assign(tensor.shape, tensor.shape + tensor.rank);
    wrong_shape_.insert(wrong_shape_.begin(), 1);
    tensor.rank += 1;
    tensor.shape = wrong_shape_.data();
    tensor.strides = nullptr;
  }
  return tensor;
}

arete_tensor FaultSession::get_state(std::uint32_t index) {
  fail_if_planned(failures_, "get_state");
  arete_tensor tensor{};
  tensor.struct_size = sizeof(arete_tensor);
  inner_.check(optional(inner_.table().get_state, "state")(inner_.get(), index, &tensor));
  return tensor;
}

void FaultSession::set_state(std::uint32_t index, const arete_tensor& tensor) {
  fail_if_planned(failures_, "set_state");
  inner_.check(optional(inner_.table().set_state, "state")(inner_.get(), index, &tensor));
}

void FaultSession::reset_state() {
  inner_.check(optional(inner_.table().reset_state, "state")(inner_.get()));
}

const arete_profile& FaultSession::profile() {
  fail_if_planned(failures_, "profile");
  const arete_profile* profile = nullptr;
  inner_.check(optional(inner_.table().profile, "profile")(inner_.get(), &profile));
  return *profile;
}

bool FaultSession::metric(std::uint32_t index, arete_metric& out) {
  if (inner_.table().metric == nullptr) {
    return false;
  }
  arete_error* const error = inner_.table().metric(inner_.get(), index, &out);
  inner_.table().free_error(error);
  return error == nullptr;
}

}  // namespace arete_fault
