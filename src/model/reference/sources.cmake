# The reference evaluator; its integer kernels are listed by integer/sources.cmake.
list(APPEND ARETE_MODEL_SOURCES
  reference/evaluator.cpp
  reference/lifetimes.cpp
  reference/quantized_values.cpp)
list(APPEND ARETE_MODEL_TESTS
  reference/evaluator_test.cpp
  reference/lifetimes_test.cpp)
if(EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/reference/integer/sources.cmake")
  include(reference/integer/sources.cmake)
else()
  list(APPEND ARETE_MODEL_SOURCES reference/no_integer_kernels.cpp)
endif()
