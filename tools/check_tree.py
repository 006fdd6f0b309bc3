#!/usr/bin/env python3
"""Checks the tree's own rules on files and includes; needs no build.

  - The headers of a C library, and of the libraries for JSON and command lines, are included by
    one file pair each (x.h, x.cc and x_test.cc, x_benchmark.cc).
  - Packages include only packages below them.
  - No source is longer than MAX_LINES.
  - Files that cannot load tools/version.bzl name the same version.

    tools/check_tree.py [ROOT]      (default: the workspace that this file lies in)
"""

import collections
import os
import pathlib
import re
import sys

ROOT = pathlib.Path(os.path.realpath(__file__)).parent.parent
MAX_LINES = 600
LAYERS = ["base", "codecs", "storage", "loader", "experiments tools python"]
WRAPPED = {
    "c-blosc": r"blosc(-export)?\.h",
    "CPython": r"Python\.h",
    "HDF5": r"hdf5\.h|H5\w+\.h",
    "libaec": r"szlib\.h|libaec\.h",
    "libdeflate": r"libdeflate\.h",
    "libjpeg-turbo": r"jpeglib\.h|jerror\.h|turbojpeg\.h",
    "lz4": r"lz4\w*\.h",
    "zlib": r"zlib\.h|zconf\.h",
    "zstd": r"zstd\w*\.h|zdict\.h",
    "CLI11": r"CLI/.*\.hpp",
    "nlohmann/json": r"nlohmann/.*\.hpp",
}
INCLUDE = re.compile(r'(?m)^\s*#\s*include\s*[<"]([^>"]+)[>"]')
# Packages are what a change of the tree goes through; the rest is not ours or not a source.
PACKAGES = "base codecs storage loader experiments tools python docs examples .ci".split()
SOURCES = {".bazel", ".bzl", ".cc", ".h", ".py", ".sh"}


# What names the project's version, with how it does so.
VERSIONED = {
    "MODULE.bazel": r'version = "%s",',
    "python/seiche/__init__.py": r'__version__ = "%s"',
    "python/README.md": r"seiche-%s-cp310",
    "examples/consumer/MODULE.bazel": r'name = "seiche", version = "%s"',
}


def sources(root):
    """Yields the paths of all sources, relative to root."""
    for package in PACKAGES:
        for folder, folders, files in os.walk(root / package):
            folders[:] = sorted(f for f in folders if not f.startswith(("bazel-", ".")))
            for name in sorted(files):
                path = pathlib.Path(folder, name).relative_to(root)
                if path.suffix in SOURCES:
                    yield path


def pair_of(path):
    return re.sub(r"_(test|benchmark)$", "", str(path.with_suffix("")))


def layer_of(path):
    """Returns the height of the package that a path lies in, None outside of the layers."""
    package = str(path).split("/")[0]
    return next((i for i, names in enumerate(LAYERS) if package in names.split()), None)


def other_versions(root):
    """Yields a line for each file that names another version than tools/version.bzl."""
    def text_of(path):
        return (root / path).read_text() if (root / path).exists() else ""

    version = re.search(r'VERSION = "([^"]+)"|$', text_of("tools/version.bzl")).group(1)
    for path, form in VERSIONED.items():
        if version and not re.search(form % re.escape(version), text_of(path)):
            yield "%s: does not name version %s" % (path, version)


def check(root):
    """Returns (number of sources, violations as lines of text)."""
    found = list(other_versions(root))
    pairs = collections.defaultdict(set)
    paths = list(sources(root))
    for path in paths:
        text = (root / path).read_text()
        lines = text.count("\n")
        if lines > MAX_LINES:
            found.append("%s: %d lines, more than %d" % (path, lines, MAX_LINES))
        if path.suffix not in (".cc", ".h"):
            continue
        for included in INCLUDE.findall(text):
            for library, headers in WRAPPED.items():
                if re.fullmatch(headers, included):
                    pairs[library].add(pair_of(path))
            above = layer_of(pathlib.PurePath(included))
            if above is not None and layer_of(path) is not None and above > layer_of(path):
                found.append("%s: includes %s of a package above it" % (path, included))
    for library, names in sorted(pairs.items()):
        if len(names) > 1:
            found.append("%s: included by %s, not by one library" % (library, ", ".join(sorted(names))))
    return len(paths), found


def main():
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT
    count, found = check(root)
    print("\n".join(found + ["%d sources, %d violations" % (count, len(found))]))
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
