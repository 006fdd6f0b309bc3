#!/usr/bin/env python3
"""Holds the tree to its rules on files and includes (check_tree.py).

Reads the workspace itself, wherever its files are, and so runs outside of the sandbox every time.
"""

import pathlib
import tempfile
import unittest

import check_tree


class IncludesTest(unittest.TestCase):

    def violations(self, files):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in files.items():
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            count, found = check_tree.check(root)
        self.assertEqual(count, len(files))
        return found

    def test_this_tree_keeps_the_rules(self):
        count, found = check_tree.check(check_tree.ROOT)
        self.assertGreater(count, 50)
        self.assertEqual(found, [])

    def test_one_file_pair_may_wrap_a_library(self):
        self.assertEqual(self.violations({
            "codecs/deflate.h": "#include <zlib.h>\n",
            "codecs/deflate.cc": '#include "codecs/deflate.h"\n#include <zlib.h>\n',
            "codecs/deflate_test.cc": '#  include "zlib.h"\n',
        }), [])

    def test_a_second_library_that_includes_the_header_is_found(self):
        self.assertEqual(self.violations({
            "codecs/deflate.cc": "#include <zlib.h>\n",
            "storage/x.cc": "// zlib again\n#include <zconf.h>\n",
        }), ["zlib: included by codecs/deflate, storage/x, not by one library"])

    def test_an_include_of_a_package_above_is_found(self):
        self.assertEqual(self.violations({
            "codecs/codec.h": '#include "base/status.h"\n#include "storage/open.h"\n',
        }), ["codecs/codec.h: includes storage/open.h of a package above it"])

    def test_a_long_file_is_found(self):
        self.assertEqual(self.violations({
            "base/just_right.cc": "\n" * 600,
            "base/too_long.cc": "\n" * 601,
        }), ["base/too_long.cc: 601 lines, more than 600"])

    def test_another_version_is_found(self):
        files = {
            "tools/version.bzl": 'VERSION = "1.2.0"\n',
            "python/seiche/__init__.py": '__version__ = "1.2.0"\n',
            "python/__init__.py": "",
        }
        found = self.violations(files)
        self.assertIn("MODULE.bazel: does not name version 1.2.0", found)
        self.assertNotIn("__init__", " ".join(found))


if __name__ == "__main__":
    unittest.main()
