"""The project's codec swell in h5py: import this, and h5py reads and writes it.

    import h5py
    import seiche.h5

    with h5py.File("waves.h5", "w") as file:
        file.create_dataset("images", data=values, chunks=(1, 100, 184, 184),
                            **seiche.h5.codec(bound=1e-4))

Chunks of frames [T,H,W] (or [N,T,H,W]) suit it; a chunk is decoded as a whole by h5py.
"""

import ctypes
import re

import h5py

from seiche import _seiche

# HDF5's number of the filter, as files have it.
ID = 41873

_LIST = 32  # values and axes at most; HDF5 allows as many axes
_OPTION_VALUES = 6  # those that codec() gives; what follows is known of the array
_INTEGER, _FLOAT, _LITTLE_ENDIAN = 0, 1, 0  # H5T_class_t, H5T_order_t
_FLOATS = {(2, 5): "float16", (2, 8): "bfloat16", (4, 8): "float32", (8, 11): "float64"}


def codec(bound=None, *, relative=None, level="small", frames=100):
    """Returns the arguments of h5py's create_dataset() that compress with swell.

    Args:
        bound: the largest error of a value, in the array's unit. None: lossless, bit for bit.
            Integers and 16-bit floats are always kept exactly.
        relative: the largest error as a part of a chunk's range, in place of `bound`.
        level: "fast" decodes fastest; "small" and "smallest" make smaller files.
        frames: from one key frame to the next.

    ValueError for what is out of range.
    """
    if bound is not None and relative is not None:
        raise ValueError("bound and relative exclude each other")
    parts = [level]
    if bound is not None:
        parts.append(f"abs={float(bound)!r}")
    if relative is not None:
        parts.append(f"rel={float(relative)!r}")
    parts.append(f"frames={int(frames)}")
    return {"compression": ID, "compression_opts": _seiche.swell_values(",".join(parts))}


def _find_libhdf5():
    """Returns h5py's libhdf5, which the process has loaded."""
    with open("/proc/self/maps", encoding="utf-8") as maps:
        paths = sorted(set(re.findall(r"/\S*/libhdf5(?!_hl|_cpp)[^/\s]*\.so\S*", maps.read())))
    for path in paths:
        library = ctypes.CDLL(path)
        if hasattr(library, "H5Pmodify_filter"):
            return library
    raise ImportError("seiche.h5 finds no libhdf5 that h5py has loaded")


_lib = _find_libhdf5()
_SET_LOCAL = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_int64)


def _function(name, result, *arguments):
    function = getattr(_lib, name)
    function.restype, function.argtypes = result, arguments
    return function


_UINTS, _SIZES = ctypes.POINTER(ctypes.c_uint), ctypes.POINTER(ctypes.c_size_t)
_get_filter = _function("H5Pget_filter_by_id2", ctypes.c_int, ctypes.c_int64, ctypes.c_int, _UINTS,
                        _SIZES, _UINTS, ctypes.c_size_t, ctypes.c_char_p, _UINTS)
_modify_filter = _function("H5Pmodify_filter", ctypes.c_int, ctypes.c_int64, ctypes.c_int,
                           ctypes.c_uint, ctypes.c_size_t, _UINTS)
_get_chunk = _function("H5Pget_chunk", ctypes.c_int, ctypes.c_int64, ctypes.c_int,
                       ctypes.POINTER(ctypes.c_uint64))
_get_class = _function("H5Tget_class", ctypes.c_int, ctypes.c_int64)
_get_size = _function("H5Tget_size", ctypes.c_size_t, ctypes.c_int64)
_get_sign = _function("H5Tget_sign", ctypes.c_int, ctypes.c_int64)
_get_order = _function("H5Tget_order", ctypes.c_int, ctypes.c_int64)
_get_fields = _function("H5Tget_fields", ctypes.c_int, ctypes.c_int64, *[_SIZES] * 5)


def _dtype(type_id, size):
    """Returns the dtype's name, or None for what swell takes as plain bytes."""
    kind = _get_class(type_id)
    if kind not in (_INTEGER, _FLOAT) or (size > 1 and _get_order(type_id) != _LITTLE_ENDIAN):
        return None
    if kind == _INTEGER:
        name = f"{'' if _get_sign(type_id) else 'u'}int{8 * size}"
        return name if size in (1, 2, 4, 8) else None
    fields = [ctypes.c_size_t() for _ in range(5)]  # sign; exponent: place, bits; mantissa: both
    if _get_fields(type_id, *map(ctypes.byref, fields)) < 0:
        return None
    return _FLOATS.get((size, fields[2].value))


def _complete(properties, type_id):
    """Adds to the client data of an H5 dataset that is being made what its array is like."""
    flags, config, count = ctypes.c_uint(), ctypes.c_uint(), ctypes.c_size_t(_LIST)
    values, extents = (ctypes.c_uint * _LIST)(), (ctypes.c_uint64 * _LIST)()
    if _get_filter(properties, ID, ctypes.byref(flags), ctypes.byref(count), values, 0, None,
                   ctypes.byref(config)) < 0:
        return -1
    rank = _get_chunk(properties, _LIST, extents)
    if rank < 0:
        return -1
    size = _get_size(type_id)
    complete = _seiche.swell_complete(tuple(values[:min(count.value, _OPTION_VALUES)]),
                                      _dtype(type_id, size), size, tuple(extents[:rank]))
    return _modify_filter(properties, ID, flags.value, len(complete),
                          (ctypes.c_uint * len(complete))(*complete))


@_SET_LOCAL
def _set_local(properties, type_id, _space):
    try:
        return _complete(properties, type_id)
    except Exception:  # pylint: disable=broad-except
        return -1  # h5py raises; nothing may be thrown through libhdf5


def _register():
    def address(function):
        return ctypes.cast(function, ctypes.c_void_p).value

    filter_class = _seiche.swell_filter(address(_lib.H5allocate_memory),
                                        address(_lib.H5free_memory), address(_set_local))
    if not h5py.h5z.register_filter(filter_class):
        raise ImportError("h5py's libhdf5 does not take the filter swell")


_register()
