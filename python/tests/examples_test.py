"""examples/python and the README's code, run as they are."""

import importlib.util
import pathlib
import re
import shutil
import subprocess
import sys

import numpy
import pytest

from conftest import write
from well_files import write_dataset

ROOT = pathlib.Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "python"
READMES = [ROOT / "python" / "README.md", ROOT / "README.md"]


def standing_wave(sequences, frames, height, width):
    """[N,T,H,W]: standing waves of several lengths and phases in a tank."""
    n, t, y, x = numpy.ogrid[:sequences, :frames, :height, :width]
    modes = numpy.cos(numpy.pi * (1 + n % 3) * (x + 0.5) / width) * numpy.cos(
        numpy.pi * (n % 2) * (y + 0.5) / height)
    return (modes * numpy.cos(0.2 * t * (1 + n % 3) + n)).astype(numpy.float32)


@pytest.fixture(scope="module")
def tank(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tank")
    write(folder / "waves.h5", standing_wave(12, 24, 12, 16), chunks=(1, 24, 12, 16),
          compression="lzf")
    return folder


def needs(package):
    missing = importlib.util.find_spec(package) is None
    return pytest.mark.skipif(
        missing, reason=f"{package} is not installed: tools/python_full_tests")


def run(example, *arguments):
    done = subprocess.run([sys.executable, str(EXAMPLES / example), *map(str, arguments)],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300,
                          check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def blocks():
    return [block for readme in READMES for block in re.findall(
        r"(?s)<!-- example -->\n```python\n(.*?)```", readme.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("block", range(len(blocks())))
def test_readme(tank, tmp_path, monkeypatch, block):
    shutil.copy(tank / "waves.h5", tmp_path)
    monkeypatch.chdir(tmp_path)
    trained = []
    exec(blocks()[block], {"train": lambda *arrays: trained.append(len(arrays[0]))})
    assert trained or "train(" not in blocks()[block]


def test_the_readmes_have_examples():
    texts = [readme.read_text(encoding="utf-8") for readme in READMES]
    assert all("<!-- example -->" in text for text in texts)
    assert sum(text.count("```python") for text in texts) == len(blocks())


def test_numpy_only(tank):
    text = run("numpy_only.py", tank / "waves.h5", "--epochs", 2)
    a, b = map(float, re.findall(r"next = ([-\d.]+) last \+ ([-\d.]+) before", text)[1])
    assert abs(a - 2) < 0.1 and abs(b + 1) < 0.1
    assert "of" in text.splitlines()[-1]


@needs("torch")
def test_train_waves_goes_on_to_the_same_model(tank, tmp_path):
    import torch
    whole, parts = tmp_path / "whole.pt", tmp_path / "parts.pt"
    run("train_waves.py", tank / "waves.h5", "--checkpoint", whole, "--epochs", 2)
    run("train_waves.py", tank / "waves.h5", "--checkpoint", parts, "--epochs", 2,
        "--stop-after", 7)
    text = run("train_waves.py", tank / "waves.h5", "--checkpoint", parts, "--epochs", 2,
               "--stop-after", 33)
    assert "goes on in epoch 0" in text and "stopped after 33" in text
    assert "goes on in epoch 1" in run(
        "train_waves.py", tank / "waves.h5", "--checkpoint", parts, "--epochs", 2)
    whole, parts = (torch.load(path, weights_only=True)["model"] for path in (whole, parts))
    assert whole.keys() == parts.keys()
    for name, weights in whole.items():
        assert torch.equal(weights, parts[name])


@needs("jax")
def test_jax_loop(tank):
    text = run("jax_loop.py", tank / "waves.h5", "--epochs", 2)
    first, second = map(float, re.findall(r"loss ([\d.]+)", text))
    assert second <= first + 1e-3


@needs("torch")
@needs("yaml")
def test_well_drop_in(tmp_path):
    text = run("well_drop_in.py", write_dataset(tmp_path), "--epochs", 3)
    assert text.startswith("tank: 31 samples of 8 channels on (6, 5)")
    losses = [float(loss) for loss in re.findall(r"mean loss ([\d.]+)", text)]
    assert losses[2] < losses[0]
