// Makes the dataset of experiments/data/dataset.h and checks one that is there.
//
//   WorkerPool pool;
//   SEICHE_ASSIGN_OR_RETURN(Dataset dataset, GenerateDataset(options, "out/dataset", pool, files));
#ifndef SEICHE_EXPERIMENTS_DATA_DATASET_GENERATOR_H_
#define SEICHE_EXPERIMENTS_DATA_DATASET_GENERATOR_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/file_system.h"
#include "base/worker_pool.h"
#include "experiments/data/dataset.h"

namespace seiche {

// Simulates, encodes and writes everything into `folder`, which is made if need be; what an earlier
// call left in its place is replaced. Progress on standard error.
absl::StatusOr<Dataset> GenerateDataset(const DatasetOptions& options, const std::string& folder,
                                        WorkerPool& pool, FileSystem& files);

// Reads every JPEG file and makes sequence 0 anew: kDataLoss if the files are not what dataset.json
// says or today's generator makes other waves.
absl::Status VerifyDataset(const Dataset& dataset, const FileSystem& files);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_DATA_DATASET_GENERATOR_H_
