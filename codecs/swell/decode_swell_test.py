#!/usr/bin/env python3
"""The golden streams, and those of today's encoder, by the decoder that the documents describe.

Called with the path of write_golden_streams in the first argument.
"""

import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

import decode_swell

WRITER = sys.argv.pop(1)
TESTDATA = pathlib.Path("codecs/swell/testdata")
# The bounds that are not 0; one of a range is a part of that of its array.
BOUNDS = {"fast_bound": 1e-3, "small_bound": 1e-3, "smallest_relative": "1e-3 of the range"}
CODES = {"float32": "f", "float64": "d"}


class DecodeSwellTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.table = subprocess.run([WRITER, folder.name], stdout=subprocess.PIPE, check=True,
                                   encoding="utf-8").stdout.splitlines()

    def check_bound(self, bound, code, array, decoded):
        array, decoded = (memoryview(data).cast(code).tolist() for data in (array, decoded))
        if isinstance(bound, str):
            bound = float(bound.split()[0]) * (max(array) - min(array))
        self.assertLessEqual(max(abs(x - y) for x, y in zip(array, decoded)), bound)

    def check(self, path, dtype, crc):
        decoded_dtype, _, decoded = decode_swell.decode(path.read_bytes())
        self.assertEqual(decoded_dtype, dtype)
        self.assertEqual(decode_swell.crc32c(decoded), int(crc, 16))
        array = (self.folder / (path.stem + ".array")).read_bytes()
        if path.stem in BOUNDS:
            self.assertEqual(len(decoded), len(array))
            self.assertNotEqual(decoded, array)
            self.check_bound(BOUNDS[path.stem], CODES[dtype], array, decoded)
        else:
            self.assertEqual(decoded, array)

    def test_streams_that_are_kept(self):
        self.assertEqual({path.stem for path in TESTDATA.glob("*.swell")},
                         {line.split()[0] for line in self.table})
        for line in self.table:
            name, dtype, *_, crc = line.split()
            with self.subTest(name):
                self.check(TESTDATA / (name + ".swell"), dtype, crc)

    def test_streams_of_todays_encoder(self):
        for line in self.table:
            name, dtype, *_, crc = line.split()
            with self.subTest(name):
                self.check(self.folder / (name + ".swell"), dtype, crc)

    def test_all_dtypes_are_there(self):
        self.assertEqual(sorted({line.split()[1] for line in self.table}),
                         sorted(decode_swell.DTYPES))

    def test_damage(self):
        stream = (TESTDATA / "small_multiples.swell").read_bytes()
        damage = (ValueError, IndexError, struct.error)
        for size in range(0, len(stream), 97):
            self.assertRaises(damage, decode_swell.decode, stream[:size])
        for at in range(0, len(stream), 61):
            flipped = stream[:at] + bytes([stream[at] ^ 16]) + stream[at + 1:]
            self.assertRaises(damage, decode_swell.decode, flipped)
        self.assertRaises(damage, decode_swell.decode, stream + b"\0")


if __name__ == "__main__":
    unittest.main()
