"""Tests of sizes.py: the function counter, and one tree for each rule."""
# SPDX-License-Identifier: Apache-2.0
import pathlib
import tempfile
import unittest

import sizes

HEADER = "// Holds x. Not y.\n// SPDX-License-Identifier: Apache-2.0\n#pragma once\n"


def errors_of(name: str, text: str) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        report = sizes.Report(root)
        report.check(path)
        report.check_totals()
        return report.errors


class FunctionLengthsTest(unittest.TestCase):
    def lengths(self, text: str) -> list[int]:
        return [length for _, length in sizes.function_lengths(text)]

    def test_plain_functions_and_methods(self) -> None:
        self.assertEqual(self.lengths("int f(int a) {\n  return a;\n}\nvoid S::g() const noexcept { h(); }\n"), [3, 1])

    def test_control_flow_and_lambdas_belong_to_their_function(self) -> None:
        text = "void f() {\n  if (a) {\n    g([&](int x) {\n      return x;\n    });\n  }\n}\n"
        self.assertEqual(self.lengths(text), [7])

    def test_types_namespaces_and_tables_are_not_functions(self) -> None:
        self.assertEqual(self.lengths("namespace a {\nstruct S : B<int()> {\n int x = 1;\n};\nenum class E { kA };\n"
                                      "constexpr int kTable[] = {f(1), f(2)};\n}\n"), [])

    def test_methods_in_a_class_and_constructors_count(self) -> None:
        self.assertEqual(self.lengths("class S {\n public:\n  S(int a) : a_(a) {}\n  int a() const {\n    return a_;\n"
                                      "  }\n};\n"), [1, 3])

    def test_operators_and_trailing_return_types(self) -> None:
        self.assertEqual(self.lengths("auto f(int a) -> std::vector<int> {\n}\nbool operator==(S a, S b) {\n}\n"), [2, 2])

    def test_braces_in_strings_comments_and_macros_do_not_count(self) -> None:
        self.assertEqual(self.lengths('#define M(x) \\\n  {\nvoid f() {\n  g("{", \'{\');  // {\n  /* { */\n}\n'), [4])

    def test_a_test_case_is_a_function(self) -> None:
        self.assertEqual(self.lengths("TEST(A, b) {\n  EXPECT_TRUE(x);\n}\n"), [3])


class RulesTest(unittest.TestCase):
    def test_good_header_passes(self) -> None:
        self.assertEqual(errors_of("src/base/x.hpp", HEADER + "int f();\n"), [])

    def test_long_file_fails(self) -> None:
        self.assertIn("801 lines", errors_of("src/base/x.cpp", "// SPDX-License-Identifier: Apache-2.0\n" + "\n" * 800)[0])

    def test_many_long_functions_fail(self) -> None:
        body = "// SPDX-License-Identifier: Apache-2.0\nvoid f() {\n" + "  g();\n" * 60 + "}\n"
        self.assertIn("over 60 lines", errors_of("src/base/x.cpp", body)[0])

    def test_header_without_sentence_fails(self) -> None:
        self.assertIn("one sentence", errors_of("src/base/x.hpp", HEADER.split("\n", 1)[1])[0])

    def test_missing_spdx_fails(self) -> None:
        self.assertIn("SPDX", errors_of("src/base/x.cpp", "int x;\n// SPDX-License-Identifier: Apache-2.0\n")[0])

    def test_missing_pragma_fails(self) -> None:
        self.assertIn("#pragma once", errors_of("src/base/x.hpp", HEADER.replace("#pragma once", "int x;"))[0])

    def test_using_namespace_in_a_header_fails_but_not_in_a_comment(self) -> None:
        self.assertIn("src/base/x.hpp:4", errors_of("src/base/x.hpp", HEADER + "using namespace std;\n")[0])
        self.assertEqual(errors_of("src/base/x.hpp", HEADER + "// no using namespace here\n"), [])

    def test_empty_folder_name_fails(self) -> None:
        self.assertIn("'util' says nothing", errors_of("src/util/x.hpp", HEADER)[0])

    def test_deep_folder_fails(self) -> None:
        self.assertIn("4 folders", errors_of("src/a/b/c/d/x.hpp", HEADER)[0])

    def test_mark_for_later_fails(self) -> None:
        self.assertIn("mark for later", errors_of("src/base/x.hpp", HEADER + "// TO" + "DO: later\n")[0])

    def test_too_many_macros_fail(self) -> None:
        macros = "".join(f"#define ARETE_M{i}\n" for i in range(6))
        self.assertIn("6 ARETE_ macros", errors_of("src/base/x.hpp", HEADER + macros)[0])


if __name__ == "__main__":
    unittest.main()
