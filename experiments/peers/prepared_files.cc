#include "experiments/peers/prepared_files.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/aligned_buffer.h"
#include "base/array_view.h"
#include "base/atomic_output.h"
#include "base/status.h"
#include "experiments/data/file_tree.h"
#include "experiments/data/variant_manifest.h"
#include "experiments/peers/adler32.h"

namespace seiche {
namespace {

// Copies in formats of peers, beside the variants and with the same kind of manifest.
class Copies {
 public:
  Copies(const Dataset& dataset, const std::string& requirements, const OutputFolder& folder,
         PeerClients& clients, FileSystem& files, const LineLog& log)
      : dataset_(dataset),
        requirements_(requirements),
        folder_(folder),
        clients_(clients),
        files_(files),
        log_(log) {}

  absl::StatusOr<TreeSummary> Prepare(const PeerFile& file, const SequenceStore& source) {
    const std::string path = folder_.variant(file.id);
    const Json parameters = {{"id", file.id},
                             {"sequences", source.size()},
                             {"packages", requirements_},
                             {"dataset_digest", dataset_.jpeg.digest()}};
    const auto manifest = LoadManifest(folder_.manifest(file.id), files_);
    if (manifest.ok() && manifest->parameters == parameters) {
      const auto tree = SummariseTree(files_, path);
      if (tree.ok() && tree->SameContents(manifest->tree)) {
        log_(absl::StrCat(file.id, ": there and verified"));
        return *tree;
      }
    }
    return Make(file, source, parameters);
  }

 private:
  absl::StatusOr<TreeSummary> Make(const PeerFile& file, const SequenceStore& source,
                                   const Json& parameters) {
    const std::string path = folder_.variant(file.id);
    SEICHE_RETURN_IF_ERROR(files_.RemoveAll(folder_.manifest(file.id)));
    SEICHE_RETURN_IF_ERROR(files_.RemoveAll(path));
    SEICHE_ASSIGN_OR_RETURN(const int64_t sequences,
                            clients_.Get(file.copy_by).Copy(source.path(), path, file.id));
    if (sequences != source.size()) {
      return absl::DataLossError(
          absl::StrCat(path, ": ", sequences, " sequences were copied of ", source.size()));
    }
    SEICHE_ASSIGN_OR_RETURN(const TreeSummary tree, SummariseTree(files_, path));
    SEICHE_RETURN_IF_ERROR(WriteFileAtomically(
        files_, folder_.manifest(file.id), ManifestText({.parameters = parameters, .tree = tree}),
        OverwritePolicy::kReplace));
    log_(absl::StrFormat("%s: %d sequences, %.2f GB", file.id, sequences,
                         static_cast<double>(tree.bytes) / 1e9));
    return tree;
  }

  const Dataset& dataset_;
  const std::string& requirements_;
  const OutputFolder& folder_;
  PeerClients& clients_;
  FileSystem& files_;
  const LineLog& log_;
};

absl::StatusOr<PreparedFile> OpenPrepared(const Variant& variant, Preparation& preparation) {
  SEICHE_ASSIGN_OR_RETURN(const Row row, preparation.PrepareVariant(variant));
  if (!row.available()) return absl::FailedPreconditionError(row.unavailable);
  PreparedFile file{.bytes_per_sequence = row.bytes_per_sequence()};
  SEICHE_ASSIGN_OR_RETURN(file.store, preparation.Open(variant));
  SEICHE_ASSIGN_OR_RETURN(file.paths, preparation.Paths(variant));
  file.path = file.store->path();
  return file;
}

absl::Status UseCopy(const PeerFile& file, const OutputFolder& folder, Copies& copies,
                     FileSystem& files, PreparedFile& prepared) {
  const auto tree = copies.Prepare(file, *prepared.store);
  if (!tree.ok()) {
    prepared.error = std::string(tree.status().message());
    return absl::OkStatus();
  }
  prepared.path = folder.variant(file.id);
  prepared.bytes_per_sequence =
      static_cast<double>(tree->bytes) / static_cast<double>(prepared.store->size());
  prepared.paths.clear();
  SEICHE_ASSIGN_OR_RETURN(const std::vector<TreeFile> list, ListTree(files, prepared.path));
  for (const TreeFile& part : list) prepared.paths.push_back(part.path);
  return absl::OkStatus();
}

}  // namespace

PeerClients::PeerClients(std::vector<std::string> command, std::string log, double timeout)
    : command_(std::move(command)), log_(std::move(log)), timeout_(timeout) {}

PeerClient& PeerClients::Get(const std::string& peer) {
  std::unique_ptr<PeerClient>& client = clients_[peer];
  if (client == nullptr) {
    std::vector<std::string> command = command_;
    command.push_back(peer);
    client = std::make_unique<PeerClient>(std::move(command), log_, timeout_);
  }
  return *client;
}

std::vector<Variant> VariantsOf(const PeerPlan& plan) {
  std::vector<Variant> variants = MakeVariants({.shape = plan.selection.shape});
  std::erase_if(variants, [&](const Variant& variant) {
    for (const PeerFile& file : plan.files) {
      if (file.variant == variant.id) return false;
    }
    return true;
  });
  return variants;
}

absl::StatusOr<std::map<std::string, PreparedFile>> PrepareFiles(
    const PeerPlan& plan, const std::vector<Variant>& variants, const Dataset& dataset,
    const std::string& requirements, const OutputFolder& folder, Preparation& preparation,
    PeerClients& clients, FileSystem& files, const LineLog& log) {
  std::map<std::string, PreparedFile> by_variant, result;
  for (const Variant& variant : variants) {
    SEICHE_ASSIGN_OR_RETURN(by_variant[variant.id], OpenPrepared(variant, preparation));
  }
  Copies copies(dataset, requirements, folder, clients, files, log);
  for (const PeerFile& file : plan.files) {
    PreparedFile& prepared = result[file.id] = by_variant.at(file.variant);
    if (file.copy_by.empty()) continue;
    SEICHE_RETURN_IF_ERROR(UseCopy(file, folder, copies, files, prepared));
  }
  return result;
}

absl::StatusOr<uint32_t> ChecksumOf(const SequenceStore& store, int64_t window,
                                    const std::vector<int64_t>& samples) {
  const Field& field = store.fields()[0];
  Box box = WholeBox(field.shape());
  const int64_t starts = window == 0 ? 1 : field.shape()[1] - window + 1;
  box.extent[0] = 1;
  if (window != 0) box.extent[1] = window;
  const auto size = static_cast<size_t>(NumElements(box.extent)) * SizeOf(field.dtype);
  AlignedBuffer buffer(size);
  uint32_t checksum = kAdler32Start;
  for (const int64_t sample : samples) {
    box.offset[0] = sample / starts;
    box.offset[1] = sample % starts;
    SEICHE_RETURN_IF_ERROR(
        store.Read(0, box, MakeView(static_cast<void*>(buffer.data()), field.dtype, box.extent)));
    checksum = Adler32({buffer.data(), size}, checksum);
  }
  return checksum;
}

}  // namespace seiche
