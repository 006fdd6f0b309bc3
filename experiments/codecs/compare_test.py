#!/usr/bin/env python3
"""Runs the compare program as a user does, without the peers' packages.

Called with the program's path in the first argument.
"""

import json
import sys

sys.path.insert(0, "experiments/testing")  # pylint: disable=wrong-import-position
from program_case import ProgramCase, main, run

SMALL = ["--sequences=2", "--frames=12", "--grid-points=32", "--repeats=2"]
LOSSLESS = {"lzf", "deflate:4", "shuffle+deflate:4", "zstd:3", "shuffle+zstd:3", "lz4", "blosc:lz4",
            "blosc:zstd", "bitshuffle:lz4", "bitshuffle:zstd", "swell:fast", "swell:small",
            "swell:smallest"}


class CompareTest(ProgramCase):

    def rows(self):
        report = json.loads((self.out / "codecs.json").read_text())
        self.assertEqual(sorted(report), ["environment", "format", "rows", "version"])
        return report["rows"]

    def check_row(self, row, sequences=2):
        for name in ["ratio", "encode_gb_per_s", "decode_gb_per_s"]:
            self.assertGreater(row[name], 0, row)
        self.assertGreaterEqual(row["spread"], 0, row)
        self.assertEqual(row["sequences"], sequences, row)
        if row["bound"] is not None:
            self.assertLessEqual(row["max_error"], row["bound"], row)
            if row["bound"] == 0:
                self.assertIsNone(row["psnr_db"], row)

    def test_simulated_waves(self):
        result = run(*SMALL, "--peers=none", "--out", self.out)
        self.assertEqual(result.returncode, 0, result.stderr)
        rows = self.rows()
        for row in rows:
            self.check_row(row)
        for data in ["shaded", "images", "height"]:
            of_data = [row for row in rows if row["data"] == data]
            self.assertEqual({row["codec"] for row in of_data if row["bound"] == 0}, LOSSLESS)
            bounded = {(row["codec"], row["bound"]) for row in of_data if row["bound"]}
            lossy = {row["codec"] for row in of_data if row["bound"] is None}
            if data == "height":
                self.assertEqual(bounded, {("swell:" + level, bound) for bound in [1e-3, 1e-4, 1e-5]
                                           for level in ["fast", "small", "smallest"]})
                self.assertEqual(lossy, set())
            else:
                self.assertEqual(bounded, set())
                self.assertEqual(lossy, {"jpeg:75"})
        self.assertIn("height (simulated), 2 sequences", result.stdout)
        self.assertIn("| swell:fast | lossless |", (self.out / "codecs.md").read_text())

    def test_generated_data_with_options(self):
        result = run(*SMALL, "--generated", "--fields=blobs,counts", "--codecs=swell:fast,szip",
                     "--bounds=0.01", "--key-frames=5", "--timed-sequences=1", "--peers=none",
                     "--out", self.out)
        self.assertEqual(result.returncode, 0, result.stderr)
        rows = self.rows()
        self.assertEqual([(row["codec"], row["data"], row["bound"]) for row in rows],
                         [("szip", "blobs", 0), ("swell:fast", "blobs", 0),
                          ("swell:fast", "blobs", 0.01), ("szip", "counts", 0),
                          ("swell:fast", "counts", 0)])
        for row in rows:
            self.check_row(row)

    def test_peers_that_are_not_there_are_rows_that_say_so(self):
        result = run(*SMALL, "--fields=height", "--codecs=lzf", "--python=/no/python", "--out",
                     self.out)
        self.assertEqual(result.returncode, 0, result.stderr)
        rows = self.rows()
        self.check_row(rows[0])
        self.assertEqual({row["codec"] for row in rows[1:]},
                         {"blosc2:lz4", "blosc2:zstd", "sz3", "zfp"})
        for row in rows[1:]:
            self.assertIn("/no/python", row["error"])
            self.assertNotIn("ratio", row)
        self.assertIn("/no/python", result.stdout)

    def test_usage_errors(self):
        self.check_usage_errors(SMALL[:3], [
            ("--peers=sz4", "sz4"), ("--codecs=lz5", "lz5"), ("--bounds=0", "bound 0"),
            ("--bounds=tight", "tight"), ("--fields=depth", "depth"), ("--repeats=0", "repeats"),
        ])
        result = run("/no/file.h5", "--out", self.out)
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertIn("/no/file.h5", result.stderr)


if __name__ == "__main__":
    main("PROGRAM")
