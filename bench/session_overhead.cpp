// What our session adds to an engine's own run: ONNX Runtime through its C API, as fast as it can
// be called, against the same through runtime::Session, on a model of one node. One process, one
// thread, interleaved rounds, CPU time.
//   session_overhead [rounds]     with ARETE_PLUGIN_PATH set as for the tests
// SPDX-License-Identifier: Apache-2.0
#include <dlfcn.h>
#include <onnxruntime_c_api.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "model/onnx/onnx.hpp"
#include "runtime/registry.hpp"

namespace arete::bench {
namespace {

constexpr int kRunsARound = 2000;
constexpr std::size_t kElements = 4;

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "session_overhead: %s\n", why.c_str());
  std::exit(1);
}

double cpu_us() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

Bytes relu_model() {
  model::Model model;
  model.opset_imports[""] = 13;
  const auto add = [&model](const std::string& name) {
    model::Value value;
    value.name = name;
    value.dtype = tensor::DType::kF32;
    value.shape = model::symbolic({static_cast<std::int64_t>(kElements)});
    return model.add_value(std::move(value));
  };
  const auto x = add("x");
  const auto y = add("y");
  model::Node node;
  node.op_type = "Relu";
  node.inputs = {x};
  node.outputs = {y};
  model.graph.nodes.push_back(std::move(node));
  model.graph.inputs = {x};
  model.graph.outputs = {y};
  return model::write_onnx(model).value();
}

/// The engine alone, with everything prepared that can be.
class RawEngine {
 public:
  explicit RawEngine(const Bytes& model) {
    const char* const path = std::getenv("ARETE_ONNXRUNTIME_LIB");
    void* const library =
        ::dlopen(path != nullptr ? path : ARETE_BENCH_ONNXRUNTIME, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
      give_up(::dlerror());
    }
    const auto base = reinterpret_cast<const OrtApiBase* (*)()>(::dlsym(library, "OrtGetApiBase"));
    api_ = base()->GetApi(ORT_API_VERSION);
    OrtEnv* env = nullptr;
    check(api_->CreateEnv(ORT_LOGGING_LEVEL_ERROR, "bench", &env));
    OrtSessionOptions* options = nullptr;
    check(api_->CreateSessionOptions(&options));
    check(api_->SetIntraOpNumThreads(options, 1));
    check(api_->CreateSessionFromArray(env, model.data(), model.size(), options, &session_));
    OrtMemoryInfo* memory = nullptr;
    check(api_->CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, &memory));
    const std::int64_t shape = kElements;
    for (std::size_t i = 0; i < 2; ++i) {
      check(api_->CreateTensorWithDataAsOrtValue(memory, data_[i].data(), sizeof(data_[i]), &shape,
                                                 1, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT,
                                                 &values_[i]));
    }
    check(api_->CreateRunOptions(&run_options_));
  }

  void run() {
    const char* const input = "x";
    const char* const output = "y";
    check(api_->Run(session_, run_options_, &input, values_.data(), 1, &output, 1, &values_[1]));
  }

 private:
  void check(OrtStatus* status) const {
    if (status != nullptr) {
      give_up(api_->GetErrorMessage(status));
    }
  }

  const OrtApi* api_ = nullptr;
  OrtSession* session_ = nullptr;
  OrtRunOptions* run_options_ = nullptr;
  std::array<std::array<float, kElements>, 2> data_{};
  std::array<OrtValue*, 2> values_{};
};

/// The same through our session, on memory that stays.
class OurSession {
 public:
  explicit OurSession(const Bytes& model) : registry_(runtime::Registry::discover()) {
    const auto backend = registry_.find("onnxruntime");
    if (!backend) {
      give_up(backend.error().message());
    }
    auto session =
        (*backend)->load({.format = "onnx", .path = {}, .bytes = SharedBytes(Bytes(model))});
    if (!session) {
      give_up(session.error().message());
    }
    session_ = std::move(session).value();
    const tensor::Shape shape{static_cast<std::int64_t>(kElements)};
    inputs_.emplace_back(tensor::DType::kF32, shape, reinterpret_cast<std::byte*>(data_[0].data()));
    outputs_.emplace_back(tensor::DType::kF32, shape,
                          reinterpret_cast<std::byte*>(data_[1].data()));
  }

  void run() {
    if (const Status status = session_->run_into(inputs_, outputs_); !status) {
      give_up(status.error().message());
    }
  }

 private:
  runtime::Registry registry_;
  std::unique_ptr<runtime::Session> session_;
  std::array<std::array<float, kElements>, 2> data_{};
  std::vector<tensor::TensorView> inputs_;
  std::vector<runtime::MutableTensorView> outputs_;
};

template <class Subject>
double round_of(Subject& subject) {
  subject.run();
  const double start = cpu_us();
  for (int i = 0; i < kRunsARound; ++i) {
    subject.run();
  }
  return (cpu_us() - start) / kRunsARound;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

void measure(int rounds) {
  const Bytes model = relu_model();
  RawEngine raw(model);
  OurSession ours(model);
  std::vector<double> raw_us;
  std::vector<double> ours_us;
  std::vector<double> added_us;
  for (int round = 0; round < rounds; ++round) {
    raw_us.push_back(round_of(raw));
    ours_us.push_back(round_of(ours));
    added_us.push_back(ours_us.back() - raw_us.back());
  }
  std::printf("one Relu of %zu elements, CPU time of a run, medians of %d rounds\n", kElements,
              rounds);
  std::printf("ONNX Runtime alone   %7.3f us\n", median(raw_us));
  std::printf("through our session  %7.3f us\n", median(ours_us));
  std::printf("added                %7.3f us\n", median(added_us));
}

}  // namespace
}  // namespace arete::bench

int main(int argc, char** argv) {
  arete::bench::measure(argc > 1 ? std::max(1, std::atoi(argv[1])) : 51);
  return 0;
}
