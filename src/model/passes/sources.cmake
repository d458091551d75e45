list(APPEND ARETE_MODEL_SOURCES
  passes/fold_quantization.cpp
  passes/qdq_parameters.cpp
  passes/unfold_quantization.cpp)
list(APPEND ARETE_MODEL_TESTS passes/fold_quantization_test.cpp)
