#!/usr/bin/env python3
"""Writes the codec streams of this folder, by other people's software, and their list.

Run it in this folder, with h5py, hdf5plugin, bitshuffle and blosc from PyPI (3.16, 7.1, 0.5.2 and
1.11.4 made the ones here). Each line of streams.txt is

    FILE FILTER CLIENT_VALUES ELEMENT_SIZE ELEMENTS KIND

where KIND names the function below that gave the values. The files are committed: they need not
come out the same bytes again.
"""

import pathlib
import tempfile

import bitshuffle
import blosc
import h5py
import hdf5plugin
import numpy as np

BITSHUFFLE, BLOSC = 32008, 32001
SIZES = [1, 2, 4, 8]
ODD = 0x0123456789ABCDEF


def steps(count):
    """Values in which every byte changes, but seldom."""
    i = np.arange(count, dtype=np.uint64)
    return i // 40 * np.uint64(ODD) + i % 3


def plateaus(count):
    """Values that change so seldom that much fits into little."""
    return np.arange(count, dtype=np.uint64) // 1500 * np.uint64(ODD)


def noise(count):
    """Values that do not compress."""
    x = np.arange(count, dtype=np.uint64) * np.uint64(ODD)
    for _ in range(2):
        x = (x ^ x >> np.uint64(29)) * np.uint64(0xBF58476D1CE4E5B9)
    return x ^ x >> np.uint64(32)


def elements(kind, element_size, count):
    """The low bytes of the values."""
    return kind(count).astype("<u%d" % element_size)


class Folder:
    def __init__(self):
        self._lines = []

    def add(self, name, stream, filter_id, client_values, data, kind):
        name += ".bin"
        pathlib.Path(name).write_bytes(stream)
        self._lines.append("%s %d %s %d %d %s\n" % (
            name, filter_id, ",".join(map(str, client_values)), data.itemsize, data.size,
            kind.__name__))

    def add_chunk(self, name, kind, element_size, count, compression):
        """What HDF5's filter makes of a chunk."""
        data = elements(kind, element_size, count)
        with tempfile.TemporaryDirectory() as folder:
            with h5py.File(folder + "/x.h5", "w") as file:
                dataset = file.create_dataset("x", data=data, chunks=(count,), compression=compression)
                mask, stream = dataset.id.read_direct_chunk((0,))
                assert mask == 0, name + " was skipped"
                filter_id, _, values, _ = dataset.id.get_create_plist().get_filter(0)
        self.add(name, stream, filter_id, values, data, kind)

    def write_list(self):
        pathlib.Path("streams.txt").write_text("".join(self._lines))


def add_bitshuffle(folder):
    for size in SIZES:
        # A block of the default size, one that is not full, and elements left over.
        for cname in ["none", "lz4", "zstd"]:
            folder.add_chunk("bitshuffle_%s_%d" % (cname, size), steps, size, 8192 // size + 61,
                             hdf5plugin.Bitshuffle(cname=cname))
        folder.add_chunk("bitshuffle_lz4_block64_%d" % size, steps, size, 64 * 5 + 17,
                         hdf5plugin.Bitshuffle(nelems=64, cname="lz4"))
        folder.add_chunk("bitshuffle_zstd_block1024_%d" % size, steps, size, 1024 * 3 + 7,
                         hdf5plugin.Bitshuffle(nelems=1024, cname="zstd", clevel=9))
    # Blocks that LZ4 makes larger, which HDF5 would have skipped.
    data = elements(noise, 4, 101)
    stream = bitshuffle.compress_lz4(data, 64).tobytes()
    header = (data.nbytes).to_bytes(8, "big") + (64 * 4).to_bytes(4, "big")
    folder.add("bitshuffle_lz4_noise", header + stream, BITSHUFFLE, [0, 4, 4, 64, 2], data, noise)


def add_blosc(folder):
    shuffles = {"noshuffle": 0, "shuffle": 1, "bitshuffle": 2}
    for number, cname in enumerate(["blosclz", "lz4", "lz4hc", "zlib", "zstd"]):
        for name, shuffle in shuffles.items():
            size = SIZES[(number + shuffle) % 4]
            folder.add_chunk("blosc_%s_%s_%d" % (cname, name, size), steps, size, 2003,
                             hdf5plugin.Blosc(cname=cname, clevel=5, shuffle=shuffle))
        # Several blocks, the last of them short.
        folder.add_chunk("blosc_%s_blocks" % cname, plateaus, 4, 70001,
                         hdf5plugin.Blosc(cname=cname, clevel=1, shuffle=1))
    # What HDF5 would have skipped: stored, since it does not shrink, by choice, or so short.
    for name, kind, count, level in [("noise", noise, 301, 5), ("level0", steps, 301, 0),
                                     ("short", steps, 9, 5)]:
        data = elements(kind, 4, count)
        stream = blosc.compress(data.tobytes(), typesize=4, clevel=level, cname="lz4")
        assert stream[2] & 2, "not stored"
        folder.add("blosc_stored_" + name, stream, BLOSC, [2, 2, 4, data.nbytes, level, 1, 1], data,
                   kind)


def main():
    folder = Folder()
    add_bitshuffle(folder)
    add_blosc(folder)
    folder.write_list()


if __name__ == "__main__":
    main()
