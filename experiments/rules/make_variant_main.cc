// Action of dataset_variant() in experiments/defs.bzl: writes a dataset in another form.
#include <memory>
#include <string>
#include <vector>

#include "base/atomic_output.h"
#include "base/command_line.h"
#include "base/status.h"
#include "experiments/comparison/variant_spec.h"
#include "experiments/data/dataset.h"
#include "experiments/data/variant_manifest.h"
#include "experiments/data/variant_writer.h"
#include "storage/open.h"

namespace seiche {
namespace {

struct Options {
  VariantSpec spec;
  std::string dataset;
  std::string out;
  std::string manifest;
};

// JPEG folders are copied: the dataset's own files are the variant.
absl::Status WriteFiles(const Variant& variant, const Dataset& dataset, const std::string& out,
                        FileSystem& files) {
  SEICHE_RETURN_IF_ERROR(files.MakeDirectories(out));
  if (variant.container == Container::kJpegFolders) {
    return CopyTree(files, dataset.jpeg_path(), JoinPath(out, "jpeg"));
  }
  SEICHE_ASSIGN_OR_RETURN(const auto source, OpenStore(dataset.jpeg_path()));
  WorkerPool pool;
  SEICHE_RETURN_IF_ERROR(
      WriteVariant(variant, *source, VariantAttributes(variant, dataset), out, pool, files)
          .status());
  SEICHE_ASSIGN_OR_RETURN(const auto written, OpenVariant(variant, out));
  return CompareSequences(*source, *written, {0, variant.sequences - 1}, variant.bound);
}

absl::Status Run(const Options& options) {
  FileSystem& files = DefaultFileSystem();
  SEICHE_ASSIGN_OR_RETURN(const Dataset dataset, LoadDataset(options.dataset, files));
  SEICHE_ASSIGN_OR_RETURN(const Variant variant,
                          ParseVariant(options.spec, dataset.options.shape()));
  SEICHE_RETURN_IF_ERROR(WriteFiles(variant, dataset, options.out, files));
  VariantManifest manifest{.parameters = VariantParameters(variant, dataset, /*encoder_mark=*/0)};
  SEICHE_ASSIGN_OR_RETURN(manifest.tree, SummariseTree(files, options.out));
  return WriteFileAtomically(files, options.manifest, ManifestText(manifest),
                             OverwritePolicy::kReplace);
}

}  // namespace
}  // namespace seiche

int main(int argc, char** argv) {
  seiche::Options options;
  seiche::VariantSpec& spec = options.spec;
  seiche::Command command("make_variant", "Writes a dataset in another form.",
                          [&] { return seiche::Run(options); });
  command.AddFlag("id", &spec.id, {.help = "name in tables", .required = true});
  command.AddFlag("format", &spec.format, {.help = "hdf5 or jpeg"});
  command.AddFlag("chunks", &spec.chunks,
                  {.help = "manual, auto, auto500, guess, contiguous, or extents: 1,100,184,184"});
  command.AddFlag("compression", &spec.compression,
                  {.help = "none, or codecs with + between them: shuffle+gzip:4"});
  command.AddFlag("dtype", &spec.dtype, {.help = "float32 or uint8"});
  command.AddFlag("sequences-per-file", &spec.sequences_per_file,
                  {.help = "in each HDF5 file; 0: all", .unit = "sequences", .min = 0});
  command.AddPath("dataset", &options.dataset, {.help = "made by make_dataset", .required = true});
  command.AddPath("out", &options.out, {.help = "folder to fill", .required = true});
  command.AddPath("manifest", &options.manifest,
                  {.help = "JSON file that describes it", .required = true});
  return seiche::RunMain(command, argc, argv);
}
