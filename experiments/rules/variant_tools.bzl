"""The tools that write a dataset's variants: one for each codec, and one for each usual chain.

Each links no other codec but JPEG, of which the dataset is made, and Fletcher-32, which belongs to
reading HDF5. So a changed codec has only those variants written anew that use it, and those of
chains that have no tool of their own: these share one that links all codecs.
"""

load("@rules_cc//cc:defs.bzl", "cc_binary")
load("//codecs:defs.bzl", "CODECS", "codec_table")

# Chains of several codecs with a tool of their own; others share one that has all codecs.
_CHAINS = [["shuffle", codec] for codec in ["deflate", "lz4", "lzf", "szip", "zstd"]]

_COMMON_NAMES = {"gzip": "deflate"}

def _tool_name(codecs):
    return "_".join(["make_variant"] + codecs)

def variant_tool(format, compression):
    """The tool that writes a variant.

    Args:
      format: of dataset_variant()
      compression: of dataset_variant()
    Returns:
      its label
    """
    codecs = []
    if format == "hdf5" and compression not in ["", "none"]:
        for spec in compression.split("+"):
            name = spec.split(":")[0]
            codecs.append(_COMMON_NAMES.get(name, name))
    known = len(codecs) == 0 or codecs in _CHAINS or (len(codecs) == 1 and codecs[0] in CODECS)
    return Label("//experiments/rules:" + _tool_name(codecs if known else ["any"]))

def variant_tools():
    """Declares all tools. Those that no variant needs are not built, not even by //...."""
    for codecs in [[]] + [[codec] for codec in CODECS] + _CHAINS:
        _variant_tool(codecs, codecs)
    _variant_tool(["any"], CODECS)

def tool_queries():
    """What the test of the tools looks at: a tool's libraries, and the tools that variants choose."""

    # As labels, so that another workspace's //... finds them, too.
    native.genquery(
        name = "lzf_tool_libraries",
        testonly = True,
        expression = "kind(cc_library, deps(%s))" % Label("//experiments/rules:make_variant_lzf"),
        opts = ["--noimplicit_deps"],
        scope = [":make_variant_lzf"],
    )
    for variant in ["lzf", "gzip"]:
        label = Label("//experiments:small_waves_manual_" + variant)
        native.genquery(
            name = variant + "_variant_tools",
            testonly = True,
            expression = "filter(\"make_variant_[a-z_0-9]*$\", kind(cc_binary, deps(%s)))" % label,
            scope = ["//experiments:small_waves_manual_" + variant],
        )

def _variant_tool(name, codecs):
    tool = _tool_name(name)
    codec_table(
        name = tool + "_codecs",
        codecs = codecs,
        tags = ["manual"],
        visibility = ["//visibility:private"],
    )
    cc_binary(
        name = tool,
        tags = ["manual"],
        visibility = ["//visibility:public"],
        deps = [
            ":make_variant_main",
            ":" + tool + "_codecs",
        ],
    )
