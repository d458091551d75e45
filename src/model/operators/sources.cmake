# Operators: what is known of each, shape inference. One family a file; keep the list sorted.
list(APPEND ARETE_MODEL_SOURCES
  operators/broadcast.cpp
  operators/context.cpp
  operators/dispatch.cpp
  operators/elementwise.cpp
  operators/function_body.cpp
  operators/infer_shapes.cpp
  operators/registry.cpp
  operators/rules.cpp)
