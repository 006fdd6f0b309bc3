#!/usr/bin/env python3
"""Tests of distdir.py: what it reads of apt's configuration, and how it restores tarballs."""

import io
import pathlib
import tarfile
import tempfile
import unittest

import distdir

FILES = {"": None, "a.h": b"x" * 512, "empty": b"", "src/" + "n" * 90 + ".c": b"int x;\n"}


def tarball(top, mtime=7):
    """A tarball as `git archive` writes it: ustar, one top folder."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in FILES.items():
            info = tarfile.TarInfo(top + "/" + name)
            info.type = tarfile.DIRTYPE if data is None else tarfile.REGTYPE
            info.size, info.mtime = len(data or b""), mtime
            tar.addfile(info, io.BytesIO(data or b""))
    return out.getvalue()


class DistdirTest(unittest.TestCase):

    def names(self, tar):
        with tarfile.open(fileobj=io.BytesIO(tar)) as file:
            return file.getnames()

    def test_only_the_top_folder_changes(self):
        renamed = distdir.with_other_top(tarball("old-1"), b"old-1", b"a-longer-name-2")
        self.assertEqual(self.names(renamed), self.names(tarball("a-longer-name-2")))
        self.assertEqual(distdir.with_other_top(renamed, b"a-longer-name-2", b"old-1"),
                         distdir.with_other_top(tarball("old-1"), b"old-1", b"old-1"))

    def test_the_time_is_replaced(self):
        renamed = distdir.with_other_top(tarball("t"), b"t", b"t", mtime=1738944296)
        with tarfile.open(fileobj=io.BytesIO(renamed)) as file:
            self.assertEqual({member.mtime for member in file}, {1738944296})

    def test_every_pin_says_what_debian_has(self):
        pins = distdir.read_pins(distdir.PINS)
        self.assertIn("hdf5", pins)
        for name, archive in pins.items():
            with self.subTest(name):
                file, digest = distdir.expected(archive)
                self.assertRegex(file, r"\.tar\.(gz|xz|bz2)$")
                self.assertRegex(digest, "^[0-9a-f]{64}$")
                self.assertIn(archive["debian"]["as"], ("same", "retop", "repack"))
                self.assertTrue(all(url.startswith("https://") for url in archive["urls"]))

    def entries(self, name, text):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
            return list(distdir.source_entries(pathlib.Path(folder)))

    def test_debian_mirrors_of_one_line_entries(self):
        self.assertEqual(self.entries("sources.list", """\
# deb http://example.org/debian old main
deb [signed-by=/k.gpg] http://example.org/debian bookworm main contrib
deb http://example.org/debian-security bookworm-security main
deb https://example.org/ubuntu noble main
"""), [("list", "deb-src [signed-by=/k.gpg] http://example.org/debian trixie main\n"),
       ("list", "deb-src [signed-by=/k.gpg] http://example.org/debian bookworm main\n")])

    def test_debian_mirrors_of_deb822_entries(self):
        self.assertEqual(self.entries("sources.list.d/debian.sources", """\
Types: deb
URIs: http://example.org/archive/debian/20250520T000000Z/
Suites: sid
Components: main non-free
Signed-By: /k.gpg

Types: deb
URIs: http://example.org/debian-security
Suites: bookworm-security
Components: main
"""), [("sources", """\
Types: deb-src
URIs: http://example.org/archive/debian/20250520T000000Z/
Suites: trixie bookworm
Components: main
Signed-By: /k.gpg

""")])


if __name__ == "__main__":
    unittest.main()
