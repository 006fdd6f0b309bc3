#!/usr/bin/env python3
"""Compares seiche with h5py, bit for bit, both ways.

    bazel build //storage/hdf5:write_samples
    python3 tools/h5py_round_trip.py --writer bazel-bin/storage/hdf5/write_samples

Files that seiche wrote are read by h5py, and files that h5py wrote are read by seiche. Needs h5py;
with hdf5plugin installed it also compares the codecs that h5py lacks, with HDF5_PLUGIN_PATH set to
the folder of //tools/hdf5_plugin:libseiche_hdf5_plugin.so swell, too. Prints one line for each
difference and a summary; the exit code is 1 if there is a difference.
"""

import argparse
import itertools
import pathlib
import subprocess
import sys
import tempfile

import h5py
import numpy as np

try:
    import hdf5plugin  # registers what h5py lacks
except ImportError:
    hdf5plugin = None

SWELL = 41873  # HDF5's number of the filter
NEEDS_PLUGIN = set()
if hdf5plugin is None:
    NEEDS_PLUGIN |= {"bitshuffle", "blosc", "lz4", "zstd"}
if not h5py.h5z.filter_avail(SWELL):
    NEEDS_PLUGIN.add("swell")
ATTRIBUTES = {"seed": 42, "about": "wäves".encode(), "mean": 0.1}


def formula(shape, dtype):
    """The values of storage/hdf5/test_values.h."""
    index = np.arange(np.prod(shape))
    return ((index * 37 + index // 7 * 11) % 101).reshape(shape).astype(dtype)


def numbers(text):
    return None if text == "-" else tuple(int(number) for number in text.split(","))


def read_by_h5py(path, dtype, shape, chunks):
    """What is different in a file of ours; None if nothing is."""
    with h5py.File(path, "r") as file:
        dataset = file["group/images"]
        expected = formula(shape, dtype)
        if dataset.dtype != expected.dtype or dataset.shape != shape or dataset.chunks != chunks:
            return f"is {dataset.dtype} {dataset.shape} in chunks {dataset.chunks}"
        if dataset[...].tobytes() != expected.tobytes():
            return "has other values"
        if dict(dataset.attrs) != ATTRIBUTES:
            return f"has the attributes {dict(dataset.attrs)}"
    return None


def check_our_files(writer, folder):
    """Yields (name, difference or None, skipped)."""
    listing = subprocess.run([writer, folder], check=True, capture_output=True, text=True).stdout
    for line in listing.splitlines():
        name, dtype, shape, chunks, codecs = line.split()
        if NEEDS_PLUGIN & {c.split(":")[0] for c in codecs.split(",")}:
            yield name, None, True
            continue
        yield name, read_by_h5py(folder / name, dtype, numbers(shape), numbers(chunks)), False


def h5py_cases():
    """(name, dtype, options of create_dataset) of what h5py writes."""
    pipelines = {
        "none": {},
        "gzip": dict(compression="gzip", compression_opts=6),
        "lzf": dict(compression="lzf"),
        "shuffle_gzip": dict(compression="gzip", shuffle=True),
        "shuffle_lzf_fletcher32": dict(compression="lzf", shuffle=True, fletcher32=True),
    }
    if h5py.h5z.filter_avail(h5py.h5z.FILTER_SZIP):
        pipelines["szip"] = dict(compression="szip")
    if "swell" not in NEEDS_PLUGIN:
        # Nothing but the filter's number: the plugin finds out what the data are.
        pipelines["swell"] = dict(compression=SWELL)
        pipelines["swell_fletcher32"] = dict(compression=SWELL, fletcher32=True)
    if hdf5plugin is not None:
        pipelines.update({
            "bitshuffle": dict(compression=hdf5plugin.Bitshuffle(cname="none")),
            "bitshuffle_lz4": dict(compression=hdf5plugin.Bitshuffle()),
            "bitshuffle_zstd": dict(compression=hdf5plugin.Bitshuffle(nelems=72, cname="zstd")),
            "lz4": dict(compression=hdf5plugin.LZ4()),
            "zstd": dict(compression=hdf5plugin.Zstd()),
        })
        for cname in ["blosclz", "lz4", "lz4hc", "zlib", "zstd"]:
            for shuffle in range(3):
                pipelines[f"blosc_{cname}_{shuffle}"] = dict(
                    compression=hdf5plugin.Blosc(cname=cname, shuffle=shuffle))
    kinds = ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"]
    for kind, order in itertools.product(kinds, "<>"):
        yield f"{kind}_{order}_contiguous", order + kind, {}
        for name, options in pipelines.items():
            yield f"{kind}_{order}_{name}", order + kind, dict(chunks=(2, 3, 20, 16), **options)
    yield "scaleoffset", "<i4", dict(chunks=True, scaleoffset=0)
    yield "auto", "<f4", dict(chunks=True, compression="lzf")


def check_their_file(writer, folder, libver):
    """Yields (name, difference or None) for what h5py wrote."""
    shape = (5, 8, 20, 33)
    path, out = folder / "h5py.h5", folder / "out.bin"
    cases = list(h5py_cases())
    with h5py.File(path, "w", libver=libver) as file:
        for name, dtype, options in cases:
            file.create_dataset(name, data=formula(shape, dtype), **options)
    for name, dtype, _ in cases:
        result = subprocess.run([writer, "--read", path, name, out], capture_output=True, text=True)
        native = np.dtype(dtype).newbyteorder("=")
        if result.returncode != 0:
            yield name, result.stderr.strip()
        elif result.stdout.split()[:2] != [native.name, ",".join(map(str, shape))]:
            yield name, "is " + result.stdout.strip()
        elif out.read_bytes() != formula(shape, native).tobytes():
            yield name, "has other values"
        else:
            yield name, None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--writer", required=True, type=pathlib.Path,
                        help="the program //storage/hdf5:write_samples")
    writer = parser.parse_args().writer.resolve()
    ours = theirs = skipped = differences = 0
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for name, difference, skip in check_our_files(writer, folder):
            ours += not skip
            skipped += skip
            if difference:
                differences += 1
                print(f"{name}, written by seiche: {difference}")
        for libver in ("earliest", ("v110", "v110")):
            for name, difference in check_their_file(writer, folder, libver):
                theirs += 1
                if difference:
                    differences += 1
                    print(f"{name}, written by h5py with libver={libver}: {difference}")
    print(f"h5py {h5py.__version__} with HDF5 {h5py.version.hdf5_version}: {ours} files of ours and "
          f"{theirs} H5 datasets of its own compared, {differences} differences"
          + (f"; {skipped} files need a plugin" if skipped else ""))
    return 1 if differences or not ours or not theirs else 0


if __name__ == "__main__":
    sys.exit(main())
