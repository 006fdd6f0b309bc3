"""Reads the experiment's files the way the published comparison did: h5py, pillow and PyTorch.

    python python_stack.py JOB.json RESULT.json

JOB.json: {"workers": [1, 2], "cache": "warm", "variants": [{"id": "jpeg", "kind": "jpeg", "paths":
["..."], "batch_size": 10, "repeats": [[5, 0, ...], ...]}, ...]}. "paths" are one folder of JPEG
folders, or HDF5 files whose sequences follow one another; each list of "repeats" is the sequences
to read, in order. RESULT.json: {"versions": {...}, "variants": [{"id": "jpeg", "reads":
[{"workers": 1, "seconds": [0.03, ...], "cache_verified": true}, ...]}, ...]}, seconds a sequence.

The first list of "repeats" is read before the clock starts: it starts the worker processes. Before
each of the others the files are read into the page cache, or dropped from it ("cold").
"""

import ctypes
import json
import mmap
import os
import sys
import time

import h5py
import numpy
import PIL
import PIL.Image
import torch
import torch.utils.data


class JpegSequences(torch.utils.data.Dataset):
    """One folder of JPEG files a sequence."""

    def __init__(self, folder):
        self.folders = [
            os.path.join(folder, name) for name in sorted(os.listdir(folder))
        ]

    def __len__(self):
        return len(self.folders)

    def __getitem__(self, index):
        folder = self.folders[index]
        frames = []
        for name in sorted(os.listdir(folder)):
            with PIL.Image.open(os.path.join(folder, name)) as image:
                frames.append(numpy.asarray(image.convert("L"), dtype=numpy.float32))
        return torch.from_numpy(numpy.stack(frames) * numpy.float32(1 / 255))


class Hdf5Sequences(torch.utils.data.Dataset):
    """H5 datasets `images`, one after the other; opened by each process for itself."""

    def __init__(self, paths):
        self.paths = paths
        self.files = None
        self.places = []
        for number, path in enumerate(paths):
            with h5py.File(path, "r") as file:
                self.places += [(number, i) for i in range(len(file["images"]))]

    def __len__(self):
        return len(self.places)

    def __getitem__(self, index):
        if self.files is None:
            self.files = [h5py.File(path, "r")["images"] for path in self.paths]
        number, place = self.places[index]
        return torch.from_numpy(self.files[number][place])


class ListSampler(torch.utils.data.Sampler):
    """Gives the indices of `order`, which changes from epoch to epoch."""

    def __init__(self):
        self.order = []

    def __iter__(self):
        return iter(self.order)

    def __len__(self):
        return len(self.order)


def all_files(paths):
    """The paths, with the files of folders in place of these."""
    for path in paths:
        if os.path.isdir(path):
            for folder, _, names in os.walk(path):
                yield from (os.path.join(folder, name) for name in names)
        else:
            yield path


LIBC = ctypes.CDLL(None, use_errno=True)


def resident_pages(descriptor, size):
    """Returns (pages in the page cache, all pages) of an open file."""
    flags = numpy.zeros((size + mmap.PAGESIZE - 1) // mmap.PAGESIZE, numpy.uint8)
    with mmap.mmap(descriptor, size, prot=mmap.PROT_READ) as mapping:
        memory = numpy.frombuffer(mapping, numpy.uint8)
        result = LIBC.mincore(
            ctypes.c_void_p(memory.ctypes.data),
            ctypes.c_size_t(size),
            ctypes.c_void_p(flags.ctypes.data),
        )
        del memory  # or the mapping cannot be closed
    if result != 0:
        raise OSError(ctypes.get_errno(), "mincore")
    return int(numpy.count_nonzero(flags & 1)), len(flags)


def prepare_cache(paths, state):
    """Reads the files into the page cache, or drops them; returns whether that was found done."""
    resident = pages = 0
    for path in all_files(paths):
        with open(path, "rb", buffering=0) as file:
            size = os.fstat(file.fileno()).st_size
            if size == 0:
                continue
            if state == "cold":
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            else:
                while file.read(1 << 20):
                    pass
            found = resident_pages(file.fileno(), size)
            resident += found[0]
            pages += found[1]
    wanted = 0 if state == "cold" else pages
    return abs(resident - wanted) <= 0.001 * pages


def measure(dataset, variant, workers, cache):
    sampler = ListSampler()
    loader = torch.utils.data.DataLoader(
        dataset,
        batch_size=variant["batch_size"],
        sampler=sampler,
        num_workers=workers,
        persistent_workers=True,
    )
    seconds = []
    verified = True
    for number, order in enumerate(variant["repeats"]):
        if number > 0:
            verified = prepare_cache(variant["paths"], cache) and verified
        sampler.order = order
        start = time.perf_counter()
        count = sum(len(batch) for batch in loader)
        seconds.append((time.perf_counter() - start) / count)
        assert count == len(order)
    return {"workers": workers, "seconds": seconds[1:], "cache_verified": verified}


def main():
    job_path, result_path = sys.argv[1:]
    with open(job_path, encoding="utf-8") as file:
        job = json.load(file)
    torch.set_num_threads(1)
    variants = []
    for variant in job["variants"]:
        paths = variant["paths"]
        dataset = JpegSequences(paths[0]) if variant["kind"] == "jpeg" else Hdf5Sequences(paths)
        reads = []
        for workers in job["workers"]:
            print(f"python stack: {variant['id']}, workers: {workers}", file=sys.stderr, flush=True)
            reads.append(measure(dataset, variant, workers, job["cache"]))
        variants.append({"id": variant["id"], "reads": reads})
    result = {
        "versions": {
            "python": sys.version.split()[0],
            "h5py": h5py.__version__,
            "hdf5": h5py.version.hdf5_version,
            "pillow": PIL.__version__,
            "numpy": numpy.__version__,
            "torch": torch.__version__,
        },
        "variants": variants,
    }
    with open(result_path, "w", encoding="utf-8") as file:
        json.dump(result, file, indent=2)


if __name__ == "__main__":
    main()
