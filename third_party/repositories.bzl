"""instantiate(): one repository per pinned archive, for deps.bzl and for module extensions."""

load(":archive.bzl", "libaec", "pinned_archive")
load(":archives.bzl", "ARCHIVES")
load(":python_packages.bzl", "python_packages")
load("@bazel_tools//tools/build_defs/repo:http.bzl", "http_archive")

DEPENDENCIES = sorted(ARCHIVES.keys()) + ["libaec", "python_packages"]

def instantiate(name):
    """Declares the repository `name`, one of DEPENDENCIES."""
    if name == "libaec":
        libaec(name = name)
        return
    if name == "python_packages":
        python_packages(
            name = name,
            requirements = Label("//third_party/python_packages:requirements.txt"),
        )
        return
    archive = ARCHIVES[name]
    args = dict(
        name = name,
        urls = archive["urls"],
        sha256 = archive["sha256"],
        strip_prefix = archive.get("strip_prefix", ""),
    )
    if "build_file" in archive:
        args["build_file"] = Label(archive["build_file"])
    repack = archive["debian"] if archive["debian"]["as"] == "repack" else None
    if not repack and "overlay" not in archive and "patches" not in archive:
        http_archive(**args)
        return
    if repack:
        args.update(
            repack_file = repack["file"],
            repack_sha256 = repack["sha256"],
            repack_strip_prefix = repack["strip_prefix"],
        )
    pinned_archive(
        overlay = {Label(k): v for k, v in archive.get("overlay", {}).items()},
        patches = [Label(patch) for patch in archive.get("patches", [])],
        **args
    )
