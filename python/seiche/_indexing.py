"""Reads parts of a field by NumPy's indices: numbers, slices, lists, masks, an ellipsis."""

import operator

import numpy


class _Axis:
    """What is wanted of one axis: elements start, start + step, ... or those of a list."""

    __slots__ = ("start", "count", "step", "drop", "flip", "list")

    def __init__(self, start, count, step=1, drop=False, flip=False, indices=None):
        self.start = start
        self.count = count
        self.step = step
        self.drop = drop  # a single number: the axis disappears
        self.flip = flip  # a slice with a negative step
        self.list = indices  # a list of numbers, in any order


def _number(index, extent, axis):
    position = index + extent if index < 0 else index
    if not 0 <= position < extent:
        raise IndexError(f"index {index} is out of bounds for axis {axis} with size {extent}")
    return position


def _slice(part, extent):
    start, stop, step = part.indices(extent)
    count = len(range(start, stop, step))
    if count == 0:
        return _Axis(0, 0)
    if step > 0:
        return _Axis(start, count, step)
    return _Axis(start + (count - 1) * step, count, -step, flip=True)


def _list(part, extent, axis):
    indices = numpy.asarray(part)
    if indices.size == 0:
        indices = indices.astype(numpy.int64)
    if indices.dtype == bool:
        if indices.shape != (extent,):
            raise IndexError(f"a mask of axis {axis} needs shape ({extent},), not {indices.shape}")
        indices = numpy.flatnonzero(indices)
    if indices.ndim != 1 or indices.dtype.kind not in "iu":
        raise IndexError(f"axis {axis}: an index is a whole number, a slice or a list of numbers")
    numbers = [_number(int(i), extent, axis) for i in indices]
    return _Axis(0, len(numbers), indices=numbers)


def _axis(part, extent, axis):
    if isinstance(part, slice):
        return _slice(part, extent)
    if isinstance(part, (bool, numpy.bool_)):
        raise IndexError("True and False are no indices")
    try:
        index = operator.index(part)
    except TypeError:
        return _list(part, extent, axis)
    return _Axis(_number(index, extent, axis), 1, drop=True)


def parse(key, shape):
    """Returns an _Axis for each axis of an array of `shape`; IndexError if `key` does not fit."""
    parts = list(key) if isinstance(key, tuple) else [key]
    ellipses = [i for i, part in enumerate(parts) if part is Ellipsis]
    if len(ellipses) > 1:
        raise IndexError("an index can have only one ellipsis ('...')")
    missing = len(shape) - (len(parts) - len(ellipses))
    if missing < 0:
        raise IndexError(f"too many indices: the array has {len(shape)} axes")
    place = ellipses[0] if ellipses else len(parts)
    parts[place:place + len(ellipses)] = [slice(None)] * missing
    axes = [_axis(part, extent, i) for i, (part, extent) in enumerate(zip(parts, shape))]
    if sum(axis.list is not None for axis in axes) > 1:
        raise IndexError("only one axis may be indexed by a list")
    return axes


def _runs(numbers):
    """Yields (place, first, count) of the runs n, n + 1, n + 2, ... in a list."""
    begin = 0
    for i in range(1, len(numbers) + 1):
        if i == len(numbers) or numbers[i] != numbers[i - 1] + 1:
            yield begin, numbers[begin], i - begin
            begin = i


def _read_box(read, offset, extent, stride, out):
    """Reads a box into `out`, any array of shape `extent`."""
    target = out if out.flags.c_contiguous else numpy.empty(extent, out.dtype)
    address = target.__array_interface__["data"][0]
    read(tuple(offset), tuple(extent), tuple(stride), address, target.nbytes)
    if target is not out:
        out[...] = target


def take(read, shape, dtype, key):
    """Returns the elements of `key` as a new NumPy array.

    read(offset, extent, stride, address, size) puts a box of the array into memory.
    """
    axes = parse(key, shape)
    extent = [axis.count for axis in axes]
    out = numpy.empty(extent, dtype)
    if out.size > 0:
        offset = [axis.start for axis in axes]
        stride = [axis.step for axis in axes]
        lists = [i for i, axis in enumerate(axes) if axis.list is not None]
        if not lists:
            _read_box(read, offset, extent, stride, out)
        for i in lists:
            for place, first, count in _runs(axes[i].list):
                offset[i], extent[i] = first, count
                part = out[(slice(None),) * i + (slice(place, place + count),)]
                _read_box(read, offset, extent, stride, part)
    view = tuple(
        0 if axis.drop else slice(None, None, -1) if axis.flip else slice(None) for axis in axes)
    return out[view]
