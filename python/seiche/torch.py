"""seiche inside torch.utils.data.DataLoader.

seiche.Loader(..., output="torch") needs no DataLoader: its threads do what DataLoader's worker
processes are for. For programs that are built around DataLoader there are

    DataLoader(seiche.torch.IterableDataset("waves.h5", batch_size=16), batch_size=None,
               num_workers=2)                       # whole batches; seiche's order, seed, shard
    DataLoader(seiche.torch.dataset("waves.h5"), batch_size=16, sampler=mine)    # own sampler
"""

import concurrent.futures
import operator
import os

import torch
import torch.utils.data

from seiche import _options
from seiche._loader import Loader, _as_store
from seiche._store import numpy_dtype

_MOST_WORKERS = 1024


class IterableDataset(torch.utils.data.IterableDataset):
    """A seiche.Loader as torch's iterable dataset: yields batches, dicts of tensors.

    Takes seiche.Loader's arguments, but for output and container. Give DataLoader batch_size=None.
    With num_workers > 0 (fork, forkserver or spawn) the workers share the batches of this rank, and
    they come in the same order as without workers; each worker has its own threads (`workers`, by
    default the cores divided among them) and its own `memory_budget`. Each pass has the next epoch
    number, in persistent workers too; set_epoch() sets it.
    """

    def __init__(self, data, batch_size=1, **options):
        super().__init__()
        self._arguments = dict(options, data=data, batch_size=batch_size)
        self._first_epoch = int(self._arguments.pop("epoch", 0))
        probe = self._loader(workers=1, prefetch=1)
        self._length, self._shard = len(probe), probe.shard
        self._arguments["data"], self._arguments["shard"] = probe.store, probe.shard
        self._arguments.pop("dataset", None)
        probe.close()
        # The next pass of each worker; in memory that all processes share. The last place is the
        # main process's.
        self._passes = torch.full((_MOST_WORKERS + 1,), self._first_epoch, dtype=torch.int64)
        self._passes.share_memory_()
        self._running = None
        self._resume = None

    def _loader(self, **changes):
        return Loader(**{**self._arguments, **changes}, output="torch")

    def __len__(self):
        """Batches of a pass of this rank, all workers together."""
        return self._length

    def set_epoch(self, epoch):
        """Sets the number of the next pass."""
        self._passes.fill_(int(epoch))

    def state_dict(self):
        """Returns where this process goes on; for torchdata's StatefulDataLoader."""
        if self._running is not None:
            return self._running.state_dict()
        return {"version": 1, "epoch": int(self._passes[self._worker()[0]])}

    def load_state_dict(self, state):
        """Goes on where state_dict() was taken, with as many workers."""
        self._resume = state

    @staticmethod
    def _worker():
        """Returns (place in _passes, number of this worker, number of workers)."""
        info = torch.utils.data.get_worker_info()
        if info is None:
            return _MOST_WORKERS, 0, 1
        if info.num_workers > _MOST_WORKERS:
            raise ValueError(f"at most {_MOST_WORKERS} workers, not {info.num_workers}")
        return info.id, info.id, info.num_workers

    def _part(self, worker, count):
        """Returns the arguments that make one worker's part of this rank's batches.

        Worker w of n has this rank's batches w, w + n, w + 2 n, ...: DataLoader takes from one
        worker after the other, so they come in the order that a single process gives them.
        """
        if count == 1:
            return {}
        rank, ranks = self._shard
        part = {"shard": (rank + worker * ranks, ranks * count), "max_batches": None}
        if self._arguments.get("last_batch") == "drop":
            part["last_batch"] = "keep"  # what the rank drops is left out by _batches()
        if not self._arguments.get("workers"):
            part["workers"] = max(1, len(os.sched_getaffinity(0)) // count)
        return part

    def __iter__(self):
        place, worker, count = self._worker()
        epoch = int(self._passes[place])
        loader = self._loader(epoch=epoch, **self._part(worker, count))
        if self._resume is not None:
            loader.load_state_dict(self._resume)
            self._resume = None
        self._passes[place] = loader.epoch + 1
        self._running = loader
        return self._batches(loader, worker, count)

    def _batches(self, loader, worker, count):
        with loader:
            for batch in loader:
                if batch.number * count + worker >= self._length:
                    break
                yield batch.as_dict()
        if self._running is loader:
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
