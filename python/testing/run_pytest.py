#!/usr/bin/env python3
"""Runs pytest on the package as a wheel has it: run_pytest.py WHEEL_FOLDER SITE TEST...

SITE has the pinned packages of third_party/python_packages.bzl. Where SEICHE_PYTHON names another
interpreter (a virtual environment with torch or JAX, say), that one and its packages are used, and
tests that need them are not skipped; see tools/python_full_tests. Where the module was built with
--config=asan or tsan, so is the interpreter given libasan or libtsan.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import zipfile

sys.path.insert(0, "python/testing")  # pylint: disable=wrong-import-position
from sanitizer import environment_for

NONE_LEFT = 5  # pytest's exit code when no test is left: all of a file were skipped


def main():
    wheels, site = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    tests = [str(pathlib.Path(path).absolute()) for path in sys.argv[3:]]
    python = os.environ.get("SEICHE_PYTHON", "")
    failed = site / "FAILED"
    if not python and failed.exists():
        sys.exit(f"No packages to test with: {failed.read_text()}")
    with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as scratch:
        installed = os.path.join(scratch, "package")
        with zipfile.ZipFile(next(wheels.glob("*.whl"))) as wheel:
            wheel.extractall(installed)
        module = next(pathlib.Path(installed).glob("seiche/_seiche*.so")).read_bytes()
        paths = [installed] if python else [installed, str(site)]
        environment = dict(os.environ, PYTHONPATH=os.pathsep.join(paths),
                           PYTHONDONTWRITEBYTECODE="1", PYTEST_DISABLE_PLUGIN_AUTOLOAD="1",
                           SEICHE_WHEEL=str(next(wheels.glob("*.whl"))), **environment_for(module))
        command = [python or sys.executable, "-m", "pytest", "-rs", "-p", "no:cacheprovider",
                   f"--basetemp={scratch}/pytest", "--rootdir", os.path.dirname(tests[0])]
        if "XML_OUTPUT_FILE" in os.environ:
            command.append(f"--junitxml={os.environ['XML_OUTPUT_FILE']}")
        if "TESTBRIDGE_TEST_ONLY" in os.environ:
            command += ["-k", os.environ["TESTBRIDGE_TEST_ONLY"]]
        code = subprocess.run(command + tests, env=environment, check=False).returncode
        text = pathlib.Path(tests[0]).read_text()
        may_skip = "importorskip" in text or "mark.skipif" in text
        return 0 if code == NONE_LEFT and may_skip else code


if __name__ == "__main__":
    sys.exit(main())
