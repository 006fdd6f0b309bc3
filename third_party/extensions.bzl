"""The repositories of deps.bzl for MODULE.bazel, but for those that it takes from the registry."""

load(":repositories.bzl", "DEPENDENCIES", "instantiate")

_FROM_REGISTRY = ["bazel_skylib", "com_google_absl", "com_google_googletest"]

def _third_party_impl(ctx):
    for name in DEPENDENCIES:
        if name not in _FROM_REGISTRY:
            instantiate(name)

    # Pinned by digest, or the machine's own: nothing to keep in MODULE.bazel.lock.
    return ctx.extension_metadata(reproducible = True)

third_party = module_extension(implementation = _third_party_impl)
