// ONNX Runtime's shared library, opened once a process, and its C API behind owning handles.
// Threads: library() from any; the handles as ONNX Runtime says.
// Errors: Failure; ARETE_UNAVAILABLE with what was tried if there is no usable library.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <onnxruntime_c_api.h>

#include <memory>
#include <string>

#include "arete/plugin.hpp"

namespace arete_ort {

struct Library {
  const OrtApi* api = nullptr;
  OrtEnv* env = nullptr;
  OrtMemoryInfo* host_memory = nullptr;
  std::string version;
  std::string path;
};

/// Opened at the first call; a failure is remembered.
[[nodiscard]] const Library& library();

/// When a status came: what the same code means differs.
enum class Stage { kLoading, kRunning };

/// Throws if `status` says so, and releases it.
void check(OrtStatus* status, Stage stage = Stage::kRunning);

struct Release {
  void operator()(OrtSession* it) const { library().api->ReleaseSession(it); }
  void operator()(OrtSessionOptions* it) const { library().api->ReleaseSessionOptions(it); }
  void operator()(OrtRunOptions* it) const { library().api->ReleaseRunOptions(it); }
  void operator()(OrtValue* it) const { library().api->ReleaseValue(it); }
  void operator()(OrtTypeInfo* it) const { library().api->ReleaseTypeInfo(it); }
  void operator()(OrtTensorTypeAndShapeInfo* it) const {
    library().api->ReleaseTensorTypeAndShapeInfo(it);
  }
};
template <class T>
using Owned = std::unique_ptr<T, Release>;

}  // namespace arete_ort
