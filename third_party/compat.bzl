"""Stand-ins for repositories that a distribution build of Bazel needs but cannot download.

Debian's bazel-bootstrap (4.2.3) has no version label, and its @bazel_tools loads rule sets that
it would fetch from the network.  The shims re-export the rules built into that Bazel.
"""

def needs_shims():
    """True for Bazel 4 and 5, and for a build without a version label (Debian's): "" there."""
    major = (native.bazel_version or "0").split(".")[0]
    return not major.isdigit() or int(major) < 6

_SHIMS = {
    "rules_cc": ("cc", [
        "cc_binary",
        "cc_import",
        "cc_library",
        "cc_proto_library",
        "cc_test",
        "cc_toolchain",
        "cc_toolchain_suite",
        "fdo_prefetch_hints",
        "fdo_profile",
        "objc_library",
    ]),
    "rules_java": ("java", [
        "java_binary",
        "java_import",
        "java_library",
        "java_package_configuration",
        "java_plugin",
        "java_proto_library",
        "java_runtime",
        "java_test",
        "java_toolchain",
    ]),
    "rules_python": ("python", ["py_binary", "py_library", "py_runtime", "py_test"]),
}

def _native_shim_impl(ctx):
    ctx.file("WORKSPACE", "")
    ctx.file(ctx.attr.package + "/BUILD", "")
    ctx.file(ctx.attr.package + "/defs.bzl", "".join([
        "%s = native.%s\n" % (rule, rule)
        for rule in ctx.attr.rules
    ]))

_native_shim = repository_rule(
    implementation = _native_shim_impl,
    attrs = {"package": attr.string(), "rules": attr.string_list()},
)

# The constraint values of a newer @platforms: Abseil's BUILD files name wasm32 and wasm64, the Java
# rules of Debian's Bazel 7 loongarch64.
_CPUS = [
    "aarch64",
    "arm",
    "arm64",
    "arm64_32",
    "arm64e",
    "armv7",
    "armv7k",
    "i386",
    "loongarch64",
    "mips64",
    "ppc",
    "ppc64le",
    "riscv64",
    "s390x",
    "wasm32",
    "wasm64",
    "x86_32",
    "x86_64",
]
_OSES = [
    "android",
    "freebsd",
    "fuchsia",
    "ios",
    "linux",
    "netbsd",
    "none",
    "openbsd",
    "osx",
    "qnx",
    "tvos",
    "visionos",
    "wasi",
    "watchos",
    "windows",
]

def _constraints(setting, values):
    return "".join(["package(default_visibility = [\"//visibility:public\"])\n\nconstraint_setting(name = \"%s\")\n" % setting] + [
        "constraint_value(name = \"%s\", constraint_setting = \":%s\")\n" % (v, setting)
        for v in values
    ])

def _platforms_shim_impl(ctx):
    ctx.file("WORKSPACE", "")
    ctx.file("BUILD", "")
    ctx.file("cpu/BUILD", _constraints("cpu", _CPUS))
    ctx.file("os/BUILD", _constraints("os", _OSES) + "alias(name = \"macos\", actual = \":osx\")\n")

_platforms_shim = repository_rule(implementation = _platforms_shim_impl)

_COVERAGE_BUILD = """
package(default_visibility = ["//visibility:public"])

[sh_binary(
    name = name,
    srcs = ["gcov_to_lcov.py"],
) for name in ["coverage_report_generator", "lcov_merger"]]
"""

def _coverage_shim_impl(ctx):
    ctx.file("WORKSPACE", "")
    ctx.file("BUILD", _COVERAGE_BUILD)
    ctx.file("gcov_to_lcov.py", ctx.read(ctx.attr.tool), executable = True)

_coverage_shim = repository_rule(
    implementation = _coverage_shim_impl,
    attrs = {"tool": attr.label(default = Label("//tools:gcov_to_lcov.py"))},
)

def bazel_shims():
    for name, (package, rules) in _SHIMS.items():
        if not native.existing_rule(name):
            _native_shim(name = name, package = package, rules = rules)
    if not native.existing_rule("remote_coverage_tools"):
        _coverage_shim(name = "remote_coverage_tools")
    if not native.existing_rule("platforms"):
        _platforms_shim(name = "platforms")
