"""`seiche advise`: how fast this machine reads a file as it is, and how fast in other layouts."""

import argparse
import concurrent.futures
import contextlib
import glob
import json
import os
import re
import shlex
import signal
import statistics
import sys
import tempfile
import time

from seiche import _seiche
from seiche._loader import Loader
from seiche._options import add_sample_arguments, parse_bytes
from seiche._store import open as open_store

# Name, codecs as `seiche convert --codec` takes them; chunks are one sequence each.
LAYOUTS = (
    ("one chunk a sequence, lzf", "lzf"),
    ("one chunk a sequence, shuffle + deflate 4", "shuffle,deflate:4"),
    ("one chunk a sequence, shuffle + zstd 3", "shuffle,zstd:3"),
    ("one chunk a sequence, swell fast", "swell:fast"),
    ("one chunk a sequence, no codec", "none"),
)


class Layout:
    """A way to store the field, and what was measured of it."""

    def __init__(self, name, codec):
        self.name = name
        self.codec = codec  # None: as the file is
        self.bytes_per_sequence = 0
        self.rates = []  # samples a second, of each round

    @property
    def rate(self):
        """Samples a second, the median of the rounds."""
        return statistics.median(self.rates)


def budget(args, field, part):
    """Returns the memory budget for a part of the field's sequences.

    As much smaller as the part is: else all of a small excerpt would stay decoded in memory, which
    the whole file may not. Some batches have to fit.
    """
    sequence = field.nbytes // field.shape[0]
    return max(int(parse_bytes(args.memory_budget, "--memory-budget") * part),
               8 * args.batch_size * sequence)


def measure(store, args, seed, memory_budget, max_batches):
    """Returns samples a second of a Loader, from its construction on.

    Whole epochs of at most max_batches are counted, until args.seconds are over: what was read
    ahead when the clock started or stopped would count for nothing, or twice.
    """
    samples, start = 0, time.perf_counter()
    with Loader(store, args.batch_size, window=args.window or None, order=args.order, seed=seed,
                workers=args.workers, memory_budget=memory_budget,
                max_batches=max_batches) as loader:
        while time.perf_counter() - start < args.seconds:
            samples += sum(batch.size for batch in loader)
        return samples / (time.perf_counter() - start)


class Interrupted(BaseException):
    """A signal came that ends the program: its number."""


@contextlib.contextmanager
def scratch_folder(parent):
    """Yields a folder that is removed in the end, and before a signal ends the program."""
    def stop(number, _):
        signal.signal(number, signal.SIG_DFL)  # a second one ends it at once
        raise Interrupted(number)

    caught = [number for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
              if signal.getsignal(number) is not signal.SIG_IGN]
    try:
        for number in caught:
            signal.signal(number, stop)
        with tempfile.TemporaryDirectory(prefix="seiche-advise-", dir=parent) as folder:
            yield folder
    except Interrupted as error:
        os.kill(os.getpid(), error.args[0])
        os._exit(128 + error.args[0])  # the first process of a container lives on
    finally:
        for number in caught:
            signal.signal(number, signal.SIG_DFL)


def write_excerpt(*arguments):
    """Calls _seiche.write_excerpt in a thread of its own, so that signals end the wait for it."""
    writer = concurrent.futures.ThreadPoolExecutor(1)
    writer.submit(_seiche.write_excerpt, *arguments).result()


def wildcard(path):
    """Returns where the first wildcard is if seiche.open() takes the path for a pattern, or -1."""
    found = re.search(r"[*?[]", path)
    return found.start() if found and not os.path.lexists(path) else -1


def matching_paths(path):
    """Returns what a pattern matches, as seiche.open() does; other paths as they are."""
    if wildcard(path) < 0:
        return [path]
    found = sorted(name for name in glob.glob(path) if ".partial-" not in os.path.basename(name))
    return found or [path]


def stored_bytes(path, name):
    """Returns the bytes that a field takes in its files; 0 if they are not known."""
    printed, total = [], 0
    paths = matching_paths(os.path.expanduser(path))
    _seiche.run([b"inspect", *map(os.fsencode, paths), b"--json"], printed.append)
    if not printed:
        return 0
    for store in json.loads("".join(printed))["stores"]:
        sizes = [field.get("stored_bytes") for field in store["fields"] if field["name"] == name]
        if not sizes or not sizes[0]:
            return 0
        total += sizes[0]
    return total


def excerpt_sequences(field, args):
    """Returns how many sequences are written anew: as many as fit into args.excerpt bytes."""
    count = parse_bytes(args.excerpt, "--excerpt") // max(1, field.nbytes // field.shape[0])
    return max(1, min(field.shape[0], count))


def split_codecs(text):
    """Returns the list of specs that the writer takes."""
    return [] if text == "none" else [spec.encode() for spec in text.split(",")]


def run(args):
    """Returns the layouts, measured; today's first."""
    store = open_store(args.path, args.dataset)
    field = store.field
    if not field.axes.startswith("N"):
        raise ValueError(f"advise takes sequences (axes N...), not {field.axes}")
    today = Layout("as it is", None)
    today.bytes_per_sequence = stored_bytes(args.path, field.name) / field.shape[0]
    layouts = [today] + [Layout(*layout) for layout in LAYOUTS]
    count = excerpt_sequences(field, args)
    with scratch_folder(args.scratch) as folder:
        stores = [(store, budget(args, field, 1))]
        for number, layout in enumerate(layouts[1:]):
            path = os.path.join(folder, f"{number}.h5")
            write_excerpt(store._native, 0, count, os.fsencode(path), (1, *field.shape[1:]),
                          split_codecs(layout.codec))
            layout.bytes_per_sequence = stored_bytes(path, field.name) / count
            stores.append((open_store(path, field.name, axes=field.axes),
                           budget(args, field, count / field.shape[0])))
        # As many batches of every layout as the excerpts' sequences make.
        batches = -(-count // args.batch_size)
        # Side by side, round after round: what else the machine does hits all of them.
        for seed in range(args.rounds):
            for layout, (excerpt, memory) in zip(layouts, stores):
                layout.rates.append(measure(excerpt, args, seed, memory, batches))
    return layouts


def target_path(path):
    """Returns where the advised file goes: of a pattern's files beside the folder that has them.

    In it the pattern might match the new file too.
    """
    first = wildcard(path)
    if first >= 0:
        return os.path.abspath(os.path.dirname(path[:first])) + ".fast.h5"
    return os.path.splitext(path.rstrip("/"))[0] + ".fast.h5"


def verdict(layouts, args):
    """Returns what to do, as text."""
    today = layouts[0]
    best = max(layouts[1:], key=lambda layout: layout.rate)
    if best.rate < 1.1 * today.rate:
        return "Leave the file as it is: no layout that was tried is read 10 % faster."
    # Of those that are nearly as fast, the smallest.
    choice = min((layout for layout in layouts[1:] if layout.rate >= 0.9 * best.rate),
                 key=lambda layout: layout.bytes_per_sequence)
    command = ["seiche", "convert", args.path, target_path(args.path), "--chunks", "manual",
               "--codec", choice.codec]
    if args.dataset:
        command += ["--field", args.dataset]
    size = ""
    if today.bytes_per_sequence:
        size = f", {choice.bytes_per_sequence / today.bytes_per_sequence:.2f} times the size"
    return (f"{choice.name}: {choice.rate / today.rate:.1f} times as many samples a second{size}."
            f"\n    {shlex.join(command)}")


def table(layouts):
    """Returns the layouts as text."""
    lines = [f"{'layout':44} {'samples/s':>10} {'spread':>7} {'MB/sequence':>12}"]
    for layout in layouts:
        spread = (max(layout.rates) - min(layout.rates)) / layout.rate
        lines.append(f"{layout.name:44} {layout.rate:10.1f} {spread:7.0%} "
                     f"{layout.bytes_per_sequence / 1e6:12.3f}")
    return "\n".join(lines)


def parser():
    """Returns the command line."""
    result = argparse.ArgumentParser(
        prog="seiche advise", description="Measures for some seconds how many samples a second "
        "this machine loads from a file as it is, and from its first sequences in other layouts, "
        "all in the page cache; says what to change.")
    add_sample_arguments(result, "HDF5 file, folder of JPEG frames, or pattern of files")
    result.add_argument("--order", default="uniform", help="of the samples, as in seiche.Loader")
    result.add_argument("--workers", type=int, default=0, help="threads; 0: one a core")
    result.add_argument("--memory-budget", default="4GiB", help="as in seiche.Loader")
    result.add_argument("--excerpt", default="256MiB", help="decoded bytes that are written anew")
    result.add_argument("--scratch", help="folder for them; they are removed in the end")
    result.add_argument("--seconds", type=float, default=2, help="of each measurement")
    result.add_argument("--rounds", type=int, default=3, help="measurements of each layout")
    result.add_argument("--json", action="store_true", help="print JSON")
    return result


def main(arguments):
    """Runs the command and returns its exit code."""
    args = parser().parse_args(arguments)
    if min(args.batch_size, args.rounds) < 1 or min(args.window, args.workers) < 0:
        print("seiche: error: --batch-size and --rounds are at least 1", file=sys.stderr)
        return 2
    try:
        layouts = run(args)
    except (OSError, KeyError, ValueError, MemoryError) as error:
        print(f"seiche: error: {error}", file=sys.stderr)
        return 1
    if args.json:
        print(json.dumps({"layouts": [
            {"name": layout.name, "codec": layout.codec, "samples_per_second": layout.rates,
             "bytes_per_sequence": layout.bytes_per_sequence} for layout in layouts],
            "advice": verdict(layouts, args)}, indent=2))
    else:
        print(f"{table(layouts)}\n\n{verdict(layouts, args)}")
    return 0
