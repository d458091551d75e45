list(APPEND ARETE_MODEL_SOURCES
  passes/fold_quantization.cpp
  passes/qdq_parameters.cpp
  passes/unfold_quantization.cpp)
