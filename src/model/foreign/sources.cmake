list(APPEND ARETE_MODEL_SOURCES
  foreign/advice.cpp
  foreign/proto_fields.cpp
  foreign/recognize.cpp)
list(APPEND ARETE_MODEL_TESTS foreign/recognize_test.cpp)
