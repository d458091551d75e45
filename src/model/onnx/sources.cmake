include(${CMAKE_CURRENT_LIST_DIR}/proto.cmake)
list(APPEND ARETE_MODEL_SOURCES
  onnx/datum_reader.cpp
  onnx/element_types.cpp
  onnx/external_data.cpp
  onnx/graph_reader.cpp
  onnx/graph_writer.cpp
  onnx/node_reader.cpp
  onnx/node_writer.cpp
  onnx/reader.cpp
  onnx/tensor_codec.cpp
  onnx/type_codec.cpp
  onnx/writer.cpp)
list(APPEND ARETE_MODEL_TESTS
  onnx/external_data_test.cpp
  onnx/reader_test.cpp
  onnx/round_trip_test.cpp)
