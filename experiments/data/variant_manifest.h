// What is known of a variant on disk: which parameters it was made with, and its files.
//
//   VariantManifest manifest{.parameters = VariantParameters(variant, dataset, mark), .tree =
//   tree}; WriteFileAtomically(files, path, ManifestText(manifest), OverwritePolicy::kReplace);
//
// Written last, so a variant without one is unfinished; one whose parameters differ is stale.
#ifndef SEICHE_EXPERIMENTS_DATA_VARIANT_MANIFEST_H_
#define SEICHE_EXPERIMENTS_DATA_VARIANT_MANIFEST_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/file_system.h"
#include "base/json.h"
#include "experiments/comparison/row.h"
#include "experiments/comparison/variants.h"
#include "experiments/data/dataset.h"
#include "experiments/data/file_tree.h"

namespace seiche {

struct VariantManifest {
  Json parameters;                         // VariantParameters()
  TreeSummary tree;                        // of its files
  std::vector<double> write_seconds = {};  // as in Row
  std::vector<double> copy_seconds = {};
  int write_workers = 0;  // threads that encoded
  Json write_protocol;    // how those were measured; null if they were not
  // Of a bounded variant, unless it was not measured.
  std::optional<Quality> quality = std::nullopt;
};

// Everything that its files depend on. `encoder_mark`: EncoderMark() in variant_writer.h.
Json VariantParameters(const Variant& variant, const Dataset& dataset, uint32_t encoder_mark);

std::string ManifestText(const VariantManifest& manifest);

// kNotFound if there is none, kDataLoss if it is not one.
absl::StatusOr<VariantManifest> LoadManifest(const std::string& path, const FileSystem& files);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_DATA_VARIANT_MANIFEST_H_
