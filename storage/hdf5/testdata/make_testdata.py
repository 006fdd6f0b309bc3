#!/usr/bin/env python3
"""Writes the HDF5 files of this folder, by other people's software.

Run it in this folder, with h5py >= 3.8, hdf5plugin, netCDF4 and the program h5repack (package
hdf5-tools); with names of files as arguments, it writes only those:

    ./make_testdata.py [FILE ...]

Every array has the values of storage/hdf5/test_values.h: element i is (37 i + 11 (i // 7)) % 101.
The files are committed: they need not come out the same bytes again.
"""

import ctypes
import os
import subprocess
import sys

import h5py
import hdf5plugin
import netCDF4
import numpy as np
from h5py import h5d, h5f, h5p, h5s, h5t, h5z

SHAPE = (3, 4, 6, 7)
CHUNKS = (2, 3, 4, 7)  # every axis but the last ends in a partial chunk
DTYPES = ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"]


def formula(shape, dtype="f4"):
    index = np.arange(np.prod(shape))
    return ((index * 37 + index // 7 * 11) % 101).reshape(shape).astype(dtype)


def values(dtype):
    return VALUES.astype(dtype)


VALUES = formula(SHAPE, "i8")


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
    data = formula(shape)
    with h5py.File(path, "w", libver="earliest") as file:
        file.create_dataset("source", data=data, chunks=(1,) + shape[1:], compression="lzf")
        layout = h5py.VirtualLayout(shape, "f4")
        layout[...] = h5py.VirtualSource(".", "source", shape)
        file.create_virtual_dataset("virtual", layout)


def write_ranks(file):
    """Arrays of one to seven axes; the last chunk of each axis is a partial one."""
    for rank, shape, chunks in ((1, (31,), (7,)), (2, (5, 9), (2, 4)), (3, (5, 4, 6), (3, 3, 4)),
                                (4, (3, 4, 6, 7), (2, 3, 4, 4)),
                                (5, (2, 3, 4, 5, 3), (1, 2, 3, 4, 3)),
                                (6, (2, 3, 2, 4, 5, 3), (2, 2, 1, 3, 5, 2)),
                                (7, (2, 3, 2, 1, 3, 2, 3), (1, 2, 2, 1, 2, 2, 3))):
        file.create_dataset(f"chunked/{rank}", data=formula(shape), chunks=chunks,
                            compression="gzip")
        file.create_dataset(f"contiguous/{rank}", data=formula(shape, "i2"))


def write_fields(file):
    """What goes together, and what does not."""
    file.create_dataset("images", data=values("f4"), chunks=CHUNKS, compression="lzf")
    file.create_dataset("group/walls", data=formula((3, 6, 7), "u1"), chunks=(1, 6, 7))
    file.create_dataset("label", data=formula((3,), "i8"))
    file.create_dataset("speed", data=formula((3, 4), ">f8"))
    file.create_dataset("by_time", data=formula((4, 3, 6, 7)), chunks=(1, 3, 6, 7))
    file.create_dataset("time", data=formula((4,), "f8"))


def write_recording(file):
    """The one array of numbers of its file."""
    file.create_dataset("video/frames", data=formula((10, 6, 7), "u1"), chunks=(4, 6, 7))
    file.create_dataset("title", data="a recording")


def write_plugins(file):
    """Filters that do not come with HDF5."""
    blosc, bitshuffle = hdf5plugin.Blosc, hdf5plugin.Bitshuffle
    filters = {
        "lz4": hdf5plugin.LZ4(),
        "lz4_blocks": hdf5plugin.LZ4(nbytes=128),
        "zstd": hdf5plugin.Zstd(),
        "zstd_19": hdf5plugin.Zstd(clevel=19),
        "bitshuffle": bitshuffle(cname="none"),
        "bitshuffle_lz4": bitshuffle(cname="lz4"),
        "bitshuffle_lz4_blocks": bitshuffle(nelems=32, cname="lz4"),
        "bitshuffle_zstd": bitshuffle(cname="zstd"),
    }
    for name in ("blosclz", "lz4", "lz4hc", "zlib", "zstd"):
        filters[f"blosc_{name}"] = blosc(cname=name, clevel=5, shuffle=blosc.SHUFFLE)
    filters["blosc_lz4_noshuffle"] = blosc(cname="lz4", clevel=9, shuffle=blosc.NOSHUFFLE)
    filters["blosc_lz4_bitshuffle"] = blosc(cname="lz4", clevel=5, shuffle=blosc.BITSHUFFLE)
    filters["blosc_stored"] = blosc(cname="lz4", clevel=0, shuffle=blosc.NOSHUFFLE)
    for name, options in filters.items():
        for dtype in ("f4", "i2"):
            file.create_dataset(f"{name}/{dtype}", data=values(dtype), chunks=CHUNKS, **options)
    file.create_dataset("shuffle_zstd/f4", data=values("f4"), chunks=CHUNKS, shuffle=True,
                        **hdf5plugin.Zstd())
    file.create_dataset("lz4_fletcher32/f4", data=values("f4"), chunks=CHUNKS, fletcher32=True,
                        **hdf5plugin.LZ4())


def write_compact(file):
    """Arrays that lie in the header of their H5 dataset."""
    for dtype in ("u1", "<i2", ">i4", "<f2", "<f4", ">f8"):
        compact = h5p.create(h5p.DATASET_CREATE)
        compact.set_layout(h5d.COMPACT)
        low_level(file, dtype.strip("<>"), h5t.py_create(np.dtype(dtype)), compact, values(dtype))
    twelve = h5t.STD_I16LE.copy()
    twelve.set_precision(12)
    compact = h5p.create(h5p.DATASET_CREATE)
    compact.set_layout(h5d.COMPACT)
    low_level(file, "int12", twelve, compact, values("i2"))


def write_packed(path):
    """Numbers that stand for others, by netCDF's CF conventions."""
    with netCDF4.Dataset(path, "w", format="NETCDF4") as file:
        file.set_auto_maskandscale(False)
        for name, size in zip(("time", "y", "x"), SHAPE[1:]):
            file.createDimension(name, size)

        def variable(name, dtype, fill_value=None, **attributes):
            made = file.createVariable(name, dtype, ("time", "y", "x"), fill_value=fill_value,
                                       zlib=True)
            made.set_auto_maskandscale(False)
            made[:] = formula(SHAPE[1:], dtype)
            made.setncatts(attributes)

        variable("packed", "i2", fill_value=-32767, scale_factor=np.float32(0.01),
                 add_offset=np.float64(273.15))
        variable("missing", "f4", missing_value=np.float32(1e20))
        variable("both", "f4", fill_value=7, missing_value=np.float32(1e20))
        variable("nan", "f4", fill_value=np.nan)
        variable("large", "i8", fill_value=-2**62, scale_factor=np.int16(2))
        variable("odd", "i2", scale_factor="0.5", missing_value=np.array([1, 2], "i2"),
                 add_offset=np.array([3.5]))
        variable("plain", "u1", units="K")


VIRTUAL_PARTS = (2, 3, 1)  # sequences of each source


def write_virtual_sources():
    """Three files whose arrays hold the rows of one array, one after the other."""
    whole = formula((sum(VIRTUAL_PARTS),) + SHAPE[1:])
    first = 0
    for number, count in enumerate(VIRTUAL_PARTS):
        rows = whole[first:first + count]
        first += count
        with h5py.File(f"virtual_source_{number}.h5", "w", libver=("v114", "v114")) as file:
            if number == 1:
                file.create_dataset("rows", data=rows.astype(">f4"))
            else:
                file.create_dataset("rows", data=rows, chunks=(2 - number // 2, 3, 4, 7),
                                    compression="gzip" if number == 0 else "lzf")
            file.create_dataset("row", data=whole[number])
            file.create_dataset("wide", data=rows.astype("f8"))
            sparse = file.create_dataset("sparse", rows.shape, "f4", chunks=(1,) + SHAPE[1:],
                                         fillvalue=number + 1)
            if number == 1:
                sparse[0] = whole[0]


def write_virtual(path):
    write_virtual_sources()
    shape = (sum(VIRTUAL_PARTS),) + SHAPE[1:]
    starts = np.cumsum((0,) + VIRTUAL_PARTS)

    def source(number, name="rows", dtype="f4", file=None):
        shape = SHAPE[1:] if name == "row" else (VIRTUAL_PARTS[number],) + SHAPE[1:]
        return h5py.VirtualSource(file or f"virtual_source_{number}.h5", name, shape, dtype)

    def concatenation(name="rows", order=(0, 1, 2), **options):
        layout = h5py.VirtualLayout(shape, "f4")
        for number in order:
            layout[starts[number]:starts[number + 1]] = source(number, name, **options)
        return layout

    with h5py.File(path, "w", libver=("v114", "v114")) as file:
        file.create_virtual_dataset("concat", concatenation(order=(2, 0, 1)))
        file.create_virtual_dataset("sparse", concatenation("sparse"))
        stack = h5py.VirtualLayout((3,) + SHAPE[1:], "f4")
        for number in range(3):
            stack[number] = source(number, "row")
        file.create_virtual_dataset("stack", stack)
        file.create_dataset("here", data=formula(SHAPE), chunks=CHUNKS, fletcher32=True)
        whole = h5py.VirtualLayout(SHAPE, "f4")
        whole[...] = h5py.VirtualSource(file["here"])
        file.create_virtual_dataset("same_file", whole)
        # What only libhdf5 can read.
        file.create_virtual_dataset("slow/gap", concatenation(order=(0, 2)), fillvalue=5)
        file.create_virtual_dataset("slow/wide", concatenation("wide", dtype="f8"))
        file.create_virtual_dataset("slow/no_file", concatenation(file="nowhere.h5"), fillvalue=6)
        file.create_virtual_dataset("slow/no_dataset", concatenation("nothing"), fillvalue=8)
        columns = h5py.VirtualLayout(SHAPE, "f4")
        columns[..., :4] = h5py.VirtualSource(file["here"])[..., :4]
        columns[..., 4:] = h5py.VirtualSource(file["here"])[..., 4:]
        file.create_virtual_dataset("slow/columns", columns)
        some = h5py.VirtualLayout((2,) + SHAPE[1:], "f4")
        some[...] = h5py.VirtualSource(file["here"])[:2]
        file.create_virtual_dataset("slow/some", some)
        nested = h5py.VirtualLayout(SHAPE, "f4")
        nested[...] = h5py.VirtualSource(file["same_file"])
        file.create_virtual_dataset("slow/nested", nested)
        growing = h5p.create(h5p.DATASET_CREATE)
        target = h5s.create_simple(SHAPE, (h5s.UNLIMITED,) + SHAPE[1:])
        selected = target.copy()
        start, count = (0, 0, 0, 0), (1, 1, 1, 1)
        selected.select_hyperslab(start, count, block=(h5s.UNLIMITED,) + SHAPE[1:])
        unlimited = h5s.create_simple(SHAPE, (h5s.UNLIMITED,) + SHAPE[1:])
        unlimited.select_hyperslab(start, count, block=(h5s.UNLIMITED,) + SHAPE[1:])
        growing.set_virtual(selected, b".", b"here", unlimited)
        h5d.create(file.id, b"slow/unlimited", h5t.IEEE_F32LE, target, dcpl=growing)


def write_short_chunks(path):
    """Chunks with fewer bytes than a chunk, in arrays that libhdf5 has to read: 12-bit numbers."""
    import zlib
    twelve = h5t.STD_I16LE.copy()
    twelve.set_precision(12)
    with h5py.File(path, "w", libver="earliest") as file:
        for name, set_filters, chunk in (
                ("none", lambda creation: None, bytes(10)),
                ("gzip", lambda creation: creation.set_deflate(6), zlib.compress(bytes(10))),
                ("fletcher32", lambda creation: creation.set_fletcher32(), bytes(2))):
            creation = chunked_list()
            set_filters(creation)
            low_level(file, name, twelve, creation).write_direct_chunk((0, 0, 0, 0), chunk)


def write_by_h5py(function, **options):
    """A function that has `function` fill a file that h5py creates."""
    def write(path):
        with h5py.File(path, "w", **options) as file:
            function(file)
    return write


def write_earliest(path):
    with create_with_small_nodes(path.encode()) as file:
        write_filters(file)
        write_missing(file)
        write_resized(file)
        write_sparse(file)
        write_odd_types(file)
        write_bad(file)


def write_by_h5repack(*options):
    def write(path):
        with h5py.File("small_source.h5", "w", libver="earliest") as file:
            file["images"] = values("f4")
        subprocess.run(["h5repack", *options, "small_source.h5", path], check=True)
        os.remove("small_source.h5")
    return write


NEWEST = ("v114", "v114")
CHUNK = "CHUNK=" + "x".join(map(str, CHUNKS))
FILES = {
    "h5py_earliest.h5": write_earliest,
    "h5py_types.h5": write_by_h5py(write_types, libver=NEWEST),
    "h5py_v114.h5": write_by_h5py(write_indices, libver=NEWEST),
    "user_block_earliest.h5": lambda path: write_user_block(path, 512, "earliest"),
    "user_block_v114.h5": lambda path: write_user_block(path, 2048, NEWEST),
    "attributes.h5": write_by_h5py(write_attributes, libver="earliest"),
    "netcdf4.nc": write_netcdf,
    "links.h5": write_links,
    "virtual_lzf.h5": write_large_virtual,
    "ranks.h5": write_by_h5py(write_ranks, libver=NEWEST),
    "fields.h5": write_by_h5py(write_fields, libver=NEWEST),
    "recording.h5": write_by_h5py(write_recording, libver=NEWEST),
    "plugins.h5": write_by_h5py(write_plugins, libver=NEWEST),
    "compact.h5": write_by_h5py(write_compact, libver=NEWEST),
    "packed.nc": write_packed,
    "virtual.h5": write_virtual,
    "short_chunks.h5": write_short_chunks,
    "h5repack_gzip.h5": write_by_h5repack("-l", CHUNK, "-f", "SHUF", "-f", "GZIP=6"),
    "h5repack_szip.h5": write_by_h5repack("-l", CHUNK, "-f", "SZIP=8,NN"),
    "h5repack_nbit.h5": write_by_h5repack("-l", CHUNK, "-f", "NBIT"),
    "h5repack_latest.h5": write_by_h5repack("-L", "-l", CHUNK, "-f", "FLET"),
    "h5repack_compact.h5": write_by_h5repack("-l", "COMPA"),
}


def main():
    for name in sys.argv[1:] or FILES:
        FILES[name](name)


if __name__ == "__main__":
    main()
