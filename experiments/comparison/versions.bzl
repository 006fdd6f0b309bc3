"""A C++ header with the project's version and those of third-party libraries, as pinned."""

load("//third_party:archives.bzl", "ARCHIVES")
load("//tools:version.bzl", "VERSION")

_HEADER = """// Generated from tools/version.bzl and third_party/archives.bzl.
#ifndef SEICHE_EXPERIMENTS_COMPARISON_LIBRARY_VERSIONS_H_
#define SEICHE_EXPERIMENTS_COMPARISON_LIBRARY_VERSIONS_H_

namespace seiche {{

struct LibraryVersion {{
  const char* name;
  const char* version;
}};

inline constexpr LibraryVersion kLibraryVersions[] = {{
{entries}}};

}}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_COMPARISON_LIBRARY_VERSIONS_H_
"""

def _library_versions_impl(ctx):
    entries = "    {\"seiche\", \"%s\"},\n" % VERSION
    for library in ctx.attr.libraries:
        version = ARCHIVES[library]["strip_prefix"].rpartition("-")[2]
        entries += "    {\"%s\", \"%s\"},\n" % (library, version)
    ctx.actions.write(ctx.outputs.out, _HEADER.format(entries = entries))
    return [DefaultInfo(files = depset([ctx.outputs.out]))]

library_versions = rule(
    implementation = _library_versions_impl,
    attrs = {
        "libraries": attr.string_list(mandatory = True, doc = "names in ARCHIVES"),
        "out": attr.output(mandatory = True),
    },
)
