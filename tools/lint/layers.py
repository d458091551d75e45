#!/usr/bin/env python3
"""Checks that layers stay layers.

usage: layers.py [ROOT]

Reads src/LAYERS (level, modules), each arete_module(... DEPENDS ...) and arete_program(...), and every
#include under src/, apps/, backends/, mcu/ and include/. Fails on
- a module that is missing in src/LAYERS, or stands there without files,
- an include or a DEPENDS that goes upward or sideways (same level),
- an include of a module that DEPENDS does not list,
- a third-party header outside its owner, or in a header that others see,
- anything but include/ and own files in backends/ and mcu/.
"""
# SPDX-License-Identifier: Apache-2.0
import dataclasses
import pathlib
import re
import sys

SUFFIXES = {".cpp", ".hpp", ".c", ".h"}

# First part of a third-party include -> the folders that may see it. "*": anywhere.
# A new library is entered here, in cmake/Dependencies.cmake and in tools/setup/packages.txt.
THIRD_PARTY = {
    "fmt": ["*"],
    "spdlog": ["src/base"],
    "yaml-cpp": ["src/document"],
    "nlohmann": ["src/document"],
    "google": ["src/model/onnx"],
    "onnx.pb.h": ["src/model/onnx"],
    "flatbuffers": ["src/model/tflite"],
    "zlib.h": ["src/model/tflite"],
    "jpeglib.h": ["src/media"],
    "jerror.h": ["src/media"],
    "png.h": ["src/media"],
    "hwy": ["src/transform"],
    "mosquitto.h": ["src/io_mqtt"],
    "curl": ["src/io_http"],
    "CLI": ["apps"],
    "gst": ["backends/gstreamer", "tests/programs"],
    "glib.h": ["backends/gstreamer", "tests/programs"],
    "gtest": ["tests"],
    "gmock": ["tests"],
}
# Of the installed ABI (include/arete) these modules are the host side.
ABI_HOSTS = {"runtime", "media"}
# Folders of C and POSIX headers, written <sys/stat.h>.
SYSTEM_FOLDERS = {"sys", "linux", "arpa", "netinet", "net", "bits", "asm"}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)
CALL = re.compile(r"\barete_(module|program|test)\(\s*([^)]*)\)")


@dataclasses.dataclass
class Module:
    """What the CMakeLists.txt of one folder declares."""
    depends: set[str] = dataclasses.field(default_factory=set)
    test_depends: set[str] = dataclasses.field(default_factory=set)


def read_levels(path: pathlib.Path) -> dict[str, int]:
    levels = {}
    for line in path.read_text().splitlines():
        words = line.split("#")[0].split()
        if words:
            levels.update({name: int(words[0]) for name in words[1:]})
    return levels


def read_calls(cmake: str) -> tuple[set[str], Module]:
    """Target names and dependencies of the arete_module, _program and _test calls in one file."""
    names, module = set(), Module()
    text = re.sub(r"#.*", "", cmake)
    for call in CALL.finditer(text):
        words = call.group(2).split()
        names.update(words[:1])
        depends = module.test_depends if call.group(1) == "test" else module.depends
        section = ""
        for word in words[1:]:
            if word in ("SOURCES", "DEPENDS", "USES", "TESTS", "TEST_DEPENDS"):
                section = word
            elif section == "DEPENDS":
                depends.add(word)
            elif section == "TEST_DEPENDS":
                module.test_depends.add(word)
    return names, module


def is_test(path: pathlib.Path) -> bool:
    return path.stem.endswith("_test")


class Checker:
    def __init__(self, root: pathlib.Path):
        self.root = root
        self.errors: list[str] = []
        self.levels = read_levels(root / "src/LAYERS")
        self.modules: dict[str, Module] = {}
        self.folder_of: dict[str, str] = {}  # CMake target name -> module folder
        self.used: dict[str, set[str]] = {}
        self.includers: dict[str, set[str]] = {}

    def error(self, path: pathlib.Path, line: int, text: str) -> None:
        self.errors.append(f"{path.relative_to(self.root)}:{line}: {text}")

    def sources(self, folder: pathlib.Path) -> list[pathlib.Path]:
        return sorted(p for p in folder.rglob("*") if p.suffix in SUFFIXES and p.is_file())

    def read_modules(self) -> None:
        for folder in sorted((self.root / "src").iterdir()):
            if not folder.is_dir():
                continue
            module = Module()
            for cmake in sorted(folder.rglob("CMakeLists.txt")):
                names, found = read_calls(cmake.read_text())
                self.folder_of.update({name: folder.name for name in names})
                module.depends |= found.depends
                module.test_depends |= found.test_depends
            self.modules[folder.name] = module

    def check_levels(self) -> None:
        layers = self.root / "src/LAYERS"
        for name in self.modules:
            if name not in self.levels and self.sources(self.root / "src" / name):
                self.error(layers, 1, f"module '{name}' is missing; give it a level")
        for name in self.levels:
            if not self.sources(self.root / "src" / name):
                self.error(layers, 1, f"module '{name}' has no files; it enters with its first file")
        for name, module in self.modules.items():
            for target in sorted(module.depends | module.test_depends):
                other = self.folder_of.get(target)
                cmake = self.root / "src" / name / "CMakeLists.txt"
                if other is None:
                    self.error(cmake, 1, f"DEPENDS lists '{target}', which no arete_module defines")
                elif other != name and target in module.depends:
                    self.check_direction(cmake, 1, name, other, "DEPENDS")

    def check_direction(self, path: pathlib.Path, line: int, name: str, other: str, what: str) -> None:
        if name not in self.levels or other not in self.levels:
            return
        mine, theirs = self.levels[name], self.levels[other]
        if theirs > mine:
            self.error(path, line, f"upward {what}: {name} (level {mine}) on {other} (level {theirs})")
        elif theirs == mine:
            self.error(path, line, f"sideways {what}: {name} and {other} are both on level {mine}")

    def check_source(self, path: pathlib.Path, name: str, module: Module) -> None:
        """A file of module `name`, or of a program (name: '')."""
        text = path.read_text(errors="replace")
        declared = module.depends | (module.test_depends if is_test(path) else set())
        folders = {self.folder_of.get(target, target) for target in declared}
        for match in INCLUDE.finditer(text):
            line = text.count("\n", 0, match.start(2)) + 1
            first = match.group(2).split("/")[0]
            if match.group(1) == '"' and (self.root / "src" / match.group(2)).exists():
                self.includers.setdefault("src/" + match.group(2), set()).add(str(path.relative_to(self.root)))
                self.used.setdefault(name, set()).add(first)
                if first == name:
                    continue
                if name and not is_test(path):
                    self.check_direction(path, line, name, first, "include")
                if first not in folders:
                    self.error(path, line, f"undeclared include: DEPENDS does not list '{first}' "
                                           f"(for \"{match.group(2)}\")")
            elif first == "arete":
                if name not in ABI_HOSTS and not is_test(path):
                    self.error(path, line, f"the plug-in ABI is for {sorted(ABI_HOSTS)} only")
            else:
                self.check_third_party(path, line, match.group(1), match.group(2))

    def check_third_party(self, path: pathlib.Path, line: int, quote: str, header: str) -> None:
        place = str(path.relative_to(self.root))
        first = header.split("/")[0]
        key = first if first in THIRD_PARTY else header.split("/")[-1]
        if key in THIRD_PARTY:
            owners = THIRD_PARTY[key]
            if "*" in owners or ("tests" in owners and (is_test(path) or "testing" in place)):
                return
            if not any(place.startswith(owner + "/") for owner in owners):
                self.error(path, line, f"third-party header <{header}> belongs to {', '.join(owners)}")
        elif quote == "<" and "/" in header and first not in SYSTEM_FOLDERS:
            self.error(path, line, f"<{header}> is a library that tools/lint/layers.py does not know (THIRD_PARTY)")

    def check_exposed(self) -> None:
        """An owner's header with a third-party include must not be seen from outside the owner."""
        for header, includers in sorted(self.includers.items()):
            text = (self.root / header).read_text(errors="replace")
            for match in INCLUDE.finditer(text):
                key = match.group(2).split("/")[0]
                for owner in THIRD_PARTY.get(key, ["*"]):
                    outside = [i for i in sorted(includers)
                               if not i.startswith(owner + "/") and not is_test(pathlib.Path(i))]
                    if owner not in ("*", "tests") and header.startswith(owner + "/") and outside:
                        self.errors.append(f"{outside[0]}: sees <{match.group(2)}> through {header}")

    def check_plugin(self, path: pathlib.Path, own: pathlib.Path) -> None:
        text = path.read_text(errors="replace")
        for match in INCLUDE.finditer(text):
            header = match.group(2)
            places = [path.parent / header, own / header, own.parent / header, self.root / "include" / header]
            if match.group(1) == '"' and not any(place.exists() for place in places) and (
                    self.root / "src" / header).exists():
                line = text.count("\n", 0, match.start(2)) + 1
                self.error(path, line, f"\"{header}\" is of src/; a plug-in sees include/ and its own files only")

    def run(self) -> list[str]:
        self.read_modules()
        self.check_levels()
        for name, module in self.modules.items():
            for path in self.sources(self.root / "src" / name):
                self.check_source(path, name, module)
        for folder in sorted((self.root / "apps").glob("*/")):
            calls = [read_calls(c.read_text())[1] for c in [folder / "CMakeLists.txt", folder.parent / "CMakeLists.txt"]
                     if c.exists()]
            declared = Module(set().union(*(c.depends for c in calls)), set().union(*(c.test_depends for c in calls)))
            for path in self.sources(folder):
                self.check_source(path, "", declared)
        self.check_exposed()
        for top in ("backends", "mcu", "include"):
            for path in self.sources(self.root / top):
                own = self.root / top / path.relative_to(self.root / top).parts[0]
                self.check_plugin(path, own)
        return self.errors

    def notes(self) -> list[str]:
        """Declared but never included: not an error, since a link line may need it."""
        return [f"note: {name} lists '{target}' in DEPENDS but includes nothing of it"
                for name, module in self.modules.items() for target in sorted(module.depends)
                if self.folder_of.get(target, target) not in self.used.get(name, set())
                and self.sources(self.root / "src" / name)]


def main() -> None:
    if len(sys.argv) > 2:
        sys.exit(__doc__)
    root = pathlib.Path(sys.argv[1] if len(sys.argv) == 2 else pathlib.Path(__file__).parents[2]).resolve()
    checker = Checker(root)
    errors = checker.run()
    for line in [*checker.notes(), *errors]:
        print(line)
    print(f"layers: {len(checker.modules)} modules, {len(errors)} errors")
    sys.exit(1 if errors else 0)


if __name__ == "__main__":
    main()
