"""seiche.Loader: batches of a store in a reproducible order, decoded ahead by threads."""

from __future__ import annotations

import atexit
import json
import os
import weakref
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from seiche import _batch, _launch, _options, _seiche
from seiche._errors import from_status
from seiche._statistics import Statistics
from seiche._store import AnyPath, Store, open as open_store

# Elements of an axis: how many, (first, end), or a slice.
Part = int | tuple[int, int] | slice

_open_loaders: weakref.WeakSet[Loader] = weakref.WeakSet()


@atexit.register
def _close_all():
    for loader in list(_open_loaders):
        try:
            loader.close()
        except RuntimeError:  # another thread waits in it, and ends with the process
            pass
    _seiche.end_other_threads()


def _as_store(data, dataset):
    """Opens what the loader was given: a Store, paths, or a list of either."""
    if isinstance(data, Store):
        if dataset is not None:
            raise ValueError("dataset= goes with paths: the store was opened with its own")
        return data
    if isinstance(data, (list, tuple)) and data and all(isinstance(d, Store) for d in data):
        if dataset is not None:
            raise ValueError("dataset= goes with paths: the stores were opened with their own")
        paths, *options = data[0]._opened_by
        for other in data[1:]:
            if list(other._opened_by[1:]) != options:
                raise ValueError("the stores were not opened with the same datasets and options")
            paths = paths + other._opened_by[0]
        return Store(paths, *options)
    return open_store(data, dataset)


def _names(outputs, fields):
    """Returns the names of the arrays: a single field's windows go by their own names."""
    names = [output["name"] for output in outputs]
    if len(fields) != 1:
        return names
    prefix = fields[0].name + "/"
    return [name[len(prefix):] if name.startswith(prefix) else name for name in names]


def _check_kind(kind, outputs):
    """ValueError where arrays of that kind cannot hold the values of the loader's outputs."""
    if kind == "numpy" and any(output["dtype"] == "bfloat16" for output in outputs):
        raise ValueError("NumPy has no bfloat16: take output='torch' or 'jax', or another dtype")
    wide = [output for output in outputs if output["dtype"] in ("int64", "uint64", "float64")]
    if kind != "jax" or not wide:
        return
    import jax  # pylint: disable=import-outside-toplevel
    if not jax.config.jax_enable_x64:
        raise ValueError(
            f"output='jax': JAX would cut the {wide[0]['dtype']} of {wide[0]['name']!r} to 32 "
            "bits: call jax.config.update('jax_enable_x64', True), or ask for dtype='float32'")


class _Pass:
    """The iterator over one pass."""

    __slots__ = ("_loader", "_number", "_native", "_deliver")

    def __init__(self, loader, number, native, deliver):
        self._loader = loader
        self._number = number
        self._native = native
        self._deliver = deliver

    def __iter__(self):
        return self

    def __next__(self):
        loader = self._loader
        if loader is None:
            raise StopIteration
        if loader._pass != self._number:
            raise RuntimeError("this pass is over: another one of the same loader has begun, or "
                               "the loader was closed")
        batch = self._native.next()
        if batch is None:
            self._loader = None
            loader._finish()
            raise StopIteration
        return self._deliver(batch)


class Loader:
    """Iterates over a store in batches of samples, epoch after epoch.

        for batch in seiche.Loader("waves.h5", batch_size=16, window={"input": 10, "target": 10},
                                   output="torch"):
            loss = step(batch["input"], batch["target"])       # [B,T,H,W] each, no copy

    Each `for` is one pass, `epoch` its number. The order depends on `seed`, `epoch` and the
    options, never on `workers`, `shard` or timing. Threads read and decode ahead while the training
    step runs; the GIL is free meanwhile. Ctrl-C stops at once; `close()`, a `with` block or the end
    of the program stops the threads. A loader can be pickled and survives fork(): the other process
    makes threads of its own and begins with the pass that was to come.

    Args:
        data: path, pattern, list of paths, Store, or list of Stores.
        batch_size: samples in a batch.
        dataset: H5 dataset(s) of the paths, as in seiche.open().
        window: None for whole sequences; frames of a sample: 20; or windows by name:
            {"input": 10, "target": 10} (one after the other), {"input": (0, 10), "last": (19, 20)}
            (first, end). Windows name the batch's arrays: batch["input"], and batch["window"] for
            20; of several fields batch["images/input"]. Without windows the fields do:
            batch["images"].
        step: stored frames from one sample's first to the next one's.
        frame_stride: stored frames from one frame of a window to the next.
        crop: part of an axis by its letter: {"H": 64, "W": (10, 74), "D": slice(0, 32, 2)}.
        random_crop: as many elements, at another place in each sample and epoch: {"H": 64}.
        order: "uniform" (all samples shuffled), "sequential", "chunk-aware" (shuffled in windows of
            neighbours that share chunks) or "auto" (uniform where that costs at most 10 % more).
        seed: any whole number.
        epoch: number of the first pass.
        shard: (index, count) for data-parallel training. None: rank and world size of
            torch.distributed or torchrun (RANK, WORLD_SIZE), (0, 1) without them.
        workers: threads; 0: one a core. Fewer where `memory_budget` has no room for their work.
        prefetch: batches decoded ahead.
        memory_budget: bytes for batches, decoded chunks and what workers work in; a number,
            "500MB", "4GiB".
        shuffle_bytes: bytes of decoded chunks shuffled together by "chunk-aware"; 0: a quarter of
            the budget.
        dtype: "float32", "float16", "bfloat16" (torch, JAX), "uint8"; also "f2", NumPy's and
            torch's; a dict by field. None: as stored. To "uint8" values are rounded, and cut to 0
            to 255: of JPEG frames, which are float32 from 0 to 1, that leaves 0 and 1, unless
            normalize=(0, 1 / 255) makes 0 to 255 of them.
        normalize: (value - mean) / standard deviation: (mean, std), numbers or one a channel; a
            dict of them by field; the path of what `seiche stats` wrote; True: the attributes
            `mean` and `standard_deviation` of the H5 datasets.
        unpack: apply scale_factor, add_offset and _FillValue (netCDF).
        on_error: "fail": what cannot be read raises; "skip": it is left out, see skipped(), and its
            batch is shorter by it, whatever last_batch says.
        last_batch: of an epoch, if samples are left over: "keep" (a short one), "drop", "pad" (with
            the epoch's first samples).
        max_batches: end each epoch after so many.
        output: "numpy", "torch" or "jax": the kind of arrays. JAX has elements of 64 bits with
            jax_enable_x64 only: without it they are refused, unless dtype= makes smaller ones.
        container: "batch" (a mapping with more), "dict" or "tuple" (named).
        pin_memory: copy torch tensors into page-locked memory; needs CUDA.
        decode_once: share decoded chunks between samples as far as the budget reaches.

    Attributes:
        store: what it reads.
        samples: of an epoch, of all shards together.
        order: "uniform", "sequential" or "chunk-aware".
        keeps_chunks: whether all decoded chunks stay in memory: only the first pass decodes.
        shard: (index, count).

    Raises:
        FileNotFoundError, KeyError, ValueError, DataLossError: as seiche.open(); ValueError also
            for options that make no sense; MemoryError if the budget does not suffice.
    """

    def __init__(
        self,
        data: AnyPath | Sequence[AnyPath] | Store | Sequence[Store],
        batch_size: int = 1,
        *,
        dataset: str | Sequence[str] | Mapping[str, str | None] | None = None,
        window: Part | Mapping[str, Part] | None = None,
        step: int = 1,
        frame_stride: int = 1,
        crop: Mapping[str, Part] | None = None,
        random_crop: Mapping[str, int] | None = None,
        order: str = "uniform",
        seed: int = 0,
        epoch: int = 0,
        shard: tuple[int, int] | None = None,
        workers: int = 0,
        prefetch: int = 2,
        memory_budget: int | str = "4GiB",
        shuffle_bytes: int | str = 0,
        dtype: Any = None,
        normalize: Any = None,
        unpack: bool = False,
        on_error: str = "fail",
        last_batch: str = "keep",
        max_batches: int | None = None,
        output: str = "numpy",
        container: str = "batch",
        pin_memory: bool = False,
        decode_once: bool = True,
    ) -> None:
        self._native: Any = None
        self._pass: int | None = None  # the number of the pass under way
        self._last_stats: Any = None
        self._last_skipped: list[tuple[int, int, Exception]] = []
        if container not in ("batch", "dict", "tuple"):
            raise ValueError(f"container: {container!r} is none of 'batch', 'dict', 'tuple'")
        self._convert = _batch.converter(output, pin_memory)
        self._kind = (output, container, pin_memory)
        self.store: Store = _as_store(data, dataset)
        fields = list(self.store.fields.values())
        self.shard: tuple[int, int] = _launch.find_shard(shard)
        self._options = {
            "batch_size": int(batch_size),
            "windows": _options.parse_window(window),
            "step": int(step),
            "frame_stride": int(frame_stride),
            "crops": _options.parse_crops(crop, random_crop),
            "order": str(order).replace("_", "-"),
            "seed": _options.parse_seed(seed),
            "shard": list(self.shard),
            "workers": int(workers),
            "prefetch": int(prefetch),
            "memory_budget": _options.parse_bytes(memory_budget, "memory_budget"),
            "shuffle_bytes": _options.parse_bytes(shuffle_bytes, "shuffle_bytes"),
            "transforms": _options.parse_transforms(fields, dtype, normalize, unpack),
            "on_error": on_error,
            "last_batch": last_batch,
            "max_batches": -1 if max_batches is None else int(max_batches),
            "decode_once": bool(decode_once),
        }
        self._passes = 0
        # Where a native loader is to begin that is made for this one.
        self._goes_on = {"epoch": int(epoch)}
        self._start()

    def _start(self):
        """Makes the native loader: its threads begin to read."""
        place = self._goes_on
        options = dict(self._options, epoch=place["epoch"], resume=place.get("state", ""))
        native = _seiche.make_loader(self.store._native, json.dumps(options))
        description = json.loads(native.describe())
        outputs = description["outputs"]
        try:
            _check_kind(self._kind[0], outputs)
        except ValueError:
            native.close()
            raise
        self._layout = _batch.Layout(outputs, _names(outputs, list(self.store.fields.values())),
                                     self._convert)
        self._batches = description["batches"]
        self.samples: int = description["samples"]
        self.order: str = description["order"]
        self.keeps_chunks: bool = description["keeps_chunks"]
        self._epoch = place["epoch"]
        self._fresh = True  # the native loader stands where the next pass begins
        self._native = native
        self._pid = os.getpid()
        self._pass = None
        _open_loaders.add(self)

    def _here(self):
        """Makes the native loader where this process has none: after close() or fork()."""
        if self._native is not None and self._pid != os.getpid():
            self._goes_on = self._next_place()
            self._native = None
        if self._native is None:
            self._start()

    def _next_place(self):
        """Where a copy of this loader begins: at the pass to come."""
        return self._goes_on if self._pass is None else {"epoch": self._epoch + 1}

    def __iter__(self) -> Iterator[Any]:
        self._here()
        _check_kind(self._kind[0], self._layout.outputs)  # jax_enable_x64 may be off by now
        if not self._fresh:
            if self._pass is not None:
                self._epoch += 1
            self._native.start_epoch(self._epoch)
        self._goes_on = {"epoch": self._epoch}
        self._fresh = False
        self._passes += 1
        self._pass = self._passes
        return _Pass(self, self._pass, self._native, self._deliverer())

    def _deliverer(self):
        layout = self._layout
        container = self._kind[1]
        if container == "dict":
            return lambda native: _batch.Batch(native, layout).as_dict()
        if container == "tuple":
            return lambda native: _batch.Batch(native, layout).as_tuple()
        return lambda native: _batch.Batch(native, layout)

    def _finish(self):
        """The pass has come to its end: the next one is to come."""
        self._pass = None
        self._epoch += 1
        self._goes_on = {"epoch": self._epoch}

    def __len__(self) -> int:
        """Batches of a whole epoch of this shard."""
        return self._batches

    def __getitem__(self, index):
        raise TypeError("a seiche.Loader is iterated over, not indexed: it needs no DataLoader; "
                        "what goes into one is seiche.torch.IterableDataset(data, batch_size)")

    @property
    def epoch(self) -> int:
        """Number of the pass that is under way; without one, of the next to come."""
        return self._epoch

    def set_epoch(self, epoch: int) -> None:
        """Sets the number of the pass that the next `for` makes.

        Only of interest to those who count epochs themselves: each `for` goes on to the next
        number. Where the loader was to go on in the middle of this very pass (load_state_dict), it
        still does.
        """
        epoch = int(epoch)
        if epoch < 0:
            raise ValueError(f"epoch = {epoch} is negative")
        if self._fresh and epoch == self._epoch:
            return
        self._pass = None
        self._fresh = False
        self._epoch = epoch
        self._goes_on = {"epoch": epoch}

    def state_dict(self) -> dict[str, Any]:
        """Returns where to go on, a small dict that json and torch.save can write.

        The place is behind the last batch that was delivered, whatever was read ahead. When all
        shards have delivered as many batches, any one's state does for all, and their number may
        change.
        """
        if self._native is None or self._pid != os.getpid():
            return {"version": 1, **self._next_place()}
        if self._pass is None and not self._fresh:  # between two passes: where the next one begins
            self._native.start_epoch(self._epoch)
            self._fresh = True
        return {"version": 1, **self._place()}

    def _place(self):
        return {"epoch": self._epoch, "state": self._native.state()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Goes on where a state_dict() was taken: the next `for` yields the batches that follow.

        ValueError if the state belongs to another order: other data, seed, batch size, windows.
        """
        if not isinstance(state, Mapping) or state.get("version") != 1 or "epoch" not in state:
            raise ValueError("this is not the state of a seiche.Loader, or of a newer version")
        self.close()
        before = self._goes_on
        self._goes_on = {key: state[key] for key in ("epoch", "state") if key in state}
        try:
            self._start()
        except Exception:
            self._goes_on = before
            raise

    def stats(self) -> Statistics:
        """Returns the counters so far, a dict whose `summary` names the bottleneck."""
        if self._native is not None and self._pid == os.getpid():
            self._last_stats = Statistics(json.loads(self._native.statistics()),
                                          self._native.report())
        return self._last_stats

    def skipped(self) -> list[tuple[int, int, Exception]]:
        """Returns [(sample, epoch, exception), ...] of what was left out, at most 1000."""
        if self._native is not None and self._pid == os.getpid():
            self._last_skipped = [(s["sample"], s["epoch"], from_status(s["code"], s["message"]))
                                  for s in json.loads(self._native.skipped())]
        return list(self._last_skipped)

    def close(self) -> None:
        """Stops the threads. Batches stay valid; another `for` starts threads and goes on."""
        if self._native is None or self._pid != os.getpid():
            return
        self.stats()
        self.skipped()
        if self._pass is not None or self._fresh:
            self._goes_on = self._place()
        self._native.close()
        self._native = None
        self._pass = None

    def __enter__(self) -> Loader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __getstate__(self):
        left_out = ("_native", "_pass", "_convert", "_layout", "_last_stats", "_last_skipped")
        state = {key: value for key, value in self.__dict__.items() if key not in left_out}
        return dict(state, _goes_on=self._next_place())

    def __setstate__(self, state):
        self.__dict__.update(state)
        self._native = None
        self._pass = None
        self._convert = _batch.converter(self._kind[0], self._kind[2])
        self._last_stats, self._last_skipped = None, []
        self._start()

    def __repr__(self) -> str:
        arrays = ", ".join(
            f"{name}: {output['dtype']} [B, {', '.join(map(str, output['shape']))}]"
            for name, output in zip(self._layout.names, self._layout.outputs))
        return (f"<seiche.Loader {self.store.path!r}: {self.samples} samples, {self._batches} "
                f"batches of {self._options['batch_size']}, {arrays}; {self.order} order, epoch "
                f"{self._epoch}, shard {self.shard[0]} of {self.shard[1]}>")
