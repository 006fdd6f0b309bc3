"""seiche.Loader: which samples, in which order, converted how; and how it ends."""

import json
import os
import subprocess
import sys
import threading
import time

import numpy
import pytest

import seiche
from conftest import random_values, write
from seiche import _cli


def samples_of(loader):
    return numpy.concatenate([batch.samples for batch in loader]).tolist()


@pytest.mark.parametrize("order", ["uniform", "sequential", "chunk_aware", "auto"])
def test_an_epoch_has_every_sample_once(waves, order):
    loader = seiche.Loader(waves.path, 5, order=order, seed=3)
    assert len(loader) == 5 and loader.samples == 24
    seen = []
    for number, batch in enumerate(loader):
        assert batch.number == number and batch.size == (5 if number < 4 else 4)
        numpy.testing.assert_array_equal(batch["images"], waves.values[batch.samples])
        seen += batch.samples.tolist()
    assert sorted(seen) == list(range(24))
    assert (seen == list(range(24))) == (order == "sequential")


def test_the_order_depends_on_seed_and_epoch_alone(waves):
    def order(**options):
        with seiche.Loader(waves.path, 4, **options) as loader:
            return samples_of(loader)

    assert order(seed=1, workers=1) == order(seed=1, workers=4, prefetch=5)
    assert order(seed=1) != order(seed=2)
    assert order(seed=1, epoch=1) != order(seed=1)
    assert order(seed=-1) == order(seed=2**64 - 1)


def test_each_for_is_the_next_epoch(waves):
    loader = seiche.Loader(waves.path, 4, seed=1)
    epochs = []
    for epoch in range(3):
        assert loader.epoch == epoch
        epochs.append(samples_of(loader))
    assert epochs[0] != epochs[1] != epochs[2]
    loader.set_epoch(1)
    assert loader.epoch == 1 and samples_of(loader) == epochs[1]
    assert loader.epoch == 2 and samples_of(loader) == epochs[2]
    for _ in loader:
        break
    assert loader.epoch == 3  # given up in the middle
    next(iter(loader))
    assert loader.epoch == 4
    with pytest.raises(ValueError, match="negative"):
        loader.set_epoch(-1)


def test_a_pass_ends_where_another_begins(waves):
    loader = seiche.Loader(waves.path, 4)
    first = iter(loader)
    next(first)
    second = iter(loader)
    with pytest.raises(RuntimeError, match="another one of the same loader has begun"):
        next(first)
    assert sum(1 for _ in second) == 6
    assert next(second, "end") == "end"


def test_shards_share_an_epoch(waves):
    whole = samples_of(seiche.Loader(waves.path, 2, seed=5))
    parts = [[batch.samples.tolist() for batch in
              seiche.Loader(waves.path, 2, seed=5, shard=(i, 3))] for i in range(3)]
    assert [s for batches in zip(*parts) for batch in batches for s in batch] == whole


def test_torchruns_environment_is_found(waves, monkeypatch):
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("WORLD_SIZE", "4")
    loader = seiche.Loader(waves.path, 2)
    assert loader.shard == (1, 4) and len(loader) == 3
    assert seiche.Loader(waves.path, 2, shard=(0, 1)).shard == (0, 1)
    monkeypatch.setenv("RANK", "one")
    with pytest.raises(ValueError, match="RANK='one'"):
        seiche.Loader(waves.path, 2)


@pytest.mark.parametrize("last_batch, sizes, padding", [
    ("keep", [5, 5, 5, 5, 4], 0), ("drop", [5] * 4, 0), ("pad", [5] * 5, 1)])
def test_last_batch(waves, last_batch, sizes, padding):
    batches = list(seiche.Loader(waves.path, 5, last_batch=last_batch))
    assert [batch.size for batch in batches] == sizes
    assert batches[-1].padding == padding


@pytest.mark.parametrize("last_batch, sizes", [
    ("keep", [5, 4, 5, 5, 4]), ("drop", [5, 4, 5, 5]), ("pad", [5, 4, 5, 5, 5])])
def test_batches_without_what_was_skipped_are_shorter(damaged, last_batch, sizes):
    loader = seiche.Loader(damaged.path, 5, order="sequential", on_error="skip",
                           last_batch=last_batch)
    assert [batch.size for batch in loader] == sizes


def test_max_batches(waves):
    loader = seiche.Loader(waves.path, 4, max_batches=2)
    assert len(loader) == 2
    assert sum(1 for _ in loader) == 2 and loader.epoch == 1


def test_windows_steps_and_strides(waves):
    loader = seiche.Loader(waves.path, 7, window={"input": 2, "next": 1}, step=3, frame_stride=2)
    per_sequence = (12 - 5) // 3 + 1
    assert loader.samples == 24 * per_sequence
    for batch in loader:
        for row, sample in enumerate(batch.samples):
            sequence, first = divmod(int(sample), per_sequence)
            first *= 3
            numpy.testing.assert_array_equal(
                batch["input"][row], waves.values[sequence, [first, first + 2]])
            numpy.testing.assert_array_equal(
                batch["next"][row], waves.values[sequence, [first + 4]])


@pytest.mark.parametrize("window", [4, (0, 4), slice(0, 4), slice(4), {"window": 4}])
def test_one_window(waves, window):
    batch = next(iter(seiche.Loader(waves.path, 2, window=window, order="sequential")))
    numpy.testing.assert_array_equal(batch.array, numpy.stack(
        [waves.values[0, :4], waves.values[0, 1:5]]))


def test_crops(waves):
    batch = next(iter(seiche.Loader(waves.path, 3, crop={"H": 4, "W": slice(1, 9, 3)})))
    numpy.testing.assert_array_equal(
        batch["images"], waves.values[batch.samples][:, :, :4, 1:9:3])
    shapes = set()
    for batch in seiche.Loader(waves.path, 3, random_crop={"H": 4}, crop={"W": (2, 5)}):
        for row, sample in enumerate(batch.samples):
            places = [h for h in range(5) if numpy.array_equal(
                batch["images"][row], waves.values[sample][:, h:h + 4, 2:5])]
            assert len(places) == 1
            shapes.update(places)
    assert len(shapes) > 1


@pytest.mark.parametrize("dtype", ["float16", numpy.float16, numpy.dtype("float16"),
                                   "f2", "<f2", "half", {"images": "float16"}, {"images": "f2"}])
def test_dtype(waves, dtype):
    batch = next(iter(seiche.Loader(waves.path, 3, dtype=dtype)))
    assert batch["images"].dtype == numpy.float16
    numpy.testing.assert_array_equal(
        batch["images"], waves.values[batch.samples].astype(numpy.float16))


@pytest.mark.parametrize("dtype", ["f8", "float64", "tiny", "S4", "c8", "bool"])
def test_dtypes_that_are_none(waves, dtype):
    with pytest.raises(ValueError, match="float64" if dtype == "f8" else dtype):
        seiche.Loader(waves.path, 3, dtype=dtype)


def test_bytes_of_jpeg_frames(waves, tmp_path):
    """The scale is the docstring's."""
    path = str(tmp_path / "frames")
    assert _cli.run(["convert", waves.path, path]) == 0
    frames = seiche.open(path)[:4]
    batch = next(iter(seiche.Loader(path, 4, order="sequential", dtype="uint8",
                                    normalize=(0, 1 / 255))))
    numpy.testing.assert_array_equal(batch.array, numpy.rint(255 * frames))
    batch = next(iter(seiche.Loader(path, 4, order="sequential", dtype="uint8")))
    assert set(numpy.unique(batch.array)) == {0, 1}


def test_normalize(waves, tmp_path):
    mean, deviation = float(waves.values.mean()), float(waves.values.std())
    statistics = {"fields": {"images": {"mean": [mean], "standard_deviation": [deviation]}}}
    (tmp_path / "stats.json").write_text(json.dumps(statistics))
    for normalize in ((mean, deviation), {"images": (mean, deviation)}, tmp_path / "stats.json"):
        loader = seiche.Loader(waves.path, 24, normalize=normalize)
        values = next(iter(loader))["images"]
        assert abs(values.mean()) < 1e-5 and abs(values.std() - 1) < 1e-5


NONSENSE = [
    ((float("nan"), 1), "normalize: field 'images' has a mean .* not finite"),
    ((float("inf"), 1), "normalize: field 'images' has a mean .* not finite"),
    ((0, float("inf")), "normalize: field 'images' has .* standard deviation that is not finite"),
    ((0, 0), "normalize: field 'images' has a standard deviation that is not above 0"),
    ((1, 1e-320), "normalize: field 'images': the standard deviation .* too small"),
    (3, r"normalize: field 'images': \(mean, std\) is needed.* not 3"),
    ((1, 2, 3), r"\(mean, std\) is needed"),
    ((None, 1), r"\(mean, std\) is needed"),
    ({"images": "stats.json"}, r"\(mean, std\) is needed, not 'stats.json'"),
    ({"images": {"mean": 0, "std": 1}},
     "'mean' and 'standard_deviation' are needed, not 'mean', 'std'"),
    (([1, 2], [1, 2, 3]), "2 means, but 3 standard deviations"),
]


@pytest.mark.parametrize("normalize, text", NONSENSE, ids=lambda value: str(value)[:40])
def test_normalize_that_makes_no_sense(waves, normalize, text):
    with pytest.raises(ValueError, match=text):
        seiche.Loader(waves.path, 2, normalize=normalize)


@pytest.mark.parametrize("content, text", [
    ('{"fields": {"images": {"mean": [null], "standard_deviation": [null]}}}',
     r"field 'images': \(mean, std\) is needed.*None"),
    ('{"fields": {"images": {"mean": [0]}}}', "field 'images': the keys .* not 'mean'"),
    ('{"fields": {"other": {"mean": [0], "standard_deviation": [1]}}}', "has nothing of 'images'"),
    ('{"images": {"mean": [0], "standard_deviation": [1]}}', 'has no "fields"'),
    ("[1]", 'has no "fields"'), ("fields:", "not JSON")])
def test_statistics_that_make_no_sense(waves, tmp_path, content, text):
    path = tmp_path / "stats.json"
    path.write_text(content)
    with pytest.raises(ValueError, match=f"normalize: {path}: {text}"):
        seiche.Loader(waves.path, 2, normalize=path)


def test_normalize_makes_floats_of_whole_numbers_channel_by_channel(tmp_path):
    values = numpy.random.default_rng(0).integers(0, 255, (5, 3, 4, 4, 2), numpy.uint8)
    write(tmp_path / "c.h5", values)
    batch = next(iter(seiche.Loader(tmp_path / "c.h5", 5, normalize=([10, 20], [2, 4]))))
    assert batch["images"].dtype == numpy.float32
    numpy.testing.assert_allclose(
        batch["images"], (values[batch.samples] - numpy.array([10, 20])) / [2, 4], rtol=1e-5)


def test_several_fields_by_name(tmp_path):
    path = tmp_path / "fields.h5"
    height, speed = random_values((6, 4, 5, 5)), random_values((6, 4, 3, 3), seed=1)
    write(path, height, "height")
    write(path, speed, "group/speed")
    loader = seiche.Loader(path, 4, dataset=["height", "group/speed"], container="tuple",
                           order="sequential")
    batch = next(iter(loader))
    numpy.testing.assert_array_equal(batch.height, height[:4])
    numpy.testing.assert_array_equal(batch.group_speed, speed[:4])
    loader = seiche.Loader(path, 4, dataset=["height", "group/speed"], window={"a": 2, "b": 1})
    assert set(next(iter(loader))) == {"height/a", "height/b", "group/speed/a", "group/speed/b"}


def test_stores_and_lists_of_stores(tmp_path, waves):
    write(tmp_path / "more.h5", waves.values[:3] + 1)
    stores = [seiche.open(waves.path), seiche.open(tmp_path / "more.h5")]
    everything = numpy.concatenate([waves.values, waves.values[:3] + 1])
    for batch in seiche.Loader(stores, 6):
        numpy.testing.assert_array_equal(batch["images"], everything[batch.samples])
    assert seiche.Loader(stores[1], 1).samples == 3
    with pytest.raises(ValueError, match="dataset= goes with paths"):
        seiche.Loader(stores[0], 1, dataset="images")


def test_packed_values(tmp_path):
    import h5py
    values = numpy.arange(4 * 2 * 3 * 3, dtype=numpy.int16).reshape(4, 2, 3, 3)
    write(tmp_path / "packed.h5", values)
    with h5py.File(tmp_path / "packed.h5", "a") as file:
        file["images"].attrs["scale_factor"] = 0.5
        file["images"].attrs["add_offset"] = 10.0
    batch = next(iter(seiche.Loader(tmp_path / "packed.h5", 4, order="sequential", unpack=True)))
    numpy.testing.assert_array_equal(batch["images"], values * 0.5 + 10)
    batch = next(iter(seiche.Loader(tmp_path / "packed.h5", 4, order="sequential",
                                    normalize=(10, 2))))
    numpy.testing.assert_allclose(batch["images"], values * 0.25, rtol=1e-6)


def test_chunks_are_kept_where_they_fit(waves):
    loader = seiche.Loader(waves.path, 4, window=3)
    assert loader.keeps_chunks
    for _ in range(2):
        assert sum(batch.size for batch in loader) == 240
    assert loader.stats()["chunks_decoded"] == 24
    assert not seiche.Loader(waves.path, 4, window=3, decode_once=False).keeps_chunks


def test_stats_name_the_bottleneck(waves):
    loader = seiche.Loader(waves.path, 4)
    assert loader.stats().summary == "no batch yet"
    for _ in loader:
        time.sleep(0.01)
    stats = loader.stats()
    assert stats["batches"] == 6 and stats["bytes_delivered"] == waves.values.nbytes
    assert "bottleneck" in stats.summary or "as fast" in stats.summary
    assert stats.summary in repr(stats) and stats.report in str(stats)
    loader.close()
    assert loader.stats()["batches"] == 6


def test_repr_tells_what_comes(waves):
    text = repr(seiche.Loader(waves.path, 5, window={"input": 3}, shard=(1, 2)))
    for part in (waves.path, "240 samples", "24 batches of 5", "input: float32 [B, 3, 8, 10]",
                 "uniform order", "epoch 0", "shard 1 of 2"):
        assert part in text


def test_no_thread_survives(waves):
    def threads():
        return len(os.listdir("/proc/self/task"))

    before = threads()
    loader = seiche.Loader(waves.path, 4, workers=5)
    assert threads() == before + 5
    next(iter(loader))
    loader.close()
    assert threads() == before
    with seiche.Loader(waves.path, 4, workers=3) as loader:
        next(iter(loader))
    assert threads() == before
    for _ in seiche.Loader(waves.path, 4, workers=3):
        break
    assert threads() == before


def test_threads_that_share_a_loader_get_each_batch_once_or_an_error(tmp_path, waves):
    path = tmp_path / "many.h5"
    write(path, waves.values.reshape(-1, 1, 2, 2), chunks=(1, 1, 2, 2), compression="gzip")
    loader = seiche.Loader(path, 4)
    iterator = iter(loader)
    numbers, errors = [], set()

    def consume():
        while True:
            try:
                numbers.append(next(iterator).number)
            except RuntimeError as error:
                errors.add(str(error))
            except StopIteration:
                return

    threads = [threading.Thread(target=consume) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(len(loader)))
    assert errors <= {"another thread is using this loader"}


INTERRUPTED = """
import os, signal, sys, threading
import seiche
# One batch for which a large chunk is decoded 1000 times: many seconds.
loader = seiche.Loader(sys.argv[1], 1000, window=1, workers=1, prefetch=1, decode_once=False)
threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
try:
    for batch in loader:
        print("a batch")
except KeyboardInterrupt:
    print("interrupted", loader.stats()["batches"], flush=True)
"""


def test_ctrl_c_stops_a_wait_for_data(tmp_path):
    write(tmp_path / "large.h5", random_values((1, 1000, 32, 64)), chunks=(1, 1000, 32, 64),
          compression="gzip", compression_opts=1)
    done = subprocess.run([sys.executable, "-c", INTERRUPTED, str(tmp_path / "large.h5")],
                          timeout=100, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          check=False)
    assert done.stdout == "interrupted 0\n" and done.returncode == 0, done.stderr


def test_other_threads_run_while_one_waits(tmp_path):
    write(tmp_path / "large.h5", random_values((1, 200, 32, 64)), chunks=(1, 200, 32, 64),
          compression="gzip", compression_opts=1)
    loader = seiche.Loader(tmp_path / "large.h5", 200, window=1, workers=1, prefetch=1,
                           decode_once=False)
    turns = 0
    done = threading.Event()

    def count():
        nonlocal turns
        while not done.is_set():
            turns += 1
            time.sleep(0.001)

    thread = threading.Thread(target=count)
    thread.start()
    next(iter(loader))
    done.set()
    thread.join()
    # The batch takes many hundred times as long as a turn.
    assert turns > 20
