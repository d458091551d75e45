#!/usr/bin/env python3
"""Writes ONNX's own operator tests as folders, the way the ONNX project ships them.

usage: node_tests.py FOLDER

For each case: FOLDER/NAME/model.onnx and FOLDER/NAME/test_data_set_N/{input,output}_I.pb, and a
data.json where the case asks for other tolerances than rtol 1e-3, atol 1e-7.
Needs the Python packages onnx and numpy. Cases that cannot be generated are named and left out.
"""
# SPDX-License-Identifier: Apache-2.0
import json
import pathlib
import shutil
import sys
import warnings

import numpy
import onnx
from onnx import numpy_helper
from onnx.backend.test.case import node


def as_proto(value, declared):
    """A tensor, sequence or optional as the message that the declared type asks for."""
    if isinstance(value, (onnx.TensorProto, onnx.SequenceProto, onnx.OptionalProto)):
        return value
    kind = declared.WhichOneof("value")
    if kind == "sequence_type":
        return numpy_helper.from_list(value, "")
    if kind == "optional_type":
        if value is None and declared.optional_type.elem_type.WhichOneof("value") == "sequence_type":
            proto = onnx.OptionalProto()
            proto.elem_type = onnx.OptionalProto.SEQUENCE
            return proto
        return numpy_helper.from_optional(value, "")
    return numpy_helper.from_array(numpy.asarray(value), "")


def write_values(folder, prefix, values, declared):
    for i, (value, info) in enumerate(zip(values, declared)):
        proto = as_proto(value, info.type)
        proto.name = info.name
        (folder / f"{prefix}_{i}.pb").write_bytes(proto.SerializeToString())


def write_case(case, folder):
    folder.mkdir(parents=True)
    (folder / "model.onnx").write_bytes(case.model.SerializeToString())
    if (case.rtol, case.atol) != (1e-3, 1e-7):
        (folder / "data.json").write_text(json.dumps({"rtol": case.rtol, "atol": case.atol}))
    for i, (inputs, outputs) in enumerate(case.data_sets or []):
        data = folder / f"test_data_set_{i}"
        data.mkdir()
        write_values(data, "input", inputs, case.model.graph.input)
        write_values(data, "output", outputs, case.model.graph.output)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.splitlines()[2])
    warnings.simplefilter("ignore")
    target = pathlib.Path(sys.argv[1])
    partial = target.with_name(target.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    written, failed = 0, []
    for case in node.collect_testcases(None):
        try:
            write_case(case, partial / case.name)
            written += 1
        except (TypeError, ValueError, NotImplementedError) as error:
            shutil.rmtree(partial / case.name, ignore_errors=True)
            failed.append(f"{case.name}: {error}")
    for line in failed:
        print("left out", line, file=sys.stderr)
    if not written:
        sys.exit("no case was generated")
    shutil.rmtree(target, ignore_errors=True)
    partial.rename(target)
    print(f"{written} cases of onnx {onnx.__version__} in {target}")


if __name__ == "__main__":
    main()
