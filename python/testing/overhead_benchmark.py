#!/usr/bin/env python3
"""What a batch costs in Python: CPU time of the consumer's thread for tiny batches.

    overhead_benchmark.py [--output torch]

Needs the package, NumPy and h5py. BM_TinyBatches of //loader:loader_benchmark is the same loop in
C++: the difference is what Python adds to a batch.
"""

import argparse
import os
import tempfile
import time

import h5py
import numpy

import seiche

BATCHES = 100_000
REPEATS = 5

LOOPS = {
    "for batch in loader": ("batch", lambda batch: None),
    'batch["images"]': ("batch", lambda batch: batch["images"]),
    'container="dict"': ("dict", lambda batch: None),
    'container="tuple"': ("tuple", lambda batch: None),
}


def measure(path, output, container, use):
    """Returns (CPU, wall) microseconds a batch, the least of several epochs."""
    loader = seiche.Loader(path, 1, order="sequential", workers=1, prefetch=8, output=output,
                           container=container)
    least = (float("inf"), float("inf"))
    with loader:
        for _ in range(REPEATS):
            cpu, wall = time.thread_time(), time.perf_counter()
            for batch in loader:
                use(batch)
            times = time.thread_time() - cpu, time.perf_counter() - wall
            least = tuple(min(pair) for pair in zip(least, times))
    return [1e6 * seconds / BATCHES for seconds in least]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", default="numpy", choices=["numpy", "torch", "jax"])
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "tiny.h5")
        with h5py.File(path, "w") as file:
            file.create_dataset("images", data=numpy.zeros((BATCHES, 1, 4, 4), numpy.float32),
                                chunks=(1000, 1, 4, 4))
        print(f"{'loop':24}{'CPU us a batch':>16}{'wall us':>10}")
        for name, (container, use) in LOOPS.items():
            cpu, wall = measure(path, args.output, container, use)
            print(f"{name:24}{cpu:16.2f}{wall:10.2f}")


if __name__ == "__main__":
    main()
