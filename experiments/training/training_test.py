#!/usr/bin/env python3
"""Runs the training program as a user does, with interpreters that lack the packages.

Called with the program's path and the folder of the wheel.
"""

import json
import pathlib
import sys

sys.path.insert(0, "experiments/testing")  # pylint: disable=wrong-import-position
from program_case import ARGUMENTS, ProgramCase, main, run

SMALL = ["--scale=tiny", "--sequences=2", "--batches=5", "--files=manual_lzf"]


class TrainingTest(ProgramCase):

    def test_job_package_and_scripts_lie_ready_where_torch_is_missing(self):
        # An interpreter without any package.
        bare = self.bare_interpreter()
        result = run(*SMALL, "--wheels", ARGUMENTS["WHEELS"], "--python", bare, "--out", self.out)
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
        result = run(*SMALL, "--wheels", self.folder, "--python", sys.executable, "--out",
                     self.out)
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertIn("build //python:wheel", result.stderr)

    def test_usage_errors(self):
        self.check_usage_errors(SMALL[:2], [
            ("--files=tape", "tape"), ("--batches=0", "batches"),
            ("--batches=1000", "1000 batches of 8"), ("--past=100", "0 windows"),
        ])


if __name__ == "__main__":
    main("PROGRAM", "WHEELS")
