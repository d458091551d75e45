# Operators: what is known of each, shape inference. One family a file; keep the list sorted.
list(APPEND ARETE_MODEL_SOURCES
  operators/activation.cpp
  operators/batch_normalization.cpp
  operators/broadcast.cpp
  operators/context.cpp
  operators/conv.cpp
  operators/conv_transpose.cpp
  operators/convolution.cpp
  operators/deform_conv.cpp
  operators/dispatch.cpp
  operators/einsum.cpp
  operators/elementwise.cpp
  operators/fold.cpp
  operators/function_body.cpp
  operators/gemm.cpp
  operators/infer_shapes.cpp
  operators/matmul.cpp
  operators/max_unpool.cpp
  operators/normalization.cpp
  operators/numbers.cpp
  operators/pooling.cpp
  operators/quantization.cpp
  operators/quantized_math.cpp
  operators/registry.cpp
  operators/rules.cpp
  operators/softmax.cpp
  operators/window.cpp)
