"""The wheel: what is in it, what it needs, and what it does to others."""

import ctypes
import os
import re
import subprocess
import sys
import zipfile

import pytest

import seiche
from conftest import SANITIZED

WHEEL = os.environ["SEICHE_WHEEL"]


def run(program, *arguments):
    done = subprocess.run([sys.executable, "-c", program, *arguments], timeout=120,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_size_name_and_metadata():
    assert SANITIZED or os.path.getsize(WHEEL) < 8_000_000
    assert re.fullmatch(r"seiche-[\d.]+-cp310-abi3-manylinux_2_\d+_(x86_64|aarch64)\.whl",
                        os.path.basename(WHEEL))
    with zipfile.ZipFile(WHEEL) as wheel:
        names = wheel.namelist()
        info = f"seiche-{seiche.__version__}.dist-info"
        metadata = wheel.read(f"{info}/METADATA").decode()
        record = wheel.read(f"{info}/RECORD").decode().splitlines()
    assert re.findall(r"(?m)^Requires-Dist: (.*)$", metadata) == ["numpy>=1.22"]
    assert {line.split(",")[0] for line in record} == set(names)
    assert {"seiche/py.typed", "seiche/_seiche.pyi", f"{info}/licenses/LICENSE"} <= set(names)
    assert {n.date_time for n in zipfile.ZipFile(WHEEL).infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_module_needs_no_library_and_shows_one_symbol():
    with open(seiche._seiche.__file__, "rb") as file:
        data = file.read()
    for other in (b"libstdc++.so", b"libhdf5.so", b"libz.so"):
        assert other not in data
    module = ctypes.CDLL(seiche._seiche.__file__)
    assert hasattr(module, "PyInit__seiche")
    for symbol in ("H5Fopen", "H5open", "inflate", "jpeg_std_error", "ZSTD_compress"):
        assert not hasattr(module, symbol)


ORDERS = {
    "h5py first": "import h5py, seiche",
    "seiche first": "import seiche, h5py",
}


@pytest.mark.parametrize("imports", ORDERS.values(), ids=ORDERS.keys())
def test_h5py_keeps_its_own_libhdf5(imports, waves, tmp_path):
    text = run(imports + """
import sys, numpy
assert h5py.version.hdf5_version_tuple != (1, 14, 5), "the test would tell nothing"
version = h5py.version.hdf5_version
with h5py.File(sys.argv[2], "w") as file:
    file.create_dataset("a", data=numpy.arange(100), chunks=(10,), compression="gzip")
for _ in range(3):
    with h5py.File(sys.argv[1]) as file:
        values = file["images"][...]
    for batch in seiche.Loader(sys.argv[1], 5):
        assert numpy.array_equal(batch["images"], values[batch.samples])
    with h5py.File(sys.argv[2]) as file:
        assert numpy.array_equal(file["a"][...], numpy.arange(100))
assert h5py.version.hdf5_version == version
print("fine")
""", waves.path, str(tmp_path / "other.h5"))
    assert text == "fine\n"


def test_imports_nothing_heavy():
    loaded = run("import sys, seiche; print(*sys.modules)").split()
    assert not {"torch", "jax", "h5py", "asyncio", "multiprocessing"} & set(loaded)


def test_every_public_name_is_documented():
    for name in seiche.__all__:
        thing = getattr(seiche, name)
        assert thing.__doc__, name
        for member, value in vars(thing).items() if isinstance(thing, type) else ():
            if not member.startswith("_"):
                assert value.__doc__, f"{name}.{member}"
