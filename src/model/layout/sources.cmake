# Layouts: pushing transposes to the border, and NHWC again.
list(APPEND ARETE_MODEL_SOURCES
  layout/nhwc.cpp
  layout/permute.cpp
  layout/rewrite.cpp
  layout/sink_transposes.cpp)
list(APPEND ARETE_MODEL_TESTS layout/sink_transposes_test.cpp)
