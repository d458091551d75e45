list(APPEND ARETE_MODEL_SOURCES ir/model.cpp)
