// SPDX-License-Identifier: Apache-2.0
#include "library.hpp"

#include <dlfcn.h>

#include <cstdlib>
#include <vector>

#include "known_library.hpp"
#include "quiet.hpp"
#include "self_test.hpp"

namespace arete_litert {
namespace {

using arete::plugin::Failure;

constexpr const char* kFileName = "libLiteRt.so";

/// An explicit choice stands alone; otherwise beside us, then where configured.
std::vector<std::string> candidates() {
  if (const char* const chosen = std::getenv("ARETE_LITERT_LIB")) {
    return {chosen};
  }
  return {arete::plugin::own_folder() + kFileName, ARETE_LITERT_CONFIGURED};
}

template <class Function>
void find(void* handle, const std::string& path, const char* name, Function& function) {
  const std::string symbol = std::string("LiteRt") + name;
  function = reinterpret_cast<Function>(::dlsym(handle, symbol.c_str()));
  if (function == nullptr) {
    throw Failure(ARETE_UNAVAILABLE, path + ": no function " + symbol);
  }
}

void find_model_functions(void* handle, const std::string& path, Api& api) {
  find(handle, path, "CreateModelFromFile", api.create_model_from_file);
  find(handle, path, "CreateModelFromBuffer", api.create_model_from_buffer);
  find(handle, path, "DestroyModel", api.destroy_model);
  find(handle, path, "GetNumModelSignatures", api.get_num_model_signatures);
  find(handle, path, "GetModelSignature", api.get_model_signature);
  find(handle, path, "GetSignatureKey", api.get_signature_key);
  find(handle, path, "GetSignatureSubgraph", api.get_signature_subgraph);
  find(handle, path, "GetNumSubgraphInputs", api.get_num_subgraph_inputs);
  find(handle, path, "GetSubgraphInput", api.get_subgraph_input);
  find(handle, path, "GetNumSubgraphOutputs", api.get_num_subgraph_outputs);
  find(handle, path, "GetSubgraphOutput", api.get_subgraph_output);
  find(handle, path, "GetNumSubgraphOps", api.get_num_subgraph_ops);
  find(handle, path, "GetSubgraphOp", api.get_subgraph_op);
  find(handle, path, "GetOpCode", api.get_op_code);
  find(handle, path, "GetOpOutput", api.get_op_output);
  find(handle, path, "GetTensorName", api.get_tensor_name);
  find(handle, path, "GetTensorTypeId", api.get_tensor_type_id);
  find(handle, path, "GetRankedTensorType", api.get_ranked_tensor_type);
  find(handle, path, "GetQuantizationTypeId", api.get_quantization_type_id);
  find(handle, path, "GetPerTensorQuantization", api.get_per_tensor_quantization);
  find(handle, path, "GetPerChannelQuantization", api.get_per_channel_quantization);
}

void find_run_functions(void* handle, const std::string& path, Api& api) {
  find(handle, path, "CreateEnvironment", api.create_environment);
  find(handle, path, "DestroyEnvironment", api.destroy_environment);
  find(handle, path, "CreateOptions", api.create_options);
  find(handle, path, "DestroyOptions", api.destroy_options);
  find(handle, path, "SetOptionsHardwareAccelerators", api.set_options_hardware_accelerators);
  find(handle, path, "CreateOpaqueOptions", api.create_opaque_options);
  find(handle, path, "AddOpaqueOptions", api.add_opaque_options);
  find(handle, path, "CreateCompiledModel", api.create_compiled_model);
  find(handle, path, "DestroyCompiledModel", api.destroy_compiled_model);
  find(handle, path, "CompiledModelResizeInputTensor", api.compiled_model_resize_input_tensor);
  find(handle, path, "GetCompiledModelOutputTensorLayouts",
       api.get_compiled_model_output_tensor_layouts);
  find(handle, path, "RunCompiledModel", api.run_compiled_model);
  find(handle, path, "SetCompiledModelCancellationFunction",
       api.set_compiled_model_cancellation_function);
  find(handle, path, "CompiledModelGetErrorMessages", api.compiled_model_get_error_messages);
  find(handle, path, "CompiledModelClearErrors", api.compiled_model_clear_errors);
  find(handle, path, "CompiledModelGetProfiler", api.compiled_model_get_profiler);
  find(handle, path, "CreateTensorBufferFromHostMemory", api.create_tensor_buffer_from_host_memory);
  find(handle, path, "DestroyTensorBuffer", api.destroy_tensor_buffer);
  find(handle, path, "StartProfiler", api.start_profiler);
  find(handle, path, "GetNumProfilerEvents", api.get_num_profiler_events);
  find(handle, path, "GetProfilerEvents", api.get_profiler_events);
}

/// The library at `path` if it is known and works; throws the reason.
Library try_library(const std::string& path) {
  const LibraryFile file = look_at(path);
  const std::string version = version_of(file);
  if (version.empty()) {
    throw Failure(ARETE_UNAVAILABLE, path + " (" + std::to_string(file.bytes) +
                                         " bytes) is not the library of LiteRT 2.3.0, the only "
                                         "one whose C interface is known");
  }
  require_self_test(path, file);
  Library made = open_library(path);
  made.version = version;
  // LiteRT announces its first use of XNNPACK on stderr, whatever severity was asked for: the
  // first use is therefore here, and the line goes to the log.
  const Diverted diverted;
  run_self_test(made);
  return made;
}

struct Opened {
  Library library;
  std::string reasons;  ///< why there is none
};

Opened open_first() {
  Opened opened;
  for (const std::string& path : candidates()) {
    try {
      opened.library = try_library(path);
      return opened;
    } catch (const Failure& failure) {
      opened.reasons += (opened.reasons.empty() ? "" : "; ") + std::string(failure.what());
    }
  }
  return opened;
}

}  // namespace

Library open_library(const std::string& path) {
  void* const handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);  // kept open
  if (handle == nullptr) {
    const char* const reason = ::dlerror();
    throw Failure(ARETE_UNAVAILABLE, reason == nullptr ? path : reason);
  }
  Library made;
  made.path = path;
  find_model_functions(handle, path, made.api);
  find_run_functions(handle, path, made.api);
  // Without the set of accelerators it looks for four GPU libraries, loudly.
  const EnvironmentOption options[] = {{kLoggerSeverityTag, kIntegerValue, kSilent},
                                       {kAcceleratorsTag, kIntegerValue, kCpu}};
  check(made.api.create_environment(2, options, &made.environment), "making an environment",
        ARETE_UNAVAILABLE);
  return made;
}

const Library& library() {
  // Never destroyed: sessions of other threads may outlive the end of main().
  static const Opened* const kOpened = new Opened(open_first());
  if (kOpened->library.environment == nullptr) {
    throw Failure(ARETE_UNAVAILABLE, "no usable LiteRT library: " + kOpened->reasons);
  }
  return kOpened->library;
}

std::unique_lock<std::mutex> creation_lock() {
  static auto* const kMutex = new std::mutex;
  return std::unique_lock(*kMutex);
}

void check(Status status, const char* what, arete_code code) {
  if (status != kOk) {
    throw Failure(status == kNoMemory ? ARETE_NO_SPACE : code,
                  std::string(what) + " fails with LiteRT status " + std::to_string(status));
  }
}

}  // namespace arete_litert
