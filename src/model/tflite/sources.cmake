# The TFLite reader. Its schemas are our own; flatc turns them into headers that only this folder
# includes, compiled without our warnings.
find_package(ZLIB REQUIRED)
set(tflite_generated "${CMAKE_CURRENT_BINARY_DIR}/tflite_generated")
foreach(schema schema metadata_schema)
  add_custom_command(
    OUTPUT "${tflite_generated}/${schema}_generated.h"
    COMMAND ${ARETE_FLATC} --cpp --scoped-enums -o "${tflite_generated}"
            "${CMAKE_CURRENT_SOURCE_DIR}/tflite/${schema}.fbs"
    DEPENDS tflite/${schema}.fbs
    VERBATIM)
  list(APPEND ARETE_MODEL_SOURCES "${tflite_generated}/${schema}_generated.h")
endforeach()
include_directories(SYSTEM "${tflite_generated}")
# Keeps flatbuffers header-only: its locale object lives in a library of its own.
add_compile_definitions(FLATBUFFERS_LOCALE_INDEPENDENT=0)
list(APPEND ARETE_MODEL_LIBRARIES ZLIB::ZLIB)
list(APPEND ARETE_MODEL_SOURCES
  tflite/builtin_names.cpp
  tflite/convolution.cpp
  tflite/custom.cpp
  tflite/detection.cpp
  tflite/elementwise.cpp
  tflite/flat_file.cpp
  tflite/import.cpp
  tflite/indexing.cpp
  tflite/metadata.cpp
  tflite/op.cpp
  tflite/pooling.cpp
  tflite/recurrent.cpp
  tflite/reduction.cpp
  tflite/shaping.cpp
  tflite/sparse.cpp
  tflite/state.cpp
  tflite/tensors.cpp
  tflite/zip.cpp)
# The float twin of quantized models, asked for by `arete convert --dequantize`.
list(APPEND ARETE_MODEL_SOURCES passes/dequantize.cpp)
list(APPEND ARETE_MODEL_TESTS
  passes/dequantize_test.cpp
  tflite/nhwc_again_test.cpp
  tflite/sparse_test.cpp
  tflite/tflite_test.cpp
  tflite/zip_test.cpp)
