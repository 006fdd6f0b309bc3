// The wave dataset on disk: JPEG folders, which define the values of every row, and what belongs
// to them.
//
//   SEICHE_ASSIGN_OR_RETURN(const Dataset dataset, LoadDataset("out/dataset", files));
//   SEICHE_ASSIGN_OR_RETURN(auto store, OpenStore(dataset.jpeg_path()));
//
// In the folder: jpeg/ (one folder a sequence), waves.png (what the waves look like) and
// dataset.json, written last: a folder without it is unfinished. Nothing in it depends on the
// machine, the time or the number of threads.
#ifndef SEICHE_EXPERIMENTS_DATA_DATASET_H_
#define SEICHE_EXPERIMENTS_DATA_DATASET_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "base/file_system.h"
#include "base/shape.h"
#include "experiments/comparison/row.h"
#include "experiments/data/file_tree.h"
#include "experiments/waves/products.h"

namespace seiche {

struct DatasetOptions {
  int64_t sequences = 200;  // >= 1
  WaveOptions waves = {};   // seed, frames, grid points

  Shape shape() const;  // [N,T,H,W]
  bool operator==(const DatasetOptions& other) const;
  std::string ToString() const;  // "200 sequences of 100 x 184 x 184, seed 1"
};

struct Dataset {
  DatasetOptions options;
  std::string folder;
  TreeSummary jpeg;             // of jpeg/
  Normalisation normalisation;  // of the decoded values
  Quality quality;              // of the decoded values against the product `shaded`

  std::string jpeg_path() const;
};

// A finished dataset. kNotFound if `folder` has none; kDataLoss if its dataset.json is not one.
// The JPEG files are not looked at.
absl::StatusOr<Dataset> LoadDataset(const std::string& folder, const FileSystem& files);

// Writes dataset.json, which makes a dataset a finished one; removes it, before anything else of a
// dataset is changed.
absl::Status SaveDescription(const Dataset& dataset, FileSystem& files);
absl::Status RemoveDescription(const std::string& folder, FileSystem& files);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_DATA_DATASET_H_
