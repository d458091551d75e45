#!/usr/bin/env python3
"""An RTSP server that is killed and restarted, and an hour's worth of frames: does the stream come back
each time, does memory stay flat?

    pipeline_reconnect.py ARETE RTSP_SERVER [--restarts 20] [--frames 108000] [--fps 300]

RTSP_SERVER is tests/programs/arete_rtsp_server of a build folder. The null engine stands for a model.
SPDX-License-Identifier: Apache-2.0
"""
import argparse
import json
import pathlib
import signal
import subprocess
import tempfile

MODEL = """null-model v1
input image u8 [1, 4, 4, 3]
output scores f32 [1, 2] constant 0.1 0.9
"""
SPEC = """spec: 1
inputs: [{kind: image, range: [0, 255]}]
outputs: [{decoder: top_k, k: 1, labels: [no, yes]}]
"""


def start_server(program, port, fps):
    server = subprocess.Popen([program, "--port", str(port), "--fps", str(fps)], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True)
    return server, int(server.stdout.readline().split()[1])


def memory_kib(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("VmRSS"))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("arete")
    parser.add_argument("server")
    parser.add_argument("--restarts", type=int, default=20)
    parser.add_argument("--frames", type=int, default=108000)
    parser.add_argument("--fps", type=int, default=300)
    arguments = parser.parse_args()
    server, port = start_server(arguments.server, 0, arguments.fps)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "m.null").write_text(MODEL)
        (folder / "m.spec.yaml").write_text(SPEC)
        file = folder / "live.yaml"
        file.write_text(json.dumps({
            "pipeline": 1,
            "sources": {"cam": {"url": f"rtsp://127.0.0.1:{port}/live", "timeout": 3,
                                "retry": {"first": 0.1, "most": 1}}},
            "models": {"m": {"file": str(folder / "m.null"), "engine": "null"}},
            "elements": {"find": {"type": "infer", "model": "m"}}}))
        process = subprocess.Popen([arguments.arete, "run", str(file), "--print", "results", "--output", "json",
                                    "--log", "off"], stdout=subprocess.PIPE, text=True)
        seen, kills, samples, threads = 0, 0, [], []
        every = max(arguments.frames // (arguments.restarts + 1), 1)
        for line in process.stdout:
            if '"summary"' in line:
                summary = json.loads(line)["summary"]
                break
            seen += 1
            if seen % (arguments.frames // 20) == 0:
                samples.append(memory_kib(process.pid))
                threads.append(len(list(pathlib.Path(f"/proc/{process.pid}/task").iterdir())))
            if kills < arguments.restarts and seen % every == 0:
                server.kill()
                server.wait()
                server, _ = start_server(arguments.server, port, arguments.fps)
                kills += 1
            if seen == arguments.frames:
                process.send_signal(signal.SIGINT)
        process.wait()
    server.kill()
    server.wait()
    source = summary["sources"][0]
    print("| kills | came back | frames seen | memory at 5 %, 50 %, end (MiB) | threads then |")
    print("|---|---|---|---|---|")
    middle = len(samples) // 2
    print(f"| {kills} | {source['reconnects']} | {seen} | {samples[0] / 1024:.1f}, {samples[middle] / 1024:.1f}, "
          f"{samples[-1] / 1024:.1f} | {threads[0]}, {threads[middle]}, {threads[-1]} |")


if __name__ == "__main__":
    main()
