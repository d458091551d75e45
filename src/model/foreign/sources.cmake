list(APPEND ARETE_MODEL_SOURCES
  foreign/advice.cpp
  foreign/proto_fields.cpp
  foreign/recognize.cpp)
