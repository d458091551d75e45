#!/usr/bin/env python3
"""Runs clang-tidy over the product's sources, and again only over what changed.

usage: tidy.py BUILD [--analyzer] [--jobs N] [--filter TEXT] [--share N] [--list-times]

BUILD is a built folder with compile_commands.json. A file is clean for good once it passed: the key is a hash of
the file, of every file of ours it was compiled with (as ninja recorded them), the command, .clang-tidy and the
tool's version. Keys of clean files lie in out/lint/tidy. Tests are not checked: their macros are not our style.
--share N is for a machine that starts without these keys: what the last commit touched, and one file in N of the
rest, chosen by the content of the tree, so that the same tree is judged alike everywhere.
"""
# SPDX-License-Identifier: Apache-2.0
import argparse
import concurrent.futures
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

TOOL = "clang-tidy-19"
ROOT = pathlib.Path(__file__).resolve().parents[2]
PRODUCT = ("src/", "apps/", "backends/")
# g++'s flags that clang does not know are no finding.
EXTRA = ["--extra-arg=-Wno-unknown-warning-option", "--extra-arg=-Wno-everything", "--quiet"]
ANALYZER = "--checks=-*,clang-analyzer-*"


def product_commands(build: pathlib.Path) -> list[dict]:
    """The compile commands of product files, without tests and what is generated."""
    commands = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        path = pathlib.Path(entry["file"])
        if not path.is_relative_to(ROOT):
            continue
        name = str(path.relative_to(ROOT))
        if name.startswith(PRODUCT) and not path.stem.endswith("_test") and "/testing/" not in name and "/test_plugins/" not in name:
            commands.setdefault(name, {"name": name, "command": entry["command"], "output": entry.get("output", "")})
    return [commands[name] for name in sorted(commands)]


def recorded_inputs(build: pathlib.Path) -> dict[str, list[str]]:
    """Object file -> files under ROOT (generated ones too) that it was compiled from, as ninja knows."""
    listed = subprocess.run(["ninja", "-C", str(build), "-t", "deps"], capture_output=True, check=True, text=True)
    inputs, current = {}, []
    for line in listed.stdout.splitlines():
        if line and not line[0].isspace():
            current = inputs.setdefault(line.split(": #deps")[0], [])
        elif line.strip():
            path = (build / line.strip()).resolve()
            if path.is_relative_to(ROOT):
                current.append(str(path))
    return inputs


class Hashes:
    """Content hash of a file, read once."""

    def __init__(self) -> None:
        self.known: dict[str, bytes] = {}

    def of(self, path: str) -> bytes:
        if path not in self.known:
            file = pathlib.Path(path)
            self.known[path] = hashlib.sha256(file.read_bytes()).digest() if file.exists() else b"gone"
        return self.known[path]


def key_of(entry: dict, inputs: list[str], common: bytes, hashes: Hashes) -> str:
    digest = hashlib.sha256(common)
    digest.update(entry["command"].encode())
    for path in sorted({str(ROOT / entry["name"]), *inputs}):
        digest.update(path.encode() + hashes.of(path))
    return digest.hexdigest()


def wants_include(name: str, message: str) -> bool:
    """That a file names again what its headers already give it is not asked for; an unused include is a finding."""
    return name == "misc-include-cleaner" and message.startswith("no header providing")


def findings(exported: str) -> list[str]:
    """`path:line: message [check]` of each diagnostic in clang-tidy's export file."""
    found = {}
    for diagnostic in re.split(r"^  - DiagnosticName: *", exported, flags=re.M)[1:]:
        name = diagnostic.split("\n", 1)[0].strip()
        message = re.search(r"^      Message: *(.*)$", diagnostic, re.M).group(1)
        message = message[1:-1].replace("''", "'") if message[:1] == "'" else message.strip('"')
        path = pathlib.Path(re.search(r"^      FilePath: *'?([^'\n]*)'?$", diagnostic, re.M).group(1))
        offset = int(re.search(r"^      FileOffset: *(\d+)", diagnostic, re.M).group(1))
        if wants_include(name, message):
            continue
        line = path.read_bytes()[:offset].count(b"\n") + 1 if path.exists() else 0
        place = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
        found[f"{place}:{line}: {message} [{name}]"] = None
    return list(found)


def in_share(name: str, share: int, seed: str) -> bool:
    """Whether a file is among the one in `share` that this seed picks."""
    return int.from_bytes(hashlib.sha256(f"{seed} {name}".encode()).digest()[:8], "big") % share == 0


def git(*arguments: str) -> str:
    return subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, check=False, text=True).stdout


def share_of(commands: list[dict], share: int) -> list[dict]:
    seed = git("rev-parse", "HEAD^{tree}").strip()
    touched = {str(pathlib.PurePath(name).with_suffix("")) for name in git("diff", "--name-only", "HEAD~1").splitlines()}
    return [entry for entry in commands
            if in_share(entry["name"], share, seed) or str(pathlib.PurePath(entry["name"]).with_suffix("")) in touched]


def check(entry: dict, build: pathlib.Path, arguments: list[str]) -> tuple[list[str], float]:
    started = time.monotonic()
    source = ROOT / entry["name"]
    with tempfile.NamedTemporaryFile(suffix=".yaml") as export:
        done = subprocess.run([TOOL, "-p", str(build), *EXTRA, *arguments, f"--export-fixes={export.name}", str(source)],
                              capture_output=True, text=True, check=False)
        exported = pathlib.Path(export.name).read_text(errors="replace")
    found = findings(exported)
    if done.returncode != 0 and not exported:
        found = [f"{entry['name']}:1: {TOOL} failed:\n{done.stdout}{done.stderr}"]
    return found, time.monotonic() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--analyzer", action="store_true", help="the static analyzer instead of the usual checks")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--filter", default="", help="only files whose name has this in it")
    parser.add_argument("--share", type=int, default=1, help="one file in N, and what the last commit touched")
    parser.add_argument("--list-times", action="store_true", help="the slowest files at the end")
    args = parser.parse_args()
    build = args.build.resolve()
    arguments = [ANALYZER, "--warnings-as-errors=*"] if args.analyzer else []

    version = subprocess.run([TOOL, "--version"], capture_output=True, check=True).stdout
    common = hashlib.sha256(version + (ROOT / ".clang-tidy").read_bytes() + repr([EXTRA, arguments]).encode()).digest()
    cache = ROOT / "out/lint/tidy"
    cache.mkdir(parents=True, exist_ok=True)
    inputs, hashes = recorded_inputs(build), Hashes()
    commands = [entry for entry in product_commands(build) if args.filter in entry["name"]]
    if args.share > 1:
        commands = share_of(commands, args.share)
    keys = {entry["name"]: key_of(entry, inputs.get(entry["output"], []), common, hashes) for entry in commands}
    todo = [entry for entry in commands if not (cache / keys[entry["name"]]).exists()]

    started, failed, times, shown = time.monotonic(), 0, [], set()
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        running = {pool.submit(check, entry, build, arguments): entry for entry in todo}
        for done, future in enumerate(concurrent.futures.as_completed(running), 1):
            name = running[future]["name"]
            found, seconds = future.result()
            times.append((seconds, name))
            if not found:
                (cache / keys[name]).touch()
            failed += bool(found)
            # A finding in a header is found again through each of its users.
            for line in found:
                if line not in shown:
                    print(line, flush=True)
                shown.add(line)
            if done % 25 == 0:
                print(f"clang-tidy: {done}/{len(todo)}", file=sys.stderr, flush=True)
    if args.list_times:
        for seconds, name in sorted(times, reverse=True)[:20]:
            print(f"{seconds:7.1f} s  {name}")
    print(f"clang-tidy: {len(commands)} files, {len(commands) - len(todo)} unchanged since they passed, "
          f"{len(shown)} findings in {failed} files, {time.monotonic() - started:.0f} s")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
