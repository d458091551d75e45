#!/usr/bin/env python3
"""Post-processing of a YOLOv8 head, 84 x 8400, against vectorized numpy with OpenCV's suppression.

One process, one thread, interleaved rounds, CPU time. Needs numpy and opencv-python-headless:
    postprocess_peers.py PROBE.so [--rounds 51] [--hits 300] [--markdown]
PROBE is bench/postprocess_probe.so of a build folder. Both sides must give the same boxes.
SPDX-License-Identifier: Apache-2.0
"""
import argparse
import ctypes
import os
import statistics
import sys
import time

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # its idle threads would count

import cv2  # noqa: E402
import numpy as np  # noqa: E402

CLASSES, ROWS = 80, 8400
MIN_SCORE, IOU = 0.25, 0.45


def head(hits, seed=7):
    """Noise below the threshold, and `hits` predictions above it, some on the same things."""
    rng = np.random.default_rng(seed)
    out = np.zeros((4 + CLASSES, ROWS), np.float32)
    out[0:2] = rng.uniform(20, 620, (2, ROWS))
    out[2:4] = rng.uniform(10, 120, (2, ROWS))
    out[4:] = rng.uniform(0, 0.2, (CLASSES, ROWS)) ** 2
    rows = rng.choice(ROWS, hits, replace=False)
    out[4 + rng.integers(0, CLASSES, hits), rows] = rng.uniform(MIN_SCORE + 0.01, 1, hits)
    for near, far in zip(rows[: hits // 5], rows[hits // 5:]):  # a fifth beside another one
        best = out[4:, far].argmax()
        out[:4, near] = out[:4, far] + rng.uniform(-3, 3, 4)
        out[4:, near] = out[4:, far] * 0.9
        out[4 + best, near] = max(out[4 + best, far] * 0.97, MIN_SCORE + 0.005)
    return out


class Ours:
    def __init__(self, library, name, stored, scale=1.0, zero_point=0, per_class=True):
        library.arete_post_open.restype = ctypes.c_void_p
        library.arete_post_open.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_char_p, ctypes.c_float,
                                            ctypes.c_int, ctypes.c_double, ctypes.c_double, ctypes.c_int]
        library.arete_post_memory.restype = ctypes.c_void_p
        for function in (library.arete_post_memory, library.arete_post_run, library.arete_post_close):
            function.argtypes = [ctypes.c_void_p]
        library.arete_post_read.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
        self.library, self.name = library, name
        dtype = {np.float32: b"f32", np.uint8: b"u8", np.int8: b"i8"}[stored.dtype.type]
        self.opened = library.arete_post_open(*stored.shape, dtype, scale, zero_point, MIN_SCORE, IOU, per_class)
        ctypes.memmove(library.arete_post_memory(self.opened), stored.ctypes.data, stored.nbytes)
        self.count = 0

    def __call__(self):
        self.count = self.library.arete_post_run(self.opened)

    def result(self):
        out = np.zeros((max(self.count, 1), 6), np.float32)
        self.library.arete_post_read(self.opened, out.ctypes.data)
        return out[: self.count]


class Peer:
    """What is written with care in Python: no loop over predictions, work only on what passes."""

    def __init__(self, name, stored, scale=None, zero_point=0, per_class=True):
        self.name, self.stored, self.scale, self.zero_point = name, stored, scale, zero_point
        self.per_class = per_class
        self.found = None

    def __call__(self):
        out = self.stored
        if self.scale is not None:
            out = (out.astype(np.float32) - self.zero_point) * np.float32(self.scale)
        scores = out[4:]
        best = scores.max(axis=0)
        keep = np.flatnonzero(best >= MIN_SCORE)
        classes = scores[:, keep].argmax(axis=0)
        best = best[keep]
        center, size = out[0:2, keep].T, out[2:4, keep].T
        boxes = np.concatenate([center - size / 2, size], axis=1)
        if self.per_class:
            kept = cv2.dnn.NMSBoxesBatched(boxes, best, classes, MIN_SCORE, IOU)
        else:
            kept = cv2.dnn.NMSBoxes(boxes, best, MIN_SCORE, IOU)
        self.found = boxes[kept], best[kept], classes[kept]

    def usual(self):
        """As tutorials have it: a row a prediction first."""
        rows = self.stored.T
        best = rows[:, 4:].max(axis=1)
        mask = best >= MIN_SCORE
        rows, best = rows[mask], best[mask]
        classes = rows[:, 4:].argmax(axis=1)
        boxes = np.concatenate([rows[:, :2] - rows[:, 2:4] / 2, rows[:, 2:4]], axis=1)
        kept = cv2.dnn.NMSBoxesBatched(boxes.tolist(), best.tolist(), classes.tolist(), MIN_SCORE, IOU)
        self.found = boxes[kept], best[kept], classes[kept]

    def result(self):
        boxes, scores, classes = self.found
        corners = np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1).clip(0, 640)
        return np.concatenate([corners, scores[:, None], classes[:, None]], axis=1)


def same(ours, theirs):
    if len(ours) != len(theirs):
        return f"{len(ours)} boxes against {len(theirs)}"
    order = lambda found: found[np.lexsort((found[:, 0], -found[:, 4]))]
    apart = np.abs(order(ours) - order(theirs)).max()
    return f"{len(ours)} boxes, same" if apart < 1e-3 else f"{len(ours)} boxes, apart by {apart:.3g}"


def measure(subjects, rounds, repeats=20):
    times = {subject: [] for subject in subjects}
    for _ in range(rounds):
        for subject in subjects:
            subject()
            start = time.thread_time_ns()
            for _ in range(repeats):
                subject()
            times[subject].append((time.thread_time_ns() - start) / repeats / 1e6)
    return {subject: statistics.median(values) for subject, values in times.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("probe")
    parser.add_argument("--rounds", type=int, default=51)
    parser.add_argument("--hits", type=int, default=300)
    parser.add_argument("--markdown", action="store_true")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    library = ctypes.CDLL(arguments.probe)
    out = head(arguments.hits)
    scale = 640 / 255  # boxes and scores share one scale in a plain int8 export, so scores get their own here
    scaled = out.copy()
    scaled[:4] /= 640
    scale = 1 / 255
    stored = np.round(scaled / scale).clip(0, 255).astype(np.uint8)
    pairs = []
    for per_class in (True, False):
        words = "by class" if per_class else "agnostic"
        pairs.append((f"f32, {words}", Ours(library, "ours", out, per_class=per_class),
                      Peer("numpy + OpenCV", out, per_class=per_class)))
    pairs.append(("u8, by class", Ours(library, "ours", stored, scale, 0),
                  Peer("numpy + OpenCV", stored, scale)))
    if not arguments.markdown:
        print(f"84 x 8400, {arguments.hits} hits; OpenCV {cv2.__version__}, numpy {np.__version__}")
    print("| case | ours, ms | numpy + OpenCV, ms | ratio | result |\n|---|---|---|---|---|")
    for name, ours, peer in pairs:
        other = peer.usual if name == "f32, by class" else peer
        times = measure([ours, peer, other], arguments.rounds)
        verdict = same(ours.result(), peer.result())
        if other is not peer:
            print(f"| {name}, as tutorials have it | {times[ours]:.3f} | {times[other]:.3f} | "
                  f"{times[other] / times[ours]:.1f} | {verdict} |")
        print(f"| {name} | {times[ours]:.3f} | {times[peer]:.3f} | {times[peer] / times[ours]:.1f} | {verdict} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
