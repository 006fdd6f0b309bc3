// The figures of the published comparison, all of them, and nowhere else.
//
//   const PublishedRow* row = FindPublished("hdf5_manual_lzf");
//   row->seconds[2] == 0.013                          // a sequence, 4 workers
//
// Source: the post "Spatiotemporal data for pytorch in HDF5", tables 1 and 2: 3000 sequences of
// 100 x 184 x 184 float32, PyTorch's DataLoader on a quad-core i7 with an SSD. Pure data.
#ifndef SEICHE_EXPERIMENTS_COMPARISON_PUBLISHED_H_
#define SEICHE_EXPERIMENTS_COMPARISON_PUBLISHED_H_

#include <cstdint>
#include <string_view>

#include "absl/types/span.h"
#include "base/shape.h"

namespace seiche {

// Columns of the published tables: worker counts.
inline constexpr int kPublishedWorkers[] = {1, 2, 4, 8};
inline constexpr int kPublishedColumns = 4;

inline constexpr int64_t kPublishedSequences = 3000;
inline constexpr int64_t kPublishedSmallFile = 500;  // sequences a file, table 2
inline constexpr int kPublishedCores = 4;

// The protocol: batches of 10 random sequences, 10 of them.
inline constexpr int64_t kPublishedBatchSize = 10;
inline constexpr int64_t kPublishedBatches = 10;

struct PublishedRow {
  std::string_view variant;  // Variant::id
  bool table1 = false;
  bool table2 = false;
  std::string_view size;              // as printed there
  double gigabytes = 0;               // the same number; 1 GB = 1e9 bytes
  int64_t sequences = 0;              // that `gigabytes` holds
  double seconds[kPublishedColumns];  // a sequence, by kPublishedWorkers
};

// In the order of the tables.
absl::Span<const PublishedRow> PublishedRows();
// Null for a variant that the post does not have.
const PublishedRow* FindPublished(std::string_view variant);
// Seconds a sequence of a row with `workers`; 0 if that was not published.
double PublishedSeconds(const PublishedRow* row, int workers);

// The chunk shapes behind its rows "Auto": what h5py 3.7 guesses for 3000 and for 500 sequences.
Shape PublishedAutoChunk();
Shape PublishedSmallFileAutoChunk();

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_COMPARISON_PUBLISHED_H_
