#!/usr/bin/env python3
"""Writes the HDF5 files of this folder, by other people's software.

Run it in this folder, with h5py >= 3.8, netCDF4 and the program h5repack (package hdf5-tools).
Every array has the values of storage/hdf5/test_values.h: element i is (37 i + 11 (i // 7)) % 101.
The files are committed: they need not come out the same bytes again.
"""

import ctypes
import os
import subprocess

import h5py
import netCDF4
import numpy as np
from h5py import h5d, h5f, h5p, h5s, h5t, h5z

SHAPE = (3, 4, 6, 7)
CHUNKS = (2, 3, 4, 7)  # every axis but the last ends in a partial chunk
INDEX = np.arange(np.prod(SHAPE))
VALUES = ((INDEX * 37 + INDEX // 7 * 11) % 101).reshape(SHAPE)
DTYPES = ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"]


def values(dtype):
    return VALUES.astype(dtype)


def create(where, name, dtype, **options):
    return where.create_dataset(name, SHAPE, dtype, **options)


def low_level(where, name, file_type, creation, memory=None):
    """A dataset that h5py's own interface cannot describe."""
    where.require_group(os.path.dirname("/" + name))
    space = h5s.create_simple(SHAPE)
    dataset = h5d.create(where.id, name.encode(), file_type, space, dcpl=creation)
    if memory is not None:
        dataset.write(h5s.ALL, h5s.ALL, np.ascontiguousarray(memory))
    return dataset


def call(function, properties, value):
    """What h5py does not wrap."""
    function = getattr(ctypes.CDLL(h5py.h5.__file__), function)  # brings its libhdf5 along
    function.argtypes = [ctypes.c_int64, ctypes.c_uint]
    assert function(properties.id, value) >= 0


def create_with_small_nodes(path):
    """A file in the oldest format, with chunk indices of several levels."""
    creation = h5p.create(h5p.FILE_CREATE)
    call("H5Pset_istore_k", creation, 2)
    access = h5p.create(h5p.FILE_ACCESS)
    access.set_libver_bounds(h5f.LIBVER_EARLIEST, h5f.LIBVER_LATEST)
    return h5py.File(h5f.create(path, h5f.ACC_TRUNC, creation, access))


def chunked_list():
    creation = h5p.create(h5p.DATASET_CREATE)
    creation.set_chunk(CHUNKS)
    return creation


def write_types(file):
    for dtype in DTYPES:
        file.create_dataset(f"contiguous/big/{dtype}", data=values(">" + dtype))
        for order, name in (("<", "little"), (">", "big")):
            file.create_dataset(f"chunked/{name}/{dtype}", data=values(order + dtype),
                                chunks=CHUNKS, compression="gzip")
    file.create_dataset("bool", data=VALUES % 2 == 1, chunks=CHUNKS)


def write_filters(file):
    data = values("f4")
    for name, options in {
            "none": {},
            "gzip": dict(compression="gzip", compression_opts=9),
            "lzf": dict(compression="lzf"),
            "szip_nn": dict(compression="szip", compression_opts=("nn", 8)),
            "szip_ec": dict(compression="szip", compression_opts=("ec", 16)),
            "shuffle": dict(shuffle=True),
            "fletcher32": dict(fletcher32=True),
            "shuffle_gzip": dict(shuffle=True, compression="gzip"),
            "shuffle_lzf_fletcher32": dict(shuffle=True, compression="lzf", fletcher32=True),
    }.items():
        file.create_dataset(f"filters/{name}", data=data, chunks=CHUNKS, **options)
    file.create_dataset("filters/scaleoffset", data=values("i4"), chunks=CHUNKS, scaleoffset=0)
    write_masked(file, data)
    file.create_dataset("one_sequence_a_chunk", data=data, chunks=(1,) + SHAPE[1:],
                        compression="gzip")


def write_masked(file, data):
    """Chunks for which some filters are marked as skipped."""
    import zlib
    dataset = create(file, "filters/masked", "f4", chunks=CHUNKS, shuffle=True, compression="gzip")
    for number, offset in enumerate(np.ndindex(2, 2, 2, 1)):
        start = tuple(o * c for o, c in zip(offset, CHUNKS))
        chunk = np.zeros(CHUNKS, "f4")
        part = data[tuple(slice(s, s + c) for s, c in zip(start, CHUNKS))]
        chunk[tuple(slice(0, n) for n in part.shape)] = part
        encoded = chunk.tobytes()
        mask = number % 4  # bit 0: not shuffled, bit 1: not deflated
        if not mask & 1:
            encoded = np.frombuffer(encoded, "u1").reshape(-1, 4).T.tobytes()
        if not mask & 2:
            encoded = zlib.compress(encoded)
        dataset.id.write_direct_chunk(start, encoded, filter_mask=mask)


def write_missing(file):
    """Arrays of which only the first sequence was written."""
    for name, options in {
            "missing/default": {},
            "missing/fill": dict(fillvalue=42),
            "missing/fill_gzip": dict(fillvalue=42, compression="gzip"),
    }.items():
        create(file, name, "f4", chunks=(1,) + CHUNKS[1:], **options)[0] = values("f4")[0]
    create(file, "missing/fill_big", ">i2", chunks=(1,) + CHUNKS[1:], fillvalue=42)[0] = values("i2")[0]
    create(file, "missing/all", "u2", chunks=CHUNKS, fillvalue=9)
    create(file, "missing/contiguous", "f8")


def write_resized(file):
    bigger = file.create_dataset("resized/cut", (6, 9, 6, 7), "f4", chunks=CHUNKS,
                                 maxshape=(None,) * 4, fillvalue=-1)
    bigger[...] = 77
    bigger.resize(SHAPE)
    bigger[...] = values("f4")
    grown = file.create_dataset("resized/grown", (1,) + SHAPE[1:], "f4", chunks=CHUNKS,
                                maxshape=(None,) + SHAPE[1:], fillvalue=42)
    grown[0] = values("f4")[0]
    grown.resize(SHAPE)


def write_sparse(file):
    """Two chunks of 2^40."""
    dataset = file.create_dataset("sparse", (2**20, 2**20), "f4", chunks=(1, 1), fillvalue=-1)
    dataset[0, 0] = 2
    dataset[2**20 - 1, 5] = 3


def write_odd_types(file):
    """Numbers that only libhdf5 converts."""
    twelve = h5t.STD_I16LE.copy()
    twelve.set_precision(12)
    twelve.set_offset(2)
    low_level(file, "odd/int12", twelve, chunked_list(), values("i2"))
    packed = chunked_list()
    packed.set_filter(h5z.FILTER_NBIT)
    low_level(file, "odd/int12_nbit", twelve, packed, values("i2"))
    three_bytes = h5t.STD_U32BE.copy()
    three_bytes.set_precision(24)
    three_bytes.set_size(3)
    low_level(file, "odd/uint24", three_bytes, chunked_list(), values("u4"))
    narrow = h5t.IEEE_F32LE.copy()
    narrow.set_fields(20, 14, 6, 0, 14)
    narrow.set_ebias(31)
    narrow.set_precision(21)
    low_level(file, "odd/float21", narrow, chunked_list(), values("f4"))
    brain = h5t.IEEE_F32LE.copy()
    brain.set_fields(15, 7, 8, 0, 7)
    brain.set_ebias(127)
    brain.set_precision(16)
    brain.set_size(2)
    low_level(file, "bfloat16", brain, chunked_list(), values("f4"))
    compact = h5p.create(h5p.DATASET_CREATE)
    compact.set_layout(h5d.COMPACT)
    low_level(file, "compact", h5t.STD_U8LE, compact, values("u1"))


def write_attributes(file):
    dataset = create(file, "attributes", "f4")
    dataset[...] = values("f4")
    dataset.attrs["count"] = np.int16(-3)
    dataset.attrs["large"] = np.uint64(2**64 - 1)
    dataset.attrs["mean"] = np.float32(0.1)
    dataset.attrs["range"] = np.array([0.5, 2.25])
    dataset.attrs["text"] = "wäves"
    dataset.attrs["fixed"] = np.bytes_("fixed")
    dataset.attrs["flag"] = True
    dataset.attrs["too_many"] = np.arange(17)
    dataset.attrs["compound"] = np.zeros((), "i4,f4")
    file.attrs["title"] = "golden"


def write_bad(file):
    """What must be refused."""
    file.create_dataset("bad/string", data="text")
    file.create_dataset("bad/strings", data=np.array([b"a", b"b"]))
    file.create_dataset("bad/compound", shape=(2, 2), dtype="i4,f4")
    file.create_dataset("bad/scalar", data=1.5)
    file.create_dataset("bad/no_sequences", shape=(0, 4, 6, 7), dtype="f4")
    file.create_dataset("bad/long_double", shape=(2, 2), dtype=np.longdouble)
    file.create_dataset("bad/null", data=h5py.Empty("f4"))
    unknown = chunked_list()
    unknown.set_filter(40000, h5z.FLAG_OPTIONAL, (1, 2, 3))
    dataset = low_level(file, "bad/unknown_filter", h5t.IEEE_F32LE, unknown)
    dataset.write_direct_chunk((0, 0, 0, 0), bytes(100))


def write_indices(file):
    """All of libhdf5's chunk indices, for chunks with and without filters."""
    data = values("f4")
    for suffix, options in (("", {}), ("_gzip", dict(compression="gzip"))):
        file.create_dataset(f"single{suffix}", data=data, chunks=SHAPE, **options)
        file.create_dataset(f"fixed_array{suffix}", data=data, chunks=CHUNKS, **options)
        file.create_dataset(f"extensible_array{suffix}", data=data, chunks=CHUNKS,
                            maxshape=(None,) + SHAPE[1:], **options)
        file.create_dataset(f"btree_v2{suffix}", data=data, chunks=CHUNKS,
                            maxshape=(None, None) + SHAPE[2:], **options)
    early = chunked_list()
    early.set_alloc_time(h5d.ALLOC_TIME_EARLY)
    low_level(file, "implicit", h5t.IEEE_F32LE, early, data)
    raw_edges = chunked_list()
    raw_edges.set_deflate(4)
    call("H5Pset_chunk_opts", raw_edges, 0x2)
    low_level(file, "raw_edges", h5t.IEEE_F32LE, raw_edges, data)


def write_user_block(path, size, libver):
    """As MATLAB v7.3 begins its files: text (512 bytes there), then HDF5."""
    with h5py.File(path, "w", userblock_size=size, libver=libver) as file:
        file.create_dataset("chunked", data=values("f4"), chunks=CHUNKS, compression="gzip")
        file.create_dataset("contiguous", data=values("f4"))
        create(file, "missing", "f4")
    header = b"MATLAB 7.3 MAT-file, Platform: GLNXA64, as HDF5 schema 1.00 ."
    with open(path, "r+b") as file:
        file.write(header.ljust(124) + b"\x00\x02IM")


def write_netcdf(path):
    with netCDF4.Dataset(path, "w", format="NETCDF4") as file:
        for name, size in zip(("run", "time", "y", "x"), (None,) + SHAPE[1:]):
            file.createDimension(name, size)
        plain = file.createVariable("height", "f4", ("run", "time", "y", "x"), zlib=True,
                                    complevel=1, shuffle=True, fletcher32=True, chunksizes=CHUNKS)
        plain[:] = values("f4")
        file.createDimension("fixed_run", SHAPE[0])
        packed = file.createVariable("level", ">i2", ("fixed_run", "time", "y", "x"), endian="big",
                                     chunksizes=(1,) + CHUNKS[1:], fill_value=42)
        packed[0] = values("i2")[0]


def write_links(path):
    """Arrays whose data, or they themselves, are in other files."""
    with h5py.File(path, "w", libver="earliest") as file:
        values("f4").tofile("external.raw")
        file.create_dataset("external", SHAPE, "f4", external=[("external.raw", 0, 4 * VALUES.size)])
        layout = h5py.VirtualLayout(SHAPE, "f4")
        layout[...] = h5py.VirtualSource("h5py_earliest.h5", "filters/lzf", SHAPE)
        file.create_virtual_dataset("virtual", layout)
        file["linked"] = h5py.ExternalLink("h5py_earliest.h5", "/filters/gzip")
        file["soft"] = h5py.SoftLink("/external")
        file["dangling"] = h5py.SoftLink("/nowhere")


def write_large_virtual(path):
    """A virtual array over chunks of 8000 bytes that libhdf5 needs a filter of ours for."""
    shape = (3, 20, 10, 10)
    index = np.arange(np.prod(shape))
    data = ((index * 37 + index // 7 * 11) % 101).reshape(shape).astype("f4")
    with h5py.File(path, "w", libver="earliest") as file:
        file.create_dataset("source", data=data, chunks=(1,) + shape[1:], compression="lzf")
        layout = h5py.VirtualLayout(shape, "f4")
        layout[...] = h5py.VirtualSource(".", "source", shape)
        file.create_virtual_dataset("virtual", layout)


def repack(target, *options):
    subprocess.run(["h5repack", *options, "small_source.h5", target], check=True)


def main():
    with create_with_small_nodes(b"h5py_earliest.h5") as file:
        write_filters(file)
        write_missing(file)
        write_resized(file)
        write_sparse(file)
        write_odd_types(file)
        write_bad(file)
    with h5py.File("h5py_types.h5", "w", libver=("v114", "v114")) as file:
        write_types(file)
    with h5py.File("h5py_v114.h5", "w", libver=("v114", "v114")) as file:
        write_indices(file)
    write_user_block("user_block_earliest.h5", 512, "earliest")
    write_user_block("user_block_v114.h5", 2048, ("v114", "v114"))
    with h5py.File("attributes.h5", "w", libver="earliest") as file:
        write_attributes(file)
    write_netcdf("netcdf4.nc")
    write_links("links.h5")
    write_large_virtual("virtual_lzf.h5")
    with h5py.File("small_source.h5", "w", libver="earliest") as file:
        file["images"] = values("f4")
    chunk = "x".join(map(str, CHUNKS))
    repack("h5repack_gzip.h5", "-l", f"CHUNK={chunk}", "-f", "SHUF", "-f", "GZIP=6")
    repack("h5repack_szip.h5", "-l", f"CHUNK={chunk}", "-f", "SZIP=8,NN")
    repack("h5repack_nbit.h5", "-l", f"CHUNK={chunk}", "-f", "NBIT")
    repack("h5repack_latest.h5", "-L", "-l", f"CHUNK={chunk}", "-f", "FLET")
    repack("h5repack_compact.h5", "-l", "COMPA")
    os.remove("small_source.h5")


if __name__ == "__main__":
    main()
