"""`seiche bench`: h5py and torch's DataLoader beside seiche, on the user's own file."""

import argparse
import importlib
import json
import os
import statistics
import sys
import time

import numpy

from seiche._loader import Loader
from seiche._options import add_sample_arguments
from seiche._store import open as open_store


class Samples:
    """Windows of frames, or whole sequences, read by h5py; each process opens the file itself."""

    def __init__(self, path, dataset, window, sequences, frames):
        self.path, self.dataset, self.window = path, dataset, window
        self.places = frames - window + 1 if window else 1
        self.size = sequences * self.places
        self._file, self._pid = None, None

    def __len__(self):
        return self.size

    def __getitem__(self, index):
        import h5py  # pylint: disable=import-outside-toplevel
        if self._pid != os.getpid():
            importlib.import_module("seiche.h5")  # h5py reads swell from now on
            self._file, self._pid = h5py.File(self.path, "r")[self.dataset], os.getpid()
        sequence, place = divmod(int(index), self.places)
        if not self.window:
            return self._file[sequence]
        return self._file[sequence, place:place + self.window]


def shuffled(samples, seed):
    """Returns all sample numbers in an order that depends on the seed."""
    return numpy.random.default_rng(seed).permutation(len(samples)).tolist()


def h5py_batches(samples, batch_size, seed):
    """Yields arrays [B,...] by h5py alone."""
    order = shuffled(samples, seed)
    for i in range(0, len(order), batch_size):
        yield numpy.stack([samples[k] for k in order[i:i + batch_size]])


def dataloader_batches(samples, batch_size, workers, seed):
    """Yields tensors [B,...] by torch's DataLoader over h5py."""
    import torch  # pylint: disable=import-outside-toplevel
    return torch.utils.data.DataLoader(samples, batch_size=batch_size, num_workers=workers,
                                       sampler=shuffled(samples, seed))


def measure(make, seconds):
    """Returns (samples a second, bytes a second) of an epoch, which ends after `seconds` at most.

    The clock starts before `make()` does: what a reader sets up, and what it reads ahead while the
    first batch is waited for, counts.
    """
    start = time.perf_counter()
    samples, size = 0, 0
    for batch in make():
        samples += len(batch)
        size += batch.nbytes
        elapsed = time.perf_counter() - start
        if elapsed > seconds:
            break
    return samples / elapsed, size / elapsed


def same_values(samples, loader):
    """Whether the loader's first batch has what h5py reads."""
    with loader:
        batch = next(iter(loader))
        return all(numpy.array_equal(values, samples[number], equal_nan=True)
                   for number, values in zip(batch.samples, batch.array))


def readers(args, samples, store):
    """Returns {name: function of a seed that gives batches}, what is missing left out."""
    found = {}

    def load(seed):
        loader = Loader(store, args.batch_size, window=args.window or None, seed=seed,
                        workers=args.workers, order=args.order, memory_budget=args.memory_budget)
        return (batch.array for batch in loader)

    found[f"seiche.Loader, {args.workers} threads"] = load
    found["h5py"] = lambda seed: h5py_batches(samples, args.batch_size, seed)
    try:
        import torch.utils.data  # pylint: disable=import-outside-toplevel,unused-import
    except ImportError:
        print("torch is not installed: no DataLoader", file=sys.stderr)
    else:
        found[f"h5py + DataLoader, {args.workers} workers"] = (
            lambda seed: dataloader_batches(samples, args.batch_size, args.workers, seed))
    return found


def checked_store(args):
    """Returns the store; ValueError if it is none that h5py can be compared on."""
    store = open_store(args.path, args.dataset)
    if not os.path.isfile(args.path):
        raise ValueError(f"{args.path}: bench takes one HDF5 file, for h5py reads no pattern and "
                         "no folder of frames")
    field = store.field
    if not field.axes.startswith("NT" if args.window else "N"):
        raise ValueError(f"bench takes sequences of frames, axes NT..., not {field.axes}")
    if args.window and args.window > field.shape[1]:
        raise ValueError(f"--window {args.window}: the sequences of {field.name!r} have "
                         f"{field.shape[1]} frames")
    return store


def run(args):
    """Returns [{"reader": ..., "samples_per_second": [...], "bytes_per_second": [...]}, ...]."""
    store = checked_store(args)
    field = store.field
    samples = Samples(args.path, field.name, args.window, *(*field.shape, 1)[:2])
    check = Loader(store, min(args.batch_size, len(samples)), window=args.window or None)
    if not same_values(samples, check):
        raise ValueError("h5py reads other values than seiche")
    found = readers(args, samples, store)
    rows = {name: [] for name in found}
    # Side by side, round after round: what else the machine does hits all of them.
    for seed in range(args.rounds):
        for name, batches in found.items():
            rows[name].append(measure(lambda: batches(seed), args.seconds))
    return [{"reader": name, "samples_per_second": [r[0] for r in row],
             "bytes_per_second": [r[1] for r in row]} for name, row in rows.items()]


def table(rows):
    """Returns the rows as text: medians, the spread of the rounds, and how many times h5py."""
    base = next(statistics.median(r["samples_per_second"]) for r in rows if r["reader"] == "h5py")
    lines = [f"{'reader':34} {'samples/s':>12} {'spread':>8} {'MB/s':>9} {'x h5py':>7}"]
    for row in rows:
        values = row["samples_per_second"]
        median = statistics.median(values)
        spread = (max(values) - min(values)) / median
        rate = statistics.median(row["bytes_per_second"]) / 1e6
        lines.append(f"{row['reader']:34} {median:12.1f} {spread:8.0%} {rate:9.0f} "
                     f"{median / base:7.2f}")
    return "\n".join(lines)


def parser():
    """Returns the command line."""
    result = argparse.ArgumentParser(
        prog="seiche bench", description="Reads shuffled batches of a file by h5py, by torch's "
        "DataLoader over h5py, and by seiche; the file's pages stay in the page cache.")
    add_sample_arguments(result, "HDF5 file")
    result.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)),
                        help="threads of seiche, processes of DataLoader; default: the cores")
    result.add_argument("--order", default="uniform", help="of seiche's samples")
    result.add_argument("--memory-budget", default="4GiB", help="of seiche")
    result.add_argument("--seconds", type=float, default=5, help="of each measurement at most")
    result.add_argument("--rounds", type=int, default=3, help="measurements of each reader")
    result.add_argument("--json", action="store_true", help="print JSON")
    return result


def main(arguments):
    """Runs the command and returns its exit code."""
    args = parser().parse_args(arguments)
    if min(args.batch_size, args.workers, args.rounds) < 1 or args.window < 0:
        print("seiche: error: --batch-size, --workers and --rounds are at least 1", file=sys.stderr)
        return 2
    try:
        import h5py  # pylint: disable=import-outside-toplevel,unused-import
    except ImportError:
        print("seiche: error: bench compares with h5py: pip install h5py", file=sys.stderr)
        return 1
    try:
        rows = run(args)
    except (OSError, KeyError, ValueError, MemoryError) as error:
        print(f"seiche: error: {error}", file=sys.stderr)
        return 1
    print(json.dumps(rows, indent=2) if args.json else table(rows))
    return 0
