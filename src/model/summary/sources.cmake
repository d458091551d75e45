# What a model is, in numbers.
list(APPEND ARETE_MODEL_SOURCES summary/memory.cpp summary/summary.cpp)
list(APPEND ARETE_MODEL_TESTS summary/summary_test.cpp)
