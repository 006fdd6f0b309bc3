"""JAX: arrays of the loader's memory."""

import numpy
import pytest

import seiche

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
