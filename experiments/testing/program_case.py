"""What the tests of experiments' programs share: they run a program as a user does.

    class PaperTest(ProgramCase): ...          # run("--help", "--out", self.out)

    if __name__ == "__main__":
        main("PROGRAM", "WHEELS")              # names of the arguments in front of unittest's

Imported from the folder of a Bazel test, whose working directory is the workspace.
"""

import pathlib
import subprocess
import sys
import tempfile
import unittest

ARGUMENTS = {}  # of the test, by name


def run(*arguments):
    return subprocess.run([ARGUMENTS["PROGRAM"], *map(str, arguments)], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, encoding="utf-8", check=False)


class ProgramCase(unittest.TestCase):
    """A program, and a folder `out` that does not exist yet in one that is removed at the end."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.out = self.folder / "out"

    def interpreter(self, text):
        """Returns the path of a Python interpreter: a shell script that runs `text`."""
        path = self.folder / "python"
        path.write_text("#!/bin/sh\n%s \"$@\"\n" % text)
        path.chmod(0o755)
        return path

    def bare_interpreter(self):
        """Returns the path of an interpreter without any package."""
        return self.interpreter("exec '%s' -I -S" % sys.executable)

    def check_usage_errors(self, small, cases):
        """Each of the `cases` (argument, part of the message) is an error that leaves nothing."""
        for argument, part in cases:
            with self.subTest(argument):
                result = run(*small, argument, "--out", self.out)
                self.assertEqual(result.returncode, 2, result.stderr)
                self.assertIn(part, result.stderr)
                self.assertFalse(self.out.exists())


def main(*names):
    for name in names:
        ARGUMENTS[name] = sys.argv.pop(1)
    unittest.main()
