"""Repository rules: pinned_archive (a release, patched and overlaid) and libaec (the machine's SZIP).

A distribution's repack of a release leaves files out, so its digest differs from upstream's.
Such a file, pinned by its own digest, is used only when the folder $SEICHE_DISTDIR holds it;
otherwise urls and sha256 apply, with --distdir and the repository cache, as for http_archive.
"""

load("@bazel_tools//tools/build_defs/repo:utils.bzl", "workspace_and_buildfile")

def _pinned_archive_impl(ctx):
    urls, sha256, strip_prefix = ctx.attr.urls, ctx.attr.sha256, ctx.attr.strip_prefix
    distdir = ctx.os.environ.get("SEICHE_DISTDIR", "")
    if distdir and ctx.attr.repack_file:
        path = ctx.path(distdir + "/" + ctx.attr.repack_file)
        if path.exists:
            urls = ["file://" + str(path)]
            sha256 = ctx.attr.repack_sha256
            strip_prefix = ctx.attr.repack_strip_prefix
    ctx.download_and_extract(url = urls, sha256 = sha256, stripPrefix = strip_prefix)
    for label, path in ctx.attr.overlay.items():
        ctx.file(path, ctx.read(label), executable = False)
    for patch in ctx.attr.patches:
        ctx.patch(patch, strip = 1)
    workspace_and_buildfile(ctx)

pinned_archive = repository_rule(
    implementation = _pinned_archive_impl,
    attrs = {
        "urls": attr.string_list(mandatory = True),
        "sha256": attr.string(mandatory = True),
        "strip_prefix": attr.string(),
        "repack_file": attr.string(),
        "repack_sha256": attr.string(),
        "repack_strip_prefix": attr.string(),
        "overlay": attr.label_keyed_string_dict(allow_files = True),
        "patches": attr.label_list(allow_files = True),  # Bazel applies them itself, as patch -p1
        "build_file": attr.label(allow_single_file = True),
        "build_file_content": attr.string(),
        "workspace_file": attr.label(),
        "workspace_file_content": attr.string(),
    },
    environ = ["SEICHE_DISTDIR"],
)

_LIBAEC_BUILD = """load("@rules_cc//cc:defs.bzl", "cc_library")

cc_library(
    name = "szip",
    srcs = {srcs},
    defines = {defines},
    visibility = ["//visibility:public"],
)
"""

def _libaec_impl(ctx):
    libs = ["libsz.a", "libaec.a"]
    found = []
    if ctx.os.environ.get("SEICHE_SZIP", "1") != "0" and ctx.path("/usr/include/szlib.h").exists:
        for folder in ctx.attr.folders:
            paths = [ctx.path(folder + "/" + lib) for lib in libs]
            if all([path.exists for path in paths]):
                for path, lib in zip(paths, libs):
                    ctx.symlink(path, lib)
                found = libs
                break
    ctx.file("WORKSPACE", "")
    ctx.file("config.bzl", "SZIP = %s\n" % bool(found))
    ctx.file("BUILD.bazel", _LIBAEC_BUILD.format(
        srcs = repr(found),
        defines = repr(["SEICHE_SZIP=1"] if found else []),
    ))

# The machine's static libaec (Debian: libaec-dev), its headers being on the compiler's own path.
# Where it is missing, or with SEICHE_SZIP=0 in the environment, SZIP is left out of the build:
# config.bzl then says SZIP = False and the macro SEICHE_SZIP is not defined.
libaec = repository_rule(
    implementation = _libaec_impl,
    attrs = {
        "folders": attr.string_list(default = [
            "/usr/lib/x86_64-linux-gnu",
            "/usr/lib/aarch64-linux-gnu",
            "/usr/lib64",
            "/usr/lib",
        ]),
    },
    environ = ["SEICHE_SZIP"],
    local = True,
)
