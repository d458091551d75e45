# Every third-party library, in one place. Versions are Debian 12's unless a line says otherwise.
# Each is looked up when the first module USES it, under the name given here.
#   fmt 9.1, spdlog 1.10 (compiled)    base
#   yaml-cpp 0.7                       document
#   nlohmann-json 3.11                 backends/onnxruntime (its profile file), backends/tvm
#   protobuf-lite 3.21                 model (onnx)
#   flatbuffers 2.0.8, zlib 1.2        model (tflite)
#   libjpeg-turbo 2.1, libpng 1.6      media
#   Highway 1.2 (Debian 13's)          transform; optional: without it the plain loops are built
#   GStreamer 1.22                     backends/gstreamer, looked up there; without it not built
#   libmosquitto 2.0, libcurl 7.88     io_mqtt, io_http; optional: without them sending is unavailable
#   CLI11 2.1                          apps
#   GoogleTest 1.12                    tests
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(JPEG REQUIRED)
find_package(PNG REQUIRED)
find_package(ZLIB REQUIRED)
find_package(CLI11 REQUIRED)
find_package(Protobuf REQUIRED)
find_program(ARETE_FLATC flatc REQUIRED)
if(ARETE_BUILD_TESTS)
  find_package(GTest REQUIRED)
endif()

# The short names that arete_module(USES ...) accepts.
set(ARETE_USES_fmt fmt::fmt)
set(ARETE_USES_spdlog spdlog::spdlog)
set(ARETE_USES_yaml yaml-cpp)
set(ARETE_USES_json nlohmann_json::nlohmann_json)
set(ARETE_USES_jpeg JPEG::JPEG)
set(ARETE_USES_png PNG::PNG)
set(ARETE_USES_zlib ZLIB::ZLIB)
set(ARETE_USES_cli11 CLI11::CLI11)
set(ARETE_USES_protobuf protobuf::libprotobuf-lite)
set(ARETE_USES_threads Threads::Threads)
set(ARETE_USES_dl ${CMAKE_DL_LIBS})

# Highway as tools/setup/highway.sh unpacks it, or the system's if it is new enough.
if(EXISTS "${ARETE_DEPS}/highway/include/hwy/highway.h")
  add_library(arete_highway SHARED IMPORTED)
  set_target_properties(arete_highway PROPERTIES
    IMPORTED_LOCATION "${ARETE_DEPS}/highway/lib/libhwy.so.1"
    IMPORTED_SONAME libhwy.so.1
    INTERFACE_INCLUDE_DIRECTORIES "${ARETE_DEPS}/highway/include"
    INTERFACE_COMPILE_DEFINITIONS HWY_SHARED_DEFINE)
  set(ARETE_USES_highway arete_highway)
  # Programs look for it beside the plug-ins. The file, not the link that leads to it.
  file(REAL_PATH "${ARETE_DEPS}/highway/lib/libhwy.so.1" highway_file)
  install(FILES "${highway_file}" DESTINATION lib/arete RENAME libhwy.so.1 COMPONENT runtime)
  set(CMAKE_INSTALL_RPATH "$ORIGIN/../lib/arete")
else()
  find_package(hwy 1.2 CONFIG QUIET)
  if(TARGET hwy::hwy)
    set(ARETE_USES_highway hwy::hwy)
  endif()
endif()

# What sends events away. Each is left out if it is not there: its module then says so at run time.
find_package(CURL 7.85 QUIET)
if(TARGET CURL::libcurl)
  set(ARETE_USES_curl CURL::libcurl)
endif()
find_path(ARETE_MOSQUITTO_INCLUDE mosquitto.h)
find_library(ARETE_MOSQUITTO_LIBRARY mosquitto)
mark_as_advanced(ARETE_MOSQUITTO_INCLUDE ARETE_MOSQUITTO_LIBRARY)
if(ARETE_MOSQUITTO_INCLUDE AND ARETE_MOSQUITTO_LIBRARY)
  add_library(arete_mosquitto UNKNOWN IMPORTED)
  set_target_properties(arete_mosquitto PROPERTIES
    IMPORTED_LOCATION "${ARETE_MOSQUITTO_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${ARETE_MOSQUITTO_INCLUDE}")
  set(ARETE_USES_mosquitto arete_mosquitto)
endif()
