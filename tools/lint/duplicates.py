#!/usr/bin/env python3
"""Finds blocks of code that stand in two places.

usage: duplicates.py [ROOT] [--list]

A block is WINDOW lines of code or more, equal after comments and blanks are taken away. Lines that
carry no thought (braces, includes, a lone `return x;`) do not make a block. Fails when more than 2 % of the
code lines of the product are in such blocks; tests repeat themselves by nature and do not count. --list
shows each pair.
"""
# SPDX-License-Identifier: Apache-2.0
import argparse
import collections
import pathlib
import re
import sys

import sources

WINDOW = 6
PERCENT = 2.0
THOUGHTLESS = re.compile(r"[{}();,\]]*|#include.*|\}?else\{|break;|return\w*;|public:|private:|namespace.*|using.*;")


def code_lines(text: str) -> list[tuple[int, str]]:
    """(line number, squeezed code) of each line that says something."""
    code = sources.without_comments(text)
    squeezed = ((number, re.sub(r"\s+", "", line)) for number, line in enumerate(code.splitlines(), 1))
    return [(number, line) for number, line in squeezed if not THOUGHTLESS.fullmatch(line)]


def find(files: dict[str, str]) -> tuple[int, int, list[tuple[str, int, str, int]]]:
    """(code lines, lines in duplicate blocks, pairs of places) of files given as name to text."""
    windows = collections.defaultdict(list)
    total = 0
    lines_of = {name: code_lines(text) for name, text in sorted(files.items())}
    for name, lines in lines_of.items():
        total += len(lines)
        for at in range(len(lines) - WINDOW + 1):
            windows[tuple(line for _, line in lines[at:at + WINDOW])].append((name, at))
    marked, pairs = set(), []
    for places in windows.values():
        first, *others = places
        for place in others:
            # Rows of a table are like their neighbors; that is one block, not two.
            if place[0] == first[0] and place[1] - first[1] < WINDOW:
                continue
            if place not in marked:
                pairs.append((first[0], lines_of[first[0]][first[1]][0], place[0], lines_of[place[0]][place[1]][0]))
            marked.update((name, at + i) for name, at in (first, place) for i in range(WINDOW))
    return total, len(marked), pairs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", nargs="?", type=pathlib.Path, default=pathlib.Path(__file__).parents[2])
    parser.add_argument("--list", action="store_true", help="show each pair")
    args = parser.parse_args()
    root = args.root.resolve()
    product = [path for path in sources.ours(root, sources.CODE)
               if not path.stem.endswith("_test") and path.relative_to(root).parts[0] not in ("tests", "bench")]
    total, duplicate, pairs = find({str(p.relative_to(root)): p.read_text(errors="replace") for p in product})
    percent = 100.0 * duplicate / max(1, total)
    if args.list or percent > PERCENT:
        for first, line, second, second_line in pairs:
            print(f"{second}:{second_line}: same as {first}:{line}")
    print(f"duplicates: {percent:.1f} % of {total} code lines (at most {PERCENT:.0f} %)")
    sys.exit(1 if percent > PERCENT else 0)


if __name__ == "__main__":
    main()
