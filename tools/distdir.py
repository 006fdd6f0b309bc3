#!/usr/bin/env python3
"""Gets pinned source archives from Debian where their own sites cannot be reached.

    distdir.py FOLDER          asks the archives' sites first, gets only what they do not serve
    distdir.py --all FOLDER    gets every archive

FOLDER is meant for Bazel's --distdir and, for archives that Debian repacked, for SEICHE_DISTDIR
(third_party/archive.bzl); ./bazelw writes both into .bazelrc.local.  The packages come through apt
from the Debian mirror that this machine is set up with, verified by apt and by the digests of
third_party/archives.bzl.  Needs no root.  FOLDER is not made if nothing has to go into it.
"""

import argparse
import ast
import concurrent.futures
import gzip
import hashlib
import lzma
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request

PINS = pathlib.Path(__file__).resolve().parent.parent / "third_party" / "archives.bzl"
SUITES = "trixie bookworm"  # Releases: what is in them stays.
SITE_TIMEOUT_S = 5
BLOCK = 512  # bytes; a tar archive is made of such


class Failure(Exception):
    """An archive that could not be had, with the reason."""


def read_pins(path):
    """Returns the dictionary ARCHIVES of archives.bzl, which is a plain literal."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign) and node.targets[0].id == "ARCHIVES":
            return ast.literal_eval(node.value)
    raise SystemExit("distdir: no ARCHIVES in %s" % path)


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def expected(archive):
    """Returns (file name in the folder, sha256) of an archive as Debian can give it."""
    debian = archive["debian"]
    if debian["as"] == "repack":
        return debian["file"], debian["sha256"]
    return archive["urls"][0].rsplit("/", 1)[1], archive["sha256"]


def answers(url):
    """True if the site serves the address."""
    request = urllib.request.Request(url, method="HEAD")
    try:
        with urllib.request.urlopen(request, timeout=SITE_TIMEOUT_S):
            return True
    except (OSError, urllib.error.URLError):
        return False


def unreachable_sites(archives):
    """Returns the host names that do not answer, asked once each by one archive's address."""
    address = {}
    for archive in archives.values():
        url = archive["urls"][0]
        address.setdefault(urllib.parse.urlsplit(url).hostname, url)
    with concurrent.futures.ThreadPoolExecutor(len(address)) as pool:
        reached = dict(zip(address, pool.map(answers, address.values())))
    return {host for host, ok in reached.items() if not ok}


def is_debian_archive(uri):
    """True for a mirror of the main archive, dated snapshots included; not for debian-security."""
    return re.search(r"/debian(/\d{8}T\d{6}Z)?/?$", uri) is not None


def source_entries(etc_apt=pathlib.Path("/etc/apt")):
    """Yields (extension, text) of this machine's Debian mirrors as deb-src entries of SUITES."""
    lists = [etc_apt / "sources.list"] + sorted(etc_apt.glob("sources.list.d/*.list"))
    for path in lists:
        for line in path.read_text().splitlines() if path.exists() else []:
            entry = re.match(r"deb\s+(\[[^]]*\]\s+)?(\S+)\s", line)
            if entry and is_debian_archive(entry[2]):
                for suite in SUITES.split():
                    yield "list", "deb-src %s%s %s main\n" % (entry[1] or "", entry[2], suite)
    for path in sorted(etc_apt.glob("sources.list.d/*.sources")):
        for stanza in re.split(r"\n\s*\n", path.read_text()):
            uris = re.search(r"(?m)^URIs:\s*(\S+)", stanza)
            if uris and is_debian_archive(uris[1]):
                stanza = re.sub(r"(?m)^Types:.*", "Types: deb-src", stanza)
                stanza = re.sub(r"(?m)^Suites:.*", "Suites: " + SUITES, stanza)
                yield "sources", re.sub(r"(?m)^Components:.*", "Components: main", stanza) + "\n\n"


class Apt:
    """apt with lists and a cache of its own, which knows source packages only."""

    def __init__(self, folder):
        self._folder = folder
        (folder / "sources").mkdir()
        (folder / "lists" / "partial").mkdir(parents=True)
        found = set(source_entries())
        if not found:
            raise SystemExit(
                "distdir: no mirror of Debian's archive in /etc/apt, and the archives' own sites "
                "do not answer.\nGive this machine access to one of them (HTTPS_PROXY is respected).")
        for extension in {extension for extension, _ in found}:
            text = "".join(sorted(text for ext, text in found if ext == extension))
            (folder / "sources" / ("debian." + extension)).write_text(text)
        self._options = [
            "-qq",
            "-oDir::Etc::sourcelist=/dev/null",
            "-oDir::Etc::sourceparts=%s" % (folder / "sources"),
            "-oDir::State::lists=%s" % (folder / "lists"),
            "-oDir::Cache=%s" % folder,
            "-oAPT::Sandbox::User=root",
        ]
        update = self._run("apt-get", "update")
        if update.returncode:
            raise SystemExit("distdir: apt-get update failed:\n" + update.stderr)

    def _run(self, program, *arguments):
        return subprocess.run(
            [program] + self._options + list(arguments), cwd=self._folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, check=False)

    def get(self, package, file, digest):
        """Returns the path of the source package's file with that name and digest."""
        known = self._run("apt-cache", "showsrc", package).stdout.split("\n\n")
        line = re.compile(r"(?m)^ %s \d+ %s$" % (digest, re.escape(file)))
        versions = [re.search(r"(?m)^Version: (\S+)", text)[1] for text in known if line.search(text)]
        if not versions:
            raise Failure("Debian's %s has no %s with digest %s" % (package, file, digest))
        got = self._run("apt-get", "source", "--download-only", "--tar-only",
                        "%s=%s" % (package, versions[0]))
        path = self._folder / file
        if not path.exists():
            raise Failure("apt-get source %s: %s" % (package, got.stderr.strip()))
        if sha256(path) != digest:
            raise Failure("%s of %s has digest %s" % (file, package, sha256(path)))
        return path


def tar_text(header, start, size):
    return bytes(header[start:start + size]).split(b"\0")[0]


def tar_path(path):
    """Splits a path into the header's (prefix, name), where git does."""
    if len(path) <= 100:
        return b"", path
    cut = path.rfind(b"/", 0, min(len(path.rstrip(b"/")), 155))
    return path[:cut], path[cut + 1:]


def with_other_top(tar, old, new, commit=b"", mtime=0):
    """Returns a `git archive` tarball with its top folder renamed from old to new.

    commit and mtime, where given, replace the commit's id and time: Debian may have taken another
    commit with the same files.
    """
    out = bytearray()
    at = 0
    while any(tar[at:at + BLOCK]):
        header = bytearray(tar[at:at + BLOCK])
        size = int(tar_text(header, 124, 12) or b"0", 8)
        at += BLOCK
        body = tar[at:at + (size + BLOCK - 1) // BLOCK * BLOCK]
        at += len(body)
        kind = bytes(header[156:157])
        if kind == b"g" and commit:  # "52 comment=<40 hex digits>"
            start = body.index(b"=") + 1
            body = body[:start] + commit + body[start + len(commit):]
        if kind not in (b"g", b"x"):  # Those are git's own entries.
            name, prefix = tar_text(header, 0, 100), tar_text(header, 345, 155)
            path = prefix + b"/" + name if prefix else name
            prefix, name = tar_path(new + path[len(old):])
            header[0:100], header[345:500] = name.ljust(100, b"\0"), prefix.ljust(155, b"\0")
        if mtime:
            header[136:148] = b"%011o\0" % mtime
        header[148:156] = b" " * 8  # The checksum is taken over itself as blanks.
        header[148:156] = b"%07o\0" % sum(header)
        out += header + body
    out += bytes(2 * BLOCK)
    return bytes(out) + bytes(-len(out) % (20 * BLOCK))


def restore_upstream(archive, path):
    """Writes upstream's own bytes beside Debian's file and returns their path."""
    debian = archive["debian"]
    unpack = lzma if path.suffix == ".xz" else gzip
    tar = with_other_top(
        unpack.open(path).read(), debian["strip_prefix"].encode(),
        archive["strip_prefix"].encode(), debian.get("commit", "").encode(),
        debian.get("mtime", 0))
    restored = path.with_name(path.name + ".restored")
    with open(restored, "wb") as file:  # The hosts compress with gzip itself; zlib's bytes differ.
        subprocess.run(["gzip", "-cn"], input=tar, stdout=file, check=True)
    return restored


def fetch(name, archive, apt, folder):
    """Puts one archive into the folder, whole or not at all."""
    debian = archive["debian"]
    file, digest = expected(archive)
    path = apt.get(debian["source"], debian["file"], debian.get("sha256", archive["sha256"]))
    if debian["as"] == "retop":
        path = restore_upstream(archive, path)
    if sha256(path) != digest:
        raise Failure("%s came out with digest %s, not %s" % (name, sha256(path), digest))
    with tempfile.NamedTemporaryFile(dir=folder, prefix="." + file, delete=False) as temporary:
        temporary.write(path.read_bytes())
    os.chmod(temporary.name, 0o644)
    os.replace(temporary.name, folder / file)


def is_there(archive, folder):
    file, digest = expected(archive)
    return (folder / file).exists() and sha256(folder / file) == digest


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true", help="do not ask the archives' own sites")
    parser.add_argument("folder", type=pathlib.Path, metavar="FOLDER")
    arguments = parser.parse_args()
    folder = arguments.folder.resolve()

    archives = read_pins(PINS)
    if not arguments.all:
        closed = unreachable_sites(archives)
        archives = {name: archive for name, archive in archives.items()
                    if urllib.parse.urlsplit(archive["urls"][0]).hostname in closed}
        if not archives:
            return
        print("distdir: no answer from %s: using Debian's source packages"
              % ", ".join(sorted(closed)), file=sys.stderr)
    wanted = {name: archive for name, archive in archives.items()
              if not is_there(archive, folder)}
    failures = []
    if wanted:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as temporary:
            apt = Apt(pathlib.Path(temporary))
            for name, archive in sorted(wanted.items()):
                try:
                    fetch(name, archive, apt, folder)
                except Failure as failure:
                    failures.append("distdir: %s: %s" % (name, failure))
    if failures:
        sys.exit("\n".join(failures))
    print("distdir: %d archives in %s, %d of them new" % (len(archives), folder, len(wanted)),
          file=sys.stderr)


if __name__ == "__main__":
    try:
        main()
    except FileNotFoundError as error:
        sys.exit("distdir: %s: this needs a Debian system with apt" % error)
