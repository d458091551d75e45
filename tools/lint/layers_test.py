"""Tests of layers.py on tiny trees: each rule must fail for its own fault and pass without it."""
# SPDX-License-Identifier: Apache-2.0
import pathlib
import tempfile
import unittest

import layers

CLEAN = {
    "src/LAYERS": "# comment\n0 base\n1 document tensor\n3 model runtime\n",
    "src/base/CMakeLists.txt": "arete_module(base SOURCES a.cpp USES fmt)\n",
    "src/base/a.hpp": "#pragma once\n#include <string>\n",
    "src/document/CMakeLists.txt": "arete_module(document SOURCES d.cpp DEPENDS base USES yaml)\n",
    "src/document/d.hpp": '#include "base/a.hpp"\n',
    "src/document/d.cpp": '#include <yaml-cpp/yaml.h>\n#include "document/d.hpp"\n',
    "src/tensor/CMakeLists.txt": "arete_module(tensor SOURCES t.cpp DEPENDS base)\n",
    "src/tensor/t.hpp": '#include "base/a.hpp"\n',
    "src/model/CMakeLists.txt": "arete_module(model SOURCES m.cpp\n  DEPENDS base tensor  # why\n  TESTS m_test.cpp)\n",
    "src/model/m.hpp": '#include "tensor/t.hpp"\n#include "base/a.hpp"\n',
    "src/model/m_test.cpp": '#include <gtest/gtest.h>\n#include "model/m.hpp"\n',
    "src/runtime/CMakeLists.txt": "arete_module(runtime SOURCES r.cpp DEPENDS base)\n",
    "src/runtime/r.hpp": '#include <arete/backend.h>\n#include <sys/stat.h>\n#include "base/a.hpp"\n',
    "apps/arete/CMakeLists.txt": "arete_program(arete SOURCES main.cpp DEPENDS model)\n",
    "apps/arete/main.cpp": '#include <CLI/CLI.hpp>\n#include "model/m.hpp"\n',
    "include/arete/backend.h": "#include <stdint.h>\n",
    "backends/null/null.cpp": '#include "arete/backend.h"\n#include "own.hpp"\n#include <engine/api.h>\n',
    "backends/null/own.hpp": "#pragma once\n",
}


class LayersTest(unittest.TestCase):
    def with_files(self, changes: dict[str, str | None]) -> list[str]:
        """Errors for the clean tree with some files replaced or added."""
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in {**CLEAN, **changes}.items():
                if text is not None:
                    path = root / name
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text(text)
            return layers.Checker(root).run()

    def assert_fault(self, changes: dict[str, str | None], *words: str) -> None:
        errors = self.with_files(changes)
        self.assertEqual(len(errors), 1, errors)
        for word in words:
            self.assertIn(word, errors[0])

    def test_clean_tree_passes(self) -> None:
        self.assertEqual(self.with_files({}), [])

    def test_upward_include_fails_even_if_declared_nowhere_else(self) -> None:
        errors = self.with_files({"src/base/b.cpp": '#include "model/m.hpp"\n'})
        self.assertTrue(any("src/base/b.cpp:1: upward include" in e for e in errors), errors)

    def test_upward_depends_fails(self) -> None:
        self.assert_fault({"src/base/CMakeLists.txt": "arete_module(base DEPENDS tensor)\n"}, "upward DEPENDS")

    def test_sideways_include_fails(self) -> None:
        errors = self.with_files({"src/tensor/s.cpp": '\n#include "document/d.hpp"\n'})
        self.assertTrue(any("src/tensor/s.cpp:2: sideways include" in e for e in errors), errors)

    def test_sideways_depends_fails(self) -> None:
        self.assert_fault({"src/tensor/CMakeLists.txt": "arete_module(tensor DEPENDS base document)\n"}, "sideways")

    def test_undeclared_include_fails(self) -> None:
        self.assert_fault({"src/model/n.cpp": '#include "document/d.hpp"\n'}, "src/model/n.cpp:1", "undeclared")

    def test_undeclared_include_of_a_program_fails(self) -> None:
        self.assert_fault({"apps/arete/x.cpp": '#include "runtime/r.hpp"\n'}, "apps/arete/x.cpp", "undeclared")

    def test_unknown_depends_fails(self) -> None:
        self.assert_fault({"src/tensor/CMakeLists.txt": "arete_module(tensor DEPENDS base bse)\n"}, "'bse'")

    def test_module_missing_in_layers_fails(self) -> None:
        self.assert_fault({"src/extra/x.cpp": "int x;\n"}, "'extra' is missing")

    def test_module_without_files_fails(self) -> None:
        self.assert_fault({"src/LAYERS": CLEAN["src/LAYERS"] + "4 ghost\n"}, "'ghost' has no files")

    def test_third_party_header_outside_its_owner_fails(self) -> None:
        self.assert_fault({"src/model/y.cpp": "#include <yaml-cpp/yaml.h>\n"}, "belongs to src/document")

    def test_third_party_header_seen_through_a_header_fails(self) -> None:
        self.assert_fault({"src/document/d.hpp": "#include <yaml-cpp/yaml.h>\n#include \"base/a.hpp\"\n",
                           "src/model/CMakeLists.txt": "arete_module(model DEPENDS base tensor document)\n",
                           "src/model/n.cpp": '#include "document/d.hpp"\n'},
                          "src/model/n.cpp", "through src/document/d.hpp")

    def test_unknown_library_fails(self) -> None:
        self.assert_fault({"src/model/y.cpp": "#include <boost/asio.hpp>\n"}, "does not know")

    def test_test_header_in_the_product_fails(self) -> None:
        self.assert_fault({"src/model/y.cpp": "#include <gtest/gtest.h>\n"}, "belongs to tests")

    def test_test_may_use_its_own_depends(self) -> None:
        cmake = "arete_module(runtime SOURCES r.cpp DEPENDS base TESTS r_test.cpp TEST_DEPENDS model)\n"
        test = {"src/runtime/r_test.cpp": '#include "model/m.hpp"\n'}
        self.assertEqual(self.with_files({"src/runtime/CMakeLists.txt": cmake, **test}), [])
        self.assert_fault(test, "undeclared")

    def test_depends_of_a_test_program_do_not_count_for_the_product(self) -> None:
        cmake = {"src/runtime/CMakeLists.txt": "arete_module(runtime SOURCES r.cpp DEPENDS base)\n"
                                               "arete_test(slow_test SOURCES s_test.cpp DEPENDS runtime tensor)\n"}
        self.assertEqual(self.with_files({**cmake, "src/runtime/s_test.cpp": '#include "tensor/t.hpp"\n'}), [])
        self.assert_fault({**cmake, "src/runtime/s.cpp": '#include "tensor/t.hpp"\n'}, "undeclared")

    def test_abi_header_outside_its_hosts_fails(self) -> None:
        self.assert_fault({"src/model/y.cpp": '#include "arete/backend.h"\n'}, "plug-in ABI")

    def test_plugin_that_sees_the_product_fails(self) -> None:
        self.assert_fault({"backends/null/x.cpp": '#include "base/a.hpp"\n'}, "backends/null/x.cpp:1", "of src/")

    def test_several_targets_of_one_folder_are_one_module(self) -> None:
        self.assertEqual(self.with_files({
            "src/document/web/CMakeLists.txt": "arete_module(document_web SOURCES w.cpp DEPENDS document)\n",
            "src/runtime/CMakeLists.txt": "arete_module(runtime SOURCES r.cpp DEPENDS base document_web)\n",
            "src/runtime/w.cpp": '#include "document/d.hpp"\n'}), [])


if __name__ == "__main__":
    unittest.main()
