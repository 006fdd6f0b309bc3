"""seiche.h5: h5py reads and writes swell, and seiche reads what h5py wrote."""

import subprocess
import sys

import h5py
import numpy
import pytest

import seiche
import seiche.h5

T, H, W = 12, 20, 24


def smooth(dtype):
    t, y, x = numpy.ogrid[:T, :H, :W]
    values = numpy.stack([numpy.sin(0.1 * t + 0.2 * y + k) * numpy.cos(0.15 * x) for k in range(5)])
    return (values if numpy.dtype(dtype).kind == "f" else 50 + 40 * values).astype(dtype)


def write(path, values, chunks=(1, T, H, W), **options):
    with h5py.File(path, "w") as file:
        file.create_dataset("images", data=values, chunks=chunks, **options)


def read(path):
    with h5py.File(path) as file:
        return file["images"][...]


@pytest.mark.parametrize("dtype", ["f4", "f8", "f2", "u1", "i2", "i4", "u8", ">f4", ">i2"])
@pytest.mark.parametrize("level", ["fast", "small", "smallest"])
def test_lossless_is_bit_for_bit(tmp_path, dtype, level):
    values = smooth(dtype)
    write(tmp_path / "a.h5", values, **seiche.h5.codec(level=level))
    numpy.testing.assert_array_equal(read(tmp_path / "a.h5"), values)
    numpy.testing.assert_array_equal(seiche.open(tmp_path / "a.h5")[:], values)


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("bound", [1e-2, 1e-4])
def test_bounds_hold_and_save_space(tmp_path, dtype, bound):
    values = smooth(dtype)
    sizes = []
    for options in (seiche.h5.codec(), seiche.h5.codec(bound=bound)):
        write(tmp_path / "a.h5", values, **options)
        with h5py.File(tmp_path / "a.h5") as file:
            sizes.append(file["images"].id.get_storage_size())
    assert sizes[1] < sizes[0] < values.nbytes
    decoded = read(tmp_path / "a.h5")
    assert 0 < numpy.abs(decoded - values).max() <= bound
    numpy.testing.assert_array_equal(seiche.open(tmp_path / "a.h5")[:], decoded)
    loader = seiche.Loader(tmp_path / "a.h5", 2, window=3)
    for batch in loader:
        for row, sample in enumerate(batch.samples):
            sequence, first = divmod(int(sample), T - 2)
            numpy.testing.assert_array_equal(batch.array[row], decoded[sequence, first:first + 3])


def test_relative_bounds(tmp_path):
    values = smooth("f4") * 1000
    write(tmp_path / "a.h5", values, **seiche.h5.codec(relative=1e-3, level="fast"))
    assert 0 < numpy.abs(read(tmp_path / "a.h5") - values).max() <= 1e-3 * 2000


@pytest.mark.parametrize("chunks", [(2, 5, 7, 24), (1, 1, H, W), (5, T, H, W), True])
def test_chunks_of_other_shapes(tmp_path, chunks):
    values = smooth("f4")
    write(tmp_path / "a.h5", values, chunks=chunks, shuffle=False, **seiche.h5.codec())
    numpy.testing.assert_array_equal(read(tmp_path / "a.h5"), values)
    numpy.testing.assert_array_equal(seiche.open(tmp_path / "a.h5")[:], values)


def test_the_file_says_what_was_asked_for(tmp_path):
    write(tmp_path / "a.h5", smooth("f4"), **seiche.h5.codec(bound=1e-4, level="fast", frames=10))
    assert seiche.open(tmp_path / "a.h5").filters[0].startswith("swell:fast,abs=")
    with h5py.File(tmp_path / "a.h5") as file:
        number, _, values, _ = file["images"].id.get_create_plist().get_filter(0)
    assert number == seiche.h5.ID and values[-4:] == (1, T, H, W)


def test_damage_is_an_error_of_h5pys(tmp_path):
    write(tmp_path / "a.h5", smooth("f4"), **seiche.h5.codec())
    with h5py.File(tmp_path / "a.h5") as file:
        chunk = file["images"].id.get_chunk_info(2)
    with open(tmp_path / "a.h5", "r+b") as file:
        file.seek(chunk.byte_offset + chunk.size // 2)
        byte = file.read(1)[0]
        file.seek(chunk.byte_offset + chunk.size // 2)
        file.write(bytes([byte ^ 8]))
    with pytest.raises(OSError), h5py.File(tmp_path / "a.h5") as file:
        file["images"][2]
    with pytest.raises(seiche.DataLossError, match=r"chunk \(2, 0, 0, 0\)"):
        seiche.open(tmp_path / "a.h5")[2]


def test_a_bound_on_unknown_elements_is_refused(tmp_path):
    with pytest.raises((ValueError, OSError)):
        write(tmp_path / "a.h5", smooth(">f4"), **seiche.h5.codec(bound=1e-3))


@pytest.mark.parametrize("options", [
    {"bound": 1, "relative": 1}, {"bound": 0}, {"bound": -1}, {"bound": float("nan")},
    {"level": "tiny"}, {"frames": 0}, {"relative": float("inf")}], ids=str)
def test_options_that_make_no_sense(options):
    with pytest.raises(ValueError):
        seiche.h5.codec(**options)


def test_without_the_import_h5py_does_not_read_it(tmp_path):
    write(tmp_path / "a.h5", smooth("f4"), **seiche.h5.codec())
    program = ("import h5py, sys\nfile = h5py.File(sys.argv[1])\n"
               "try:\n    file['images'][0]\n    print('read')\nexcept OSError:\n    print('not')\n"
               "import seiche.h5\nprint(file['images'][0].shape)")
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path / "a.h5")], timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    assert done.stdout == f"not\n({T}, {H}, {W})\n", done.stderr
