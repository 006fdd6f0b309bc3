"""Errors are Python's own kinds, with one clear line."""

import copy
import multiprocessing
import os
import pickle

import h5py
import numpy
import pytest

import seiche
from conftest import random_values, write
from seiche._errors import from_status


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


@pytest.mark.parametrize("file, dataset", [
    ("a.h5", "it's: a"), ("a: b.h5", "images"), ("H5 dataset: b'.h5", "x 'y' z"),
    ("chunk (1, 2): .h5", "a/b: chunk (3)")])
def test_damage_in_files_and_datasets_of_strange_names(tmp_path, file, dataset):
    path = str(tmp_path / file)
    write(path, random_values((3, 2, 8, 10)), dataset, chunks=(1, 2, 8, 10), fletcher32=True)
    with h5py.File(path) as hdf5:
        chunk = hdf5[dataset].id.get_chunk_info_by_coord((2, 0, 0, 0))
    with open(path, "r+b") as raw:
        raw.seek(chunk.byte_offset)
        raw.write(b"damaged")
    with pytest.raises(seiche.DataLossError) as caught:
        list(seiche.Loader(path, dataset=dataset))
    error = caught.value
    assert (error.file, error.dataset, error.chunk, error.sample) == (
        path, dataset, (2, 0, 0, 0), 2)


def test_damage_of_a_whole_file_names_it(tmp_path, waves):
    path = tmp_path / "a: b.h5"
    with open(waves.path, "rb") as file:
        path.write_bytes(file.read()[:2000])
    with pytest.raises(seiche.DataLossError) as caught:
        seiche.open(path)
    error = caught.value
    assert (error.file, error.dataset, error.chunk, error.sample) == (str(path), None, None, None)


@pytest.mark.parametrize("message, file, dataset, chunk", [
    ("{}/a: b/1.jpg: has 5 bytes", "{}/a: b/1.jpg", None, None),
    ("{}/gone/1.jpg: has 5 bytes: restore it", "{}/gone/1.jpg", None, None),
    ("{}: field frames: chunk (3, 1): not JPEG: no end", "{}", "frames", (3, 1)),
    ("{}: H5 dataset 'x': elements from (0, 0) on: EFL read failed", "{}", "x", None),
    ("a count is negative", None, None, None)])
def test_places_of_damage(tmp_path, message, file, dataset, chunk):
    (tmp_path / "a: b").mkdir()
    (tmp_path / "a: b/1.jpg").write_text("short")
    error = seiche.DataLossError(message.format(tmp_path))
    assert error.file == (file and file.format(tmp_path))
    assert (error.dataset, error.chunk, error.sample) == (dataset, chunk, None)


@pytest.mark.parametrize("name", ["H5 dataset.h5", "a: b.h5", "H5 dataset 'x' does not exist.h5",
                                  "a: b_*.h5", "a: b/c.h5"])
def test_missing_files_of_strange_names(tmp_path, name):
    with pytest.raises(FileNotFoundError) as caught:
        seiche.open(tmp_path / name)
    assert caught.value.filename == str(tmp_path / name)


def test_errors_survive_copies(tmp_path, waves, damaged):
    errors = []
    for read in (lambda: seiche.open(tmp_path / "a: nothing.h5"),
                 lambda: seiche.open(waves.path, "velocity"),
                 lambda: seiche.open(waves.path)["velocity"],
                 lambda: list(seiche.Loader(damaged.path))):
        with pytest.raises((OSError, KeyError)) as caught:
            read()
        errors.append(caught.value)
    errors += [from_status(code, "waves.h5: reason") for code in (
        "NOT_FOUND", "DATA_LOSS", "INVALID_ARGUMENT", "ALREADY_EXISTS", "UNIMPLEMENTED",
        "RESOURCE_EXHAUSTED", "PERMISSION_DENIED", "UNAVAILABLE", "INTERNAL")]
    errors[0].filename = "another"
    names = ("file", "dataset", "chunk", "sample", "filename", "errno", "strerror", "args")
    for error in errors:
        error.remark = "kept"
        for other in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
            assert type(other) is type(error) and str(other) == str(error)
            assert vars(other) == vars(error)
            for name in names:
                assert getattr(other, name, None) == getattr(error, name, None)


def test_errors_come_back_from_other_processes(tmp_path, damaged):
    with multiprocessing.Pool(1) as pool:
        with pytest.raises(FileNotFoundError) as caught:
            pool.apply_async(seiche.open, (tmp_path / "nope.h5",)).get(20)
        assert caught.value.filename == str(tmp_path / "nope.h5")
        with pytest.raises(seiche.DataLossError) as caught:
            pool.apply_async(seiche.Field.__getitem__, (seiche.open(damaged.path).field, 5)).get(20)
        assert caught.value.chunk == (5, 0, 0, 0)


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
