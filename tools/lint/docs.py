#!/usr/bin/env python3
"""Checks what the pages say about the tree: links, files and commands must exist.

usage: docs.py [ROOT]

In every Markdown file: a relative link must lead to a file, and its #anchor to a heading; `./dev X` must be a
command of ./dev. A page may not speak of what lies outside the repository (../shared and the like).
"""
# SPDX-License-Identifier: Apache-2.0
import pathlib
import re
import sys

import sources

LINK = re.compile(r"(?<!\\)\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
FENCE = re.compile(r"^(```|~~~).*?^\1", re.S | re.M)


def anchors(text: str) -> set[str]:
    """The names that GitHub gives to the headings."""
    text = FENCE.sub("", text)
    titles = (re.sub(r"[`*]|\]\([^)]*\)|\[", "", title) for title in re.findall(r"^#+\s+(.*?)\s*$", text, re.M))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def commands_of(dev: str) -> set[str]:
    """The words of `case "$command" in` in ./dev."""
    body = dev[dev.rindex('case "$command" in'):]
    return {word for line in re.findall(r"^  ([\w| -]+)\)", body, re.M) for word in re.findall(r"[\w-]+", line)}


def check_page(root: pathlib.Path, page: pathlib.Path, commands: set[str]) -> list[str]:
    text = page.read_text()
    place = page.relative_to(root)
    errors = []

    def error(at: int, message: str) -> None:
        errors.append(f"{place}:{text.count(chr(10), 0, at) + 1}: {message}")

    prose = FENCE.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)), text)
    for match in LINK.finditer(prose):
        target, _, anchor = match.group(1).partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        path = (page.parent / target).resolve() if target else page
        if not path.is_relative_to(root):
            error(match.start(), f"the link {match.group(1)} leaves the repository")
        elif not path.exists():
            error(match.start(), f"the link {match.group(1)} leads nowhere")
        elif anchor and path.suffix == ".md" and anchor not in anchors(path.read_text()):
            error(match.start(), f"{target or place} has no heading '#{anchor}'")
    for match in re.finditer(r"\./dev ([a-z]+)", text):
        if match.group(1) not in commands:
            error(match.start(), f"'./dev {match.group(1)}' is not a command")
    for match in re.finditer(r"\.\./shared\b|/work/", text):
        error(match.start(), f"'{match.group(0)}' is outside the repository")
    return errors


def main() -> None:
    if len(sys.argv) > 2:
        sys.exit(__doc__)
    root = pathlib.Path(sys.argv[1] if len(sys.argv) == 2 else pathlib.Path(__file__).parents[2]).resolve()
    commands = commands_of((root / "dev").read_text())
    pages = sources.ours(root, {".md"})
    errors = [error for page in pages for error in check_page(root, page, commands)]
    for line in errors:
        print(line)
    print(f"docs: {len(pages)} pages, {len(errors)} errors")
    sys.exit(1 if errors else 0)


if __name__ == "__main__":
    main()
