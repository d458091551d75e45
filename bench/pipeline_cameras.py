#!/usr/bin/env python3
"""Sixteen simulated cameras at 5 frames a second on one simulated detector of 6.6 ms.

    pipeline_cameras.py ARETE [--seconds 30] [--cameras 16] [--fps 5]

First one run a frame, where capacity is left: no frame may be lost. Then 3.5 regions a frame (every
other camera has 3, the others 4), more than the detector can do: every camera must get its share, the
newest frame counts, and no frame gets old. Prints both as tables.
Needs the null engine (ARETE_PLUGIN_PATH must lead to it), which sleeps like an accelerator.
SPDX-License-Identifier: Apache-2.0
"""
import argparse
import json
import pathlib
import re
import subprocess
import tempfile

DETECTOR = """null-model v1
input image u8 [1, 4, 4, 3]
delay {delay}
output boxes f32 [1, {count}, 4] constant {boxes}
output classes f32 [1, {count}] constant 0
output scores f32 [1, {count}] constant 0.9
output count f32 [1] constant {count}
"""
SPEC = """spec: 1
inputs: [{kind: image, range: [0, 255]}]
outputs:
  - decoder: ssd
    tensors: {boxes: boxes, classes: classes, scores: scores, count: count}
    labels: [thing]
"""


def write_model(folder, name, delay, count):
    boxes = " ".join(f"0.1 {0.2 * i:.1f} 0.5 {0.2 * i + 0.2:.1f}" for i in range(count))
    (folder / f"{name}.null").write_text(DETECTOR.format(delay=delay, count=count, boxes=boxes))
    (folder / f"{name}.spec.yaml").write_text(SPEC)
    return {"file": str(folder / f"{name}.null"), "engine": "null"}


def run(arguments, folder, elements, models):
    frames = arguments.seconds * arguments.fps
    cameras = {f"cam{i:02}": {"kind": "test", "width": 64, "height": 48, "fps": arguments.fps,
                              "pace": "realtime", "frames": frames} for i in range(arguments.cameras)}
    file, metrics = folder / "cameras.yaml", folder / "metrics.prom"
    file.write_text(json.dumps({"pipeline": 1, "sources": cameras, "models": models,
                                "elements": elements(list(cameras))}))
    out = subprocess.run([arguments.arete, "run", str(file), "--print", "none", "--output", "json",
                          "--metrics", str(metrics)], check=True, capture_output=True, text=True).stdout
    summary = json.loads(out.splitlines()[-1])["summary"]
    return summary, metrics.read_text()


def shares(metrics, element, decision):
    pattern = rf'arete_packets_total{{.*element="{element}",source="(.*?)",decision="{decision}"}} (\d+)'
    return {source: int(count) for source, count in re.findall(pattern, metrics)}


def report(title, arguments, summary, metrics, element):
    done, lost = shares(metrics, element, "passed"), shares(metrics, element, "dropped")
    counts = sorted(done.values())
    frames = arguments.seconds * arguments.fps * arguments.cameras
    find = next(e for e in summary["elements"] if e["name"] == element)
    print(f"| {title} | {frames} | {sum(counts)} | {sum(lost.values())} | {counts[0]} to {counts[-1]} | "
          f"{find['age']['p50_ms']:.0f} | {find['age']['p99_ms']:.0f} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("arete")
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--cameras", type=int, default=16)
    parser.add_argument("--fps", type=int, default=5)
    arguments = parser.parse_args()
    print("| load | frames | looked at | lost | a camera | age p50 ms | age p99 ms |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        detector = write_model(folder, "detector", 6.6, 1)
        three, four = write_model(folder, "three", 0, 3), write_model(folder, "four", 0, 4)
        summary, metrics = run(arguments, folder, lambda cameras: {
            "find": {"type": "infer", "model": "detector", "input": cameras}}, {"detector": detector})
        report("a run a frame", arguments, summary, metrics, "find")
        summary, metrics = run(arguments, folder, lambda cameras: {
            "three": {"type": "infer", "model": "three", "input": cameras[::2]},
            "four": {"type": "infer", "model": "four", "input": cameras[1::2]},
            "find": {"type": "infer", "model": "detector", "regions": True, "input": ["three", "four"]}},
            {"detector": detector, "three": three, "four": four})
        report("3.5 regions a frame", arguments, summary, metrics, "find")


if __name__ == "__main__":
    main()
