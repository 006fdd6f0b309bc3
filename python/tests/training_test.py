"""experiments/training: the network, its report, and that losses which differ end the program."""

import importlib.util
import json
import pathlib
import subprocess
import sys

import h5py
import pytest

from conftest import random_values, write

MACHINE = {"cpu_model": "a processor", "cores": 2, "memory_bytes": 25_000_000_000,
           "system": "Linux 6.1"}
TRAINING = pathlib.Path(__file__).parents[2] / "experiments" / "training"


def load(name):
    spec = importlib.util.spec_from_file_location(name, TRAINING / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(script, *arguments):
    return subprocess.run([sys.executable, str(TRAINING / script), *map(str, arguments)],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300,
                          check=False)


@pytest.fixture
def job(tmp_path):
    write(tmp_path / "waves.h5", random_values((6, 9, 16, 12)), chunks=(1, 9, 16, 12),
          compression="lzf")
    readers = ["memory", "h5py", "h5py 2", "seiche 1"]
    path = tmp_path / "job.json"
    path.write_text(json.dumps({
        "past": 3, "batch_size": 4, "seed": 1, "repeats": 2, "machine": MACHINE,
        "build_mode": "opt",
        "files": [{"id": "manual_lzf", "path": str(tmp_path / "waves.h5"), "batches": 5,
                   "readers": readers}]}))
    return path


def test_all_readers_train_alike(job, tmp_path):
    pytest.importorskip("torch", reason="torch is not installed: tools/python_full_tests")
    done = run("training.py", job, tmp_path / "result.json")
    assert done.returncode == 0, done.stderr
    result = json.loads((tmp_path / "result.json").read_text())
    file, = result["files"]
    assert len(file["losses"]) == 5 and len(set(file["losses"])) == 5
    assert [run["reader"] for run in file["runs"]] == 2 * ["memory", "h5py", "h5py 2", "seiche 1"]
    for run_ in file["runs"]:
        assert 0 <= run_["wait_seconds"] <= run_["seconds"] and run_["cpu_seconds"] > 0
        assert run_["batch_seconds"] == sorted(run_["batch_seconds"])
    assert "all 8 runs are the same to the bit" in load("training_report").report(result)


def test_other_values_end_the_program(job, tmp_path):
    torch = pytest.importorskip("torch", reason="torch is not installed: tools/python_full_tests")
    training = load("training")
    job = json.loads(job.read_text())
    source = training.Source(job, job["files"][0])
    with h5py.File(tmp_path / "waves.h5", "a") as file:
        file["images"][...] = 0.5
    torch.use_deterministic_algorithms(True)
    losses, _ = training.train(job, source, "h5py")
    expected, _ = training.train(job, source, "memory")
    training.check_losses("h5py", expected, expected)
    with pytest.raises(SystemExit, match="h5py: the loss of batch 0 is"):
        training.check_losses("h5py", losses, expected)
    with pytest.raises(SystemExit, match="4 batches came instead of 5"):
        training.check_losses("h5py", losses[:4], expected)


def result_of(runs):
    return {"job": {"past": 3, "batch_size": 4, "repeats": 2, "machine": MACHINE,
                    "build_mode": "opt"},
            "versions": {"torch": "2.15.0", "h5py": "3.16.0"}, "torch_threads": 2,
            "parameters": 100,
            "files": [{"id": "manual_lzf", "losses": [0.5, 0.25], "runs": runs}]}


def run_of(reader, seconds, wait):
    return {"reader": reader, "seconds": seconds, "wait_seconds": wait, "cpu_seconds": 2 * seconds,
            "batch_seconds": [seconds / 2, seconds]}


def test_the_report_tells_waiting_from_slower_steps(tmp_path):
    report = load("training_report")
    result = result_of([run_of("memory", 4.0, 0.0), run_of("h5py 2", 8.0, 1.0),
                        run_of("memory", 4.2, 0.0), run_of("h5py 2", 9.0, 1.2)])
    memory, h5py_row = report.rows_of(result["files"][0])
    assert memory["seconds"] == pytest.approx(4.1) and memory["slower_seconds"] == 0
    assert h5py_row["wait_seconds"] == pytest.approx(1.1)
    assert h5py_row["slower_seconds"] == pytest.approx(8.5 - 1.1 - 4.1)
    text = report.report(result)
    assert "| h5py + DataLoader, 2 workers | 8.5 | 12% | 1.10 | 13% | 3.3 | 17.0 | 2.07 |" in text
    assert "a processor, 2 cores, 25 GB of memory, Linux 6.1, opt build." in text
    assert "0.500000 at first, 0.250000 after 2 batches" in text
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    report.draw(result, tmp_path / "training.png")
    assert (tmp_path / "training.png").read_bytes().startswith(b"\x89PNG")
