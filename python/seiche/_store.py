"""Stores: HDF5 files, folders of JPEG frames and lists of them, as arrays."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, overload

import numpy

from seiche import _indexing, _seiche
from seiche._errors import DatasetNotFoundError, file_names

AnyPath = str | bytes | os.PathLike  # of a file, a folder, or a pattern


def numpy_dtype(name):
    """Returns the NumPy dtype of that name; ValueError for bfloat16, which NumPy lacks."""
    if name == "bfloat16":
        raise ValueError("NumPy has no bfloat16: load it with output='torch' or 'jax', or dtype=")
    return numpy.dtype(name)


class Field:
    """One array of a store; index it like a NumPy array.

    field[i] is sequence i, [T,H,W] where the field is [N,T,H,W]; field[i, t0:t1] some frames of it.
    Whole numbers, slices (any step), negative indices, one list or mask, and '...' do. Each read
    goes to the file; nothing is kept. Any number of threads may read at the same time. Ctrl-C stops
    a read after the chunk at hand.

    Attributes:
        name: of the H5 dataset; "frames" for folders of JPEG frames.
        shape: elements along each axis.
        axes: what each axis counts: N sequences, T frames, C channels, others are space: "NTHW".
        chunks: shape of the units that the file keeps and encodes on their own.
        filters: names of the codecs in encoding order: ("shuffle", "deflate:4"); () if there is
            none.
        slow_reason: empty, or why only libhdf5 can read the field, one thread at a time.
    """

    def __init__(self, store, number, description):
        self._store = store
        self._number = number
        self._dtype = description["dtype"]
        self.name: str = description["name"]
        self.shape: tuple[int, ...] = tuple(description["shape"])
        self.axes: str = description["axes"]
        chunks = description["chunks"]
        self.chunks: tuple[int, ...] | None = tuple(chunks) if chunks else None
        codec = description["codec"]
        self.filters: tuple[str, ...] = () if codec == "none" else tuple(codec.split("+"))
        self.slow_reason: str = description["slow_reason"]
        self.packed: bool = description["packed"]  # scale_factor, add_offset or _FillValue

    @property
    def dtype(self) -> numpy.dtype | str:
        """NumPy dtype of the elements as stored; the text "bfloat16" for what NumPy lacks."""
        return self._dtype if self._dtype == "bfloat16" else numpy.dtype(self._dtype)

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of elements."""
        return int(numpy.prod(self.shape, dtype=object))

    @property
    def nbytes(self) -> int:
        """Bytes of all elements, decoded."""
        return self.size * (2 if self._dtype == "bfloat16" else numpy.dtype(self._dtype).itemsize)

    @property
    def attrs(self) -> dict[str, str]:
        """The H5 dataset's attributes as a dict of text."""
        return self._store._native.attributes(self._number)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: Any) -> numpy.ndarray:
        native, number = self._store._native, self._number
        return _indexing.take(lambda *box: native.read(number, *box), self.shape,
                              numpy_dtype(self._dtype), key)

    def __iter__(self) -> Iterator[numpy.ndarray]:
        return (self[i] for i in range(len(self)))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> numpy.ndarray:
        if copy is False:
            raise ValueError("a stored array has to be read: it cannot be had without a copy")
        values = self[...]
        return values if dtype is None else values.astype(dtype, copy=False)

    def __repr__(self) -> str:
        shape = "x".join(map(str, self.shape))
        chunks = "x".join(map(str, self.chunks)) if self.chunks else "none"
        codec = "+".join(self.filters) or "no compression"
        slow = f", slow: {self.slow_reason}" if self.slow_reason else ""
        return (f"<Field {self.name!r}: {self.dtype} {shape} ({self.axes}), chunks {chunks}, "
                f"{codec}{slow}>")


class Store:
    """An open store: its fields by name, and its only field's array where it has one.

    store["images"] is a Field. Where the store has a single field, `store.shape`, `store.dtype`,
    `store.chunks`, `store.filters` and `store[i, t0:t1]` are that field's; of several fields the
    store has no such attributes. "images" in store: whether it has that field. len(store) is the
    number of sequences (of a recording without axis N: of frames). Made by seiche.open().
    Reading takes no lock of HDF5's, and the GIL is free meanwhile. Can be pickled: the copy opens
    the files again.
    """

    # The only field's.
    shape: tuple[int, ...]
    dtype: numpy.dtype | str
    chunks: tuple[int, ...] | None
    filters: tuple[str, ...]
    axes: str
    ndim: int
    size: int
    nbytes: int
    slow_reason: str

    def __init__(self, paths, fields, verify, memory_map):
        self._opened_by = (paths, fields, verify, memory_map)
        options = json.dumps({"fields": fields, "verify": verify, "memory_map": memory_map})
        self._native = _seiche.open(paths, options)
        description = json.loads(self._native.describe())
        self.path: str = description["path"]
        self._fields = {
            field["name"]: Field(self, number, field)
            for number, field in enumerate(description["fields"])
        }

    def __reduce__(self):
        return Store, self._opened_by

    @property
    def fields(self) -> dict[str, Field]:
        """The fields, a dict by name, in the order in which they were asked for."""
        return dict(self._fields)

    @property
    def field(self) -> Field:
        """The only field; ValueError if there are several."""
        if len(self._fields) != 1:
            names = ", ".join(map(repr, self._fields))
            raise ValueError(f"the store has several fields: take store[name] of {names}")
        return next(iter(self._fields.values()))

    def __getattr__(self, name: str) -> Any:
        if name in ("shape", "dtype", "chunks", "filters", "axes", "ndim", "size", "nbytes",
                    "slow_reason"):
            try:
                field = self.field
            except ValueError as error:
                raise AttributeError(str(error), name=name, obj=self) from None
            return getattr(field, name)
        raise AttributeError(f"a Store has no attribute {name!r}")

    @property
    def attrs(self) -> dict[str, str]:
        """The file's attributes as a dict of text."""
        return self._native.attributes(-1)

    @overload
    def __getitem__(self, key: str) -> Field: ...

    @overload
    def __getitem__(self, key: Any) -> numpy.ndarray: ...

    def __getitem__(self, key):
        if isinstance(key, str):
            if key not in self._fields:
                names = ", ".join(map(repr, self._fields))
                raise DatasetNotFoundError(f"the store has no field {key!r}, but {names}")
            return self._fields[key]
        return self.field[key]

    def __contains__(self, name: object) -> bool:
        if not isinstance(name, str):
            raise TypeError("`in` asks a Store for the name of a field, not for "
                            f"{type(name).__name__}: of values, look into store[...]")
        return name in self._fields

    def __iter__(self) -> Iterator[numpy.ndarray]:
        return iter(self.field)

    def __len__(self) -> int:
        return next(iter(self._fields.values())).shape[0]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> numpy.ndarray:
        return self.field.__array__(dtype, copy)

    def __repr__(self) -> str:
        fields = "".join(f"\n  {field!r}" for field in self._fields.values())
        return f"<seiche.Store {self.path!r}>{fields}"


def _requests(dataset, axes):
    """Returns [[name, axes], ...] of what open() was asked for."""
    if dataset is None:
        if axes is not None:
            raise ValueError("axes= goes with dataset=")
        return []
    if isinstance(dataset, str):
        return [[dataset, axes or ""]]
    if axes is not None:
        raise ValueError("several H5 datasets: take dataset={'images': 'NTHW', ...}")
    if isinstance(dataset, Mapping):
        return [[name, letters or ""] for name, letters in dataset.items()]
    return [[name, ""] for name in dataset]


def open(  # pylint: disable=redefined-builtin
    paths: AnyPath | Sequence[AnyPath],
    dataset: str | Sequence[str] | Mapping[str, str | None] | None = None,
    *,
    axes: str | None = None,
    verify: bool = True,
    memory_map: bool = True,
) -> Store:
    """Opens an HDF5 file, a folder of JPEG frames, or several of them as one.

    Args:
        paths: a path, a pattern ("runs/wave_*.h5", "run_[0-4]/*.h5", sorted by name), or a list of
            paths. Several files follow one another along the first axis.
        dataset: name of the H5 dataset ("images", "group/images"), or a list of names that have the
            same first axis, or a dict from names to axes. Without it the only one of rank 4, or the
            only one of numbers.
        axes: what each axis of `dataset` counts, one letter an axis: N sequences, T frames, C
            channels, any other is space. Without it guessed from the rank: "NTHW" for four.
        verify: compare the checksums that the file has.
        memory_map: loaders take large pieces of uncompressed data, and LZF chunks without
            checksums, from a mapping of the file, 1.4 and 1.15 times as fast as through a buffer.
            What they have read counts as shared memory of the process until the kernel needs it. A
            handler of SIGBUS makes it an exception, as ever, if the file is cut short meanwhile or
            its disk fails. False: every read is a pread(). Linux 5.14 or newer; elsewhere it
            changes nothing.

    Returns:
        A Store.

    Raises:
        FileNotFoundError: nothing lies there.
        KeyError: no such H5 dataset; the message lists those that exist.
        ValueError: neither an HDF5 file nor a folder of frames, or an unsuitable H5 dataset.
        DataLossError: the file is damaged.
    """
    requests = _requests(dataset, axes)
    return Store(file_names(paths), requests, bool(verify), bool(memory_map))
