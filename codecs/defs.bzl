"""Programs that link only the codecs that they name.

    load("@seiche//codecs:defs.bzl", "codec_table")

    codec_table(name = "only_gzip", codecs = ["deflate", "shuffle"])

    cc_binary(
        name = "reader",
        deps = [":only_gzip", "@seiche//storage:open_core", ...],
    )

`//codecs:registry`, which `//storage:open` brings, has them all. A program links one table: two are
a "multiple definition" when it is linked statically, and otherwise the first one wins. What a table
leaves out and libhdf5 has (deflate, shuffle, Fletcher-32, SZIP) is read by libhdf5, slowly.
"""

load("@rules_cc//cc:defs.bzl", "cc_library")

CODECS = [
    "bitshuffle",
    "blosc",
    "deflate",
    "fletcher32",
    "lz4",
    "lzf",
    "shuffle",
    "swell",
    "szip",
    "zstd",
]

_SOURCE = """\
// Written by codec_table() in codecs/defs.bzl: the codecs of a program.
#include "codecs/entries/entries.h"

namespace seiche {{

absl::Span<const CodecEntry* const> LinkedCodecs() {{
  {table}
}}

}}  // namespace seiche
"""

def _codec_table_source_impl(ctx):
    source = ctx.actions.declare_file(ctx.label.name + ".cc")
    table = "return {};"
    if ctx.attr.codecs:
        entries = ["&k%sEntry" % codec.capitalize() for codec in sorted(ctx.attr.codecs)]
        table = "static constexpr const CodecEntry* kCodecs[] = {%s};\n  return kCodecs;" % (
            ", ".join(entries)
        )
    ctx.actions.write(source, _SOURCE.format(table = table))
    return [DefaultInfo(files = depset([source]))]

_codec_table_source = rule(
    implementation = _codec_table_source_impl,
    attrs = {"codecs": attr.string_list()},
)

def codec_table(name, codecs, **kwargs):
    """The codecs that the registry of a program has.

    Args:
      name: of the cc_library that the program, not its libraries, depends on
      codecs: names as in codecs/registry.h, without parameters
      **kwargs: others of cc_library: visibility, tags
    """
    for codec in codecs:
        if codec not in CODECS:
            fail("codec_table %s: no codec %r; there are %s" % (name, codec, ", ".join(CODECS)))
    _codec_table_source(
        name = name + "_source",
        codecs = codecs,
        tags = kwargs.get("tags", []),
        testonly = kwargs.get("testonly", False),
        visibility = ["//visibility:private"],
    )
    cc_library(
        name = name,
        srcs = [name + "_source"],
        # Nothing that comes later on the linker's command line asks for it.
        alwayslink = True,
        deps = [Label("//codecs/entries:codec_entry")] +
               [Label("//codecs/entries:" + codec) for codec in codecs],
        **kwargs
    )
