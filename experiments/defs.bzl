"""The experiment as a Bazel graph: simulated data, its variants, their sizes.

    load("@seiche//experiments:defs.bzl", "dataset_variant", "size_table", "wave_dataset")

    wave_dataset(name = "waves", sequences = 6, seed = 1)
    dataset_variant(name = "lzf", dataset = ":waves", compression = "lzf")
    size_table(name = "sizes", variants = [":lzf"])

All actions are hermetic and deterministic: the same bytes every time, on any machine. A changed
codec has only those variants written anew that use it (rules/variant_tools.bzl has the details);
tables are made anew only if one of them came out different. The JPEG codec is part of every
variant: a dataset consists of JPEG files.
"""

load("//experiments/rules:variant_tools.bzl", "variant_tool")

WaveDatasetInfo = provider(
    doc = "A simulated dataset.",
    fields = {"folder": "File: jpeg/, dataset.json, waves.png"},
)

DatasetVariantInfo = provider(
    doc = "A dataset in one form.",
    fields = {
        "folder": "File: the HDF5 files, or the folder jpeg",
        "manifest": "File: JSON, parameters, sizes and digest",
    },
)

def _tool(name):
    # Built for the target, as everything else is: nothing is compiled twice.
    return attr.label(
        default = Label("//experiments/rules:" + name),
        executable = True,
        cfg = "target",
    )

def _wave_dataset_impl(ctx):
    folder = ctx.actions.declare_directory(ctx.label.name)
    arguments = ctx.actions.args()
    arguments.add(ctx.attr.sequences, format = "--sequences=%s")
    arguments.add(ctx.attr.frames, format = "--frames=%s")
    arguments.add(ctx.attr.grid_points, format = "--grid-points=%s")
    arguments.add(ctx.attr.seed, format = "--seed=%s")
    arguments.add("--out=" + folder.path)
    ctx.actions.run(
        outputs = [folder],
        executable = ctx.executable._tool,
        arguments = [arguments],
        mnemonic = "SeicheWaves",
        progress_message = "Simulating %d sequences of waves for %s" % (ctx.attr.sequences, ctx.label),
    )
    return [
        DefaultInfo(files = depset([folder]), runfiles = ctx.runfiles([folder])),
        WaveDatasetInfo(folder = folder),
    ]

wave_dataset = rule(
    implementation = _wave_dataset_impl,
    doc = "Simulates surface waves; a folder of JPEG folders, one a sequence, and dataset.json.",
    attrs = {
        "frames": attr.int(default = 100, doc = "of a sequence"),
        "grid_points": attr.int(default = 184, doc = "along each side of a frame"),
        "seed": attr.int(default = 1, doc = "of the waves"),
        "sequences": attr.int(mandatory = True, doc = "to simulate"),
        "_tool": _tool("make_dataset"),
    },
)

def _dataset_variant_impl(ctx):
    folder = ctx.actions.declare_directory(ctx.label.name)
    manifest = ctx.actions.declare_file(ctx.label.name + ".json")
    dataset = ctx.attr.dataset[WaveDatasetInfo].folder
    arguments = ctx.actions.args()
    arguments.add("--id=" + ctx.label.name)
    arguments.add(ctx.attr.format, format = "--format=%s")
    arguments.add(ctx.attr.chunks, format = "--chunks=%s")
    arguments.add(ctx.attr.compression, format = "--compression=%s")
    arguments.add(ctx.attr.dtype, format = "--dtype=%s")
    arguments.add(ctx.attr.sequences_per_file, format = "--sequences-per-file=%s")
    arguments.add("--dataset=" + dataset.path)
    arguments.add("--out=" + folder.path)
    arguments.add(manifest, format = "--manifest=%s")
    ctx.actions.run(
        inputs = [dataset],
        outputs = [folder, manifest],
        executable = ctx.executable._tool,
        arguments = [arguments],
        mnemonic = "SeicheVariant",
        progress_message = "Writing %s" % ctx.label,
    )
    return [
        DefaultInfo(
            files = depset([folder, manifest]),
            runfiles = ctx.runfiles([folder, manifest]),
        ),
        DatasetVariantInfo(folder = folder, manifest = manifest),
    ]

dataset_variant = rule(
    implementation = _dataset_variant_impl,
    doc = "Writes a wave_dataset in another form; a folder of files and a JSON description.",
    attrs = {
        "chunks": attr.string(
            default = "manual",
            doc = "manual (a sequence each), auto and auto500 (the published shapes), guess " +
                  "(h5py's), contiguous, or extents such as 1,100,184,184; HDF5 only",
        ),
        "compression": attr.string(
            default = "lzf",
            doc = "none, or codecs with + between them: lzf, gzip:4, shuffle+gzip:4; HDF5 only",
        ),
        "dataset": attr.label(mandatory = True, providers = [WaveDatasetInfo]),
        "dtype": attr.string(default = "float32", values = ["float32", "uint8"]),
        "format": attr.string(default = "hdf5", values = ["hdf5", "jpeg"]),
        "sequences_per_file": attr.int(default = 0, doc = "0: all in one file"),
        "_tool": attr.label(
            default = variant_tool,
            executable = True,
            cfg = "target",
        ),
    },
)

def _size_table_impl(ctx):
    markdown = ctx.actions.declare_file(ctx.label.name + ".md")
    csv = ctx.actions.declare_file(ctx.label.name + ".csv")
    manifests = [variant[DatasetVariantInfo].manifest for variant in ctx.attr.variants]
    arguments = ctx.actions.args()
    arguments.add(markdown, format = "--markdown=%s")
    arguments.add(csv, format = "--csv=%s")
    arguments.add_all(manifests)
    ctx.actions.run(
        inputs = manifests,
        outputs = [markdown, csv],
        executable = ctx.executable._tool,
        arguments = [arguments],
        mnemonic = "SeicheSizeTable",
        progress_message = "Comparing sizes for %s" % ctx.label,
    )
    return [DefaultInfo(
        files = depset([markdown, csv]),
        runfiles = ctx.runfiles([markdown, csv]),
    )]

size_table = rule(
    implementation = _size_table_impl,
    doc = "The sizes of dataset_variants as NAME.md and NAME.csv.",
    attrs = {
        "variants": attr.label_list(
            mandatory = True,
            allow_empty = False,
            providers = [DatasetVariantInfo],
        ),
        "_tool": _tool("make_size_table"),
    },
)
