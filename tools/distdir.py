#!/usr/bin/env python3
"""Fetches the pinned source archives from the machine's own Debian mirror.

For a machine that reaches Debian's packages and nothing else.  Fills .distdir and writes
.bazelrc.local, which points Bazel there.  Elsewhere Bazel downloads from upstream by itself.
"""
import glob
import gzip
import hashlib
import lzma
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DIST = os.path.join(ROOT, ".distdir")
SUITES = ["trixie", "bookworm"]


def sha256(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest() if os.path.exists(path) else ""


def retop(src, old, new, dst, commit=b"", mtime=0):
    """Renames the top folder of a `git archive` tarball and gzips it again (gzip -cn), which gives
    the very bytes the upstream host serves; the caller checks the digest.  commit and mtime: where
    Debian took another commit with the same files, the ones to write instead."""
    data, out, i = (lzma if src.endswith(".xz") else gzip).open(src).read(), bytearray(), 0
    while any(data[i:i + 512]):
        h = bytearray(data[i:i + 512])
        padded = (int(h[124:135].split(b"\0")[0] or b"0", 8) + 511) // 512 * 512
        body = data[i + 512:i + 512 + padded]
        if mtime:
            h[136:148] = b"%011o\0" % mtime
        if h[156:157] == b"g" and commit:
            body = body[:body.index(b"=") + 1] + commit + body[body.index(b"=") + 1 + len(commit):]
        if h[156:157] not in b"gx":  # pax headers carry no path of ours
            name = bytes(h[:100]).split(b"\0")[0]
            prefix = bytes(h[345:500]).split(b"\0")[0]
            path = new + (prefix + b"/" + name if prefix else name)[len(old):]
            if len(path) > 100:  # split as git does
                cut = path.rfind(b"/", 0, min(len(path.rstrip(b"/")), 155))
                prefix, path = path[:cut], path[cut + 1:]
            else:
                prefix = b""
            h[:100], h[345:500] = path.ljust(100, b"\0"), prefix.ljust(155, b"\0")
        h[148:156] = b" " * 8
        h[148:156] = b"%07o\0" % sum(h)
        out += h + body
        i += 512 + padded
    out += b"\0" * 1024
    out += b"\0" * (-len(out) % 10240)
    with open(dst, "wb") as f:
        subprocess.run(["gzip", "-cn"], input=bytes(out), stdout=f, check=True)


def main():
    pins = {}
    with open(os.path.join(ROOT, "third_party", "archives.bzl")) as f:
        exec(f.read(), pins)
    os.makedirs(DIST, exist_ok=True)
    todo = []
    for name, a in sorted(pins["ARCHIVES"].items()):
        d = a["debian"]
        repack = d["as"] == "repack"
        dst = os.path.join(DIST, d["file"] if repack else a["urls"][0].rsplit("/", 1)[1])
        want = d["sha256"] if repack else a["sha256"]
        if not os.path.exists(dst) or sha256(dst) != want:
            todo.append((name, a, d, dst, want))
    if todo:
        fetch(todo)
    with open(os.path.join(ROOT, ".bazelrc.local"), "w") as f:
        f.write("# Written by tools/distdir.py.\n")
        f.write("common --distdir=%s --repo_env=SEICHE_DISTDIR=%s\n" % (DIST, DIST))
    print("distdir: %d archives, %d fetched" % (len(pins["ARCHIVES"]), len(todo)))


def fetch(todo):
    with tempfile.TemporaryDirectory() as tmp:
        os.makedirs(tmp + "/sources")
        os.makedirs(tmp + "/lists/partial")
        # The machine's own Debian sources, but as deb-src and for the suites that hold the pins.
        for path in glob.glob("/etc/apt/sources.list.d/*.sources"):
            stanzas = []
            for text in re.split(r"\n\s*\n", open(path).read()):
                if "debian-archive-keyring" in text and "-security" not in text:
                    text = re.sub(r"(?m)^Types:.*", "Types: deb-src", text.strip())
                    stanzas.append(re.sub(r"(?m)^Suites:.*", "Suites: " + " ".join(SUITES), text) + "\n")
            if stanzas:
                with open(tmp + "/sources/" + os.path.basename(path), "w") as f:
                    f.write("\n".join(stanzas))
        apt = ["-qq", "-o", "Dir::Etc::sourcelist=/dev/null", "-o", "Dir::Etc::sourceparts=" + tmp + "/sources",
               "-o", "Dir::State::lists=" + tmp + "/lists", "-o", "Dir::Cache=" + tmp, "-o", "APT::Sandbox::User=root"]
        subprocess.run(["apt-get"] + apt + ["update"], check=True)
        failed = []
        for name, a, d, dst, want in todo:
            src = os.path.join(tmp, d["file"])
            # Whichever version of the source package holds that very file.
            shown = subprocess.run(["apt-cache"] + apt + ["showsrc", d["source"]], stdout=subprocess.PIPE,
                                   universal_newlines=True).stdout
            versions = [re.search(r"(?m)^Version: (\S+)", text).group(1) for text in shown.split("\n\n")
                        if " %s" % d.get("sha256", a["sha256"]) in text and d["file"] in text]
            if versions:
                subprocess.run(["apt-get"] + apt + ["source", "--download-only", "--tar-only", "%s=%s" % (d["source"], versions[0])],
                               cwd=tmp, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            if not os.path.exists(src):
                failed.append("%s: no %s from Debian's source package %s" % (name, d["file"], d["source"]))
                continue
            if sha256(src) != d.get("sha256", a["sha256"]):
                failed.append("%s: %s has digest %s" % (name, d["file"], sha256(src)))
                continue
            if d["as"] == "retop":
                retop(src, d["strip_prefix"].encode(), a["strip_prefix"].encode(), src + ".new",
                      d.get("commit", "").encode(), d.get("mtime", 0))
                src += ".new"
                if sha256(src) != want:
                    failed.append("%s: rewritten to digest %s" % (name, sha256(src)))
                    continue
            shutil.move(src, dst)
        if failed:
            sys.exit("\n".join(["distdir:"] + failed))


if __name__ == "__main__":
    main()
