#!/usr/bin/env python3
"""Runs the paper program as a user does: wrong options, other people's folders, kills.

Called with the program's path in the first argument.
"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import time

sys.path.insert(0, "experiments/testing")  # pylint: disable=wrong-import-position
from program_case import ARGUMENTS, ProgramCase, main, run

SMALL = ["--scale=tiny", "--sequences=2", "--workers=1,2"]


class ProgramTest(ProgramCase):

    def assert_fails(self, result, code, *parts):
        """Checks the exit code and the only error line, which has all of `parts`."""
        self.assertEqual(result.returncode, code, result.stderr)
        errors = [line for line in result.stderr.splitlines() if "error: " in line]
        self.assertEqual(len(errors), 1, result.stderr)
        for part in parts:
            self.assertIn(str(part), errors[0])

    def test_help_names_every_option(self):
        result = run("--help")
        self.assertEqual(result.returncode, 0)
        for option in ["scale", "sequences", "out", "cache", "workers", "repeats", "seed",
                       "overwrite", "python-stack"]:
            self.assertIn("--" + option, result.stdout)
        for command in ["generate", "write", "speed", "files", "all"]:
            self.assertIn(command, result.stdout)

    def test_usage_errors(self):
        cases = [
            (["--nonsense"], "nonsense"),
            (["--scale=huge"], "scale"),
            (["--cache=lukewarm"], "cache"),
            (["--workers=0"], "--workers"),
            (["--workers=1,x"], "--workers"),
            (["--repeats=0"], "repeats"),
            (["--repeats=-3"], "repeats"),
            (["--sequences=-1"], "sequences"),
            (["--sequences=99999999999999999999"], "sequences"),
            (["--seed=-1"], "seed"),
            (["--out="], "out"),
            (["dance"], "dance"),
        ]
        for arguments, part in cases:
            with self.subTest(arguments):
                result = run(*arguments, *([] if "--out=" in arguments else ["--out", self.out]))
                self.assert_fails(result, 2, part)
                self.assertFalse(self.out.exists())

    def test_output_that_is_a_file(self):
        self.out.write_text("precious")
        self.assert_fails(run(*SMALL, "--out", self.out), 1, self.out, "is not a folder")
        self.assertEqual(self.out.read_text(), "precious")

    def test_output_of_somebody_else(self):
        self.out.mkdir()
        (self.out / "thesis.tex").write_text("precious")
        self.assert_fails(run(*SMALL, "--out", self.out), 1, self.out, "thesis.tex", "--overwrite")
        self.assertEqual(os.listdir(self.out), ["thesis.tex"])

    def test_output_where_nothing_can_be_made(self):
        self.assert_fails(run(*SMALL, "--out=/proc/seiche"), 1, "/proc/seiche")

    def test_too_little_disk(self):
        result = run("--sequences=1000000", "--scale=full", "--out", self.out)
        self.assert_fails(result, 1, self.out, "are needed", "are free")
        self.assertFalse((self.out / "dataset").exists())

    def test_other_parameters_do_not_replace_a_dataset(self):
        self.assertEqual(run("generate", *SMALL, "--out", self.out).returncode, 0)
        description = (self.out / "dataset" / "dataset.json").read_text()
        other = run("generate", *SMALL, "--seed=2", "--out", self.out)
        self.assert_fails(other, 1, self.out, "seed 1", "seed 2", "--overwrite")
        self.assertEqual((self.out / "dataset" / "dataset.json").read_text(), description)
        again = run("generate", *SMALL, "--seed=2", "--overwrite", "--out", self.out)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertNotEqual((self.out / "dataset" / "dataset.json").read_text(), description)

    def test_damaged_dataset_is_made_again(self):
        self.assertEqual(run("generate", *SMALL, "--out", self.out).returncode, 0)
        (self.out / "dataset" / "dataset.json").write_text("{")
        result = run("generate", *SMALL, "--out", self.out)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("made anew", result.stderr)
        json.loads((self.out / "dataset" / "dataset.json").read_text())

    def kill_after(self, seconds):
        with subprocess.Popen([ARGUMENTS["PROGRAM"], "write", *SMALL, "--out", str(self.out)],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)

    def test_killed_runs_go_on(self):
        start = time.monotonic()
        self.assertEqual(run("write", *SMALL, "--out", self.folder / "clean").returncode, 0)
        whole = time.monotonic() - start
        for part in range(1, 6):
            self.kill_after(whole * part / 6)
            self.assertFalse((self.out / "paper.json").exists())
        result = run(*SMALL, "--out", self.out)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("dataset: 2 sequences of 100 x 184 x 184, seed 1: there and verified",
                      result.stderr)
        sizes = {}
        for name in ["clean/write.json", "out/paper.json"]:
            rows = json.loads((self.folder / name).read_text())["rows"]
            sizes[name] = {row["id"]: (row.get("bytes"), row.get("files")) for row in rows}
        self.assertEqual(sizes["clean/write.json"], sizes["out/paper.json"])
        self.assertFalse((self.out / "scratch").exists())
        self.check_reports(result.stdout)

    def check_reports(self, console):
        report = json.loads((self.out / "paper.json").read_text())
        self.assertEqual(sorted(report), ["claims", "environment", "format", "rows", "version"])
        published = {"jpeg", "hdf5_auto_lzf", "hdf5_auto_lzf_small_files", "hdf5_manual_lzf",
                     "hdf5_manual_lzf_small_files", "hdf5_manual_gzip4"}
        self.assertLessEqual(published, {row["id"] for row in report["rows"]})
        for row in report["rows"]:
            if "unavailable" in row:
                continue
            self.assertGreater(row["seconds_per_sequence"], 0, row)
            self.assertGreater(row["bytes"], 0, row)
        self.assertEqual({row["workers"] for row in report["rows"]}, {1, 2})
        for claim in report["claims"]:
            self.assertIn(claim["holds"], [True, False, None])
        # 2 sequences decide nothing about chunks of 94 or files of 3000.
        holds = {claim["id"]: claim["holds"] for claim in report["claims"]}
        self.assertIsNone(holds["1"])
        self.assertIsNone(holds["4"])
        environment = report["environment"]
        self.assertNotIn(os.uname().nodename, json.dumps(environment["machine"]))
        for text in [console, (self.out / "paper.md").read_text()]:
            for part in ["Table 1", "Table 2", "The published claims", "JPEG", "GZIP 4"]:
                self.assertIn(part, text)
        lines = (self.out / "paper.csv").read_text().splitlines()
        self.assertEqual(len(lines), 1 + len(report["rows"]))


if __name__ == "__main__":
    main("PROGRAM")
