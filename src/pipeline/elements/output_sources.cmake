# Elements that write pictures, included by sources.cmake.
list(APPEND element_sources
  elements/draw_element.cpp
  elements/draw_settings.cpp
  elements/kept_files.cpp
  elements/output_files.cpp
  elements/snapshot_element.cpp
  elements/video_parts.cpp
  elements/write_pictures_element.cpp
  elements/write_video_element.cpp)
list(APPEND element_tests
  elements/draw_element_test.cpp
  elements/snapshot_element_test.cpp
  elements/write_pictures_element_test.cpp
  elements/write_video_element_test.cpp)
