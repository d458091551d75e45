# Included by pipeline's CMakeLists.txt.
set(element_sources
  elements/element_input.cpp
  elements/event_element.cpp
  elements/event_rule.cpp
  elements/event_settings.cpp
  elements/score_segments.cpp
  elements/shapes.cpp
  elements/threshold_element.cpp
  elements/track_element.cpp)
set(element_tests
  elements/event_element_test.cpp
  elements/score_segments_test.cpp
  elements/threshold_element_test.cpp
  elements/track_element_test.cpp)
