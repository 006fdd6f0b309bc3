#!/usr/bin/env python3
"""Packs the wheel of the package: the same bytes from the same inputs.

    make_wheel.py --version 0.1.0 --out FOLDER --module _seiche.abi3.so --readme README.md
        --licence LICENSE SOURCE...

Writes seiche-VERSION-cp310-abi3-PLATFORM.whl into FOLDER. PLATFORM is the lowest manylinux whose
glibc has all that the module asks for: manylinux_2_34_x86_64.
"""

import argparse
import base64
import hashlib
import pathlib
import re
import struct
import zipfile

SUMMARY = "Loads training data out of HDF5 files and folders of frames at the speed of the machine"
MACHINES = {62: "x86_64", 183: "aarch64"}  # e_machine of ELF
TIME = (1980, 1, 1, 0, 0, 0)  # the first that a zip file can hold

METADATA = """Metadata-Version: 2.1
Name: seiche
Version: {version}
Summary: {summary}
License: MIT
Requires-Python: >=3.10
Requires-Dist: numpy>=1.22
Classifier: Operating System :: POSIX :: Linux
Classifier: Programming Language :: Python :: 3
Description-Content-Type: text/markdown

{readme}"""

WHEEL = """Wheel-Version: 1.0
Generator: seiche
Root-Is-Purelib: false
Tag: cp310-abi3-{platform}
"""

ENTRY_POINTS = """[console_scripts]
seiche = seiche._cli:main
"""


def platform_of(module):
    """Returns the platform tag of a shared library: its machine, the newest glibc it asks for."""
    data = module.read_bytes()
    if data[:5] != b"\x7fELF\x02":
        raise SystemExit(f"{module}: not a 64-bit ELF file")
    machine = MACHINES[struct.unpack_from("<H", data, 18)[0]]
    minors = [int(minor) for minor in re.findall(rb"\0GLIBC_2\.(\d+)(?:\.\d+)?(?=\0)", data)]
    if not minors:
        raise SystemExit(f"{module}: asks for no glibc")
    return f"manylinux_2_{max(minors)}_{machine}"


def record_line(name, data):
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(data)}\n"


def entry(name, executable=False):
    info = zipfile.ZipInfo(name, TIME)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = (0o100755 if executable else 0o100644) << 16
    info.create_system = 3
    return info


def contents(args, platform):
    """Returns {name in the wheel: bytes}."""
    files = {f"seiche/{path.name}": path.read_bytes() for path in args.sources}
    files[f"seiche/{args.module.name}"] = args.module.read_bytes()
    info = f"seiche-{args.version}.dist-info"
    readme = args.readme.read_text(encoding="utf-8")
    metadata = METADATA.format(version=args.version, summary=SUMMARY, readme=readme)
    files[f"{info}/METADATA"] = metadata.encode()
    files[f"{info}/WHEEL"] = WHEEL.format(platform=platform).encode()
    files[f"{info}/entry_points.txt"] = ENTRY_POINTS.encode()
    for path in args.licence:
        files[f"{info}/licenses/{path.name}"] = path.read_bytes()
    record = f"{info}/RECORD"
    lines = [record_line(name, data) for name, data in sorted(files.items())]
    files[record] = ("".join(lines) + f"{record},,\n").encode()
    return files


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--version", required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--module", type=pathlib.Path, required=True)
    parser.add_argument("--readme", type=pathlib.Path, required=True)
    parser.add_argument("--licence", type=pathlib.Path, action="append", default=[])
    parser.add_argument("sources", type=pathlib.Path, nargs="+")
    args = parser.parse_args()
    platform = platform_of(args.module)
    path = args.out / f"seiche-{args.version}-cp310-abi3-{platform}.whl"
    with zipfile.ZipFile(path, "w", compresslevel=9) as wheel:
        files = contents(args, platform)
        # RECORD last, as the format asks for.
        for name in sorted(files, key=lambda n: (n.endswith("/RECORD"), n)):
            wheel.writestr(entry(name, name.endswith(".so")), files[name])


if __name__ == "__main__":
    main()
