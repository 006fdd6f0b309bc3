#include "tools/command/block_reader.h"

#include <algorithm>
#include <new>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace seiche {
namespace {

// Parts of chunks in one block: they are listed before they are decoded.
constexpr int64_t kMaxParts = 65536;
// A block this large keeps all workers busy.
constexpr int64_t kGoodBytes = int64_t{32} << 20;

int64_t RowsOfBlock(const Field& field, const BlockOptions& options) {
  const Shape& shape = field.shape();
  Shape row_shape(shape.begin() + 1, shape.end());
  const int64_t row_bytes =
      std::max<int64_t>(NumElements(row_shape) * static_cast<int64_t>(SizeOf(field.dtype)), 1);
  const int64_t chunk_rows = field.grid.chunk_shape()[0];
  int64_t parts_in_row = 1;  // of one row of chunks
  for (size_t i = 1; i < shape.size(); ++i) parts_in_row *= field.grid.chunks_per_axis()[i];

  const int64_t unit = std::max(chunk_rows, std::min(options.row_multiple, shape[0]));
  const int64_t whole_unit = (unit + chunk_rows - 1) / chunk_rows * chunk_rows;
  int64_t most = std::max<int64_t>(options.max_bytes / row_bytes, 1);
  most = std::min(most, std::max<int64_t>(kMaxParts / parts_in_row, 1) * chunk_rows);
  int64_t rows = std::min(whole_unit, most);
  // Several units where they are small.
  if (rows == whole_unit)
    rows *= std::clamp(kGoodBytes / row_bytes / rows, int64_t{1}, most / rows);
  return std::clamp(rows, int64_t{1}, shape[0]);
}

}  // namespace

BlockReader::BlockReader(const SequenceStore& store, int field, const BlockOptions& options)
    : store_(store),
      field_(field),
      rows_(RowsOfBlock(store.fields()[field], options)),
      pool_(options.workers) {
  for (int i = 0; i < pool_.workers(); ++i) readers_.emplace_back(store);
}

absl::StatusOr<ConstArrayView> BlockReader::Read(int64_t first, AlignedBuffer& buffer) {
  const Field& field = store_.fields()[field_];
  Box box = WholeBox(field.shape());
  box.offset[0] = first;
  box.extent[0] = std::min(rows_, field.shape()[0] - first);
  const size_t bytes = NumElements(box.extent) * SizeOf(field.dtype);
  try {
    const ArrayView block = MakeView(buffer.Reserve(bytes).data(), field.dtype, box.extent);
    std::vector<ChunkPart> parts;
    SEICHE_RETURN_IF_ERROR(field.grid.ForEachChunk(box, [&](const ChunkPart& part) {
      parts.push_back(part);
      return absl::OkStatus();
    }));
    SEICHE_RETURN_IF_ERROR(
        pool_.ForEach(static_cast<int64_t>(parts.size()), [&](int64_t i, int worker) {
          return readers_[worker].ReadPart(field_, parts[i].chunk, parts[i].in_chunk,
                                           Slice(block, parts[i].in_box));
        }));
    return ConstArrayView(block);
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError(absl::StrCat(store_.path(), ": a block of ", box.extent[0],
                                                     " rows needs ", bytes,
                                                     " bytes of memory: allow fewer"));
  }
}

}  // namespace seiche
