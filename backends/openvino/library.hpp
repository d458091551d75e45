// OpenVINO's C library, opened once a process, and its objects behind owning handles.
// Threads: library() from any; objects as OpenVINO says.
// Errors: Failure; ARETE_UNAVAILABLE with what was tried if there is no usable library.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openvino/c/ov_common.h>
#include <openvino/c/ov_compiled_model.h>
#include <openvino/c/ov_core.h>
#include <openvino/c/ov_infer_request.h>
#include <openvino/c/ov_tensor.h>

#include <memory>
#include <string>

#include "arete/plugin.hpp"

namespace arete_openvino {

/// The functions that this engine calls, found by name; see library.cpp.
struct Api {
  decltype(&ov_get_openvino_version) get_openvino_version;
  decltype(&ov_version_free) version_free;
  decltype(&ov_get_last_err_msg) get_last_err_msg;
  decltype(&ov_free) free;
  decltype(&ov_core_create) core_create;
  decltype(&ov_core_read_model) core_read_model;
  decltype(&ov_core_read_model_from_memory_buffer) core_read_model_from_memory_buffer;
  decltype(&ov_core_compile_model) core_compile_model;
  decltype(&ov_model_free) model_free;
  decltype(&ov_compiled_model_free) compiled_model_free;
  decltype(&ov_compiled_model_inputs_size) compiled_model_inputs_size;
  decltype(&ov_compiled_model_outputs_size) compiled_model_outputs_size;
  decltype(&ov_compiled_model_input_by_index) compiled_model_input_by_index;
  decltype(&ov_compiled_model_output_by_index) compiled_model_output_by_index;
  decltype(&ov_compiled_model_create_infer_request) compiled_model_create_infer_request;
  decltype(&ov_output_const_port_free) output_const_port_free;
  decltype(&ov_port_get_any_name) port_get_any_name;
  decltype(&ov_port_get_partial_shape) port_get_partial_shape;
  decltype(&ov_port_get_element_type) port_get_element_type;
  decltype(&ov_partial_shape_free) partial_shape_free;
  decltype(&ov_shape_free) shape_free;
  decltype(&ov_tensor_create_from_host_ptr) tensor_create_from_host_ptr;
  decltype(&ov_tensor_free) tensor_free;
  decltype(&ov_tensor_get_shape) tensor_get_shape;
  decltype(&ov_tensor_data) tensor_data;
  decltype(&ov_infer_request_free) infer_request_free;
  decltype(&ov_infer_request_set_input_tensor_by_index) infer_request_set_input_tensor_by_index;
  decltype(&ov_infer_request_set_output_tensor_by_index) infer_request_set_output_tensor_by_index;
  decltype(&ov_infer_request_get_output_tensor_by_index) infer_request_get_output_tensor_by_index;
  decltype(&ov_infer_request_start_async) infer_request_start_async;
  decltype(&ov_infer_request_wait) infer_request_wait;
  decltype(&ov_infer_request_cancel) infer_request_cancel;
  decltype(&ov_infer_request_get_profiling_info) infer_request_get_profiling_info;
  decltype(&ov_profiling_info_list_free) profiling_info_list_free;
};

struct Library {
  Api api{};
  ov_core_t* core = nullptr;
  std::string version;
  std::string path;
};

/// Opened at the first call; a failure is remembered.
[[nodiscard]] const Library& library();

/// When a status came: what the same code means differs.
enum class Stage { kLoading, kRunning };

/// What OpenVINO says of its last error in this thread.
[[nodiscard]] arete::plugin::Failure failure_of(ov_status_e status, Stage stage);

/// Throws that unless `status` is success.
void check(ov_status_e status, Stage stage = Stage::kRunning);

struct Release {
  void operator()(ov_model_t* it) const { library().api.model_free(it); }
  void operator()(ov_compiled_model_t* it) const { library().api.compiled_model_free(it); }
  void operator()(ov_infer_request_t* it) const { library().api.infer_request_free(it); }
  void operator()(ov_tensor_t* it) const { library().api.tensor_free(it); }
  void operator()(ov_output_const_port_t* it) const { library().api.output_const_port_free(it); }
};
template <class T>
using Owned = std::unique_ptr<T, Release>;

}  // namespace arete_openvino
