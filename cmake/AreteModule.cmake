# arete_module(NAME SOURCES ... [DEPENDS module...] [USES library...] [TESTS ...] [TEST_DEPENDS ...])
#   A static library arete_NAME from src/NAME, and one test program NAME_test if TESTS are given.
#   DEPENDS is compared with src/LAYERS and with the includes by tools/lint/layers.py.
# arete_program(NAME SOURCES ... DEPENDS ... USES ...)   a program of apps/; installed in bin/
# arete_plugin(NAME [KIND media] SOURCES ... [USES ...] [INCLUDES folder...])   a plug-in of backends/:
#   <build>/backends/arete_backend_NAME.so, or arete_KIND_NAME.so
# arete_fuzz(NAME SOURCES ... DEPENDS ...)   a libFuzzer target, built with ARETE_FUZZ only
#
# The target arete_programs builds what a person runs (programs and plug-ins) and no test.
# arete_unit_tests builds the unit tier alone, for the sanitizers; arete_fuzz_targets all fuzz targets.
add_custom_target(arete_programs)
add_custom_target(arete_unit_tests)
add_custom_target(arete_fuzz_targets)

function(arete_link target)
  cmake_parse_arguments(ARG "" "" "DEPENDS;USES" ${ARGN})
  foreach(module IN LISTS ARG_DEPENDS)
    target_link_libraries(${target} PUBLIC arete_${module})
  endforeach()
  foreach(library IN LISTS ARG_USES)
    if(NOT DEFINED ARETE_USES_${library})
      message(FATAL_ERROR "${target}: '${library}' is not listed in cmake/Dependencies.cmake")
    endif()
    target_link_libraries(${target} PUBLIC ${ARETE_USES_${library}})
  endforeach()
endfunction()

function(arete_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;USES;TESTS;TEST_DEPENDS" ${ARGN})
  add_library(arete_${name} STATIC ${ARG_SOURCES})
  target_include_directories(arete_${name} PUBLIC "${CMAKE_SOURCE_DIR}/src")
  target_link_libraries(arete_${name} PRIVATE arete_flags)
  arete_link(arete_${name} DEPENDS ${ARG_DEPENDS} USES ${ARG_USES})
  if(ARETE_BUILD_TESTS AND ARG_TESTS)
    arete_test(${name}_test SOURCES ${ARG_TESTS} DEPENDS ${name} ${ARG_TEST_DEPENDS})
  endif()
endfunction()

# arete_test(NAME SOURCES ... DEPENDS ... [LABEL unit]): one program, one CTest entry. LABEL is the
# test's tier: unit, conformance, golden, property, crash or e2e (CONTRIBUTING.md); "engines" beside
# it says that `./dev test all` runs it sanitized too, with real engines loaded.
function(arete_test name)
  cmake_parse_arguments(ARG "" "" "LABEL;SOURCES;DEPENDS;USES" ${ARGN})
  if(NOT ARG_LABEL)
    set(ARG_LABEL unit)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE arete_flags GTest::gtest GTest::gmock GTest::gtest_main)
  arete_link(${name} DEPENDS ${ARG_DEPENDS} USES ${ARG_USES})
  add_test(NAME ${name} COMMAND ${name})
  if(ARG_LABEL STREQUAL "unit")
    add_dependencies(arete_unit_tests ${name})
  endif()
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABEL}"
    ENVIRONMENT "ARETE_SOURCE_DIR=${CMAKE_SOURCE_DIR};ARETE_DEPS=${ARETE_DEPS};ARETE_PLUGIN_PATH=${CMAKE_BINARY_DIR}/backends")
endfunction()

function(arete_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;USES" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE arete_flags)
  arete_link(${name} DEPENDS ${ARG_DEPENDS} USES ${ARG_USES})
  install(TARGETS ${name} RUNTIME DESTINATION bin COMPONENT runtime)
  add_dependencies(arete_programs ${name})
endfunction()

# A plug-in sees include/ and its own folder, nothing of src/; it exports only what the ABI header marks.
function(arete_plugin name)
  cmake_parse_arguments(ARG "" "KIND" "SOURCES;USES;INCLUDES" ${ARGN})
  if(NOT ARG_KIND)
    set(ARG_KIND backend)
  endif()
  set(target arete_${ARG_KIND}_${name})
  add_library(${target} MODULE ${ARG_SOURCES})
  set_target_properties(${target} PROPERTIES
    PREFIX "" OUTPUT_NAME ${target} LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/backends"
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    INSTALL_RPATH "$ORIGIN")
  target_include_directories(${target} PRIVATE "${CMAKE_SOURCE_DIR}/include")
  target_include_directories(${target} SYSTEM PRIVATE ${ARG_INCLUDES})
  target_link_libraries(${target} PRIVATE arete_flags)
  target_link_options(${target} PRIVATE "-Wl,--version-script=${CMAKE_SOURCE_DIR}/cmake/plugin.map")
  set_target_properties(${target} PROPERTIES LINK_DEPENDS "${CMAKE_SOURCE_DIR}/cmake/plugin.map")
  arete_link(${target} USES ${ARG_USES})
  install(TARGETS ${target} LIBRARY DESTINATION lib/arete COMPONENT runtime)
  add_dependencies(arete_programs ${target})
endfunction()

function(arete_fuzz name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;USES" ${ARGN})
  if(NOT ARETE_FUZZ)
    return()
  endif()
  add_executable(${name} ${ARG_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/fuzz")
  target_link_libraries(${name} PRIVATE arete_flags)
  # Only the last of the flags counts here: it brings libFuzzer's main() in.
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  arete_link(${name} DEPENDS ${ARG_DEPENDS} USES ${ARG_USES})
  add_dependencies(arete_fuzz_targets ${name})
endfunction()
