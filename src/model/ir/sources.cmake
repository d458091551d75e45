list(APPEND ARETE_MODEL_SOURCES ir/model.cpp)
list(APPEND ARETE_MODEL_TESTS ir/model_test.cpp)
