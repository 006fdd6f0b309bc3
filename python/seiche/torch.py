"""seiche inside torch.utils.data.DataLoader.

seiche.Loader(..., output="torch") needs no DataLoader: its threads do what DataLoader's worker
processes are for. For programs that are built around DataLoader there are

    DataLoader(seiche.torch.IterableDataset("waves.h5", batch_size=16), batch_size=None,
               num_workers=2)                       # whole batches; seiche's order, seed, shard
    DataLoader(seiche.torch.dataset("waves.h5"), batch_size=16, sampler=mine)    # own sampler
"""

import concurrent.futures
import contextlib
import fcntl
import json
import multiprocessing
import operator
import os
import weakref
from collections.abc import Mapping

import torch
import torch.utils.data

from seiche import _options
from seiche._loader import Loader, _as_store
from seiche._store import numpy_dtype

_PASSES_KEPT = 16


def _batches_before(state):
    """Returns how many batches of its pass, of all ranks together, lie before a state."""
    return int(json.loads(state["state"])["batch"]) if "state" in state else 0


def _checked_state(state):
    """Returns what state_dict() gave as JSON has it; ValueError for anything else."""
    try:
        if state["version"] != 1 or int(state["epoch"]) < 0:
            raise ValueError
        found = {"version": 1, "epoch": int(state["epoch"])}
        found.update({key: int(state[key]) for key in ("part", "workers") if key in state})
        if "state" in state:
            _batches_before(state)
            found["state"] = state["state"]
        return found
    except (TypeError, KeyError, ValueError):
        keys = sorted(map(str, state)) if isinstance(state, Mapping) else type(state).__name__
        raise ValueError(
            "this is not the state of a seiche.torch.IterableDataset, a dict like {'version': 1, "
            f"'epoch': 3, 'state': '...'}}, but {keys}") from None


class _Passes:
    """The number of the next pass, and where it begins: in a file that all processes share.

    DataLoader's workers know of each other only what the file says. A pass is found there by the
    seed that its workers have in common, their number, and how many passes they have made before;
    it is entered by the first worker that comes. A lock of the kernel's keeps others away
    meanwhile, and goes when its process does.
    """

    def __init__(self, text):
        self._open(os.memfd_create("seiche-passes"))
        os.pwrite(self._file, text, 0)

    def _open(self, file):
        self._file = file
        weakref.finalize(self, os.close, file)

    def __getstate__(self):
        if multiprocessing.context.get_spawning_popen() is not None:  # a worker is being made
            return multiprocessing.reduction.DupFd(self._file)
        return self._text()

    def __setstate__(self, state):
        if isinstance(state, bytes):
            self.__init__(state)
        else:
            self._open(state.detach())

    def _text(self):
        return os.pread(self._file, os.fstat(self._file).st_size, 0)

    @contextlib.contextmanager
    def changed(self):
        """Yields {"epoch": of the next pass, "resume": its state or None, "passes": [...]}."""
        fcntl.lockf(self._file, fcntl.LOCK_EX)
        try:
            text = self._text()
            book = json.loads(text)
            yield book
            os.pwrite(self._file, json.dumps(book).encode().ljust(len(text)), 0)
        finally:
            fcntl.lockf(self._file, fcntl.LOCK_UN)

    def next_state(self):
        """Returns the state in which the next pass begins."""
        with self.changed() as book:
            return book["resume"] or {"version": 1, "epoch": book["epoch"]}

    def begin(self, key=None, worker=0, own=None):
        """Returns the state in which a pass begins: that of the next one, or `own` if given.

        Workers that give the same key begin the same pass; without a key a process makes it alone.
        """
        with self.changed() as book:
            # Those who set torch's seed before each pass give several passes the same key.
            known = [p for p in book["passes"] if p["key"] == key and worker not in p["workers"]]
            if not known:
                state = own or book["resume"] or {"version": 1, "epoch": book["epoch"]}
                book.update(epoch=state["epoch"] + 1, resume=None)
                known = [{"key": key, "workers": [], "begin": state}]
                if key is not None:
                    book["passes"] = (book["passes"] + known)[-_PASSES_KEPT:]
            known[-1]["workers"].append(worker)
            return own or known[-1]["begin"]


class IterableDataset(torch.utils.data.IterableDataset):
    """A seiche.Loader as torch's iterable dataset: yields batches, dicts of tensors.

    Takes seiche.Loader's arguments; `output` is "torch", `container` "dict" or "tuple". Give
    DataLoader batch_size=None. With num_workers > 0 (fork, forkserver or spawn) the workers share
    the batches of this rank, and they come in the same order as without workers; each worker has
    its own threads (`workers`, by default the cores divided among them) and its own
    `memory_budget`.

    Each pass has the next epoch number, the same in all its workers, whatever their number is and
    whether they persist; set_epoch() sets that of the next pass to begin. Without workers a pass
    begins with its first batch, else when DataLoader makes its iterator.
    """

    def __init__(self, data, batch_size=1, **options):
        super().__init__()
        self._arguments = dict(options, data=data, batch_size=batch_size)
        epoch = int(self._arguments.pop("epoch", 0))
        output = self._arguments.pop("output", "torch")
        if output != "torch":
            raise ValueError(f"output: {output!r} is not 'torch': take seiche.Loader for others")
        self._container = self._arguments.pop("container", "dict")
        if self._container not in ("dict", "tuple"):
            raise ValueError(f"container: {self._container!r} is none of 'dict', 'tuple'")
        probe = self._loader(workers=1, prefetch=1, epoch=epoch)
        self._length, self._shard = len(probe), probe.shard
        self._arguments["data"], self._arguments["shard"] = probe.store, probe.shard
        self._arguments.pop("dataset", None)
        probe.close()
        self._passes = _Passes(json.dumps({"epoch": epoch, "resume": None, "passes": []}).encode())
        self._made = 0  # passes that this process has made as a worker
        self._running = None  # the loader of the pass under way in this process, and its part
        self._own = None  # where this worker goes on

    def _loader(self, **changes):
        return Loader(**{**self._arguments, **changes}, output="torch")

    def __len__(self):
        """Batches of a pass of this rank, all workers together."""
        return self._length

    def __getstate__(self):
        return dict(self.__dict__, _running=None)

    def set_epoch(self, epoch):
        """Sets the number of the next pass.

        Where it was to go on in the middle of this very pass (load_state_dict), it still does.
        """
        epoch = int(epoch)
        if epoch < 0:
            raise ValueError(f"epoch = {epoch} is negative")
        with self._passes.changed() as book:
            if book["resume"] is not None and book["resume"]["epoch"] != epoch:
                book["resume"] = None
            book["epoch"] = epoch

    def state_dict(self):
        """Returns where this process goes on; for torchdata's StatefulDataLoader.

        Without workers that is behind the last batch that was delivered. The main process does not
        know how far workers are: there it is the next pass.
        """
        info = torch.utils.data.get_worker_info()
        if self._running is None:
            return self._own or self._passes.next_state()
        loader, part = self._running
        place = {"part": part, "workers": info.num_workers} if info else {}
        return {**loader.state_dict(), **place}

    def load_state_dict(self, state):
        """Lets the next pass go on where state_dict() was taken; the one after it is whole again.

        A state that was taken without workers suits any number of them, that of a worker as many as
        there were. ValueError if it is no state, or one of another order: other data, seed, batch
        size, windows.
        """
        state = _checked_state(state)
        info = torch.utils.data.get_worker_info()
        if state.get("workers") not in (None, info.num_workers if info else 0):
            raise ValueError(f"this is the state of one of {state['workers']} workers: load it "
                             "through StatefulDataLoader, with as many")
        if info is None:
            probe = self._loader(workers=1, prefetch=1)
            with probe:
                probe.load_state_dict(state)
            with self._passes.changed() as book:
                book.update(epoch=state["epoch"], resume=state)
        self._own = state if info else None
        self._running = None

    def _part(self, part, count):
        """Returns the arguments that make one worker's part of this rank's batches.

        Part p of n has this rank's batches p, p + n, p + 2 n, ...: DataLoader takes from one worker
        after the other, so they come in the order that a single process gives them.
        """
        if count == 1:
            return {}
        rank, ranks = self._shard
        changes = {"shard": (rank + part * ranks, ranks * count), "max_batches": None}
        if self._arguments.get("last_batch") == "drop":
            changes["last_batch"] = "keep"  # what the rank drops is left out by _batches()
        if not self._arguments.get("workers"):
            changes["workers"] = max(1, len(os.sched_getaffinity(0)) // count)
        return changes

    def _state_of_part(self, state, count):
        """Returns the state as the loader of a part takes it, which drops nothing itself."""
        if count == 1 or self._arguments.get("last_batch") != "drop":
            return state
        return {**state, "state": json.dumps({**json.loads(state["state"]), "last_batch": "keep"})}

    def _first_part(self, state):
        """Returns how many of this rank's batches lie before the state: worker 0 has the next."""
        rank, ranks = self._shard
        return -((rank - _batches_before(state)) // ranks)

    def __iter__(self):
        info = torch.utils.data.get_worker_info()
        self._running = None
        if info is None:
            return self._whole()
        self._made += 1
        count = info.num_workers
        state = self._passes.begin([info.seed - info.id, count, self._made], info.id, self._own)
        self._own = None
        part = state.get("part", (info.id + self._first_part(state)) % count)
        return self._batches(self._begin(state, part, count), part, count)

    def _whole(self):
        # What makes an iterator only to drop it, as StatefulDataLoader does, begins no pass.
        yield from self._batches(self._begin(self._passes.begin(), 0, 1), 0, 1)

    def _begin(self, state, part, count):
        """Makes the loader of the pass."""
        loader = self._loader(epoch=state["epoch"], **self._part(part, count))
        if "state" in state:
            loader.load_state_dict(self._state_of_part(state, count))
        self._running = loader, part
        return loader

    def _batches(self, loader, part, count):
        with loader:
            for batch in loader:
                if batch.number * count + part >= self._length:
                    break
                yield batch.as_tuple() if self._container == "tuple" else batch.as_dict()
        if self._running is not None and self._running[0] is loader:
            self._running = None


class _Samples(torch.utils.data.Dataset):
    """Samples by number: dicts of tensors [T,H,W], or as the fields' axes say. See dataset()."""

    def __init__(self, store, window, step, frame_stride, threads):
        super().__init__()
        self.store = store
        self._windows = _options.parse_window(window)
        self._step, self._stride = int(step), int(frame_stride)
        if self._step < 1 or self._stride < 1:
            raise ValueError("step and frame_stride are at least 1")
        self._threads = threads
        self._pool = None
        fields = list(store.fields.values())
        for field in fields:
            numpy_dtype(str(field.dtype))
            if not field.axes.startswith("N" if not self._windows else "NT"):
                raise ValueError(f"field {field.name!r} has axes {field.axes}: sequences (N) and "
                                 "their frames (T) must come first; seiche.Loader takes any")
        self._per_sequence = self._count(fields) if self._windows else 1

    def _count(self, fields):
        """Returns the samples of a sequence."""
        frames = min(field.shape[1] for field in fields)
        span = (max(first + count for _, first, count in self._windows) - 1) * self._stride + 1
        if frames < span:
            raise ValueError(f"the windows need {span} frames, sequences have {frames}")
        return (frames - span) // self._step + 1

    def __len__(self):
        return len(self.store) * self._per_sequence

    def __getitem__(self, index):
        number = operator.index(index)
        if not -len(self) <= number < len(self):
            raise IndexError(f"sample {number} of {len(self)}")
        sequence, place = divmod(number % len(self), self._per_sequence)
        return self._read(sequence, place * self._step)

    def _read(self, sequence, frame):
        fields = self.store.fields
        if not self._windows:
            return {name: torch.from_numpy(field[sequence]) for name, field in fields.items()}
        sample = {}
        for name, field in fields.items():
            for window, first, count in self._windows:
                start = frame + first * self._stride
                part = slice(start, start + (count - 1) * self._stride + 1, self._stride)
                key = window if len(fields) == 1 else f"{name}/{window}"
                sample[key] = torch.from_numpy(field[sequence, part])
        return sample

    def __getitems__(self, indices):
        """Reads several samples at once, by threads: what DataLoader calls for a batch."""
        if self._threads == 1 or len(indices) == 1:
            return [self[index] for index in indices]
        if self._pool is None or self._pool[0] != os.getpid():
            threads = self._threads or len(os.sched_getaffinity(0))
            self._pool = os.getpid(), concurrent.futures.ThreadPoolExecutor(threads)
        return list(self._pool[1].map(self.__getitem__, indices))

    def __getstate__(self):
        return dict(self.__dict__, _pool=None)


def dataset(data, dataset=None, *, window=None, step=1, frame_stride=1, threads=0):
    """Returns a map-style Dataset for those who keep their own sampler.

    Args:
        data, dataset: what to open, as in seiche.Loader.
        window, step, frame_stride: what a sample is, as in seiche.Loader, and numbered alike.
        threads: that read the samples of a batch; 0: one a core. Inside of DataLoader's workers 1
            is right.

    dataset[i] is a dict of tensors, whole sequences [T,H,W] by the fields' names or windows by
    their own. Each sample is read on its own: seiche.Loader, which knows the order beforehand,
    reads ahead and shares decoded chunks.
    """
    return _Samples(_as_store(data, dataset), window, step, frame_stride, threads)
