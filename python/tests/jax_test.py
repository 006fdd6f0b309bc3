"""JAX: arrays of the loader's memory."""

import numpy
import pytest

import seiche
from conftest import write

jax = pytest.importorskip("jax", reason="JAX is not installed: tools/python_full_tests")


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16", "uint8"])
def test_arrays_hold_the_samples(waves, dtype):
    loader = seiche.Loader(waves.path, 5, output="jax", dtype=dtype, normalize=(0, 1 / 200))
    reference = seiche.Loader(waves.path, 5, normalize=(0, 1 / 200))
    for batch, expected in zip(loader, reference):
        assert isinstance(batch["images"], jax.Array) and str(batch["images"].dtype) == dtype
        numpy.testing.assert_allclose(
            numpy.asarray(batch["images"], numpy.float32), expected["images"], rtol=0.01,
            atol=0.5 if dtype == "uint8" else 1e-3)


def test_memory_is_shared(waves):
    batch = next(iter(seiche.Loader(waves.path, 5, output="jax")))
    address = batch.raw("images").__array_interface__["data"][0]
    assert batch["images"].unsafe_buffer_pointer() == address


def test_arrays_outlive_the_loader(waves):
    loader = seiche.Loader(waves.path, 2, output="jax", seed=1)
    held = [(batch.samples.copy(), batch["images"]) for batch in loader]
    for _ in loader:  # buffers are used again meanwhile
        pass
    loader.close()
    for samples, array in held:
        numpy.testing.assert_array_equal(numpy.asarray(array), waves.values[samples])


def test_a_jitted_step_takes_a_named_tuple(waves):
    step = jax.jit(lambda batch: batch.input.sum() - batch.target.sum())
    loader = seiche.Loader(waves.path, 4, window={"input": 3, "target": 3}, output="jax",
                           container="tuple")
    for batch in loader:
        assert numpy.isfinite(float(step(batch)))


WIDE = [numpy.int64(2**40 + 1), numpy.uint64(2**63 + 1), numpy.float64(1 / 3)]


@pytest.fixture
def x64():
    before = jax.config.jax_enable_x64
    yield lambda enabled: jax.config.update("jax_enable_x64", enabled)
    jax.config.update("jax_enable_x64", before)


@pytest.mark.parametrize("value", WIDE, ids=lambda value: value.dtype.name)
def test_64_bits_are_kept_or_refused(tmp_path, x64, value):
    values = numpy.full((4, 3, 5, 6), value)
    write(tmp_path / "wide.h5", values)
    x64(False)
    with pytest.raises(ValueError, match=f"{value.dtype.name} of 'images'.*jax_enable_x64.*dtype="):
        seiche.Loader(tmp_path / "wide.h5", 2, output="jax")
    batch = next(iter(seiche.Loader(tmp_path / "wide.h5", 2, output="jax", dtype="float32")))
    numpy.testing.assert_array_equal(batch.array, values[:2].astype(numpy.float32))
    x64(True)
    loader = seiche.Loader(tmp_path / "wide.h5", 2, output="jax")
    for batch in loader:
        assert batch.array.dtype == values.dtype
        numpy.testing.assert_array_equal(batch.array, values[:2])
    x64(False)
    with pytest.raises(ValueError, match="jax_enable_x64"):
        next(iter(loader))
