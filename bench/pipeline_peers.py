#!/usr/bin/env python3
"""The whole loop - decode, prepare, infer, post-process - against the same in Python.

    pipeline_peers.py ARETE --clip vtest.avi --yolox yolox_nano.onnx --ultraface ultraface_rfb_320.onnx
                      --mobilenet mobilenet_v1_0.5_160_float.onnx --specs FOLDER [--rounds 5]

Peers: OpenCV + ONNX Runtime in one Python thread, and the same with decoding and preparation in a
second thread; one engine thread everywhere. Each run is a process of its own; rounds are interleaved.
Needs numpy, opencv-python-headless and onnxruntime. ARETE_PLUGIN_PATH must lead to Arete's plug-ins.
SPDX-License-Identifier: Apache-2.0
"""
import argparse
import json
import os
import pathlib
import queue
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time


def peak_mib():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class Yolox:
    size = (416, 416)

    def __init__(self):
        import numpy as np
        grids, strides = [], []
        for stride in (8, 16, 32):
            count = 416 // stride
            y, x = np.mgrid[:count, :count]
            grids.append(np.stack((x, y), 2).reshape(-1, 2))
            strides.append(np.full((count * count, 1), stride))
        self.grid = np.concatenate(grids).astype(np.float32)
        self.stride = np.concatenate(strides).astype(np.float32)
        self.canvas = np.full((416, 416, 3), 114, np.uint8)

    def prepare(self, frame):
        import cv2
        import numpy as np
        scale = min(416 / frame.shape[0], 416 / frame.shape[1])
        height, width = round(frame.shape[0] * scale), round(frame.shape[1] * scale)
        self.canvas[:height, :width] = cv2.resize(frame, (width, height))
        return np.ascontiguousarray(self.canvas.transpose(2, 0, 1)[None], dtype=np.float32), scale

    def found(self, outputs, scale):
        import cv2
        import numpy as np
        rows = outputs[0][0]
        scores = rows[:, 4:5] * rows[:, 5:]
        classes = scores.argmax(1)
        best = scores[np.arange(len(scores)), classes]
        keep = best >= 0.3
        rows, best, classes = rows[keep], best[keep], classes[keep]
        centers = (rows[:, :2] + self.grid[keep]) * self.stride[keep]
        sizes = np.exp(rows[:, 2:4]) * self.stride[keep]
        boxes = np.concatenate((centers - sizes / 2, sizes), 1) / scale
        return cv2.dnn.NMSBoxesBatched(boxes, best, classes.astype(np.int32), 0.3, 0.6)


class UltraFace:
    size = (320, 240)

    def prepare(self, frame):
        import cv2
        return cv2.dnn.blobFromImage(frame, 1 / 128, self.size, (127, 127, 127), swapRB=True), frame.shape

    def found(self, outputs, shape):
        import cv2
        import numpy as np
        scores, boxes = outputs[0][0][:, 1], outputs[1][0]
        keep = scores >= 0.7
        scale = np.array([shape[1], shape[0]] * 2, np.float32)
        boxes = boxes[keep] * scale
        boxes[:, 2:] -= boxes[:, :2]
        return cv2.dnn.NMSBoxes(boxes, scores[keep], 0.7, 0.3)


class MobileNet:
    """Classifies the middle of the frame."""
    size = (160, 160)

    def prepare(self, frame):
        import cv2
        side = round(0.875 * min(frame.shape[:2]))
        top, left = (frame.shape[0] - side) // 2, (frame.shape[1] - side) // 2
        crop = frame[top:top + side, left:left + side]
        return cv2.dnn.blobFromImage(crop, 1 / 127.5, self.size, (127.5, 127.5, 127.5), swapRB=True), None

    def found(self, outputs, _):
        import numpy as np
        return np.argsort(outputs[0].reshape(-1))[-5:]


NETS = {"mobilenet": MobileNet, "yolox": Yolox, "ultraface": UltraFace}


def run_peer(mode, name, model, clip):
    """One pass over the clip; prints frames, seconds, CPU seconds and peak memory as JSON."""
    import cv2
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    tensor, net = session.get_inputs()[0].name, NETS[name]()
    video = cv2.VideoCapture(clip)
    infer_ms, found, frames = [], 0, 0

    def read():
        good, frame = video.read()
        return net.prepare(frame) if good else None

    prepared = queue.Queue(4)

    def produce():
        while (item := read()) is not None:
            prepared.put((item[0].copy(), item[1]))
        prepared.put(None)

    wall, cpu = time.perf_counter(), time.process_time()
    if mode == "threads":
        threading.Thread(target=produce, daemon=True).start()
    while (item := prepared.get() if mode == "threads" else read()) is not None:
        start = time.perf_counter()
        outputs = session.run(None, {tensor: item[0]})
        infer_ms.append(1000 * (time.perf_counter() - start))
        found += len(net.found(outputs, item[1]))
        frames += 1
    print(json.dumps({"frames": frames, "seconds": time.perf_counter() - wall,
                      "cpu": time.process_time() - cpu, "peak_mib": peak_mib(), "found": found,
                      "infer_ms": statistics.median(infer_ms)}))


def measure_peer(arguments, mode, name, model):
    line = subprocess.run([sys.executable, __file__, "--peer", mode, name, model, arguments.clip],
                          check=True, capture_output=True, text=True).stdout
    return json.loads(line.splitlines()[-1])


def measure_arete(arguments, name, model):
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "loop.yaml")
        file.write_text(json.dumps({
            "pipeline": 1, "sources": {"clip": str(pathlib.Path(arguments.clip).resolve())},
            "models": {"net": {"file": str(pathlib.Path(model).resolve()), "engine": "onnxruntime",
                               "options": {"intra_op_threads": 1}}},
            "elements": {"find": {"type": "infer", "model": "net"}}}))
        environment = dict(os.environ, ARETE_SPECS=arguments.specs)
        out = subprocess.run([arguments.arete, "run", str(file), "--print", "none", "--output", "json"],
                             check=True, capture_output=True, text=True, env=environment).stdout
    summary = json.loads(out.splitlines()[-1])["summary"]
    return {"frames": summary["frames"], "seconds": summary["seconds"], "cpu": summary["cpu_ms"] / 1000,
            "peak_mib": summary["peak_rss_bytes"] / 2**20,
            "infer_ms": summary["stages"]["infer"]["p50_ms"],
            "overhead": summary["overhead_cpu_ms"] / summary["cpu_ms"]}


def middle(runs, value):
    return statistics.median(value(run) for run in runs)


def table(name, results):
    lines = [f"| {name} | frames a second | ours is | CPU ms a frame | peak MiB | infer ms | share of inference |",
             "|---|---|---|---|---|---|---|"]
    fps = {who: middle(runs, lambda r: r["frames"] / r["seconds"]) for who, runs in results.items()}
    for who, runs in results.items():
        share = middle(runs, lambda r: r["infer_ms"] / 1000 * r["frames"] / r["seconds"])
        lines.append(f"| {who} | {fps[who]:.1f} | {fps['Arete'] / fps[who]:.2f}x | "
                     f"{middle(runs, lambda r: 1000 * r['cpu'] / r['frames']):.2f} | "
                     f"{middle(runs, lambda r: r['peak_mib']):.0f} | "
                     f"{middle(runs, lambda r: r['infer_ms']):.2f} | {100 * share:.0f} % |")
    overhead = 100 * middle(results["Arete"], lambda r: r["overhead"])
    lines.append(f"\nQueues, routing and ledger: {overhead:.2f} % of Arete's processor time.")
    return "\n".join(lines)


def main():
    if sys.argv[1:2] == ["--peer"]:
        run_peer(*sys.argv[2:6])
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("arete")
    parser.add_argument("--clip", required=True)
    parser.add_argument("--specs", required=True)
    for name in NETS:
        parser.add_argument("--" + name)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    for name in NETS:
        model = getattr(arguments, name)
        if model is None:
            continue
        results = {"Arete": [], "Python, one thread": [], "Python, two threads": []}
        for _ in range(arguments.rounds):
            results["Arete"].append(measure_arete(arguments, name, model))
            results["Python, one thread"].append(measure_peer(arguments, "serial", name, model))
            results["Python, two threads"].append(measure_peer(arguments, "threads", name, model))
        print(table(name, results), end="\n\n", flush=True)


if __name__ == "__main__":
    main()
