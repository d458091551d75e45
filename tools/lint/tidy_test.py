"""Tests of tidy.py's reading of clang-tidy's export, and of its cache key."""
# SPDX-License-Identifier: Apache-2.0
import pathlib
import tempfile
import unittest

import tidy


def export(name: str, message: str, path: str, offset: int) -> str:
    return (f"---\nMainSourceFile: 'x'\nDiagnostics:\n  - DiagnosticName:  {name}\n    DiagnosticMessage:\n"
            f"      Message:         '{message}'\n      FilePath:        '{path}'\n      FileOffset:      {offset}\n"
            f"      Replacements:    []\n    Level:           Error\n...\n")


class FindingsTest(unittest.TestCase):
    def findings(self, name: str, message: str) -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "x.cpp"
            path.write_text("int a;\nint b;\n")
            return tidy.findings(export(name, message, str(path), 11))

    def test_finding_has_its_line_message_and_check(self) -> None:
        [found] = self.findings("bugprone-x", "it''s wrong")
        self.assertTrue(found.endswith("x.cpp:2: it's wrong [bugprone-x]"), found)

    def test_unused_include_is_a_finding(self) -> None:
        self.assertEqual(len(self.findings("misc-include-cleaner", "included header x is not used directly")), 1)

    def test_include_through_another_header_is_none(self) -> None:
        self.assertEqual(self.findings("misc-include-cleaner", 'no header providing "std::span" is directly included'), [])

    def test_nothing_exported_is_nothing_found(self) -> None:
        self.assertEqual(tidy.findings(""), [])


class KeyTest(unittest.TestCase):
    def key(self, text: str, command: str = "g++", common: bytes = b"") -> str:
        with tempfile.TemporaryDirectory() as folder:
            header = pathlib.Path(folder) / "x.hpp"
            header.write_text(text)
            entry = {"name": "src/none.cpp", "command": command}
            # The folder's name differs each time and is part of the key; so compare through a fixed one.
            hashes = tidy.Hashes()
            hashes.known["/x.hpp"] = hashes.of(str(header))
            return tidy.key_of(entry, ["/x.hpp"], common, hashes)

    def test_same_inputs_give_the_same_key(self) -> None:
        self.assertEqual(self.key("a"), self.key("a"))

    def test_header_command_and_settings_change_the_key(self) -> None:
        self.assertEqual(len({self.key("a"), self.key("b"), self.key("a", "g++ -O3"), self.key("a", common=b"1")}), 4)


class ShareTest(unittest.TestCase):
    def test_seeds_pick_different_shares_of_about_the_size_asked_for(self) -> None:
        names = [f"src/{i}.cpp" for i in range(300)]
        one, other = ({name for name in names if tidy.in_share(name, 3, seed)} for seed in "ab")
        self.assertTrue(60 < len(one) < 140 and 60 < len(other) < 140)
        self.assertNotEqual(one, other)

    def test_all_files_are_a_share_of_one(self) -> None:
        self.assertTrue(all(tidy.in_share(f"src/{i}.cpp", 1, "a") for i in range(50)))


if __name__ == "__main__":
    unittest.main()
