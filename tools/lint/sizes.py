#!/usr/bin/env python3
"""Checks the size and shape of files: lengths, first lines, names of folders.

usage: sizes.py [ROOT]

Prints median and 95th percentile of file and function lengths. Fails on
- a file over 800 lines, or more than 2 % of the functions over 60 lines,
- a header that does not start with a comment, the SPDX line and #pragma once (a C header: a guard),
- a source or script without the SPDX line near its top,
- a folder with a name that says nothing (util, common, core ...), or deeper than three below src/,
- `using namespace` in a header, TODO marks, more than five ARETE_ macros in src/.
"""
# SPDX-License-Identifier: Apache-2.0
import pathlib
import re
import sys

import sources

FILE_LINES = 800
FUNCTION_LINES = 60
LONG_FUNCTIONS_PERCENT = 2.0
DEPTH = 3
MACROS = 5
EMPTY_NAMES = {"util", "utils", "common", "misc", "helper", "helpers", "core", "lib", "manager", "handler"}
SPDX = "SPDX-License-Identifier: Apache-2.0"
SCRIPT_TOP_LINES = 40

# Words before a "(" that open a block without being a function.
CONTROL = {"if", "for", "while", "switch", "catch", "return", "sizeof", "decltype", "alignas", "noexcept", "requires"}
ACCESS = re.compile(r"\b(?:public|private|protected)\s*:(?!:)")
FUNCTION_HEAD = re.compile(r"([\w~\]>=!+*/<&|^%-]+)\s*(<[^<>]*>)?\s*\(")


def is_function_head(head: str) -> bool:
    """Whether the text before a "{" is that of a function: a name with parameters, no control word."""
    head = re.sub(r"\s+", " ", head).strip()
    if not head or head.startswith("#") or head.endswith(("=", ",", "(", "return")):
        return False
    found = FUNCTION_HEAD.search(head)
    if not found or ")" not in head:
        return False
    if re.match(r"(?:else )?(?:" + "|".join(CONTROL) + r")\b", head) or re.match(r"do\b|else\b|try\b", head):
        return False
    return re.search(r"\b(?:namespace|enum)\b", head) is None and not re.match(
        r"(?:template ?<.*> ?)?(?:class|struct|union)\b[^()]*(?::|$)", head)


def function_lengths(text: str) -> list[tuple[int, int]]:
    """(first line, lines) of each function that is not inside another one. A heuristic, good for statistics."""
    code = sources.without_comments_and_strings(text)
    code = re.sub(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", lambda m: re.sub(r"[^\n]", " ", m.group(0)), code, flags=re.M)
    found, stack, inside, start = [], [], None, 0
    for match in re.finditer(r"[{};]", code):
        at = match.start()
        if match.group(0) == "{":
            head = ACCESS.sub(lambda m: " " * len(m.group(0)), code[start:at])
            if inside is None and is_function_head(head):
                first = code.count("\n", 0, at - len(head.lstrip())) + 1
                inside = (len(stack), first)
            stack.append(at)
        elif match.group(0) == "}" and stack:
            stack.pop()
            if inside is not None and inside[0] == len(stack):
                found.append((inside[1], code.count("\n", 0, at) + 2 - inside[1]))
                inside = None
        start = at + 1
    return found


class Report:
    def __init__(self, root: pathlib.Path):
        self.root = root
        self.errors: list[str] = []
        self.files: list[int] = []
        self.functions: list[int] = []
        self.macros: set[str] = set()

    def error(self, path: pathlib.Path, line: int, text: str) -> None:
        self.errors.append(f"{path.relative_to(self.root)}:{line}: {text}")

    def check_names(self, path: pathlib.Path) -> None:
        folders = path.relative_to(self.root).parts[:-1]
        for folder in folders:
            if folder in EMPTY_NAMES:
                self.error(path, 1, f"folder name '{folder}' says nothing")
        if folders[:1] == ("src",) and len(folders) - 1 > DEPTH:
            self.error(path, 1, f"{len(folders) - 1} folders below src/, at most {DEPTH}")
        if path.stem in EMPTY_NAMES:
            self.error(path, 1, f"file name '{path.name}' says nothing")

    def check_top(self, path: pathlib.Path, lines: list[str]) -> None:
        if path.suffix in sources.SCRIPTS:
            if not any(SPDX in line for line in lines[:SCRIPT_TOP_LINES]):
                self.error(path, 1, f"no '{SPDX}' near the top")
            return
        code = sources.without_comments_and_strings("\n".join(lines)).splitlines()
        first = next((i for i, line in enumerate(code) if line.strip()), len(lines))
        if not any(SPDX in line for line in lines[:first]):
            self.error(path, 1, f"no '{SPDX}' before the first code")
        if path.suffix in (".hpp", ".h"):
            if not lines or not lines[0].startswith(("//", "/*")) or SPDX in lines[0]:
                self.error(path, 1, "a header starts with one sentence on what it is and is not")
            if first == len(lines) or not code[first].startswith(("#pragma once", "#ifndef")):
                self.error(path, first + 1, "a header's first code is #pragma once")

    def check_words(self, path: pathlib.Path, text: str) -> None:
        code = sources.without_comments_and_strings(text)
        if path.suffix in (".hpp", ".h"):
            for match in re.finditer(r"\busing\s+namespace\b", code):
                self.error(path, code.count("\n", 0, match.start()) + 1, "`using namespace` in a header")
        for match in re.finditer(r"\b(?:TODO|FIXME|XXX)\b", text):
            self.error(path, text.count("\n", 0, match.start()) + 1, "a mark for later; do it or open an issue")
        if path.relative_to(self.root).parts[0] == "src":
            self.macros.update(re.findall(r"^\s*#\s*define\s+(ARETE_\w+)", code, re.M))

    def check(self, path: pathlib.Path) -> None:
        text = path.read_text(errors="replace")
        lines = text.splitlines()
        self.files.append(len(lines))
        self.check_names(path)
        self.check_top(path, lines)
        if len(lines) > FILE_LINES:
            self.error(path, 1, f"{len(lines)} lines, at most {FILE_LINES}")
        if path.suffix in sources.CODE:
            self.check_words(path, text)
            self.functions += [length for _, length in function_lengths(text)]

    def check_totals(self) -> None:
        # The macro behind a macro (ARETE_X_DETAIL_...) is part of the one that people write.
        macros = {name for name in self.macros if not re.search(r"_DETAIL|_IMPL|_CONCAT", name)}
        if len(macros) > MACROS:
            self.errors.append(f"src/: {len(macros)} ARETE_ macros, at most {MACROS}: {', '.join(sorted(macros))}")
        if self.long_percent() > LONG_FUNCTIONS_PERCENT:
            self.errors.append(f"{self.long_percent():.1f} % of the functions are over {FUNCTION_LINES} lines, "
                               f"at most {LONG_FUNCTIONS_PERCENT:.0f} %")

    def long_percent(self) -> float:
        return 100.0 * sum(n > FUNCTION_LINES for n in self.functions) / max(1, len(self.functions))

    def print(self) -> None:
        for line in self.errors:
            print(line)
        print(f"sizes: {len(self.files)} files, {sum(self.files)} lines; "
              f"file lines median {sources.percentile(self.files, 50)}, p95 {sources.percentile(self.files, 95)}, "
              f"max {max(self.files, default=0)}")
        print(f"sizes: {len(self.functions)} functions; lines median {sources.percentile(self.functions, 50)}, "
              f"p95 {sources.percentile(self.functions, 95)}, max {max(self.functions, default=0)}; "
              f"{self.long_percent():.1f} % over {FUNCTION_LINES}")


def main() -> None:
    if len(sys.argv) > 2:
        sys.exit(__doc__)
    root = pathlib.Path(sys.argv[1] if len(sys.argv) == 2 else pathlib.Path(__file__).parents[2]).resolve()
    report = Report(root)
    for path in sources.ours(root, sources.CODE | sources.SCRIPTS):
        report.check(path)
    report.check_totals()
    report.print()
    sys.exit(1 if report.errors else 0)


if __name__ == "__main__":
    main()
