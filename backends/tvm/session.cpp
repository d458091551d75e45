// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"

#include <tvm/ffi/container/array.h>
#include <tvm/ffi/error.h>
#include <tvm/ffi/string.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <memory>
#include <span>
#include <utility>

#include "element_types.hpp"

namespace arete_tvm {
namespace {

namespace ffi = tvm::ffi;
using arete::plugin::Binding;
using arete::plugin::bytes_of;
using arete::plugin::Failure;

constexpr std::size_t kAlignment = 64;  // what TVM's compiled code takes for granted
constexpr int kPooledAllocator = 2;     // tvm::runtime::memory::AllocatorType::kPooled

/// Runs `work`; what TVM throws becomes a Failure that says what was being done.
template <class Work>
auto calling(arete_code code, const std::string& doing, Work&& work) {
  try {
    return std::forward<Work>(work)();
  } catch (const ffi::Error& error) {
    throw Failure(code, doing + ": " + error.message());
  }
}

ffi::Function function_of(const ffi::Module& module, const char* name) {
  const auto found = module->GetFunction(name);
  if (!found.has_value()) {
    throw Failure(ARETE_UNSUPPORTED, std::string("the module has no function '") + name +
                                         "': only what tvm.compile() makes of a relax module runs");
  }
  return *found;
}

/// The pool belongs to the calling thread.
void set_threads(int threads) {
  thread_local int set = 0;
  if (set != threads) {
    if (const auto configure = ffi::Function::GetGlobal("runtime.config_threadpool")) {
      (*configure)(1, threads);
    }
    set = threads;
  }
}

/// The memory with its shape, borrowed; freed with the last tensor that refers to it.
struct Borrowed {
  DLManagedTensor managed{};
  std::vector<std::int64_t> shape;
};

ffi::Tensor borrow(const arete_tensor& tensor, void* data) {
  auto made = std::make_unique<Borrowed>();
  made->shape.assign(tensor.shape, tensor.shape + tensor.rank);
  made->managed.dl_tensor = {data,
                             {kDLCPU, 0},
                             static_cast<std::int32_t>(tensor.rank),
                             dlpack_type_of(tensor.dtype).value(),
                             made->shape.data(),
                             nullptr,
                             0};
  made->managed.manager_ctx = made.get();
  made->managed.deleter = [](DLManagedTensor* self) {
    delete static_cast<Borrowed*>(self->manager_ctx);
  };
  return ffi::Tensor::FromDLPack(&made.release()->managed);
}

std::uint64_t now_ns() {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                        std::chrono::steady_clock::now().time_since_epoch())
                                        .count());
}

}  // namespace

TvmSession::TvmSession(const std::string& module_path, const Settings& settings)
    : settings_(settings) {
  Signature signature = read_signature(module_path);
  load(module_path);
  for (auto& input : signature.inputs) {
    add_tensor(ARETE_INPUT, std::move(input));
  }
  for (auto& output : signature.outputs) {
    add_tensor(ARETE_OUTPUT, std::move(output));
  }
  check_arity();
  inputs_.resize(count(ARETE_INPUT));
  results_.resize(count(ARETE_OUTPUT));
  arguments_.resize(count(ARETE_INPUT));
  if (settings_.profile) {
    watch_kernels();
  }
}

void TvmSession::load(const std::string& module_path) {
  const ffi::Module library = calling(ARETE_CORRUPT, "loading '" + module_path + "'",
                                      [&] { return ffi::Module::LoadFromFile(module_path); });
  machine_ = calling(ARETE_UNSUPPORTED, "starting TVM's virtual machine", [&] {
    const auto machine = function_of(library, "vm_load_executable")().cast<ffi::Module>();
    function_of(machine, "vm_initialization")(static_cast<int>(kDLCPU), 0, kPooledAllocator);
    return machine;
  });
  main_ = function_of(*machine_, "main");
}

void TvmSession::check_arity() const {
  const auto taken = calling(ARETE_UNSUPPORTED, "reading the function 'main'", [&] {
    return function_of(*machine_, "get_function_arity")("main").cast<std::int64_t>();
  });
  if (taken != static_cast<std::int64_t>(count(ARETE_INPUT))) {
    throw Failure(ARETE_INVALID, "the module's function 'main' takes " + std::to_string(taken) +
                                     " tensors, the file beside it names " +
                                     std::to_string(count(ARETE_INPUT)) + " inputs");
  }
}

void TvmSession::watch_kernels() {
  // The machine calls this before and after each function: (function, name, before, result, ...).
  function_of(*machine_, "set_instrument")(
      ffi::Function::FromPacked([this](ffi::PackedArgs arguments, ffi::Any* result) {
        note_kernel(arguments[1].cast<ffi::String>(), arguments[2].cast<bool>());
        *result = 0;  // go on
      }));
}

void TvmSession::note_kernel(const std::string& name, bool begins) {
  if (name.starts_with("vm.builtin.")) {
    return;  // the machine's own work: memory, shapes
  }
  if (begins) {
    kernel_started_ns_ = now_ns();
    return;
  }
  const auto [place, made] = positions_.try_emplace(name, nodes_.size());
  if (made) {
    nodes_.push_back({name, 0, 0, {}});
  }
  Node& node = nodes_[place->second];
  ++node.calls;
  node.ns += now_ns() - kernel_started_ns_;
}

void TvmSession::bound(arete_direction direction, std::uint32_t index) {
  if (direction == ARETE_OUTPUT) {
    return;
  }
  const Binding& memory = binding(direction, index);
  Input& input = inputs_[index];
  input.tensor.reset();
  if (!memory) {
    return;
  }
  const arete_tensor& tensor = memory.tensor();
  const bool aligned = reinterpret_cast<std::uintptr_t>(tensor.data) % kAlignment == 0;
  input.copy = nullptr;
  if (!memory.dense() || !aligned) {
    std::size_t room = bytes_of(tensor.dtype, memory.shape()) + kAlignment;
    input.storage.resize(room);
    void* start = input.storage.data();
    std::align(kAlignment, room - kAlignment, start, room);
    input.copy = static_cast<std::byte*>(start);
  }
  input.tensor = borrow(tensor, input.copy != nullptr ? input.copy : tensor.data);
  arguments_[index] = *input.tensor;
}

void TvmSession::execute() {
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    const Binding& memory = binding(ARETE_INPUT, i);
    if (inputs_[i].copy == nullptr) {
      continue;
    }
    if (memory.dense()) {
      std::memcpy(inputs_[i].copy, memory.tensor().data,
                  bytes_of(memory.tensor().dtype, memory.shape()));
    } else {
      arete::plugin::gather(memory, inputs_[i].copy);
    }
  }
  calling(ARETE_INTERNAL, "the run", [&] {
    set_threads(settings_.threads);
    ffi::Any results;
    main_->CallPacked(arguments_.data(), static_cast<std::int32_t>(arguments_.size()), &results);
    take_results(results);
    return true;
  });
  ++runs_;
}

void TvmSession::take_results(const ffi::Any& results) {
  if (const auto list = results.as<ffi::Array<ffi::Any>>()) {
    if (list->size() != results_.size()) {
      throw Failure(ARETE_INVALID, "the module gave " + std::to_string(list->size()) +
                                       " results, the file beside it names " +
                                       std::to_string(results_.size()));
    }
    for (std::size_t i = 0; i < results_.size(); ++i) {
      take_result(i, (*list)[static_cast<std::int64_t>(i)]);
    }
    return;
  }
  if (results_.size() != 1) {
    throw Failure(ARETE_INVALID, "the module gave one result, the file beside it names " +
                                     std::to_string(results_.size()));
  }
  take_result(0, results);
}

void TvmSession::take_result(std::size_t index, const ffi::Any& result) {
  const auto& expected = description(ARETE_OUTPUT, index);
  const auto tensor = result.as<ffi::Tensor>();
  if (!tensor) {
    throw Failure(ARETE_UNSUPPORTED, "result '" + expected.name + "' is no tensor but a " +
                                         std::string(result.GetTypeKey()));
  }
  if (dtype_of(tensor->dtype()) != expected.dtype || !tensor->IsContiguous()) {
    throw Failure(ARETE_INVALID, "result '" + expected.name + "' is not the dense " +
                                     arete::plugin::name_of(expected.dtype) +
                                     " tensor that the file beside the module says");
  }
  results_[index] = *tensor;
  const Binding& target = binding(ARETE_OUTPUT, index);
  if (!target) {
    return;
  }
  const std::span<const std::int64_t> shape(tensor->shape().data(), tensor->shape().size());
  if (!std::ranges::equal(shape, target.shape())) {
    throw Failure(ARETE_INVALID, "output '" + expected.name + "' has shape " +
                                     arete::plugin::text_of(shape) + ", the bound memory " +
                                     arete::plugin::text_of(target.shape()));
  }
  const auto* data = static_cast<const std::byte*>(tensor->data_ptr());
  if (target.dense()) {
    std::memcpy(target.tensor().data, data, bytes_of(expected.dtype, shape));
  } else {
    arete::plugin::scatter(data, target);
  }
}

arete_tensor TvmSession::output(std::uint32_t index) {
  if (const Binding& target = binding(ARETE_OUTPUT, index)) {
    return target.tensor();
  }
  const ffi::Tensor& result = results_[index].value();
  arete_tensor made{};
  made.struct_size = sizeof(arete_tensor);
  made.dtype = dtype_of(result.dtype());
  made.memory = ARETE_MEMORY_HOST;
  made.rank = static_cast<std::uint32_t>(result.shape().size());
  made.shape = result.shape().data();
  made.data = result.data_ptr();
  made.bytes = bytes_of(made.dtype, {made.shape, made.rank});
  return made;
}

const arete_profile& TvmSession::profile() {
  if (!settings_.profile) {
    throw Failure(ARETE_CONFLICT, "load with option 'profile' set to 'on'");
  }
  pointers_.clear();
  for (Node& node : nodes_) {
    node.plain = {
        sizeof(arete_node_profile),   node.name.c_str(),        "kernel", "TVM compiled code",
        std::exchange(node.calls, 0), std::exchange(node.ns, 0)};
    pointers_.push_back(&node.plain);
  }
  plain_ = {sizeof(arete_profile), std::exchange(runs_, 0),
            static_cast<std::uint32_t>(pointers_.size()), pointers_.data()};
  return plain_;
}

}  // namespace arete_tvm
