"""What the lint scripts share: which files are ours, and C++ text without comments and strings."""
# SPDX-License-Identifier: Apache-2.0
import pathlib
import re
import subprocess

CODE = {".cpp", ".hpp", ".c", ".h"}
SCRIPTS = {".py", ".sh"}

_TOKEN = re.compile(
    r"//[^\n]*|/\*.*?\*/"                                   # comments
    r'|R"(?P<tag>[^()\s\\]{0,16})\(.*?\)(?P=tag)"'          # raw strings
    r'|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])*\'', re.S)


def ours(root: pathlib.Path, suffixes: set[str]) -> list[pathlib.Path]:
    """Tracked files and new ones that git does not ignore, so never a generated one; sorted."""
    listed = subprocess.run(["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            check=True, capture_output=True).stdout.decode().split("\0")
    paths = (root / name for name in set(listed) if name)
    return sorted(p for p in paths if p.suffix in suffixes and p.is_file())


def without_comments_and_strings(text: str) -> str:
    """Same lines, same length of each line's code; what is cut becomes blanks, a string stays as ""."""
    def blank(match: re.Match[str]) -> str:
        found = match.group(0)
        empty = re.sub(r"[^\n]", " ", found)
        return '""' + empty[2:] if found[0] in "\"'R" else empty
    return _TOKEN.sub(blank, text)


def without_comments(text: str) -> str:
    """The same, but strings stay as they are."""
    def blank(match: re.Match[str]) -> str:
        found = match.group(0)
        return re.sub(r"[^\n]", " ", found) if found[0] == "/" else found
    return _TOKEN.sub(blank, text)


def percentile(numbers: list[int], percent: int) -> int:
    """The smallest number that at least `percent` of all do not exceed; 0 for none."""
    if not numbers:
        return 0
    ordered = sorted(numbers)
    return ordered[min(len(ordered) - 1, max(0, -(-len(ordered) * percent // 100) - 1))]
