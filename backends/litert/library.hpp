// LiteRT's shared library, opened once a process, and its objects behind owning handles.
// Threads: library() from any; objects as LiteRT says, creation under creation_lock().
// Errors: Failure; ARETE_UNAVAILABLE with what was tried if there is no usable library.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "abi.hpp"
#include "arete/plugin.hpp"

namespace arete_litert {

struct Library {
  Api api{};
  EnvironmentObject* environment = nullptr;
  std::string version;
  std::string path;
};

/// Found, recognized, tried in a child process and opened at the first call; a failure is
/// remembered.
[[nodiscard]] const Library& library();

/// Opens the file without looking at what it is; for the child process that tries it, too.
[[nodiscard]] Library open_library(const std::string& path);

/// LiteRT compiles one model at a time.
[[nodiscard]] std::unique_lock<std::mutex> creation_lock();

struct Release {
  void operator()(ModelObject* it) const { api->destroy_model(it); }
  void operator()(CompiledModelObject* it) const { api->destroy_compiled_model(it); }
  void operator()(OptionsObject* it) const { api->destroy_options(it); }
  void operator()(TensorBufferObject* it) const { api->destroy_tensor_buffer(it); }

  const Api* api = nullptr;
};
template <class T>
using Owned = std::unique_ptr<T, Release>;

/// Throws "`what` fails with LiteRT status n" unless `status` is success.
void check(Status status, const char* what, arete_code code = ARETE_INTERNAL);

}  // namespace arete_litert
