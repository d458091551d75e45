// Base class of a plug-in's sessions: keeps descriptions and bindings, checks all that the host
// passes, and does async, deadlines and cancelling. An engine adds execute() and output().
// Threads: as the ABI says; stop() alone is called from other threads.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "arete/backend.h"
#include "arete/plugin/failure.hpp"
#include "arete/plugin/run.hpp"
#include "arete/plugin/tensor.hpp"

namespace arete::plugin {

class Session {
 public:
  Session() : control_([this] { stop(); }) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  virtual ~Session() = default;

  // Called by the trampolines of backend.hpp.
  [[nodiscard]] std::uint32_t count(arete_direction direction) const {
    return static_cast<std::uint32_t>(tensors_.at(direction).size());
  }
  void describe(arete_direction direction, std::uint32_t index, arete_tensor_info& out) {
    tensor_at(direction, index).fill(out);
  }
  void bind_checked(arete_direction direction, std::uint32_t index, const arete_tensor* tensor) {
    Description& description = tensor_at(direction, index);
    if (direction == ARETE_STATE) {
      throw Failure(ARETE_INVALID, "states are not bound but set");
    }
    Binding& binding = bindings_.at(direction)[index];
    if (tensor == nullptr) {
      binding.clear();
    } else {
      check_tensor(description, *tensor, memory_kinds());
      binding.set(*tensor);
    }
    has_result_ = false;
    try {
      bound(direction, index);
    } catch (...) {
      binding.clear();
      throw;
    }
  }
  arete_error* run(const arete_run_options* options) noexcept {
    if (arete_error* error = guard([&] { prepare(options); })) {
      return error;
    }
    return finish();
  }
  void run_async(const arete_run_options* options, arete_done done, void* user) {
    prepare(options);
    try {
      worker_.post([this, done, user] { done(user, finish()); });
    } catch (...) {
      free_error(control_.end(nullptr));
      throw;
    }
  }
  void cancel() { control_.cancel(); }
  void output_checked(std::uint32_t index, arete_tensor& out) {
    static_cast<void>(tensor_at(ARETE_OUTPUT, index));
    if (!has_result_) {
      throw Failure(ARETE_CONFLICT, "there is no result: no run has succeeded since the last bind");
    }
    out = output(index);
  }
  void set_state_checked(std::uint32_t index, const arete_tensor& tensor) {
    check_tensor(tensor_at(ARETE_STATE, index), tensor, ARETE_MEMORY_HOST);
    set_state(index, tensor);
  }
  void get_state_checked(std::uint32_t index, arete_tensor& out) {
    static_cast<void>(tensor_at(ARETE_STATE, index));
    out = get_state(index);
  }
  /// Before destruction: the last run has ended when this returns.
  void close() {
    control_.close();
    worker_.close();
  }

  /// As it was after load. Only called if the session has states.
  virtual void reset_state() { no("keep state"); }
  virtual const arete_profile& profile() { no("profile"); }
  /// False when there are no more.
  virtual bool metric(std::uint32_t /*index*/, arete_metric& /*out*/) { return false; }

 protected:
  /// Runs with bound(): inputs are all bound. Throws Failure; may end early after stop().
  virtual void execute() = 0;
  /// Of the last execute(); see arete_backend::output.
  virtual arete_tensor output(std::uint32_t index) = 0;
  /// Makes execute() end early. From any thread; must neither block nor throw.
  virtual void stop() {}
  /// A binding has been checked and changed.
  virtual void bound(arete_direction /*direction*/, std::uint32_t /*index*/) {}
  virtual arete_tensor get_state(std::uint32_t /*index*/) { no("keep state"); }
  virtual void set_state(std::uint32_t /*index*/, const arete_tensor& /*tensor*/) {
    no("keep state");
  }
  [[nodiscard]] virtual arete_memory memory_kinds() const { return ARETE_MEMORY_HOST; }

  /// For constructors; order is the model's.
  void add_tensor(arete_direction direction, Description description) {
    tensors_.at(direction).push_back(std::move(description));
    bindings_.at(direction).emplace_back();
  }
  [[nodiscard]] const Description& description(arete_direction direction, std::size_t index) const {
    return tensors_.at(direction)[index];
  }
  [[nodiscard]] const Binding& binding(arete_direction direction, std::size_t index) const {
    return bindings_.at(direction)[index];
  }
  [[nodiscard]] const RunControl& control() const { return control_; }

 private:
  [[noreturn]] static void no(const char* what) {
    throw Failure(ARETE_UNSUPPORTED, std::string("this engine does not ") + what);
  }

  Description& tensor_at(arete_direction direction, std::uint32_t index) {
    static constexpr std::array<const char*, 3> kNames{"input", "output", "state"};
    if (static_cast<std::size_t>(direction) >= kNames.size() || index >= count(direction)) {
      throw Failure(ARETE_INVALID, "there is no tensor " + std::to_string(index) + " among " +
                                       std::to_string(count(direction)) + " " +
                                       kNames.at(direction) + "s");
    }
    return tensors_.at(direction)[index];
  }

  void prepare(const arete_run_options* options) {
    for (std::uint32_t i = 0; i < count(ARETE_INPUT); ++i) {
      if (!bindings_[ARETE_INPUT][i]) {
        throw Failure(ARETE_INVALID, "input '" + tensors_[ARETE_INPUT][i].name + "' is not bound");
      }
    }
    control_.begin(options == nullptr ? 0 : options->deadline_ns);
    has_result_ = false;
  }
  arete_error* finish() noexcept {
    arete_error* error = guard([this] {
      control_.throw_if_stopped();
      execute();
    });
    has_result_ = error == nullptr && !control_.stop_requested();
    return control_.end(error);  // idle from here on
  }

  // A deque: descriptions hand out pointers to themselves.
  std::array<std::deque<Description>, 3> tensors_;
  std::array<std::vector<Binding>, 3> bindings_;
  bool has_result_ = false;
  RunControl control_;
  Worker worker_;
};

}  // namespace arete::plugin
