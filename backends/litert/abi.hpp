// LiteRT's C interface as its library of version 2.3.0 has it: the part that this engine calls,
// declared here because no headers are published for it. An earlier version has other arguments
// under the same names, so these declarations are used only with a library that known_library.hpp
// knows, and after self_test.hpp has tried them.
// Threads, ownership: as said at the functions. Errors: a status, 0 is success.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace arete_litert {

// Objects of the library.
struct EnvironmentObject;
struct ModelObject;
struct OptionsObject;
struct OpaqueOptionsObject;
struct CompiledModelObject;
struct TensorBufferObject;
struct TensorObject;
struct OpObject;
struct SubgraphObject;
struct SignatureObject;
struct ProfilerObject;

using Status = std::int32_t;
inline constexpr Status kOk = 0;
inline constexpr Status kNoMemory = 2;
inline constexpr Status kUnsupported = 5;
inline constexpr Status kCancelled = 100;

/// Dimensions in the order of the file; an unknown one is negative.
struct Layout {
  std::uint32_t rank_and_strides;  ///< rank in the low 7 bits, then whether there are strides
  std::int32_t dimensions[8];
  std::uint32_t strides[8];
};
static_assert(sizeof(Layout) == 68);
inline constexpr std::uint32_t kRankBits = 0x7F;
inline constexpr std::size_t kMostRank = 8;

struct RankedTensorType {
  std::int32_t element_type;
  Layout layout;
};
static_assert(sizeof(RankedTensorType) == 72);

/// One option of an environment: a tag and an integer.
struct EnvironmentOption {
  std::int32_t tag;
  alignas(8) std::int32_t value_type;
  std::int64_t value;
};
static_assert(sizeof(EnvironmentOption) == 24);
inline constexpr std::int32_t kIntegerValue = 2;
inline constexpr std::int32_t kAcceleratorsTag = 24;
inline constexpr std::int32_t kLoggerSeverityTag = 25;
inline constexpr std::int64_t kSilent = 4;
inline constexpr std::int32_t kCpu = 1;  ///< the set of accelerators that is only the CPU

struct PerTensorQuantization {
  float scale;
  std::int64_t zero_point;
};
struct PerChannelQuantization {
  std::int32_t axis;
  std::uint64_t count;
  const float* scales;
  const std::int64_t* zero_points;
};
enum QuantizationKind : std::int32_t { kNone = 0, kPerTensor = 1, kPerChannel = 2 };

struct ProfilerEvent {
  const char* tag;
  std::int32_t type;
  std::uint64_t start_us;
  std::uint64_t elapsed_us;
  std::size_t memory[6];
  std::uint64_t index;     ///< of the operator in its graph or delegate
  std::uint64_t subgraph;  ///< of an operator
  std::int32_t source;
};
static_assert(sizeof(ProfilerEvent) == 104);
inline constexpr std::int32_t kOperatorEvent = 2;          ///< run by a kernel of LiteRT
inline constexpr std::int32_t kDelegateOperatorEvent = 8;  ///< run inside a delegate

/// The functions, found by name; see library.cpp.
struct Api {
  Status (*create_environment)(int count, const EnvironmentOption* options,
                               EnvironmentObject** out);
  void (*destroy_environment)(EnvironmentObject* environment);

  Status (*create_model_from_file)(EnvironmentObject* environment, const char* path,
                                   ModelObject** out);
  /// The bytes must stay as long as the model.
  Status (*create_model_from_buffer)(EnvironmentObject* environment, const void* data,
                                     std::size_t bytes, ModelObject** out);
  void (*destroy_model)(ModelObject* model);
  Status (*get_num_model_signatures)(ModelObject* model, std::size_t* out);
  Status (*get_model_signature)(ModelObject* model, std::size_t index, SignatureObject** out);
  Status (*get_signature_key)(SignatureObject* signature, const char** out);
  Status (*get_signature_subgraph)(SignatureObject* signature, SubgraphObject** out);
  Status (*get_num_subgraph_inputs)(SubgraphObject* subgraph, std::size_t* out);
  Status (*get_subgraph_input)(SubgraphObject* subgraph, std::size_t index, TensorObject** out);
  Status (*get_num_subgraph_outputs)(SubgraphObject* subgraph, std::size_t* out);
  Status (*get_subgraph_output)(SubgraphObject* subgraph, std::size_t index, TensorObject** out);
  Status (*get_num_subgraph_ops)(SubgraphObject* subgraph, std::size_t* out);
  Status (*get_subgraph_op)(SubgraphObject* subgraph, std::size_t index, OpObject** out);
  Status (*get_op_code)(OpObject* op, std::int32_t* out);
  Status (*get_op_output)(OpObject* op, std::size_t index, TensorObject** out);
  Status (*get_tensor_name)(TensorObject* tensor, const char** out);
  /// 0 = ranked, 1 = not.
  Status (*get_tensor_type_id)(TensorObject* tensor, std::int32_t* out);
  Status (*get_ranked_tensor_type)(TensorObject* tensor, RankedTensorType* out);
  Status (*get_quantization_type_id)(TensorObject* tensor, std::int32_t* out);
  Status (*get_per_tensor_quantization)(TensorObject* tensor, PerTensorQuantization* out);
  Status (*get_per_channel_quantization)(TensorObject* tensor, PerChannelQuantization* out);

  Status (*create_options)(OptionsObject** out);
  void (*destroy_options)(OptionsObject* options);
  Status (*set_options_hardware_accelerators)(OptionsObject* options, std::int32_t set);
  /// `payload` belongs to the options from then on and is given to `free_payload`.
  Status (*create_opaque_options)(const char* identifier, void* payload,
                                  void (*free_payload)(void*), OpaqueOptionsObject** out);
  /// Takes `part` over.
  Status (*add_opaque_options)(OptionsObject* options, OpaqueOptionsObject* part);

  Status (*create_compiled_model)(EnvironmentObject* environment, ModelObject* model,
                                  OptionsObject* options, CompiledModelObject** out);
  void (*destroy_compiled_model)(CompiledModelObject* model);
  Status (*compiled_model_resize_input_tensor)(CompiledModelObject* model, std::size_t signature,
                                               std::size_t input, const int* dimensions,
                                               std::size_t rank);
  /// With `update`, shapes are computed anew from those of the inputs.
  Status (*get_compiled_model_output_tensor_layouts)(CompiledModelObject* model,
                                                     std::size_t signature, std::size_t count,
                                                     Layout* out, bool update);
  Status (*run_compiled_model)(CompiledModelObject* model, std::size_t signature,
                               std::size_t input_count, TensorBufferObject** inputs,
                               std::size_t output_count, TensorBufferObject** outputs);
  /// Asked between two operators, on the thread of the run.
  Status (*set_compiled_model_cancellation_function)(CompiledModelObject* model, void* data,
                                                     bool (*is_cancelled)(void*));
  /// To be freed with free().
  Status (*compiled_model_get_error_messages)(CompiledModelObject* model, char** out);
  Status (*compiled_model_clear_errors)(CompiledModelObject* model);
  Status (*compiled_model_get_profiler)(CompiledModelObject* model, ProfilerObject** out);

  /// Host memory aligned to 64 bytes. Borrows it if `free_memory` is NULL.
  Status (*create_tensor_buffer_from_host_memory)(const RankedTensorType* type, void* memory,
                                                  std::size_t bytes, void (*free_memory)(void*),
                                                  TensorBufferObject** out);
  void (*destroy_tensor_buffer)(TensorBufferObject* buffer);

  /// Also forgets what was recorded.
  Status (*start_profiler)(ProfilerObject* profiler);
  Status (*get_num_profiler_events)(ProfilerObject* profiler, int* out);
  Status (*get_profiler_events)(ProfilerObject* profiler, int count, ProfilerEvent* out);
};

}  // namespace arete_litert
