"""torch: tensors without a copy, and seiche inside of DataLoader."""

import collections

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


def test_damage_reaches_the_main_process(damaged):
    import seiche.torch
    loader = loaders(seiche.torch.IterableDataset(damaged.path, 2, order="sequential"), 2)
    with pytest.raises(Exception, match=r"chunk \(5, 0, 0, 0\)"):
        list(loader)


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


@pytest.mark.parametrize("workers", [0, 2])
def test_stateful_dataloader_goes_on(waves, workers):
    torchdata = pytest.importorskip("torchdata.stateful_dataloader")
    import seiche.torch

    def make():
        return torchdata.StatefulDataLoader(seiche.torch.IterableDataset(waves.path, 4, seed=1),
                                            batch_size=None, num_workers=workers)

    whole = [batch["images"] for batch in make()]
    loader = make()
    seen = [batch["images"] for _, batch in zip(range(3), loader)]
    state = loader.state_dict()
    other = make()
    other.load_state_dict(state)
    rest = [batch["images"] for batch in other]
    assert len(seen) + len(rest) == len(whole) == 6
    for batch, wanted in zip(seen + rest, whole):
        assert torch.equal(batch, wanted)
