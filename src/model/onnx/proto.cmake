# The protobuf classes of the ONNX format, generated from the .proto that `./dev setup` unpacked.
# Generated code is not ours: no warnings of ours, and a SYSTEM include folder.
set(ARETE_ONNX_PROTO "${ARETE_DEPS}/onnx/onnx.proto")
if(NOT EXISTS "${ARETE_ONNX_PROTO}")
  message(FATAL_ERROR "${ARETE_ONNX_PROTO} is missing: run ./dev setup, or set ARETE_DEPS")
endif()
set(ARETE_ONNX_GENERATED "${CMAKE_CURRENT_BINARY_DIR}/generated/onnx")
file(MAKE_DIRECTORY "${ARETE_ONNX_GENERATED}")
add_custom_command(
  OUTPUT "${ARETE_ONNX_GENERATED}/onnx.pb.cc" "${ARETE_ONNX_GENERATED}/onnx.pb.h"
  COMMAND "${Protobuf_PROTOC_EXECUTABLE}" "--proto_path=${ARETE_DEPS}/onnx"
    "--cpp_out=${ARETE_ONNX_GENERATED}" onnx.proto
  DEPENDS "${ARETE_ONNX_PROTO}"
  VERBATIM)
add_library(arete_onnx_proto STATIC "${ARETE_ONNX_GENERATED}/onnx.pb.cc")
set_target_properties(arete_onnx_proto PROPERTIES UNITY_BUILD OFF)
target_include_directories(arete_onnx_proto SYSTEM PUBLIC "${ARETE_ONNX_GENERATED}")
target_link_libraries(arete_onnx_proto PUBLIC protobuf::libprotobuf-lite)
if(ARETE_SANITIZE)
  target_compile_options(arete_onnx_proto PRIVATE -fsanitize=${ARETE_SANITIZE} -fno-omit-frame-pointer)
endif()
list(APPEND ARETE_MODEL_LIBRARIES arete_onnx_proto)
