// SPDX-License-Identifier: Apache-2.0
#include "library.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace arete_openvino {
namespace {

using arete::plugin::Failure;

// The number is that of the release and part of the name.
constexpr const char* kFileName = "libopenvino_c.so.2641";

/// An explicit choice stands alone; otherwise beside us, where configured, then the system's.
std::vector<std::string> candidates() {
  if (const char* const chosen = std::getenv("ARETE_OPENVINO_LIB")) {
    return {chosen};
  }
  return {arete::plugin::own_folder() + kFileName,
          std::string(ARETE_OPENVINO_CONFIGURED) + kFileName, kFileName};
}

template <class Function>
void find(void* handle, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(handle, name));
  if (function == nullptr) {
    throw Failure(ARETE_UNAVAILABLE, std::string("no function ") + name);
  }
}

void find_model_functions(void* handle, Api& api) {
  find(handle, "ov_get_openvino_version", api.get_openvino_version);
  find(handle, "ov_version_free", api.version_free);
  find(handle, "ov_get_last_err_msg", api.get_last_err_msg);
  find(handle, "ov_free", api.free);
  find(handle, "ov_core_create", api.core_create);
  find(handle, "ov_core_read_model", api.core_read_model);
  find(handle, "ov_core_read_model_from_memory_buffer", api.core_read_model_from_memory_buffer);
  find(handle, "ov_core_compile_model", api.core_compile_model);
  find(handle, "ov_model_free", api.model_free);
  find(handle, "ov_compiled_model_free", api.compiled_model_free);
  find(handle, "ov_compiled_model_inputs_size", api.compiled_model_inputs_size);
  find(handle, "ov_compiled_model_outputs_size", api.compiled_model_outputs_size);
  find(handle, "ov_compiled_model_input_by_index", api.compiled_model_input_by_index);
  find(handle, "ov_compiled_model_output_by_index", api.compiled_model_output_by_index);
  find(handle, "ov_compiled_model_create_infer_request", api.compiled_model_create_infer_request);
}

void find_run_functions(void* handle, Api& api) {
  find(handle, "ov_output_const_port_free", api.output_const_port_free);
  find(handle, "ov_port_get_any_name", api.port_get_any_name);
  find(handle, "ov_port_get_partial_shape", api.port_get_partial_shape);
  find(handle, "ov_port_get_element_type", api.port_get_element_type);
  find(handle, "ov_partial_shape_free", api.partial_shape_free);
  find(handle, "ov_shape_free", api.shape_free);
  find(handle, "ov_tensor_create_from_host_ptr", api.tensor_create_from_host_ptr);
  find(handle, "ov_tensor_free", api.tensor_free);
  find(handle, "ov_tensor_get_shape", api.tensor_get_shape);
  find(handle, "ov_tensor_data", api.tensor_data);
  find(handle, "ov_infer_request_free", api.infer_request_free);
  find(handle, "ov_infer_request_set_input_tensor_by_index",
       api.infer_request_set_input_tensor_by_index);
  find(handle, "ov_infer_request_set_output_tensor_by_index",
       api.infer_request_set_output_tensor_by_index);
  find(handle, "ov_infer_request_get_output_tensor_by_index",
       api.infer_request_get_output_tensor_by_index);
  find(handle, "ov_infer_request_start_async", api.infer_request_start_async);
  find(handle, "ov_infer_request_wait", api.infer_request_wait);
  find(handle, "ov_infer_request_cancel", api.infer_request_cancel);
  find(handle, "ov_infer_request_get_profiling_info", api.infer_request_get_profiling_info);
  find(handle, "ov_profiling_info_list_free", api.profiling_info_list_free);
}

std::string last_message(const Api& api) {
  const char* const given = api.get_last_err_msg();
  const std::string message = given == nullptr ? "" : given;
  api.free(given);
  return message;
}

/// Throws why there is none at `path`.
Library open_library(const std::string& path) {
  void* const handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);  // kept open
  if (handle == nullptr) {
    const char* const reason = ::dlerror();
    throw Failure(ARETE_UNAVAILABLE, reason == nullptr ? path : reason);
  }
  Library made;
  made.path = path;
  find_model_functions(handle, made.api);
  find_run_functions(handle, made.api);
  ov_version_t version{};
  if (made.api.get_openvino_version(&version) == OK) {
    made.version = version.buildNumber == nullptr ? "" : version.buildNumber;
    made.api.version_free(&version);
  }
  if (made.api.core_create(&made.core) != OK) {
    throw Failure(ARETE_UNAVAILABLE, path + ": " + last_message(made.api));
  }
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
      opened.library = open_library(path);
      return opened;
    } catch (const Failure& failure) {
      opened.reasons += (opened.reasons.empty() ? "" : "; ") + std::string(failure.what());
    }
  }
  return opened;
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// One line without the places in OpenVINO's source that it came by.
std::string tidy(std::string_view text) {
  constexpr std::size_t kMost = 500;
  std::string tidied;
  while (!text.empty() && tidied.size() < kMost) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    if (!line.empty() && !line.starts_with("Exception from ") && !line.starts_with("Check '")) {
      tidied += (tidied.empty() ? "" : "; ") + std::string(line);
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return tidied;
}

arete_code code_of(ov_status_e status, std::string_view message, Stage stage) {
  if (status == INFER_CANCELLED) {
    return ARETE_CANCELLED;
  }
  if (contains(message, "bad_alloc") || contains(message, "allocate memory")) {
    return ARETE_NO_SPACE;
  }
  if (stage == Stage::kRunning) {
    const bool bad_input = status == PARAMETER_MISMATCH || contains(message, "hape");
    return bad_input ? ARETE_INVALID : ARETE_INTERNAL;
  }
  const bool lacks = status == NOT_IMPLEMENTED || contains(message, "not support") ||
                     contains(message, "nsupported") || contains(message, "not implemented") ||
                     contains(message, "Not implemented") ||
                     contains(message, "No conversion rule");
  return lacks ? ARETE_UNSUPPORTED : ARETE_CORRUPT;
}

}  // namespace

const Library& library() {
  // Never destroyed: sessions of other threads may outlive the end of main().
  static const Opened* const kOpened = new Opened(open_first());
  if (kOpened->library.core == nullptr) {
    throw Failure(ARETE_UNAVAILABLE, "no usable OpenVINO library: " + kOpened->reasons);
  }
  return kOpened->library;
}

Failure failure_of(ov_status_e status, Stage stage) {
  const std::string message = last_message(library().api);
  const std::string tidied = tidy(message);
  return {code_of(status, message, stage),
          tidied.empty() ? "OpenVINO status " + std::to_string(status) : tidied};
}

void check(ov_status_e status, Stage stage) {
  if (status != OK) {
    throw failure_of(status, stage);
  }
}

}  // namespace arete_openvino
