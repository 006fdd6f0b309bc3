// Action of size_table() in experiments/defs.bzl: the variants' sizes as a table.
#include <string>
#include <vector>

#include "base/atomic_output.h"
#include "base/command_line.h"
#include "base/status.h"
#include "experiments/data/variant_manifest.h"
#include "experiments/rules/size_table.h"

namespace seiche {
namespace {

absl::Status Run(const std::vector<std::string>& paths, const std::string& markdown,
                 const std::string& csv) {
  FileSystem& files = DefaultFileSystem();
  std::vector<VariantManifest> manifests;
  for (const std::string& path : paths) {
    SEICHE_ASSIGN_OR_RETURN(VariantManifest manifest, LoadManifest(path, files));
    manifests.push_back(std::move(manifest));
  }
  SEICHE_ASSIGN_OR_RETURN(const std::string markdown_text, SizeTableMarkdown(manifests));
  SEICHE_ASSIGN_OR_RETURN(const std::string csv_text, SizeTableCsv(manifests));
  SEICHE_RETURN_IF_ERROR(
      WriteFileAtomically(files, markdown, markdown_text, OverwritePolicy::kReplace));
  return WriteFileAtomically(files, csv, csv_text, OverwritePolicy::kReplace);
}

}  // namespace
}  // namespace seiche

int main(int argc, char** argv) {
  std::vector<std::string> manifests;
  std::string markdown, csv;
  seiche::Command command("make_size_table", "Puts variants' sizes into a table.",
                          [&] { return seiche::Run(manifests, markdown, csv); });
  command.AddPath("markdown", &markdown, {.help = "file to write", .required = true});
  command.AddPath("csv", &csv, {.help = "file to write", .required = true});
  command.AddPathArguments("manifests", &manifests,
                           {.help = "JSON files made by make_variant", .required = true});
  return seiche::RunMain(command, argc, argv);
}
