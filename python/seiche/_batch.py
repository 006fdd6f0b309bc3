"""Batches, and how their arrays become NumPy's, torch's or JAX's without a copy."""

import collections
import functools
import re
from collections.abc import Mapping

import numpy


def _to_torch(pin_memory):
    import torch  # pylint: disable=import-outside-toplevel
    if not pin_memory:
        return torch.from_dlpack
    if not torch.cuda.is_available():
        raise ValueError("pin_memory=True needs torch with CUDA")
    return lambda array: torch.from_dlpack(array).pin_memory()


def _to_jax():
    import jax  # pylint: disable=import-outside-toplevel
    return jax.dlpack.from_dlpack


def converter(output, pin_memory):
    """Returns the function that makes an array of the kind `output` of one of ours."""
    if pin_memory and output != "torch":
        raise ValueError("pin_memory=True goes with output='torch'")
    if output == "numpy":
        return numpy.asarray
    if output == "torch":
        return _to_torch(pin_memory)
    if output == "jax":
        return _to_jax()
    raise ValueError(f"output: {output!r} is none of 'numpy', 'torch', 'jax'")


class Layout:
    """What all batches of a loader have in common."""

    def __init__(self, outputs, names, convert):
        self.names = names
        self.outputs = outputs
        self.convert = convert
        self.numbers = {name: i for i, name in enumerate(names)}
        self._tuple = None

    @property
    def tuple_type(self):
        """A named tuple; what cannot stand in a Python name became an underscore."""
        if self._tuple is None:
            self._tuple = _tuple_type(tuple(re.sub(r"\W", "_", name) for name in self.names))
        return self._tuple


@functools.lru_cache
def _tuple_type(names):
    kind = collections.namedtuple("Batch", names, rename=True)
    if kind._fields != names:
        return _tuple_type(kind._fields)
    kind.__reduce__ = lambda self: (_make_tuple, (self._fields, tuple(self)))
    return kind


def _make_tuple(names, arrays):
    """Makes a pickled named tuple again: pickle looks types up in modules, ours are in none."""
    return _tuple_type(names)(*arrays)


class Batch(Mapping):
    """Samples side by side: batch["images"] is an array [B,T,H,W], or as the field's axes say.

    A mapping from the names of the loader's outputs to arrays of the kind that the loader was asked
    for. The arrays are the loader's own memory, not a copy. They may be written to, and they stay
    valid as long as anybody holds one of them or the batch; the loader goes on with other buffers.
    """

    __slots__ = ("_native", "_layout", "_arrays")

    def __init__(self, native, layout):
        self._native = native
        self._layout = layout
        self._arrays = {}

    def __getitem__(self, name):
        array = self._arrays.get(name)
        if array is None:
            number = self._layout.numbers[name]
            array = self._arrays[name] = self._layout.convert(self._native.array(number))
        return array

    def __iter__(self):
        return iter(self._layout.names)

    def __len__(self):
        return len(self._layout.names)

    @property
    def size(self):
        """B, the number of samples."""
        return self._native.size

    @property
    def samples(self):
        """Which samples these are: an int64 array [B] of sample indices."""
        return numpy.asarray(self._native.samples)

    @property
    def padding(self):
        """Samples at the end that repeat others (last_batch="pad")."""
        return self._native.padding

    @property
    def number(self):
        """Place in the epoch, counted in batches of this shard."""
        return self._native.number

    @property
    def array(self):
        """The first array: the only one of a loader of one field and one window."""
        return self[self._layout.names[0]]

    def raw(self, name):
        """Returns the array as an object with `__dlpack__` and `__array_interface__`."""
        return self._native.array(self._layout.numbers[name])

    def as_dict(self):
        """Returns a plain dict of the arrays."""
        return {name: self[name] for name in self._layout.names}

    def as_tuple(self):
        """Returns a named tuple of the arrays, in order."""
        return self._layout.tuple_type(*[self[name] for name in self._layout.names])

    def __reduce__(self):
        # Through a queue to another process: the arrays go, the buffer stays.
        return dict, (self.as_dict(),)

    def __repr__(self):
        arrays = ", ".join(
            f"{name}: {output['dtype']} [{', '.join(map(str, [self.size, *output['shape']]))}]"
            for name, output in zip(self._layout.names, self._layout.outputs))
        return f"<seiche.Batch {self.number}: {arrays}>"
