#!/usr/bin/env python3
"""Learns how waves go on, with NumPy alone.

    numpy_only.py waves.h5 [--epochs 2] [--batch-size 8]

A frame is predicted from the two before it: next = a * last + b * before + c * laplacian(last). For
waves a is near 2 and b near -1. The coefficients are those of least squares over all windows,
summed up batch by batch.
"""

import argparse

import numpy

import seiche


def laplacian(frames):
    """Returns the five-point Laplacian of frames [..., H, W]; the edges repeat."""
    padded = numpy.pad(frames, [(0, 0)] * (frames.ndim - 2) + [(1, 1), (1, 1)], mode="edge")
    neighbours = (padded[..., 2:, 1:-1] + padded[..., :-2, 1:-1] +
                  padded[..., 1:-1, 2:] + padded[..., 1:-1, :-2])
    return neighbours - 4 * frames


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--batch-size", type=int, default=8)
    args = parser.parse_args()

    # Windows of three frames; chunks are decoded once for all that share them.
    loader = seiche.Loader(args.path, args.batch_size, window={"past": 2, "next": 1}, order="auto")
    print(loader)
    for _ in range(args.epochs):
        normal, right = numpy.zeros((3, 3)), numpy.zeros(3)
        for batch in loader:
            before, last = batch["past"][:, 0], batch["past"][:, 1]
            terms = numpy.stack([last, before, laplacian(last)]).reshape(3, -1).astype(float)
            normal += terms @ terms.T
            right += terms @ batch["next"].reshape(-1)
        a, b, c = numpy.linalg.solve(normal, right)
        print(f"next = {a:.4f} last + {b:.4f} before + {c:.4f} laplacian")
    print(loader.stats().summary)


if __name__ == "__main__":
    main()
