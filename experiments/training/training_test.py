#!/usr/bin/env python3
"""Runs the training program as a user does, with interpreters that lack the packages.

Called with the program's path and the folder of the wheel.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAM = WHEELS = None
SMALL = ["--scale=tiny", "--sequences=2", "--batches=5", "--files=manual_lzf"]


def run(*arguments):
    return subprocess.run([PROGRAM, *map(str, arguments)], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, encoding="utf-8", check=False)


class TrainingTest(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.out = pathlib.Path(folder.name) / "out"

    def test_job_package_and_scripts_lie_ready_where_torch_is_missing(self):
        # An interpreter without any package.
        bare = self.out.parent / "bare"
        bare.write_text("#!/bin/sh\nexec %s -I -S \"$@\"\n" % sys.executable)
        bare.chmod(0o755)
        result = run(*SMALL, "--wheels", WHEELS, "--python", bare, "--out", self.out)
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertIn("training.py", result.stderr)
        self.assertIn("venv_training.log", result.stderr)
        self.assertIn("ModuleNotFoundError", (self.out / "venv_training.log").read_text())
        job = json.loads((self.out / "python" / "job.json").read_text())
        self.assertEqual([file["id"] for file in job["files"]], ["manual_lzf"])
        self.assertTrue(pathlib.Path(job["files"][0]["path"]).exists())
        for name in ["seiche/__init__.py", "training.py", "training_report.py"]:
            self.assertTrue((self.out / "python" / name).exists(), name)
        self.assertFalse((self.out / "training.json").exists())

    def test_no_wheel(self):
        result = run(*SMALL, "--wheels", self.out.parent, "--python", sys.executable, "--out",
                     self.out)
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertIn("build //python:wheel", result.stderr)

    def test_usage_errors(self):
        for argument, part in [("--files=tape", "tape"), ("--batches=0", "batches"),
                               ("--batches=1000", "1000 batches of 8"), ("--past=100", "0 windows")]:
            with self.subTest(argument):
                result = run(*SMALL[:2], argument, "--out", self.out)
                self.assertEqual(result.returncode, 2, result.stderr)
                self.assertIn(part, result.stderr)
                self.assertFalse(self.out.exists())


if __name__ == "__main__":
    WHEELS = sys.argv.pop(2)
    PROGRAM = sys.argv.pop(1)
    unittest.main()
