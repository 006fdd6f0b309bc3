"""The command `seiche` as the wheel has it."""

import json
import shlex
import signal
import subprocess
import sys
import time

import h5py
import numpy
import pytest

import seiche
import seiche.h5
from conftest import random_values, write
from seiche import _advise


def run(*arguments):
    return subprocess.run([sys.executable, "-m", "seiche._cli", *map(str, arguments)], timeout=120,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)


def test_inspect(waves):
    done = run("inspect", waves.path, "--json")
    assert done.returncode == 0, done.stderr
    assert "images" in json.dumps(json.loads(done.stdout))


def test_convert_and_verify(waves, tmp_path):
    target = tmp_path / "converted.h5"
    done = run("convert", waves.path, target, "--codec", "shuffle,deflate:4",
               "--chunks", "2,12,8,10")
    assert done.returncode == 0, done.stderr
    store = seiche.open(target)
    assert store.chunks == (2, 12, 8, 10) and store.filters == ("shuffle", "deflate:4")
    numpy.testing.assert_array_equal(store[:], waves.values)
    assert run("verify", target).returncode == 0


def test_stats_are_what_normalize_takes(waves, tmp_path):
    done = run("stats", waves.path, "--out", tmp_path / "stats.json")
    assert done.returncode == 0, done.stderr
    batch = next(iter(seiche.Loader(waves.path, 24, normalize=str(tmp_path / "stats.json"))))
    assert abs(batch["images"].mean()) < 1e-5


def test_damage_is_found(damaged):
    done = run("verify", damaged.path)
    assert done.returncode == 1 and "(5, 0, 0, 0)" in done.stdout + done.stderr


def test_usage_errors(tmp_path):
    assert run("inspect").returncode == 2
    done = run("inspect", tmp_path / "nothing.h5")
    assert done.returncode == 1 and done.stderr.startswith("seiche: error: ")
    done = run("--help")
    assert done.returncode == 0 and "convert" in done.stdout
    for command in ("bench", "advise", "--version"):
        assert command in done.stdout
    done = run()
    assert done.returncode == 2 and done.stdout == ""
    for command in ("inspect", "convert", "verify", "stats", "bench", "advise"):
        assert command in done.stderr


def test_version():
    done = run("--version")
    assert (done.returncode, done.stdout) == (0, f"seiche {seiche.__version__}\n")


def test_bench_compares_readers_of_the_same_values(waves):
    done = run("bench", waves.path, "--batch-size", 4, "--window", 3, "--seconds", 0.05,
               "--rounds", 2, "--workers", 1, "--json")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    assert {"seiche.Loader, 1 threads", "h5py"} <= {row["reader"] for row in rows}
    for row in rows:
        assert len(row["samples_per_second"]) == 2 and min(row["samples_per_second"]) > 0
    done = run("bench", waves.path, "--batch-size", 4, "--seconds", 0.05, "--rounds", 1)
    assert done.returncode == 0 and "x h5py" in done.stdout
    assert run("bench", waves.path, "--batch-size", 0).returncode == 2
    assert "does not exist" in run("bench", waves.path, "--dataset", "x").stderr


def test_bench_compares_nan_and_swell(tmp_path):
    values = random_values((8, 6, 16, 16))
    values[:, 0, 0, 0] = numpy.nan
    write(tmp_path / "nan.h5", values, chunks=(1, 6, 16, 16), **seiche.h5.codec())
    done = run("bench", tmp_path / "nan.h5", "--batch-size", 2, "--seconds", 0.02, "--rounds", 1,
               "--workers", 1, "--json")
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)) >= 2


def test_bench_says_what_it_does_not_take(waves, tmp_path):
    done = run("bench", waves.path, "--window", 20)
    assert done.returncode == 1
    assert done.stderr == "seiche: error: --window 20: the sequences of 'images' have 12 frames\n"
    assert run("convert", waves.path, tmp_path / "frames").returncode == 0
    write(tmp_path / "run_0.h5", waves.values)
    for path in (tmp_path / "frames", tmp_path / "run_*.h5"):
        done = run("bench", path)
        assert done.returncode == 1
        assert done.stderr.startswith(f"seiche: error: {path}: bench takes one HDF5 file")


def test_advise_measures_layouts_and_leaves_nothing_behind(tmp_path):
    path = tmp_path / "badly.h5"
    write(path, random_values((20, 16, 32, 32)), chunks=(20, 4, 8, 8), compression="gzip")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    done = run("advise", path, "--batch-size", 2, "--seconds", 0.05, "--rounds", 2, "--scratch",
               scratch, "--excerpt", "200KB", "--memory-budget", "2MB", "--json")
    assert done.returncode == 0, done.stderr
    assert not list(scratch.iterdir())
    result = json.loads(done.stdout)
    assert [layout["codec"] for layout in result["layouts"]][:2] == [None, "lzf"]
    for layout in result["layouts"]:
        assert len(layout["samples_per_second"]) == 2 and min(layout["samples_per_second"]) > 0
        assert 0 < layout["bytes_per_sequence"] < 100_000
    done = run("advise", path, "--batch-size", 20, "--window", 3, "--seconds", 0.05, "--rounds", 1)
    assert done.returncode == 0 and "as it is" in done.stdout, done.stderr
    assert run("advise", path, "--rounds", 0).returncode == 2
    assert "does not exist" in run("advise", path, "--dataset", "x").stderr


def test_advise_counts_the_bytes_of_what_is_read(tmp_path):
    values = random_values((6, 4, 8, 8))
    for name in ("run_0.h5", "run_1.h5"):
        write(tmp_path / name, values, chunks=(1, 4, 8, 8))
        write(tmp_path / name, random_values((6, 40, 8, 8)), "other")
    assert run("convert", tmp_path / "run_0.h5", tmp_path / "frames", "--field",
               "images").returncode == 0
    frames = sum(path.stat().st_size for path in (tmp_path / "frames").glob("*/*.jpg"))
    options = ["--batch-size", 2, "--seconds", 0.02, "--rounds", 1, "--json"]
    for arguments, size in (([tmp_path / "run_0.h5", "--dataset", "images"], 1024),
                            ([tmp_path / "run_*.h5", "--dataset", "images"], 1024),
                            ([tmp_path / "run_[01].h5", "--dataset", "images"], 1024),
                            ([tmp_path / "frames"], frames / 6)):
        done = run("advise", *arguments, *options)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["layouts"][0]["bytes_per_sequence"] == size
    with h5py.File(tmp_path / "virtual.h5", "w") as file:
        layout = h5py.VirtualLayout((6, 4, 8, 8), "f4")
        layout[:] = h5py.VirtualSource(tmp_path / "run_0.h5", "images", shape=(6, 4, 8, 8))
        file.create_virtual_dataset("images", layout)
    assert _advise.stored_bytes(str(tmp_path / "virtual.h5"), "images") == 0
    layouts = [_advise.Layout("as it is", None), _advise.Layout("fast", "lzf")]
    layouts[0].rates, layouts[1].rates = [100], [200]
    args = _advise.parser().parse_args([str(tmp_path / "run_*.h5")])
    lines = _advise.verdict(layouts, args).splitlines()
    assert lines[0] == "fast: 2.0 times as many samples a second."
    assert shlex.split(lines[1])[3] == f"{tmp_path}.fast.h5"  # which the pattern does not match
    assert _advise.target_path(f"{tmp_path}/run_?/w.h5") == f"{tmp_path}.fast.h5"


def interrupt(number, pattern, scratch, *arguments):
    """Sends a signal to the command when a file of that pattern lies in its folder `scratch`."""
    scratch.mkdir()
    # Python ignores what was ignored when it started: under nohup, or in the background.
    command = ["env", "--default-signal", sys.executable, "-m", "seiche._cli", "advise",
               *map(str, arguments), "--scratch", str(scratch)]
    with subprocess.Popen(command) as process:
        try:
            while not list(scratch.glob(pattern)):
                assert process.poll() is None
                time.sleep(0.01)
            process.send_signal(number)
            assert process.wait(60) == -number
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupted_advice_leaves_nothing_behind(tmp_path, waves, number):
    # The last excerpt is there: minutes of measurements follow.
    interrupt(number, "*/4.h5", tmp_path / "scratch", waves.path, "--seconds", 60)
    assert not list((tmp_path / "scratch").iterdir())


def test_interrupted_writing_of_excerpts_leaves_nothing_behind(tmp_path):
    with h5py.File(tmp_path / "large.h5", "w") as file:  # 16 GB of zeros: minutes to write anew
        file.create_dataset("images", (1000, 16, 512, 512), "f4", chunks=(1, 16, 512, 512))
    interrupt(signal.SIGINT, "*/*", tmp_path / "scratch", tmp_path / "large.h5", "--excerpt",
              "16GiB")
    assert not list((tmp_path / "scratch").iterdir())


def test_the_advised_command_runs(tmp_path):
    path = tmp_path / "a file.h5"
    write(path, random_values((6, 4, 8, 8)), chunks=(6, 1, 2, 2))
    layouts = [_advise.Layout("as it is", None), _advise.Layout("fast", "shuffle,zstd:3")]
    for layout, rate in zip(layouts, (100, 250)):
        layout.rates, layout.bytes_per_sequence = [rate], 1000
    args = _advise.parser().parse_args([str(path), "--dataset", "images"])
    text = _advise.verdict(layouts, args)
    assert text.startswith("fast: 2.5 times as many samples a second")
    words = shlex.split(text.splitlines()[1])
    assert words[0] == "seiche" and run(*words[1:]).returncode == 0
    assert seiche.open(words[3]).chunks == (1, 4, 8, 8)
    layouts[1].rates = [105]
    assert _advise.verdict(layouts, args).startswith("Leave the file as it is")
