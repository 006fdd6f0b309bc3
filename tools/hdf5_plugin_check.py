#!/usr/bin/env python3
"""Uses the HDF5 plugin of swell as other people's programs do.

    bazel build //tools/hdf5_plugin:libseiche_hdf5_plugin.so
    python3 tools/hdf5_plugin_check.py --plugin bazel-bin/tools/hdf5_plugin/libseiche_hdf5_plugin.so

h5py writes and reads compressed H5 datasets, within a bound too; h5dump prints one; h5repack turns a
GZIP file into one of swell and back. Needs h5py, and h5dump and h5repack of any version (Debian's
hdf5-tools). Prints a line for each failure and a summary; the exit code is 1 if there is a failure.
"""

import argparse
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile

import numpy as np

SWELL = 41873
LEVELS = {"fast": 1, "small": 2, "smallest": 3}
DTYPES = ["<f4", ">f4", "<f8", "<f2", "<i2", ">i4", "<u1", "<u8", "<i8"]


def client_values(level, bound=0.0, frames=100):
    """The filter's options as codecs/swell/swell_filter.h lists them."""
    low, high = struct.unpack("<II", struct.pack("<d", bound))
    return (1, LEVELS[level], 1 if bound else 0, low, high, frames)


def waves(dtype, shape=(3, 20, 40, 50)):
    """Smooth numbers that every dtype can hold."""
    n, t, y, x = np.indices(shape)
    return np.round(50 + 40 * np.sin(0.2 * x + 0.1 * y + 0.3 * t + n)).astype(dtype)


def check_h5py(folder):
    """Yields (name, failure or None)."""
    import h5py  # only now: it looks at HDF5_PLUGIN_PATH when it is loaded
    path = folder / "waves.h5"
    with h5py.File(path, "w") as file:
        for dtype in DTYPES:
            for level in LEVELS:
                file.create_dataset(f"{dtype}_{level}", data=waves(dtype), chunks=(1, 20, 40, 50),
                                    compression=SWELL, compression_opts=client_values(level))
        noise = waves("<f4") + np.random.default_rng(1).random((3, 20, 40, 50), dtype=np.float32)
        file.create_dataset("bounded", data=noise, chunks=(1, 20, 40, 50), compression=SWELL,
                            compression_opts=client_values("small", bound=0.01))
        file.create_dataset("edges", data=waves("<f4"), chunks=(2, 7, 33, 50), compression=SWELL)
    with h5py.File(path, "r") as file:
        for dtype in DTYPES:
            for level in LEVELS:
                dataset = file[f"{dtype}_{level}"]
                same = dataset[...].tobytes() == waves(dtype).tobytes()
                # Of swapped bytes swell sees bytes, and finds little.
                most = 1 if dtype.startswith(">") else 0.6
                smaller = dataset.id.get_storage_size() < most * waves(dtype).nbytes
                yield f"h5py {dtype} {level}", None if same and smaller else f"same {same}, " \
                    f"{dataset.id.get_storage_size()} of {waves(dtype).nbytes} bytes"
        error = float(np.max(np.abs(file["bounded"][...] - noise)))
        yield "h5py with a bound", None if 0 < error <= 0.01 else f"the error is {error}"
        same = np.array_equal(file["edges"][...], waves("<f4"))
        yield "h5py with chunks at edges", None if same else "other values"


def run(*command):
    """Output and whether the command failed."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    return done.stdout + done.stderr, done.returncode != 0


def check_programs(folder):
    """Yields (name, failure or None)."""
    import h5py
    data = waves("<f4")
    gzip, swell, back = folder / "gzip.h5", folder / "swell.h5", folder / "back.h5"
    with h5py.File(gzip, "w") as file:
        file.create_dataset("images", data=data, chunks=(1, 20, 40, 50), compression="gzip")
    values = client_values("small")
    text, failed = run("h5repack", "-f", f"images:UD={SWELL},0,{len(values)}," +
                       ",".join(map(str, values)), gzip, swell)
    yield "h5repack to swell", text if failed else None
    with h5py.File(swell, "r") as file:
        filters = file["images"].id.get_create_plist()
        number = filters.get_filter(0)[0]
        same = np.array_equal(file["images"][...], data)
        yield "what it wrote", None if number == SWELL and same else f"filter {number}, same {same}"
    text, failed = run("h5dump", "-d", "images", "-s", "2,19,39,48", "-c", "1,1,1,2", swell)
    expected = [f"{value:g}" for value in data[2, 19, 39, 48:]]
    yield "h5dump", text if failed or not all(value in text for value in expected) else None
    text, failed = run("h5repack", "-f", "images:GZIP=4", swell, back)
    yield "h5repack back to GZIP", text if failed else None
    with h5py.File(back, "r") as file:
        same = np.array_equal(file["images"][...], data) and file["images"].compression == "gzip"
        yield "what it wrote back", None if same else "other values"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plugin", required=True, type=pathlib.Path,
                        help="//tools/hdf5_plugin:libseiche_hdf5_plugin.so")
    plugin = parser.parse_args().plugin.resolve()
    checked = failures = 0
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        plugins = folder / "plugins"  # alone: HDF5 tries every file that it finds there
        plugins.mkdir()
        shutil.copy(plugin, plugins)
        os.environ["HDF5_PLUGIN_PATH"] = str(plugins)
        for check in (check_h5py, check_programs):
            for name, failure in check(folder):
                checked += 1
                if failure:
                    failures += 1
                    print(f"{name}: {failure}")
    print(f"HDF5 plugin: {checked} uses of it, {failures} failures")
    return 1 if failures or not checked else 0


if __name__ == "__main__":
    sys.exit(main())
