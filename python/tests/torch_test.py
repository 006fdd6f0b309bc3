"""torch: tensors without a copy, and seiche inside of DataLoader."""

import collections
import json
import pickle

import numpy
import pytest

import seiche

torch = pytest.importorskip("torch", reason="torch is not installed: tools/python_full_tests")


def test_tensors_are_the_loaders_memory(waves):
    for batch in seiche.Loader(waves.path, 5, output="torch"):
        tensor = batch["images"]
        assert tensor.dtype == torch.float32 and tensor.device.type == "cpu"
        assert tensor.data_ptr() == batch.raw("images").__array_interface__["data"][0]
        numpy.testing.assert_array_equal(tensor.numpy(), waves.values[batch.samples])


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.uint8])
def test_dtypes(waves, dtype):
    batch = next(iter(seiche.Loader(waves.path, 24, output="torch", dtype=dtype,
                                    normalize=(0, 1 / 200), order="sequential")))
    expected = torch.from_numpy(waves.values * numpy.float32(200))
    if dtype == torch.uint8:
        expected = expected.round()  # to even, as the loader does
    torch.testing.assert_close(batch["images"], expected.to(dtype), rtol=0.01, atol=1)
    assert batch["images"].dtype == dtype


def test_tensors_outlive_the_loader(waves):
    loader = seiche.Loader(waves.path, 2, output="torch", container="tuple")
    held = [batch.images for batch in loader]
    loader.close()
    total = sum(float(tensor.double().sum()) for tensor in held)
    assert total == pytest.approx(float(waves.values.astype("f8").sum()))


def test_pinned_memory_needs_cuda(waves):
    if torch.cuda.is_available():
        batch = next(iter(seiche.Loader(waves.path, 2, output="torch", pin_memory=True)))
        assert batch["images"].is_pinned()
    else:
        with pytest.raises(ValueError, match="CUDA"):
            seiche.Loader(waves.path, 2, output="torch", pin_memory=True)


def loaders(dataset, workers, context=None, **options):
    return torch.utils.data.DataLoader(dataset, batch_size=None, num_workers=workers,
                                       multiprocessing_context=context, **options)


@pytest.mark.parametrize("workers, context", [
    (0, None), (1, "fork"), (3, "fork"), (2, "spawn"), (2, "forkserver")])
def test_dataloader_gives_the_same_batches_in_the_same_order(waves, workers, context):
    import seiche.torch
    expected = [[b["images"] for b in seiche.Loader(waves.path, 5, seed=2, epoch=e, output="torch")]
                for e in range(2)]
    dataset = seiche.torch.IterableDataset(waves.path, 5, seed=2)
    assert len(dataset) == 5
    loader = loaders(dataset, workers, context)
    for epoch in range(2):
        batches = [batch["images"] for batch in loader]
        assert len(batches) == 5
        for batch, wanted in zip(batches, expected[epoch]):
            assert torch.equal(batch, wanted)


@pytest.mark.parametrize("last_batch", ["keep", "drop", "pad"])
@pytest.mark.parametrize("workers", [0, 2, 3])
@pytest.mark.parametrize("ranks", [1, 2, 3])
def test_ranks_and_workers_share_an_epoch(waves, last_batch, workers, ranks):
    import seiche.torch
    for rank in range(ranks):
        options = dict(batch_size=5, seed=1, last_batch=last_batch, shard=(rank, ranks))
        expected = [b["images"] for b in seiche.Loader(waves.path, output="torch", **options)]
        dataset = seiche.torch.IterableDataset(waves.path, **options)
        batches = [batch["images"] for batch in loaders(dataset, workers)]
        assert len(batches) == len(expected) == len(dataset)
        for batch, wanted in zip(batches, expected):
            assert torch.equal(batch, wanted)


def test_persistent_workers_go_on_to_the_next_epoch(waves):
    import seiche.torch
    dataset = seiche.torch.IterableDataset(waves.path, 6, seed=1)
    loader = loaders(dataset, 2, persistent_workers=True)
    first = [torch.cat([b["images"] for b in loader]) for _ in range(2)]
    assert not torch.equal(*first)
    dataset.set_epoch(0)
    assert torch.equal(torch.cat([b["images"] for b in loader]), first[0])


@pytest.mark.parametrize("context", ["fork", "spawn"])
def test_damage_reaches_the_main_process(damaged, context):
    import seiche.torch
    loader = loaders(seiche.torch.IterableDataset(damaged.path, 2, order="sequential"), 2, context)
    with pytest.raises(seiche.DataLossError, match="in DataLoader worker process 0") as caught:
        list(loader)
    error = caught.value
    assert (error.file, error.dataset, error.chunk, error.sample) == (
        damaged.path, "images", (5, 0, 0, 0), 5)


def test_damage_reaches_the_main_process_from_a_map_style_dataset(damaged):
    import seiche.torch
    dataset = seiche.torch.dataset(damaged.path)
    with pytest.raises(seiche.DataLossError) as caught:
        list(torch.utils.data.DataLoader(dataset, batch_size=4, num_workers=2))
    error = caught.value
    assert (error.file, error.dataset, error.chunk, error.sample) == (
        damaged.path, "images", (5, 0, 0, 0), None)


class _Opening(torch.utils.data.Dataset):
    """A dataset that opens its file anew for each sample."""

    def __init__(self, path, dataset=None):
        self._arguments = path, dataset

    def __getitem__(self, index):
        return seiche.open(*self._arguments)[index]

    def __len__(self):
        return 4


def test_missing_things_reach_the_main_process(tmp_path, waves):
    path = str(tmp_path / "a: nothing.h5")
    with pytest.raises(seiche.MissingFileError, match="worker process") as caught:
        list(torch.utils.data.DataLoader(_Opening(path), num_workers=1))
    assert caught.value.filename == path
    with pytest.raises(seiche.DatasetNotFoundError, match="'velocity' does not exist"):
        list(torch.utils.data.DataLoader(_Opening(waves.path, "velocity"), num_workers=1))


def test_map_style_dataset_with_a_sampler(waves):
    import seiche.torch
    dataset = seiche.torch.dataset(waves.path, window={"input": 3, "target": 2}, step=2)
    reference = seiche.Loader(waves.path, 1, window={"input": 3, "target": 2}, step=2,
                              order="sequential", output="torch")
    assert len(dataset) == len(reference) == 24 * 4
    for sample, batch in zip((dataset[i] for i in range(len(dataset))), reference):
        assert torch.equal(sample["input"], batch["input"][0])
        assert torch.equal(sample["target"], batch["target"][0])
    order = torch.randperm(len(dataset)).tolist()
    loader = torch.utils.data.DataLoader(dataset, batch_size=7, sampler=order, num_workers=2)
    rows = torch.cat([batch["input"] for batch in loader])
    for row, i in zip(rows, order):
        assert torch.equal(row, dataset[i]["input"])
    assert torch.equal(dataset[-1]["input"], dataset[len(dataset) - 1]["input"])
    with pytest.raises(IndexError):
        dataset[len(dataset)]


def test_map_style_dataset_of_whole_sequences(waves):
    import seiche.torch
    dataset = seiche.torch.dataset(waves.path)
    assert len(dataset) == 24
    numpy.testing.assert_array_equal(dataset[3]["images"].numpy(), waves.values[3])
    with pytest.raises(ValueError, match="need 13 frames"):
        seiche.torch.dataset(waves.path, window=13)


def test_default_collation_takes_batches(waves):
    batch = next(iter(seiche.Loader(waves.path, 3, output="torch")))
    converted = torch.utils.data.default_convert(batch)
    assert isinstance(converted, collections.abc.Mapping)
    assert torch.equal(converted["images"], batch["images"])


def test_torch_distributed_is_found(waves):
    torch.distributed.init_process_group(
        "gloo", store=torch.distributed.HashStore(), rank=0, world_size=1)
    try:
        assert seiche.Loader(waves.path, 3).shard == (0, 1)
    finally:
        torch.distributed.destroy_process_group()


@pytest.mark.parametrize("workers, context", [(0, None), (2, "fork"), (2, "spawn")])
@pytest.mark.parametrize("container", ["dict", "tuple"])
def test_containers(waves, container, workers, context):
    import seiche.torch
    options = dict(batch_size=4, window={"past": 3, "a/b": 2}, step=8, output="torch",
                   container=container)
    dataset = seiche.torch.IterableDataset(waves.path, **options)
    batches = list(loaders(dataset, workers, context))
    expected = list(seiche.Loader(waves.path, **options))
    assert len(batches) == len(expected) == 6
    for batch, wanted in zip(batches, expected):
        names = ("past", "a_b") if container == "tuple" else ("past", "a/b")
        assert (batch._fields if container == "tuple" else tuple(batch)) == names
        values = [(b if container == "tuple" else b.values()) for b in (batch, wanted)]
        assert all(torch.equal(*pair) for pair in zip(*values))


@pytest.mark.parametrize("options, message", [
    ({"container": "batch"}, "'batch' is none of 'dict', 'tuple'"),
    ({"container": "list"}, "'list' is none of"), ({"output": "numpy"}, "'numpy' is not 'torch'"),
    ({"epoch": -1}, "epoch")])
def test_options_that_make_no_sense_in_dataloader(waves, options, message):
    import seiche.torch
    with pytest.raises(ValueError, match=message):
        seiche.torch.IterableDataset(waves.path, 4, **options)


def test_a_loader_is_no_dataset(waves):
    with pytest.raises(TypeError, match="seiche.torch.IterableDataset"):
        list(loaders(seiche.Loader(waves.path, 5), 0))


def epochs_of(waves, count, **options):
    """Returns the tensors of the first passes."""
    return [[b["images"] for b in seiche.Loader(waves.path, seed=1, epoch=e, output="torch",
                                                **options)] for e in range(count)]


def same(batches, wanted):
    return len(batches) == len(wanted) and all(
        torch.equal(batch["images"], tensor) for batch, tensor in zip(batches, wanted))


def test_passes_count_whatever_the_number_of_workers(waves):
    import seiche.torch
    expected = epochs_of(waves, 9, batch_size=5)
    dataset = seiche.torch.IterableDataset(waves.path, 5, seed=1)
    persistent = loaders(dataset, 2, persistent_workers=True)
    for epoch, loader in enumerate([
            loaders(dataset, 1), loaders(dataset, 2), loaders(dataset, 0), persistent,
            loaders(dataset, 2, "spawn"), persistent, loaders(dataset, 3), persistent]):
        torch.manual_seed(0)  # gives the workers of all passes the same seed
        assert same(list(loader), expected[epoch])
    dataset.set_epoch(2)
    assert same(list(persistent), expected[2])
    dataset.set_epoch(7)
    assert same(list(loaders(dataset, 2)), expected[7])
    assert same(list(loaders(dataset, 0)), expected[8])


def test_passes_at_the_same_time_have_their_own_numbers(waves):
    import seiche.torch
    expected = epochs_of(waves, 4, batch_size=5)
    dataset = seiche.torch.IterableDataset(waves.path, 5, seed=1)
    pairs = list(zip(loaders(dataset, 2), loaders(dataset, 3)))
    assert same([a for a, _ in pairs], expected[0]) and same([b for _, b in pairs], expected[1])
    loader = loaders(dataset, 2, persistent_workers=True)
    next(iter(loader))  # broken off
    assert same(list(loader), expected[3])


def test_a_copy_counts_on_its_own(waves):
    import seiche.torch
    expected = epochs_of(waves, 3, batch_size=5)
    dataset = seiche.torch.IterableDataset(waves.path, 5, seed=1)
    next(iter(dataset))
    copy = pickle.loads(pickle.dumps(dataset))
    assert same(list(dataset), expected[1]) and same(list(dataset), expected[2])
    assert same(list(copy), expected[1])


@pytest.mark.parametrize("last_batch", ["keep", "drop", "pad"])
@pytest.mark.parametrize("workers", [0, 1, 2, 3])
def test_only_the_first_pass_after_a_state_is_short(waves, workers, last_batch):
    import seiche.torch
    for rank, ranks, stop in [(0, 1, 3), (1, 2, 1)]:
        options = dict(batch_size=5, last_batch=last_batch, shard=(rank, ranks))
        expected = epochs_of(waves, 3, **options)
        dataset = seiche.torch.IterableDataset(waves.path, seed=1, **options)
        for _ in zip(range(stop), dataset):
            pass
        other = seiche.torch.IterableDataset(waves.path, seed=1, **options)
        other.load_state_dict(json.loads(json.dumps(dataset.state_dict())))
        assert other.state_dict() == dataset.state_dict()
        loader = loaders(other, workers)
        assert same(list(loader), expected[0][stop:])
        assert same(list(loader), expected[1]) and same(list(loader), expected[2])


def test_set_epoch_leaves_a_state_of_that_epoch_only(waves):
    import seiche.torch
    expected = epochs_of(waves, 4, batch_size=5)
    dataset = seiche.torch.IterableDataset(waves.path, 5, seed=1)
    next(iter(dataset))
    state = dataset.state_dict()
    dataset.load_state_dict(state)
    dataset.set_epoch(0)
    assert same(list(dataset), expected[0][1:])
    dataset.load_state_dict(state)
    dataset.set_epoch(3)
    assert same(list(loaders(dataset, 2)), expected[3])
    with pytest.raises(ValueError, match="-1 is negative"):
        dataset.set_epoch(-1)


@pytest.mark.parametrize("state, message", [
    (None, "NoneType"), (5, "int"), ({"x": 1}, r"like \{'version': 1, .* but \['x'\]"),
    ({"version": 2, "epoch": 1}, "a dict like"), ({"version": 1, "epoch": "one"}, "a dict like"),
    ({"version": 1, "epoch": -1}, "a dict like"), ({"version": 1, "epoch": 0, "state": 5}, "like"),
    ({"version": 1, "epoch": 0, "state": "{}"}, "like"),
    ({"version": 1, "epoch": 0, "part": 0, "workers": 2}, "StatefulDataLoader")])
def test_what_is_no_state_is_refused_at_once(waves, state, message):
    import seiche.torch
    dataset = seiche.torch.IterableDataset(waves.path, 5, seed=1)
    with pytest.raises(ValueError, match=message):
        dataset.load_state_dict(state)
    assert same(list(dataset), epochs_of(waves, 1, batch_size=5)[0])


def test_a_state_of_another_order_is_refused_at_once(waves):
    import seiche.torch
    dataset = seiche.torch.IterableDataset(waves.path, 5, seed=1)
    next(iter(dataset))
    other = seiche.torch.IterableDataset(waves.path, 5, seed=2)
    with pytest.raises(ValueError, match="seed"):
        other.load_state_dict(dataset.state_dict())


@pytest.mark.parametrize("workers", [0, 2, 3])
def test_stateful_dataloader_goes_on(waves, workers):
    torchdata = pytest.importorskip("torchdata.stateful_dataloader")
    import seiche.torch
    whole, second, third = epochs_of(waves, 3, batch_size=5)

    def make():
        return torchdata.StatefulDataLoader(seiche.torch.IterableDataset(waves.path, 5, seed=1),
                                            batch_size=None, num_workers=workers)

    for stop in range(6):
        loader = make()
        seen = [batch for _, batch in zip(range(stop), loader)]
        state = loader.state_dict()
        other = make()
        other.load_state_dict(state)
        assert same(seen + list(other), whole)
        assert same(list(other), second)
    loader = make()
    list(loader)
    other = make()
    other.load_state_dict(loader.state_dict())
    assert same(list(other), second) and same(list(other), third)
