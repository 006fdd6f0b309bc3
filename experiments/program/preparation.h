// Brings the dataset and its variants into the output folder: what is there, finished, unchanged
// and undamaged is kept, everything else is made.
//
//   Preparation preparation(plan, folder, pool, files, log);
//   SEICHE_ASSIGN_OR_RETURN(Dataset dataset, preparation.PrepareDataset());
//   SEICHE_ASSIGN_OR_RETURN(Row row, preparation.PrepareVariant(variant));
//
// A variant is finished when its manifest is there; kept when the manifest names today's
// parameters, data and encoders, all its files have their checksums, and some sequences decode to
// the dataset's values. Killed at any moment, the next run goes on from what was finished.
#ifndef SEICHE_EXPERIMENTS_PROGRAM_PREPARATION_H_
#define SEICHE_EXPERIMENTS_PROGRAM_PREPARATION_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/file_system.h"
#include "base/worker_pool.h"
#include "experiments/comparison/row.h"
#include "experiments/data/dataset.h"
#include "experiments/data/variant_manifest.h"
#include "experiments/program/options.h"
#include "experiments/program/output_folder.h"
#include "storage/sequence_store.h"

namespace seiche {

// Takes one line for the user, without the newline.
using LineLog = std::function<void(std::string_view)>;

// A copy that takes longer is timed once.
inline constexpr double kLongCopySeconds = 60;

class Preparation {
 public:
  // All references must outlive the object.
  Preparation(const ExperimentPlan& plan, const OutputFolder& folder, WorkerPool& pool,
              FileSystem& files, LineLog log);

  // Says how much disk `variants`, the dataset and the Python stack still need. kResourceExhausted
  // if the disk has less; a folder that this run has made is removed then.
  absl::Status CheckDisk(const std::vector<Variant>& variants) const;

  // kAlreadyExists if the folder holds a dataset of other parameters.
  absl::StatusOr<Dataset> PrepareDataset();

  // The row without its reads; call PrepareDataset() first. A codec that this build lacks makes an
  // unavailable row, not an error.
  absl::StatusOr<Row> PrepareVariant(const Variant& variant);

  // Opens a prepared variant.
  absl::StatusOr<std::shared_ptr<const SequenceStore>> Open(const Variant& variant) const;
  // Its files.
  absl::StatusOr<std::vector<std::string>> Paths(const Variant& variant) const;

 private:
  // Where the variant's files lie: for JPEG that is the dataset.
  std::string FolderOf(const Variant& variant) const;
  std::string TreeOf(const Variant& variant) const;
  // What is wrong with a variant on disk: empty if it can be kept.
  std::string WhyNot(const Variant& variant, const Json& parameters,
                     const absl::StatusOr<VariantManifest>& manifest) const;
  // Bytes of the largest of `variants` that is there, but has not been copied yet to be timed.
  int64_t LargestUntimedCopy(const std::vector<Variant>& variants) const;
  absl::Status CompareSome(const Variant& variant) const;
  absl::StatusOr<VariantManifest> Make(const Variant& variant, const Json& parameters);
  absl::Status Save(const Variant& variant, const VariantManifest& manifest);
  // Times writing and copying, and saves the times in the manifest.
  absl::Status Time(const Variant& variant, VariantManifest& manifest);
  absl::Status Write(const Variant& variant);
  // An empty folder for what is measured and removed again.
  absl::Status MakeScratch();
  absl::StatusOr<std::vector<double>> MeasureWriting(const Variant& variant);
  absl::StatusOr<double> CopyOnce(const Variant& variant);
  absl::StatusOr<std::vector<double>> MeasureCopying(const Variant& variant);

  const ExperimentPlan& plan_;
  const OutputFolder& folder_;
  WorkerPool& pool_;
  FileSystem& files_;
  LineLog log_;
  Dataset dataset_;
  std::unique_ptr<const SequenceStore> source_;  // the dataset's JPEG folders
};

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_PROGRAM_PREPARATION_H_
