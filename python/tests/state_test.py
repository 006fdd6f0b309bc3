"""Going on where a loader was stopped."""

import copy
import json
import pickle

import numpy
import pytest

import seiche


def make(waves, **options):
    return seiche.Loader(waves.path, **{"batch_size": 4, "seed": 7, **options})


def samples_of(iterable):
    return [batch.samples.tolist() for batch in iterable]


def test_goes_on_behind_the_last_batch(waves):
    whole = make(waves)
    first, second = samples_of(whole), samples_of(whole)
    for stop in range(7):
        loader = make(waves)
        seen = [batch.samples.tolist() for _, batch in zip(range(stop), loader)]
        state = json.loads(json.dumps(loader.state_dict()))
        other = make(waves, workers=1)
        other.load_state_dict(state)
        assert other.epoch == 0 and len(other) == 6
        assert seen + samples_of(other) == first
        assert other.epoch == 1 and samples_of(other) == second


def test_between_epochs_the_next_one_comes(waves):
    loader = make(waves)
    list(loader)
    state = loader.state_dict()
    assert state["epoch"] == 1
    expected = samples_of(loader)
    other = make(waves)
    other.load_state_dict(state)
    assert other.epoch == 1 and samples_of(other) == expected


def test_set_epoch_keeps_the_place_in_the_same_epoch_only(waves):
    loader = make(waves, epoch=2)
    iterator = iter(loader)
    for _ in range(4):
        next(iterator)
    state = loader.state_dict()
    loader.load_state_dict(state)
    loader.set_epoch(2)
    assert [batch.number for batch in loader] == [4, 5]
    loader.load_state_dict(state)
    loader.set_epoch(3)
    assert [batch.number for batch in loader] == list(range(6))


def test_the_number_of_shards_may_change(waves):
    whole = [s for batch in samples_of(make(waves)) for s in batch]
    loaders = [make(waves, shard=(i, 2)) for i in range(2)]
    iterators = [iter(loader) for loader in loaders]
    seen = [s for _ in range(2) for it in iterators for s in next(it).samples.tolist()]
    state = loaders[0].state_dict()
    other = make(waves)
    other.load_state_dict(state)
    assert seen + [s for batch in samples_of(other) for s in batch] == whole


def test_close_keeps_the_place(waves):
    loader = make(waves)
    iterator = iter(loader)
    seen = [next(iterator).samples.tolist() for _ in range(2)]
    loader.close()
    with pytest.raises(RuntimeError, match="closed"):
        next(iterator)
    other = make(waves)
    other.load_state_dict(loader.state_dict())
    assert seen + samples_of(other) == samples_of(make(waves))
    assert seen + samples_of(loader) == samples_of(make(waves))


@pytest.mark.parametrize("options, message", [
    ({"seed": 8}, "seed"), ({"batch_size": 5}, "batch_size"), ({"window": 3}, "samples|windows"),
    ({"order": "sequential"}, "order"), ({"last_batch": "drop"}, "last_batch")])
def test_a_state_of_another_order_is_refused(waves, options, message):
    loader = make(waves, **options)
    before = samples_of(loader)
    with pytest.raises(ValueError, match=message):
        loader.load_state_dict(make(waves).state_dict())
    assert loader.epoch == 1 and samples_of(loader) != before or options.get("order")


@pytest.mark.parametrize("state", [
    None, 5, {}, {"epoch": 1}, {"version": 1}, {"version": 2, "epoch": 1},
    {"version": 1, "epoch": "one"}, {"version": 1, "epoch": 2**70}, {"version": 1, "epoch": -1},
    {"version": 1, "epoch": 0, "state": 5}, {"version": 1, "epoch": 0, "state": "{}"}])
def test_what_is_no_state_is_refused_and_loses_no_batch(waves, state):
    loader = make(waves)
    seen = [batch.samples.tolist() for _, batch in zip(range(2), loader)]
    with pytest.raises(ValueError):
        loader.load_state_dict(state)
    assert seen + samples_of(loader) in (samples_of(make(waves)),
                                         seen + samples_of(make(waves, epoch=1)))


def test_pickled_loaders_begin_with_the_pass_to_come(waves):
    loader = make(waves)
    copy = pickle.loads(pickle.dumps(loader))
    first = samples_of(loader)
    assert samples_of(copy) == first
    next(iter(loader))
    assert loader.epoch == 1
    assert pickle.loads(pickle.dumps(loader)).epoch == 2
    resumed = make(waves)
    next(iter(resumed))
    resumed.load_state_dict(resumed.state_dict())
    assert samples_of(pickle.loads(pickle.dumps(resumed))) == first[1:]


def test_a_pickled_batch_is_a_dict(waves):
    batch = next(iter(make(waves)))
    copy = pickle.loads(pickle.dumps(batch))
    assert isinstance(copy, dict)
    numpy.testing.assert_array_equal(copy["images"], batch["images"])


@pytest.mark.parametrize("window", [{"a": 2, "b c": 3, "1": 1}, None])
def test_a_pickled_tuple_is_one(waves, window):
    tuples = list(make(waves, container="tuple", window=window))
    assert type(tuples[0]) is type(tuples[1])
    for batch in tuples[0], next(iter(make(waves, window=window))).as_tuple():
        for other in (pickle.loads(pickle.dumps(batch)), copy.copy(batch), copy.deepcopy(batch)):
            assert type(other) is type(batch) and other._fields == batch._fields
            assert len(other) == len(batch) == (3 if window else 1)
            for array, wanted in zip(other, batch):
                numpy.testing.assert_array_equal(array, wanted)
    assert pickle.loads(pickle.dumps(tuples[0]._replace(**{batch._fields[0]: 5})))[0] == 5
