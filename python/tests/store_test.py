"""seiche.open() beside h5py and NumPy on the same files."""

import inspect
import os
import pickle
import re
import subprocess
import sys
import threading
import typing
import zlib

import h5py
import numpy
import pytest

import seiche
from conftest import random_values, write


def test_describes_what_h5py_describes(waves):
    store = seiche.open(waves.path)
    with h5py.File(waves.path) as file:
        assert store.shape == file["images"].shape
        assert store.dtype == file["images"].dtype
        assert store.chunks == file["images"].chunks
    assert store.filters == ("lzf",)
    assert store.axes == "NTHW"
    assert (store.ndim, store.size, store.nbytes, len(store)) == (4, 23040, 92160, 24)
    assert list(store.fields) == ["images"]


@pytest.mark.parametrize("key", [
    0, -1, numpy.int32(3), (3, 4), (3, 4, 5, 6), slice(None), slice(2, 20, 3), slice(20, 2, -3),
    slice(None, None, -1), (7, slice(2, 5)), (slice(None), -2), (slice(3, 9), slice(0, 12, 5)),
    (Ellipsis, 3), (1, Ellipsis, slice(2, 4)), Ellipsis, (), slice(30, 40), (slice(5, 5), 1),
    (slice(-3, None), slice(None), slice(1, -1, 2), slice(None, None, -2)),
], ids=str)
def test_numbers_and_slices_index_as_in_numpy(waves, key):
    part, expected = seiche.open(waves.path)[key], waves.values[key]
    assert part.dtype == expected.dtype
    numpy.testing.assert_array_equal(part, expected)


@pytest.mark.parametrize("indices", [
    [4], [1, 2, 3], [3, 1, 2], [5, 5, -1], numpy.array([7, 0], numpy.uint16), [],
    numpy.arange(24) % 5 == 0,
], ids=str)
def test_lists_and_masks_keep_their_axis(waves, indices):
    store = seiche.open(waves.path)
    numpy.testing.assert_array_equal(store[indices], waves.values[indices])
    numpy.testing.assert_array_equal(store[indices, 2:9:3], waves.values[indices][:, 2:9:3])
    numbers = [i % 8 for i in numpy.arange(24)[indices]] if len(indices) else []
    numpy.testing.assert_array_equal(
        store[3:5, 1, numbers], waves.values[3:5, 1][:, numpy.array(numbers, int)])


@pytest.mark.parametrize("key", [
    24, -25, (0, 12), (0, 0, 0, 0, 0), (Ellipsis, Ellipsis), [24], ([0], [1]), "x", 1.5, True,
    numpy.zeros(3, bool), [[1, 2]], None,
], ids=str)
def test_indices_that_do_not_fit_raise(waves, key):
    with pytest.raises((IndexError, KeyError)):
        seiche.open(waves.path)[key]


def test_is_an_array_to_numpy(waves):
    store = seiche.open(waves.path)
    numpy.testing.assert_array_equal(numpy.asarray(store), waves.values)
    assert numpy.asarray(store.field, dtype="float64").dtype == numpy.float64
    numpy.testing.assert_array_equal(numpy.stack(list(store)), waves.values)


def test_several_fields(tmp_path):
    path = tmp_path / "fields.h5"
    height, flow = random_values((6, 4, 5, 5)), random_values((6, 4, 5, 5, 2), seed=1)
    write(path, height, "height")
    write(path, flow, "group/flow", chunks=(1, 2, 5, 5, 2), compression="gzip", shuffle=True)
    store = seiche.open(path, ["height", "group/flow"])
    numpy.testing.assert_array_equal(store["height"][2], height[2])
    numpy.testing.assert_array_equal(store["group/flow"][1:3, -1], flow[1:3, -1])
    assert store["group/flow"].axes == "NTHWC"
    assert store["group/flow"].filters[0] == "shuffle"
    with pytest.raises(ValueError, match="several fields"):
        store[0]
    with pytest.raises(KeyError, match="'height', 'group/flow'"):
        store["depth"]


def test_attributes_are_those_of_an_only_field(tmp_path):
    path = tmp_path / "fields.h5"
    write(path, random_values((6, 4, 5, 5)), "height")
    write(path, random_values((6, 4, 3, 3)), "speed")
    both, one = seiche.open(path, ["height", "speed"]), seiche.open(path, "height")
    for name in ("shape", "dtype", "chunks", "axes", "slow_reason"):
        assert hasattr(one, name) and not hasattr(both, name)
    with pytest.raises(AttributeError, match="several fields: take store.name. of 'height', 'spe"):
        both.shape
    with pytest.raises(AttributeError, match="no attribute 'colour'"):
        one.colour


def test_in_asks_for_fields(waves):
    store = seiche.open(waves.path)
    assert "images" in store and "labels" not in store
    for other in (0, waves.values[0], None):
        with pytest.raises(TypeError, match="name of a field"):
            other in store


def test_axes_can_be_named(tmp_path):
    path = tmp_path / "axes.h5"
    write(path, random_values((6, 3, 5, 5)))
    assert seiche.open(path, "images", axes="NCHW").axes == "NCHW"
    assert seiche.open(path, {"images": "NCHW"}).axes == "NCHW"
    with pytest.raises(ValueError, match="axes= goes with dataset="):
        seiche.open(path, axes="NCHW")


def test_patterns_and_lists_follow_one_another(tmp_path):
    parts = [random_values((n, 3, 4, 4), seed=n) for n in (2, 3)]
    for i, part in enumerate(parts):
        write(tmp_path / f"run_{i}.h5", part)
    both = numpy.concatenate(parts)
    numpy.testing.assert_array_equal(seiche.open(tmp_path / "run_*.h5")[:], both)
    backwards = seiche.open([tmp_path / "run_1.h5", str(tmp_path / "run_0.h5")])
    numpy.testing.assert_array_equal(backwards[:3], parts[1])


def test_attributes(tmp_path):
    path = tmp_path / "attributes.h5"
    write(path, random_values((2, 3, 4, 4)))
    with h5py.File(path, "a") as file:
        file.attrs["source"] = "tank 7"
        file["images"].attrs["mean"] = 0.25
    store = seiche.open(path)
    assert store.attrs == {"source": "tank 7"}
    assert store.field.attrs == {"mean": "0.25"}


@pytest.mark.parametrize("dtype", ["u1", "i2", "u4", "i8", "f2", "f8", ">f4", ">i2"])
def test_element_types(tmp_path, dtype):
    values = (random_values((3, 2, 4, 4)) * 100).astype(dtype)
    write(tmp_path / "types.h5", values)
    part = seiche.open(tmp_path / "types.h5")[1]
    assert part.dtype == values.dtype.newbyteorder("=")
    numpy.testing.assert_array_equal(part, values[1])


def test_many_threads_read_at_the_same_time(waves):
    store = seiche.open(waves.path)
    wrong = []

    def read(seed):
        for i in numpy.random.default_rng(seed).integers(0, 24, 50):
            if not numpy.array_equal(store[i, 2:], waves.values[i, 2:]):
                wrong.append(i)

    threads = [threading.Thread(target=read, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


INTERRUPTED = """
import os, signal, sys, threading
import numpy, seiche
store = seiche.open(sys.argv[1])
values = numpy.full(len(store), -1, numpy.int32)
box = (0, 0, 0, 1023), values.shape + (1, 1, 1), (1, 1, 1, 1)
threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
try:
    store._native.read(0, *box, values.ctypes.data, values.nbytes)
except KeyboardInterrupt:
    left = numpy.flatnonzero(values)
    whole_chunks = (values[left] == -1).all() and (numpy.diff(left) == 1).all()
    print("interrupted", 0 < len(left) < len(values), whole_chunks, store[3, 0, 0, 0])
"""


def test_ctrl_c_stops_a_read_between_chunks(tmp_path):
    path = tmp_path / "large.h5"
    with h5py.File(path, "w") as file:
        # 4000 chunks of 4 MB, all zero: many seconds.
        dataset = file.create_dataset("images", (4000, 32, 32, 1024), numpy.int32, shuffle=True,
                                      chunks=(1, 32, 32, 1024), compression="gzip")
        encoded = zlib.compress(bytes(32 * 32 * 1024 * 4))
        for i in range(4000):
            dataset.id.write_direct_chunk((i, 0, 0, 0), encoded)
    done = subprocess.run([sys.executable, "-c", INTERRUPTED, str(path)], timeout=100,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    assert done.stdout == "interrupted True True 0\n" and done.returncode == 0, done.stderr


def test_pickle_opens_again(waves):
    store = pickle.loads(pickle.dumps(seiche.open(waves.path)))
    numpy.testing.assert_array_equal(store[4], waves.values[4])


def test_unmapped_files_give_the_same(waves):
    store = seiche.open(waves.path, memory_map=False)
    numpy.testing.assert_array_equal(store[:], waves.values)
    again = pickle.loads(pickle.dumps(store))
    numpy.testing.assert_array_equal(again[3], waves.values[3])
    with pytest.raises(ValueError, match="same datasets and options"):
        seiche.Loader([store, seiche.open(waves.path)], batch_size=2)


def test_repr_tells_what_is_there(waves):
    text = repr(seiche.open(waves.path))
    for part in (waves.path, "images", "float32", "24x12x8x10", "NTHW", "1x12x8x10", "lzf"):
        assert part in text


@pytest.mark.parametrize("function", [
    seiche.open, seiche.Store.__contains__, seiche.Store.__len__, seiche.Field.__getitem__,
    seiche.Loader.__init__, seiche.Loader.__iter__, seiche.Loader.__len__,
    seiche.Loader.set_epoch, seiche.Loader.state_dict, seiche.Loader.load_state_dict,
    seiche.Loader.stats], ids=lambda function: function.__qualname__)
def test_public_functions_say_their_types(function):
    parameters = set(inspect.signature(function).parameters) - {"self"}
    assert set(typing.get_type_hints(function)) == parameters | {"return"}


def test_the_modules_functions_are_declared():
    with open(os.path.join(os.path.dirname(seiche.__file__), "_seiche.pyi")) as file:
        declared = set(re.findall(r"(?m)^def (\w+)", file.read()))
    functions = {name for name, value in vars(seiche._seiche).items() if inspect.isbuiltin(value)}
    assert declared == functions
