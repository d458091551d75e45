# The reference evaluator; its integer kernels are listed by integer/sources.cmake.
list(APPEND ARETE_MODEL_SOURCES
  reference/evaluator.cpp
  reference/lifetimes.cpp
  reference/quantized_values.cpp)
list(APPEND ARETE_MODEL_TESTS
  reference/evaluator_test.cpp
  reference/lifetimes_test.cpp)
include(reference/integer/sources.cmake)
