#!/usr/bin/env python3
"""Runs models on clips with every engine that is there and prints what came of it as a table.

usage: table.py ARETE PIPELINE CLIPS MODELS...      CLIPS: NAME=FILE, comma-separated

A row is a clip and a model; a column is an engine: frames a second of the whole loop, median time of
the engine alone, and how many things were found. Models of 8 bits show up beside the float ones.
"""
# SPDX-License-Identifier: Apache-2.0
import json
import pathlib
import subprocess
import sys


def engines(arete, formats):
    lines = subprocess.run([arete, "backends", "--output", "json"], check=True, capture_output=True,
                           text=True).stdout.splitlines()
    found = [json.loads(line) for line in lines]
    usable = [one["name"] for one in found if one["status"] == "ok" and formats & set(one["formats"])]
    return [name for name in usable if name not in ("null", "fault", "reference")]


def run(arete, pipeline, clip, model, engine):
    """(frames a second, inference ms, things found), or why not."""
    command = [arete, "run", pipeline, "--input", f"clip={clip}", "--model", f"model={model}", "--engine",
               engine, "--print", "results", "--output", "json", "--log", "off"]
    process = subprocess.run(command, capture_output=True, text=True)
    lines = [json.loads(line) for line in process.stdout.splitlines()]
    if process.returncode or not lines or "summary" not in lines[-1]:
        return None
    summary = lines[-1]["summary"]
    found = sum(len(line["detections"]) + bool(line.get("mask")) for line in lines[:-1])
    return summary["fps"], summary["stages"]["infer"]["p50_ms"], found, summary["precision"]


def main():
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    arete, pipeline, clips, *models = sys.argv[1:]
    names = engines(arete, {"tflite", "onnx"})
    print(f"{'clip':<10} {'model':<34} {'type':<5}" + "".join(f"{name:>30}" for name in names), flush=True)
    print(f"{'':<10} {'':<34} {'':<5}" + f"{'frames/s  infer ms  found':>30}" * len(names))
    for clip in clips.split(","):
        name, file = clip.split("=", 1)
        for model in models:
            cells, precision = "", ""
            for engine in names:
                result = run(arete, pipeline, file, model, engine)
                if result is None:
                    cells += f"{'-':>30}"
                    continue
                precision = result[3]
                cells += f"{result[0]:>14.1f}{result[1]:>9.2f}{result[2]:>7}"
            print(f"{name:<10} {pathlib.Path(model).stem:<34} {precision:<5}{cells}", flush=True)


if __name__ == "__main__":
    main()
