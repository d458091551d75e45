include(${CMAKE_CURRENT_LIST_DIR}/proto.cmake)
