"""Errors are Python's own kinds, with one clear line."""

import os

import numpy
import pytest

import seiche
from conftest import random_values, write


def test_no_file(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        seiche.open(tmp_path / "nothing.h5")
    assert caught.value.filename == str(tmp_path / "nothing.h5")
    assert str(caught.value).startswith(f"{tmp_path}/nothing.h5: ")
    with pytest.raises(FileNotFoundError, match="nothing matches"):
        seiche.open(tmp_path / "run_*.h5")


def test_no_such_dataset_lists_those_that_exist(waves):
    with pytest.raises(KeyError) as caught:
        seiche.open(waves.path, "velocity")
    text = str(caught.value)
    assert "'velocity' does not exist" in text and "'images' float32 (24, 12, 8, 10)" in text
    assert "\n" not in text and not text.startswith(("'", '"'))


def test_not_hdf5(tmp_path):
    (tmp_path / "text.h5").write_text("no")
    with pytest.raises(ValueError, match="not an HDF5 file"):
        seiche.open(tmp_path / "text.h5")


@pytest.mark.parametrize("options, message", [
    ({"batch_size": 0}, "batch_size"),
    ({"order": "random"}, "'random' is none of 'uniform'"),
    ({"order": None}, "'None' is none of 'uniform'"),
    ({"output": "tensorflow"}, "'tensorflow' is none of"),
    ({"container": "list"}, "'list' is none of"),
    ({"on_error": "ignore"}, "on_error"),
    ({"last_batch": "half"}, "last_batch"),
    ({"workers": -1}, "workers"),
    ({"prefetch": 2**40}, "prefetch.*out of range"),
    ({"shard": (2, 2)}, "shard"),
    ({"window": (5, 5)}, "frames 5 to 5"),
    ({"window": {"a": (1, 2, 3)}}, r"\(first, end\)"),
    ({"window": 13}, "12 frames|frames"),
    ({"crop": {"HW": 3}}, "not one letter"),
    ({"crop": {"Z": 3}}, "Z"),
    ({"random_crop": {"H": (1, 3)}}, "random_crop"),
    ({"dtype": "int7"}, "int7"),
    ({"dtype": {"velocity": "float16"}}, "no field 'velocity', but 'images'"),
    ({"dtype": "bfloat16"}, "NumPy has no bfloat16"),
    ({"memory_budget": "much"}, "'much' is no size"),
    ({"normalize": (0, 0)}, "standard deviation"),
    ({"normalize": True}, "seiche stats"),
    ({"normalize": ([0, 1], [1, 2, 3])}, "2 means, but 3"),
    ({"pin_memory": True}, "output='torch'"),
    ({"epoch": -1}, "epoch"),
])
def test_options_that_make_no_sense_are_named(waves, options, message):
    with pytest.raises(ValueError, match=message):
        seiche.Loader(waves.path, **{"batch_size": 4, **options})


def test_budget_that_does_not_suffice(waves):
    with pytest.raises(MemoryError, match="raise memory_budget"):
        seiche.Loader(waves.path, 4, memory_budget=1000)


def test_damage_names_file_dataset_chunk_and_sample(damaged):
    loader = seiche.Loader(damaged.path, 1, order="sequential")
    numbers = []
    with pytest.raises(seiche.DataLossError) as caught:
        for batch in loader:
            numbers.append(batch.number)
    assert numbers == [0, 1, 2, 3, 4]
    error = caught.value
    assert (error.file, error.dataset, error.chunk, error.sample) == (
        damaged.path, "images", (5, 0, 0, 0), 5)
    assert "\n" not in str(error)
    with pytest.raises(seiche.DataLossError) as caught:
        seiche.open(damaged.path)[5]
    assert caught.value.chunk == (5, 0, 0, 0) and caught.value.sample is None
    numpy.testing.assert_array_equal(seiche.open(damaged.path)[4], damaged.values[4])


def test_damage_can_be_skipped(damaged):
    loader = seiche.Loader(damaged.path, 4, order="sequential", on_error="skip")
    samples = numpy.concatenate([batch.samples for batch in loader])
    assert samples.tolist() == [i for i in range(24) if i != 5]
    (sample, epoch, error), = loader.skipped()
    assert (sample, epoch, error.chunk) == (5, 0, (5, 0, 0, 0))
    assert loader.stats()["samples_skipped"] == 1


def test_the_epoch_after_a_failed_one_begins(damaged):
    loader = seiche.Loader(damaged.path, 1, order="sequential")
    for epoch in (0, 1):
        with pytest.raises(seiche.DataLossError, match=f"epoch {epoch}"):
            list(loader)


def test_holding_more_than_the_budget_ends_in_an_error(tmp_path):
    values = random_values((64, 4, 32, 32))
    write(tmp_path / "large.h5", values, chunks=(1, 4, 32, 32))
    loader = seiche.Loader(tmp_path / "large.h5", 1, memory_budget="200 KB", workers=1)
    with pytest.raises(MemoryError, match="held|memory_budget"):
        list(loader)
    # What was held is released: the loader goes on.
    assert sum(1 for _ in loader) == 64


def test_paths_that_are_not_utf8(tmp_path, waves):
    path = os.fsencode(tmp_path) + b"/\xff\xfe.h5"
    os.symlink(waves.path, path)
    numpy.testing.assert_array_equal(seiche.open(path)[3], waves.values[3])
    with pytest.raises(FileNotFoundError) as caught:
        seiche.open(path + b"x")
    assert os.fsencode(caught.value.filename) == path + b"x"
