// Loops over batches of windows of two frames of an HDF5 file or a folder of JPEG frames, in random
// order:
//
//   bazel run //:batches -- /tmp/ramp.h5 [H5 dataset, if it has several]
#include <cstdio>
#include <numeric>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "base/status.h"
#include "loader/loader.h"
#include "storage/open.h"

absl::Status PrintBatches(const std::string& path, const std::string& field) {
  SEICHE_ASSIGN_OR_RETURN(auto store, seiche::OpenStore(path, {.field = field}));
  if (store->fields()[0].dtype != seiche::DType::kFloat32) {
    return absl::UnimplementedError("this example takes float32 only");
  }
  SEICHE_ASSIGN_OR_RETURN(
      auto loader, seiche::Loader::Create(std::move(store),
                                          {.sample = {.windows = {{"", 0, 2}}}, .batch_size = 4}));
  while (true) {
    SEICHE_ASSIGN_OR_RETURN(std::optional<seiche::Batch> batch, loader->Next());
    if (!batch) return absl::OkStatus();
    const absl::Span<const float> values = batch->array<float>().values();  // of [B,T,H,W]
    const double sum = std::accumulate(values.begin(), values.end(), 0.0);
    std::printf("batch %d: %s, mean %.4f\n", static_cast<int>(batch->number()),
                seiche::ToString(batch->view().shape).c_str(), sum / values.size());
  }
}

int main(int argc, char** argv) {
  if (argc != 2 && argc != 3) {
    std::fprintf(stderr, "usage: %s FILE_OR_FOLDER [H5_DATASET]\n", argv[0]);
    return 2;
  }
  const absl::Status status = PrintBatches(argv[1], argc == 3 ? argv[2] : "");
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return status.ok() ? 0 : 1;
}
