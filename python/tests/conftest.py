"""Files to test with, written by h5py, and what they hold."""

import os

import h5py
import numpy
import pytest

# Whether the module was built with a sanitizer: larger, and slow to give memory back.
SANITIZED = "san.so" in os.environ.get("LD_PRELOAD", "")


class Waves:
    """An HDF5 file with one H5 dataset `images`, and its values."""

    def __init__(self, path, values):
        self.path = str(path)
        self.values = values


def write(path, values, name="images", **options):
    with h5py.File(path, "a") as file:
        file.create_dataset(name, data=values, **options)


def random_values(shape, seed=0):
    """float32 in [0, 1) of which a third is 0, so that codecs have something to do."""
    values = numpy.random.default_rng(seed).random(shape, numpy.float32)
    return numpy.where(values < 1 / 3, numpy.float32(0), values)


@pytest.fixture(scope="session")
def waves(tmp_path_factory):
    """24 sequences of 12 frames of 8 x 10, a sequence a chunk."""
    path = tmp_path_factory.mktemp("waves") / "waves.h5"
    values = random_values((24, 12, 8, 10))
    write(path, values, chunks=(1, 12, 8, 10), compression="lzf")
    return Waves(path, values)


@pytest.fixture
def damaged(tmp_path, waves):
    """Like `waves`, with a checksum a chunk and chunk (5,0,0,0) damaged."""
    path = tmp_path / "damaged.h5"
    write(path, waves.values, chunks=(1, 12, 8, 10), fletcher32=True)
    with h5py.File(path) as file:
        chunk = file["images"].id.get_chunk_info_by_coord((5, 0, 0, 0))
    with open(path, "r+b") as file:
        file.seek(chunk.byte_offset + 100)
        byte = file.read(1)[0]
        file.seek(chunk.byte_offset + 100)
        file.write(bytes([byte ^ 1]))
    return Waves(path, waves.values)
