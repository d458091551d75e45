"""Makes the module of this folder: y = relu(W x + b) for x [2, 4], W[i][j] = 0.5 (i + 1) - 0.25 j,
b = [0.1, -0.2, 0.3], compiled for any x86-64. Needs the Python packages apache-tvm 0.27 and onnx.
"""
# SPDX-License-Identifier: Apache-2.0
import json
import pathlib

import numpy
import onnx
import tvm
from onnx import TensorProto, helper, numpy_helper
from tvm.relax.frontend.onnx import from_onnx


def dense() -> onnx.ModelProto:
    weights = numpy.array([[0.5 * (i + 1) - 0.25 * j for j in range(4)] for i in range(3)], numpy.float32)
    bias = numpy.array([0.1, -0.2, 0.3], numpy.float32)
    graph = helper.make_graph(
        [helper.make_node("Gemm", ["x", "w", "b"], ["z"], transB=1), helper.make_node("Relu", ["z"], ["y"])],
        "dense",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [2, 4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [2, 3])],
        [numpy_helper.from_array(weights, "w"), numpy_helper.from_array(bias, "b")])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])


def main() -> None:
    file = pathlib.Path(__file__).parent / "dense.so"
    target = tvm.target.Target({"kind": "llvm", "mcpu": "x86-64"})
    tvm.compile(from_onnx(dense()), target=target).export_library(str(file))
    signature = {"inputs": [{"name": "x", "dtype": "f32", "shape": [2, 4]}],
                 "outputs": [{"name": "y", "dtype": "f32", "shape": [2, 3]}]}
    pathlib.Path(f"{file}.json").write_text(json.dumps(signature, indent=2) + "\n")


if __name__ == "__main__":
    main()
