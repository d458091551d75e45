#!/usr/bin/env python3
"""Pre-processing against OpenCV and libyuv: one process, one thread, interleaved rounds, CPU time.

Needs numpy and opencv-python-headless, and libyuv.so for its rows:
    preprocess_peers.py PROBE.so [--libyuv libyuv.so.0] [--rounds 31] [--markdown]
PROBE is bench/preprocess_probe.so of a build folder. Every output is allocated beforehand.
SPDX-License-Identifier: Apache-2.0
"""
import argparse
import ctypes
import statistics
import sys
import time

import cv2
import numpy as np

BGR, NV12 = 1, 3  # tensor::PixelFormat
BYTE_POINTER = ctypes.POINTER(ctypes.c_uint8)


def pointer(array):
    return ctypes.cast(array.ctypes.data, BYTE_POINTER)


class Probe:
    """Our pre-processing with one set of kernels."""

    def __init__(self, library, case, kernels):
        library.arete_probe_open.restype = ctypes.c_void_p
        library.arete_probe_run.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.c_int,
                                            ctypes.c_void_p, ctypes.c_void_p]
        self.library, self.case = library, case
        self.out = np.zeros((3, case.input[1], case.input[0]), np.float32)
        self.probe = library.arete_probe_open(case.input[0], case.input[1], b"f32", kernels.encode(), 0)

    def __call__(self):
        case = self.case
        if self.library.arete_probe_run(self.probe, case.format, *case.source, case.picture.ctypes.data,
                                        self.out.ctypes.data):
            raise RuntimeError("the probe failed")


class Case:
    def __init__(self, name, kind, source, size):
        self.name, self.format, self.source, self.input = name, kind, source, size
        rng = np.random.default_rng(1)
        width, height = source
        rows = height * 3 // 2 if kind == NV12 else height
        shape = (rows, width) if kind == NV12 else (rows, width, 3)
        # A picture with gradients and some noise, like a camera's.
        ramp = np.add.outer(np.arange(rows), np.arange(width)) // 7
        ramp = ramp if kind == NV12 else ramp[..., None] + np.array([0, 40, 90])
        self.picture = np.ascontiguousarray((ramp + rng.integers(0, 24, shape)) % 256, dtype=np.uint8)


def to_planes(size):
    """The best ways from an RGB or BGR picture to f32 planes; each returns a function."""
    width, height = size
    planes = [np.empty((height, width), np.uint8) for _ in range(3)]
    out = np.empty((3, height, width), np.float32)
    scale = np.float32(1 / 255)
    table = (np.arange(256) / 255).astype(np.float32)

    def numpy_multiply(picture, order):
        cv2.split(picture, planes)
        for target, plane in enumerate(order):
            np.multiply(planes[plane], scale, out=out[target], dtype=np.float32)
        return out

    def cv_multiply(picture, order):
        cv2.split(picture, planes)
        for target, plane in enumerate(order):
            cv2.multiply(planes[plane], 1 / 255, out[target], dtype=cv2.CV_32F)
        return out

    def cv_lut(picture, order):
        cv2.split(picture, planes)
        for target, plane in enumerate(order):
            cv2.LUT(planes[plane], table, out[target])
        return out

    mixed = np.empty((height, width, 3), np.float32)

    def float_then_split(picture, order):
        np.multiply(picture, scale, out=mixed, dtype=np.float32)
        cv2.split(mixed, [out[order.index(0)], out[1], out[order.index(2)]])
        return out

    return {"split, numpy multiply": numpy_multiply, "split, cv2.multiply": cv_multiply,
            "split, LUT": cv_lut, "numpy multiply, split": float_then_split}


def opencv_ways(case):
    """Every order of separate steps that may be the fastest."""
    width, height = case.input
    resized = np.empty((height, width, 3), np.uint8)
    full = np.empty((case.source[1], case.source[0], 3), np.uint8)
    half = np.empty((height * 3 // 2, width), np.uint8)
    ways = {}
    for name, store in to_planes(case.input).items():
        if case.format == BGR:
            def run(store=store):
                cv2.resize(case.picture, case.input, dst=resized, interpolation=cv2.INTER_LINEAR)
                return store(resized, [2, 1, 0])
            ways["resize, " + name] = run
            continue

        def convert_first(store=store):
            cv2.cvtColor(case.picture, cv2.COLOR_YUV2RGB_NV12, dst=full)
            cv2.resize(full, case.input, dst=resized, interpolation=cv2.INTER_LINEAR)
            return store(resized, [0, 1, 2])

        def resize_first(store=store):
            luma = case.picture[:case.source[1]]
            chroma = case.picture[case.source[1]:].reshape(case.source[1] // 2, case.source[0] // 2, 2)
            cv2.resize(luma, case.input, dst=half[:height], interpolation=cv2.INTER_LINEAR)
            cv2.resize(chroma, (width // 2, height // 2),
                       dst=half[height:].reshape(height // 2, width // 2, 2), interpolation=cv2.INTER_LINEAR)
            cv2.cvtColor(half, cv2.COLOR_YUV2RGB_NV12, dst=resized)
            return store(resized, [0, 1, 2])
        ways["convert, resize, " + name] = convert_first
        # Cheaper, but the chroma is reduced to half of the input's size on the way.
        ways["half chroma, resize, convert, " + name] = resize_first
    return ways


def blob_way(case):
    full = np.empty((case.source[1], case.source[0], 3), np.uint8)

    def run():
        picture = case.picture
        if case.format == NV12:
            picture = cv2.cvtColor(case.picture, cv2.COLOR_YUV2BGR_NV12, dst=full)
        return cv2.dnn.blobFromImage(picture, 1 / 255, case.input, swapRB=True)
    return run


def libyuv_ways(case, library):
    """Scale and convert, then split and normalize; NV12 only."""
    if case.format != NV12:
        return {}
    (width, height), (sw, sh) = case.input, case.source
    luma, chroma = case.picture[:sh], case.picture[sh:]
    small = np.empty((height * 3 // 2, width), np.uint8)
    rgb = np.empty((height, width, 3), np.uint8)
    planes = np.empty((3, height, width), np.uint8)
    out = np.empty((3, height, width), np.float32)
    stores = to_planes(case.input)
    to_float = library.ByteToFloat
    to_float.argtypes = [BYTE_POINTER, ctypes.POINTER(ctypes.c_float), ctypes.c_float, ctypes.c_int]

    def scaled():
        library.NV12Scale(pointer(luma), sw, pointer(chroma), sw, sw, sh, pointer(small), width,
                          pointer(small[height:]), width, width, height, 2)
        # libyuv's RAW is R, G, B in memory.
        library.NV12ToRAW(pointer(small), width, pointer(small[height:]), width, pointer(rgb), 3 * width,
                          width, height)

    def own_split(store):
        library.SplitRGBPlane(pointer(rgb), 3 * width, pointer(planes[0]), width, pointer(planes[1]), width,
                              pointer(planes[2]), width, width, height)
        store()

    def byte_to_float():
        to_float(pointer(planes), ctypes.cast(out.ctypes.data, ctypes.POINTER(ctypes.c_float)),
                 1 / 255, 3 * width * height)

    ways = {"scale, convert, " + name: (lambda store=store: (scaled(), store(rgb, [0, 1, 2])))
            for name, store in stores.items()}
    ways["scale, convert, SplitRGBPlane, numpy multiply"] = lambda: (
        scaled(), own_split(lambda: np.multiply(planes, np.float32(1 / 255), out=out, dtype=np.float32)))
    ways["scale, convert, SplitRGBPlane, ByteToFloat"] = lambda: (scaled(), own_split(byte_to_float))
    return ways


def cpu_ms(run, repeats):
    begin = time.thread_time_ns()
    for _ in range(repeats):
        run()
    return (time.thread_time_ns() - begin) / repeats / 1e6


def medians(ways, rounds):
    """Median of rounds in which every way has its turn, of about 12 ms: caches are as warm for all."""
    repeats = {name: max(1, round(12 / max(cpu_ms(run, 3), 0.01))) for name, run in ways.items()}
    times = {name: [] for name in ways}
    for _ in range(rounds):
        for name, run in ways.items():
            run()
            times[name].append(cpu_ms(run, repeats[name]))
    return {name: statistics.median(values) for name, values in times.items()}


def measured(case, library, libyuv, rounds):
    ways = {}
    for kernels in ["AVX3_DL", "AVX2", "SSE4", "NEON", "plain"]:
        probe = Probe(library, case, kernels)
        if probe.probe:
            ways["arete " + kernels] = probe
    for name, run in opencv_ways(case).items():
        ways["opencv: " + name] = run
    ways["blobFromImage"] = blob_way(case)
    if libyuv:
        for name, run in libyuv_ways(case, libyuv).items():
            ways["libyuv: " + name] = run
    return medians(ways, rounds)


def best_of(times, prefix):
    return min((value for name, value in times.items() if name.startswith(prefix)), default=None)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("probe")
    parser.add_argument("--libyuv", default="libyuv.so.0")
    parser.add_argument("--rounds", type=int, default=31)
    parser.add_argument("--all", action="store_true", help="print every way, not the best of each library")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    library = ctypes.CDLL(arguments.probe)
    try:
        libyuv = ctypes.CDLL(arguments.libyuv)
    except OSError as error:
        print(f"without libyuv: {error}", file=sys.stderr)
        libyuv = None
    cases = [Case("NV12 1920x1080 -> 640x640", NV12, (1920, 1080), (640, 640)),
             Case("NV12 1920x1080 -> 640x384", NV12, (1920, 1080), (640, 384)),
             Case("NV12 1280x720 -> 320x320", NV12, (1280, 720), (320, 320)),
             Case("BGR 1280x720 -> 640x640", BGR, (1280, 720), (640, 640)),
             Case("BGR 1920x1080 -> 640x640", BGR, (1920, 1080), (640, 640)),
             Case("BGR 1280x720 -> 320x320", BGR, (1280, 720), (320, 320)),
             Case("BGR 640x480 -> 224x224", BGR, (640, 480), (224, 224))]
    print("| case | kernels | ms | OpenCV steps | OpenCV, half chroma | blobFromImage | libyuv, half chroma |")
    print("|---|---|---|---|---|---|---|")
    for case in cases:
        times = measured(case, library, libyuv, arguments.rounds)
        peers = [best_of(times, prefix) for prefix in
                 ("opencv: convert" if case.format == NV12 else "opencv: resize", "opencv: half", "blob", "libyuv")]
        for name, value in times.items():
            if name.startswith("arete"):
                ratios = " | ".join(f"{peer / value:.1f}x" if peer else "-" for peer in peers)
                print(f"| {case.name} | {name[6:]} | {value:.3f} | {ratios} |", flush=True)
        if arguments.all:
            for name, value in times.items():
                print(f"    {value:8.3f} ms  {name}", file=sys.stderr)


if __name__ == "__main__":
    main()
