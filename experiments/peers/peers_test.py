#!/usr/bin/env python3
"""Runs the peers program as a user does, with interpreters that lack the peers' packages.

Called with the program's path, the folder of the wheel, and the folder with NumPy.
"""

import json
import pathlib
import sys
import zipfile

sys.path[:0] = ["experiments/testing", "python/testing"]  # pylint: disable=wrong-import-position
from sanitizer import environment_for
from program_case import ARGUMENTS, ProgramCase, main, run

SMALL = ["--scale=tiny", "--sequences=2", "--repeats=2"]


class PeersTest(ProgramCase):

    def rows(self):
        report = json.loads((self.out / "peers.json").read_text())
        self.assertEqual(sorted(report), ["environment", "format", "ratios", "rows", "version"])
        return report["rows"]

    def check_row(self, row):
        for name in ["ms_per_sequence", "cpu_ms_per_sequence", "first_batch_ms", "mb_per_sequence"]:
            self.assertGreater(row[name], 0, row)
        self.assertGreaterEqual(row["spread"], 0, row)
        self.assertEqual(len(row["repeats"]), 2, row)

    def test_ours_alone(self):
        result = run(*SMALL, "--peers=none", "--out", self.out)
        self.assertEqual(result.returncode, 0, result.stderr)
        rows = self.rows()
        files = {"manual_lzf", "manual_gzip4", "jpeg", "auto_lzf", "windows10_lzf", "contiguous",
                 "windows10_contiguous", "manual_swell_fast", "manual_swell_small"}
        self.assertLessEqual(files, {row["file"] for row in rows})
        for row in rows:
            self.assertIn(row["reader"], {"seiche", "seiche, pread"})
            self.check_row(row)
        for file in files:
            workers = [row["workers"] for row in rows
                       if row["file"] == file and row["reader"] == "seiche"]
            self.assertEqual(workers, [1, 2, 4, 8])
        self.assertIn("milliseconds a sequence", result.stdout)
        self.assertIn("| seiche |", (self.out / "peers.md").read_text())
        self.assertIn("</svg>", (self.out / "peers.svg").read_text())
        again = run(*SMALL, "--peers=none", "--files=manual_lzf", "--out", self.out)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertIn("hdf5_manual_lzf: there and verified", again.stderr)

    def test_peers_that_are_not_there_are_rows_that_say_so(self):
        # An interpreter without any package, and none at all.
        bare = self.bare_interpreter()
        for python, part in [(bare, "exit code 1"), ("/no/python", "/no/python")]:
            result = run(*SMALL, "--files=manual_lzf,zarr_blosc_lz4", "--python", python, "--out",
                         self.out)
            self.assertEqual(result.returncode, 0, result.stderr)
            rows = self.rows()
            for row in rows:
                if row["reader"] == "seiche":
                    self.check_row(row)
                else:
                    self.assertIn(part, row["error"])
                    self.assertNotIn("ms_per_sequence", row)
            self.assertEqual({row["reader"] for row in rows},
                             {"seiche", "seiche (Python)", "h5py+DataLoader", "zarrs",
                              "TensorStore"})
            self.assertIn(part, result.stdout)

    def test_the_python_package_is_measured_beside_ours(self):
        site = pathlib.Path(ARGUMENTS["SITE"]).resolve()
        self.assertFalse((site / "FAILED").exists(), "no NumPy to test with")
        with zipfile.ZipFile(next(pathlib.Path(ARGUMENTS["WHEELS"]).glob("*.whl"))) as wheel:
            module = next(name for name in wheel.namelist() if name.endswith(".so"))
            variables = dict(environment_for(wheel.read(module)), PYTHONPATH=site)
        python = self.interpreter("%s exec '%s'" % (
            " ".join("%s='%s'" % variable for variable in variables.items()), sys.executable))
        files = "manual_lzf,jpeg,auto_lzf,windows10_lzf,windows10_contiguous"
        result = run(*SMALL, "--files", files, "--peers=seiche", "--python", python, "--wheels",
                     ARGUMENTS["WHEELS"], "--out", self.out)
        self.assertEqual(result.returncode, 0, result.stderr)
        of_python = [row for row in self.rows() if row["reader"] == "seiche (Python)"]
        self.assertEqual({(row["file"], row["workers"]) for row in of_python},
                         {(file, workers) for file in files.split(",") for workers in (1, 2)})
        for row in of_python:
            self.check_row(row)
            self.assertEqual(row["decodes_per_chunk"], int("contiguous" not in row["file"]), row)
        self.assertIn("| seiche (Python) |", (self.out / "peers.md").read_text())

    def test_usage_errors(self):
        self.check_usage_errors(SMALL[:2], [
            ("--peers=h5pi", "h5pi"), ("--files=tape", "tape"), ("--repeats=0", "repeats"),
            ("--timeout=0", "timeout"),
        ])


if __name__ == "__main__":
    main("PROGRAM", "WHEELS", "SITE")
