"""Third-party repositories. Call seiche_deps() from a WORKSPACE file."""

load(":compat.bzl", "bazel_shims", "needs_shims")
load(":repositories.bzl", "DEPENDENCIES", "instantiate")
load("@bazel_tools//tools/build_defs/repo:http.bzl", "http_archive")

def seiche_deps():
    # Bazel's own rule sets first: what @bazel_tools of an old or distribution Bazel loads.
    if needs_shims():
        bazel_shims()
    elif not native.existing_rule("rules_cc"):
        http_archive(
            name = "rules_cc",
            urls = ["https://github.com/bazelbuild/rules_cc/releases/download/0.0.9/rules_cc-0.0.9.tar.gz"],
            sha256 = "2037875b9a4456dce4a79d112a8ae885bbc4aad968e6587dca6e64f3a0900cdf",
            strip_prefix = "rules_cc-0.0.9",
        )
    for name in DEPENDENCIES:
        if not native.existing_rule(name):
            instantiate(name)
