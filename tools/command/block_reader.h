// A field from front to back, some rows of axis 0 at a time, chunks decoded in parallel.
//
//   BlockReader reader(*store, /*field=*/0, {.max_bytes = 256 << 20});
//   for (int64_t row = 0; row < store->size(); row += reader.rows()) {
//     SEICHE_ASSIGN_OR_RETURN(ConstArrayView block, reader.Read(row, buffer));
//   }
//
// A block has as many rows as chunks have along axis 0, so that each chunk is decoded once, or a
// multiple of that; fewer only where `max_bytes` forces it. Thread-compatible.
#ifndef SEICHE_TOOLS_COMMAND_BLOCK_READER_H_
#define SEICHE_TOOLS_COMMAND_BLOCK_READER_H_

#include <cstdint>
#include <deque>

#include "absl/status/statusor.h"
#include "base/aligned_buffer.h"
#include "base/array_view.h"
#include "base/worker_pool.h"
#include "storage/chunk_reader.h"
#include "storage/sequence_store.h"

namespace seiche {

struct BlockOptions {
  int64_t max_bytes = int64_t{256} << 20;  // of a block; a single row may have more
  int64_t row_multiple = 1;                // wanted besides that of the field's own chunks
  int workers = 0;                         // 0: one a core
};

class BlockReader {
 public:
  // `store` must outlive the reader.
  BlockReader(const SequenceStore& store, int field, const BlockOptions& options);

  // Of every block but the last.
  int64_t rows() const { return rows_; }

  // Rows first .. first + rows() - 1, or up to the end, row-major in `buffer`. Errors are the
  // store's; kResourceExhausted if there is no memory for a block.
  absl::StatusOr<ConstArrayView> Read(int64_t first, AlignedBuffer& buffer);

 private:
  const SequenceStore& store_;
  const int field_;
  const int64_t rows_;
  WorkerPool pool_;
  std::deque<ChunkReader> readers_;  // of each worker
};

}  // namespace seiche

#endif  // SEICHE_TOOLS_COMMAND_BLOCK_READER_H_
