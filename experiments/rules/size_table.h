// Variants side by side: how large each one is.
//
//   std::string csv = SizeTableCsv(manifests);         // VariantManifest, one a variant
//
// Pure functions.
#ifndef SEICHE_EXPERIMENTS_RULES_SIZE_TABLE_H_
#define SEICHE_EXPERIMENTS_RULES_SIZE_TABLE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "experiments/data/variant_manifest.h"

namespace seiche {

// A row a variant, in the given order; ratios to the first JPEG variant. kDataLoss if a manifest
// lacks a parameter.
absl::StatusOr<std::string> SizeTableMarkdown(const std::vector<VariantManifest>& manifests);

// The same with the digest of each variant's files, under a header line.
absl::StatusOr<std::string> SizeTableCsv(const std::vector<VariantManifest>& manifests);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_RULES_SIZE_TABLE_H_
