# Integer kernels of TFLite's arithmetic.
list(APPEND ARETE_MODEL_SOURCES
  reference/integer/activations.cpp
  reference/integer/arithmetic.cpp
  reference/integer/lstm.cpp
  reference/integer/products.cpp
  reference/integer/rectifiers.cpp
  reference/integer/reductions.cpp
  reference/integer/stored.cpp
  reference/integer/windows.cpp)
list(APPEND ARETE_MODEL_TESTS
  reference/integer/fixed_point_test.cpp
  reference/integer/kernels_test.cpp)
