# Included by pipeline's CMakeLists.txt.
set(element_sources
  elements/element_input.cpp
  elements/shapes.cpp
  elements/threshold_element.cpp
  elements/track_element.cpp)
set(element_tests
  elements/threshold_element_test.cpp
  elements/track_element_test.cpp)
