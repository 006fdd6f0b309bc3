"""Batches: what is in them, how they become arrays of NumPy's, and how long they live."""

import gc
import resource
import sys
import weakref

import numpy
import pytest

import seiche
from conftest import SANITIZED, random_values, write


def test_arrays_are_the_loaders_memory(waves):
    batch = next(iter(seiche.Loader(waves.path, 4)))
    array = batch["images"]
    assert array is batch["images"] and array is batch.array
    assert array.flags.c_contiguous and array.flags.writeable and not array.flags.owndata
    address = array.__array_interface__["data"][0]
    assert address % 64 == 0
    raw = batch.raw("images")
    assert raw.__array_interface__["data"][0] == address
    assert (raw.shape, raw.dtype) == ((4, 12, 8, 10), "float32")
    numpy.testing.assert_array_equal(array, waves.values[batch.samples])


def test_dlpack_shares_the_memory(waves):
    batch = next(iter(seiche.Loader(waves.path, 4)))
    raw = batch.raw("images")
    assert raw.__dlpack_device__() == (1, 0)
    array = numpy.from_dlpack(raw)
    assert array.__array_interface__["data"][0] == raw.__array_interface__["data"][0]
    numpy.testing.assert_array_equal(array, batch["images"])
    batch["images"][0, 0, 0, 0] = 7
    assert array[0, 0, 0, 0] == 7
    # A capsule that nobody takes gives its share back.
    raw.__dlpack__()
    raw.__dlpack__(max_version=(1, 0))


def test_dlpack_refuses_what_it_cannot_do(waves):
    raw = next(iter(seiche.Loader(waves.path, 4))).raw("images")
    with pytest.raises(BufferError, match="copy"):
        raw.__dlpack__(copy=True)
    with pytest.raises(BufferError, match="main memory"):
        raw.__dlpack__(dl_device=(2, 0))
    with pytest.raises(TypeError):
        raw.__dlpack__(max_version="1.0")
    with pytest.raises(TypeError):
        raw.__dlpack__(1)


def test_stays_valid_while_anybody_holds_an_array(waves):
    loader = seiche.Loader(waves.path, 2, prefetch=1, memory_budget="64MB")
    held = [(batch.samples.copy(), batch["images"]) for batch in loader]
    for batch in loader:  # buffers are used again meanwhile
        batch["images"][...] = -1
    loader.close()
    del loader, batch
    gc.collect()
    for samples, array in held:
        numpy.testing.assert_array_equal(array, waves.values[samples])
        array += 1  # nobody else writes there


def test_is_a_mapping(waves):
    batch = next(iter(seiche.Loader(waves.path, 3, window={"input": 5, "target": (5, 7)})))
    assert list(batch) == ["input", "target"] and len(batch) == 2 and "input" in batch
    assert {name: a.shape for name, a in batch.items()} == {
        "input": (3, 5, 8, 10), "target": (3, 2, 8, 10)}
    first, second = batch.as_tuple()
    assert first is batch["input"] and batch.as_tuple().target is second
    assert batch.as_dict()["target"] is second
    assert (batch.size, batch.number, batch.padding) == (3, 0, 0)
    with pytest.raises(KeyError):
        batch["velocity"]
    assert repr(batch) == (
        "<seiche.Batch 0: input: float32 [3, 5, 8, 10], target: float32 [3, 2, 8, 10]>")


@pytest.mark.parametrize("container, kind", [("dict", dict), ("tuple", tuple)])
def test_plain_containers(waves, container, kind):
    for batch in seiche.Loader(waves.path, 5, window={"a": 2, "b": 3}, container=container):
        assert isinstance(batch, kind)
        a, b = batch.values() if kind is dict else (batch.a, batch.b)
        assert a.shape[1:] == (2, 8, 10) and b.shape[1:] == (3, 8, 10)


def test_an_array_goes_when_its_batch_goes(waves):
    loader = seiche.Loader(waves.path, 4)
    batch = next(iter(loader))
    gone = weakref.ref(batch["images"])
    before = sys.getrefcount(None)
    del batch
    gc.collect()
    assert gone() is None
    assert abs(sys.getrefcount(None) - before) < 50


@pytest.mark.skipif(SANITIZED, reason="sanitizers keep freed memory for a while")
def test_many_tiny_batches_keep_memory_flat(tmp_path):
    values = numpy.arange(20000, dtype=numpy.uint8).reshape(20000, 1, 1, 1)
    write(tmp_path / "tiny.h5", values, chunks=(20000, 1, 1, 1))
    loader = seiche.Loader(tmp_path / "tiny.h5", 1, workers=1)

    def epoch():
        for batch in loader:
            assert batch["images"].shape == (1, 1, 1, 1)
            batch.raw("images").__dlpack__()
            batch.as_tuple()
        loader.state_dict()
        gc.collect()
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, len(gc.get_objects())

    epoch()
    kib, objects = epoch()
    for _ in range(5):
        kib_now, objects_now = epoch()
    # 100 000 batches: 64 bytes lost in each would be 6 MB.
    assert kib_now - kib < 2048
    assert objects_now - objects < 100


def test_bfloat16_is_not_numpys(tmp_path):
    write(tmp_path / "f.h5", random_values((4, 2, 4, 4)))
    with pytest.raises(ValueError, match="bfloat16"):
        seiche.Loader(tmp_path / "f.h5", 2, dtype="bfloat16")
