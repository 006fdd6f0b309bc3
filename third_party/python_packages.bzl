"""Repository rule python_packages: wheels from PyPI, pinned by digest, for tests in Python.

The machine's python3 installs them with pip into the folder `site`, which tests put on PYTHONPATH;
no environment of the user's is touched. pip's own settings (PIP_INDEX_URL, pip.conf) are respected.
Where that does not work the build goes on, and the tests fail with what site/FAILED says.
"""

_BUILD = """exports_files(["site"])
"""

def _find_pip(ctx, python):
    """Returns the command that runs pip, or None."""
    if ctx.execute([python, "-m", "pip", "--version"]).return_code == 0:
        return [python, "-m", "pip"]

    # Debian's python3 has a pip only inside of virtual environments, with the package python3-venv.
    if ctx.execute([python, "-m", "venv", "venv"]).return_code == 0:
        return [ctx.path("venv/bin/python"), "-m", "pip"]
    return None

def _python_packages_impl(ctx):
    ctx.file("WORKSPACE", "")
    ctx.file("BUILD.bazel", _BUILD)
    ctx.file("site/README", "Made by third_party/python_packages.bzl.\n")
    requirements = ctx.path(ctx.attr.requirements)
    python = ctx.which("python3")
    pip = _find_pip(ctx, python) if python else None
    if not pip:
        ctx.file("site/FAILED", "this machine's python3 has no pip: apt-get install python3-venv\n")
        return
    result = ctx.execute(
        pip + [
            "install",
            "--disable-pip-version-check",
            "--no-compile",
            "--no-input",
            "--only-binary=:all:",
            "--quiet",
            "--require-hashes",
            "--requirement",
            requirements,
            "--target",
            "site",
        ],
        timeout = 1200,
    )
    if result.return_code != 0:
        ctx.file("site/FAILED", "pip failed:\n" + result.stderr)
    ctx.delete("venv")

python_packages = repository_rule(
    implementation = _python_packages_impl,
    attrs = {"requirements": attr.label(mandatory = True, allow_single_file = True)},
    environ = ["PIP_INDEX_URL", "PIP_CERT", "PIP_FIND_LINKS", "PIP_CONFIG_FILE"],
)
