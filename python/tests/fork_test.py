"""fork() while a loader is at work: neither process is disturbed."""

import os
import subprocess
import sys
import threading

import numpy
import pytest

import seiche
from conftest import random_values, write


def in_child(work):
    """Runs `work` in a forked child, which has a minute; returns its exit code."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            threading.Timer(60, os._exit, (3,)).start()
            work()
            code = 0
        except BaseException as error:  # pylint: disable=broad-except
            print(repr(error), file=sys.stderr, flush=True)
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


pytestmark = [
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
    pytest.mark.skipif("tsan" in os.environ.get("LD_PRELOAD", ""),
                       reason="tsan has no threads in a child that was forked beside threads"),
]


def samples_of(iterable):
    return [batch.samples.tolist() for batch in iterable]


def test_a_child_has_a_loader_of_its_own(waves):
    loader = seiche.Loader(waves.path, 4, seed=1)
    expected = [samples_of(seiche.Loader(waves.path, 4, seed=1, epoch=e)) for e in range(3)]

    def child():
        assert samples_of(loader) == expected[0]

    assert in_child(child) == 0
    iterator = iter(loader)
    seen = [next(iterator).samples.tolist() for _ in range(2)]

    def child_in_the_middle():
        with pytest.raises(RuntimeError, match="fork"):
            next(iterator)
        assert samples_of(loader) == expected[1]
        assert samples_of(loader) == expected[2]

    assert in_child(child_in_the_middle) == 0
    assert seen + samples_of(iterator) == expected[0]


def test_a_child_may_drop_all_it_inherits(waves):
    for _ in range(20):
        loader = seiche.Loader(waves.path, 1, workers=4)
        held = [batch for _, batch in zip(range(3), loader)]
        arrays = [batch["images"] for batch in held]

        def child():
            nonlocal loader, held, arrays
            assert arrays[0].sum() == waves.values[held[0].samples[0]].sum()
            loader.close()
            loader = held = arrays = None

        assert in_child(child) == 0
        assert sum(1 for _ in loader) == 24


def test_a_store_reads_in_a_child(waves):
    store = seiche.open(waves.path)
    assert in_child(lambda: (store[3] == waves.values[3]).all() or 1 / 0) == 0


def test_fork_while_libhdf5_reads(tmp_path):
    # scaleoffset is a filter of libhdf5's own: threads of the loader are in the library most of the
    # time, one after the other.
    values = numpy.random.default_rng(0).integers(0, 1000, (40, 30, 40, 40), numpy.int32)
    write(tmp_path / "slow.h5", values, chunks=(1, 30, 40, 40), scaleoffset=10)
    store = seiche.open(tmp_path / "slow.h5")
    assert store.slow_reason
    loader = seiche.Loader(store, 1, workers=3)
    for number, batch in enumerate(loader):
        if number % 4 == 0:
            assert in_child(lambda: (store[3] == values[3]).all() or 1 / 0) == 0
        assert (batch["images"][0] == values[batch.samples[0]]).all()


DAEMON = """
import seiche, sys, threading, time
# One batch for which a large chunk is decoded 1000 times: many seconds.
loader = seiche.Loader(sys.argv[1], 1000, window=1, workers=1, prefetch=1, decode_once=False)
threading.Thread(target=lambda: next(iter(loader)), daemon=True).start()
while not loader._passes:
    time.sleep(0.01)
time.sleep(0.1)
print("ends", flush=True)
"""


def test_the_program_ends_while_a_daemon_thread_waits(tmp_path):
    write(tmp_path / "large.h5", random_values((1, 1000, 32, 64)), chunks=(1, 1000, 32, 64),
          compression="gzip", compression_opts=1)
    for _ in range(3):
        done = subprocess.run([sys.executable, "-c", DAEMON, str(tmp_path / "large.h5")],
                              timeout=60, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, "ends\n", "")


def test_the_program_ends_while_a_loader_is_at_work(waves):
    program = ("import seiche, sys; loader = seiche.Loader(sys.argv[1], 1, workers=4);"
               "batch = next(iter(loader)); print(batch.size)")
    done = subprocess.run([sys.executable, "-c", program, waves.path], timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "1\n", "")
