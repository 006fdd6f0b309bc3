"""Rule wheel: the Python package as a wheel, in a folder of its own.

The file's name tells the platform, which is known only when it is built; so the output is a folder,
bazel-bin/python/wheel, with the wheel in it.
"""

def _wheel_impl(ctx):
    out = ctx.actions.declare_directory(ctx.label.name)
    args = ctx.actions.args()
    args.add(ctx.file._make_wheel)
    args.add("--version", ctx.attr.version)
    args.add("--out", out.path)
    args.add("--module", ctx.file.module)
    args.add("--readme", ctx.file.readme)
    args.add_all(ctx.files.licences, before_each = "--licence")
    args.add_all(ctx.files.srcs)
    ctx.actions.run_shell(
        inputs = ctx.files.srcs + ctx.files.licences +
                 [ctx.file._make_wheel, ctx.file.module, ctx.file.readme],
        outputs = [out],
        command = "exec python3 \"$@\"",
        arguments = [args],
        mnemonic = "Wheel",
    )
    return [DefaultInfo(files = depset([out]), runfiles = ctx.runfiles([out]))]

wheel = rule(
    implementation = _wheel_impl,
    attrs = {
        "licences": attr.label_list(allow_files = True),
        "module": attr.label(allow_single_file = True, mandatory = True),
        "readme": attr.label(allow_single_file = True, mandatory = True),
        "srcs": attr.label_list(allow_files = True, mandatory = True),
        "version": attr.string(mandatory = True),
        "_make_wheel": attr.label(allow_single_file = True, default = "//python:make_wheel.py"),
    },
)
