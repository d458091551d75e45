#!/usr/bin/env python3
"""A model is replaced 50 times while 30 frames a second come: frames lost, largest gap.

    pipeline_swap.py ARETE MODEL_A MODEL_B --specs FOLDER [--swaps 50] [--fps 30] [--pause 0.5]

The pipeline reads MODEL from a scratch folder, where the two files change places before each SIGHUP.
A gap is the time between the ends of two frames at the model, from the trace; in frames of 1/fps.
SPDX-License-Identifier: Apache-2.0
"""
import argparse
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("arete")
    parser.add_argument("models", nargs=2)
    parser.add_argument("--specs", required=True)
    parser.add_argument("--swaps", type=int, default=50)
    parser.add_argument("--fps", type=int, default=30)
    parser.add_argument("--pause", type=float, default=0.5, help="seconds between two swaps")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        suffix = pathlib.Path(arguments.models[0]).suffix
        model, trace = folder / f"model{suffix}", folder / "trace.json"
        stem = pathlib.Path(arguments.models[0]).stem
        shutil.copy(arguments.models[0], model)
        file = folder / "swap.yaml"
        file.write_text(json.dumps({
            "pipeline": 1,
            "sources": {"cam": {"kind": "test", "width": 320, "height": 240, "fps": arguments.fps,
                                "pace": "realtime"}},
            "models": {"model": {"file": str(model), "spec": str(pathlib.Path(arguments.specs, f"{stem}.spec.yaml").resolve())}},
            "elements": {"find": {"type": "infer", "model": "model"}}}))
        process = subprocess.Popen([arguments.arete, "run", str(file), "--print", "none", "--output", "json",
                                    "--trace", str(trace)],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        out = []
        reader = threading.Thread(target=lambda: out.extend(process.stdout), daemon=True)
        reader.start()
        threading.Event().wait(1)  # some frames before the first change
        loads = []
        for i in range(arguments.swaps):
            threading.Event().wait(arguments.pause)
            fresh = folder / f"next{suffix}"
            shutil.copy(arguments.models[(i + 1) % 2], fresh)
            os.rename(fresh, model)
            process.send_signal(signal.SIGHUP)
            for line in process.stderr:
                entry = json.loads(line)
                if entry["event"] == "model_replaced":
                    loads.append(float(entry["load_ms"]))
                    break
                print(line, end="")
        threading.Event().wait(1)
        process.send_signal(signal.SIGINT)
        process.wait()
        reader.join()
        ends = sorted((e["args"]["frame"], e["ts"] + e["dur"]) for e in json.loads(trace.read_text())
                      if e["name"] == "find" and e["cat"] == "element")
        summary = json.loads(out[-1])["summary"]
    frames = [frame for frame, _ in ends]
    gaps = [(b - a) / 1e6 * arguments.fps for (_, a), (_, b) in zip(ends, ends[1:])]
    lost = summary["frames"] - len(frames)
    print("| swaps | frames | lost | in order | largest gap, frames | gap p99 | load ms, median |")
    print("|---|---|---|---|---|---|---|")
    print(f"| {len(loads)} | {summary['frames']} | {lost} | {frames == list(range(len(frames)))} | {max(gaps):.2f} | "
          f"{sorted(gaps)[int(0.99 * len(gaps))]:.2f} | {sorted(loads)[len(loads) // 2]:.0f} |")


if __name__ == "__main__":
    main()
