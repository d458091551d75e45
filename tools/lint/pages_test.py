"""Tests of docs.py and duplicates.py."""
# SPDX-License-Identifier: Apache-2.0
import pathlib
import tempfile
import unittest

import docs
import duplicates

DEV = 'case "$command" in\n  setup)\n    x\n    ;;\n  build | test) y ;;\n  *) z ;;\nesac\n'


class DocsTest(unittest.TestCase):
    def errors(self, text: str) -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder).resolve()
            (root / "docs").mkdir()
            (root / "docs/other.md").write_text("# A heading, `here`\n")
            page = root / "docs/page.md"
            page.write_text(text)
            return docs.check_page(root, page, docs.commands_of(DEV))

    def test_commands_are_read_from_dev(self) -> None:
        self.assertEqual(docs.commands_of(DEV), {"setup", "build", "test"})

    def test_good_page_passes(self) -> None:
        self.assertEqual(self.errors("# T\n[a](other.md#a-heading-here) [b](#t) [c](https://example.com) `./dev test`\n"), [])

    def test_dead_link_fails_with_its_line(self) -> None:
        self.assertIn("docs/page.md:2", self.errors("\n[a](gone.md)\n")[0])

    def test_dead_anchor_fails(self) -> None:
        self.assertIn("no heading", self.errors("[a](other.md#elsewhere)\n")[0])

    def test_link_out_of_the_repository_fails(self) -> None:
        self.assertIn("leaves", self.errors("[a](../../x.md)\n")[0])

    def test_unknown_command_fails_even_in_a_code_block(self) -> None:
        self.assertIn("'./dev fly'", self.errors("```\n./dev fly\n```\n")[0])

    def test_link_in_a_code_block_is_no_link(self) -> None:
        self.assertEqual(self.errors("```\nx = table[1](2)\n```\n"), [])


class DuplicatesTest(unittest.TestCase):
    BLOCK = "".join(f"  call_{i}(x);\n" for i in range(duplicates.WINDOW))

    def test_same_block_in_two_files_is_found_once(self) -> None:
        total, marked, pairs = duplicates.find({"a": "int a;\n" + self.BLOCK, "b": self.BLOCK + "int b;\n"})
        self.assertEqual((total, marked), (2 * duplicates.WINDOW + 2, 2 * duplicates.WINDOW))
        self.assertEqual(pairs, [("a", 2, "b", 1)])

    def test_comments_and_indentation_do_not_hide_it(self) -> None:
        self.assertEqual(len(duplicates.find({"a": self.BLOCK, "b": self.BLOCK.replace(";", ";  // why")})[2]), 1)

    def test_shorter_block_is_none(self) -> None:
        short = self.BLOCK.split("\n", 1)[1]
        self.assertEqual(duplicates.find({"a": short, "b": short})[1:], (0, []))

    def test_rows_of_a_table_are_no_duplicates(self) -> None:
        self.assertEqual(duplicates.find({"a": "  row(1),\n" * (duplicates.WINDOW + 3)})[1:], (0, []))


if __name__ == "__main__":
    unittest.main()
