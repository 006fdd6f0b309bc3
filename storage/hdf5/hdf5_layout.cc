#include "storage/hdf5/hdf5_layout.h"

#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "codecs/registry.h"

namespace seiche {
namespace {

// libhdf5 1.14 has no larger chunks.
constexpr int64_t kMaxChunkBytes = std::numeric_limits<uint32_t>::max();
constexpr int64_t kMaxArrayBytes = std::numeric_limits<int64_t>::max();
constexpr uint32_t kSkipAll = ~uint32_t{0};

std::string DescribeFilter(const h5::Filter& filter) {
  return absl::StrCat("filter ", filter.id, filter.name.empty() ? "" : " ", filter.name);
}

// Empty if `filters` became `chain`; otherwise why not.
std::string MakeChain(const h5::DatasetInfo& info, CodecChain& chain) {
  for (const h5::Filter& filter : info.filters) {
    auto codec =
        MakeByteCodec(filter.id, {.values = filter.values,
                                  .element_size = static_cast<uint32_t>(SizeOf(info.type.dtype)),
                                  .chunk_shape = info.chunk_shape});
    if (codec.ok()) {
      chain.Add(*std::move(codec), filter.optional);
      continue;
    }
    std::string reason = absl::StrCat(DescribeFilter(filter), ": ", codec.status().message());
    if (!h5::HasFilter(filter.id)) {
      absl::StrAppend(&reason, "; libhdf5 has none either: set HDF5_PLUGIN_PATH");
    }
    return reason;
  }
  return "";
}

std::string SlowReason(const h5::DatasetInfo& info, const std::string& path, CodecChain& chain) {
  if (info.file != path) return absl::StrCat("is in another file, ", info.file, ": open that one");
  if (!info.type.odd.empty()) return info.type.odd;
  switch (info.layout) {
    case h5::Layout::kCompact:
      return "compact layout";
    case h5::Layout::kExternal:
      return "data in external files";
    case h5::Layout::kVirtual:
      return "virtual layout";
    case h5::Layout::kContiguous:
      return "";
    case h5::Layout::kChunked:
      return MakeChain(info, chain);
  }
  return "unknown layout";
}

// One sequence a chunk where there are no chunks.
absl::StatusOr<Shape> ChunkShape(const h5::DatasetInfo& info, const std::string& context) {
  const int64_t element_size = SizeOf(info.type.dtype);
  const int64_t elements = NumElements(info.shape);
  if (elements < 0 || elements > kMaxArrayBytes / element_size) {
    return absl::DataLossError(
        absl::StrCat(context, ": no file holds the shape ", ToString(info.shape)));
  }
  if (elements == 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(context, ": holds no sequences: its shape is ", ToString(info.shape)));
  }
  if (info.layout != h5::Layout::kChunked) {
    Shape sequence = info.shape;
    sequence[0] = 1;
    return sequence;
  }
  const int64_t chunk_elements = NumElements(info.chunk_shape);
  if (info.chunk_shape.size() != info.shape.size() || chunk_elements < 1 ||
      chunk_elements > kMaxChunkBytes / element_size) {
    return absl::DataLossError(absl::StrCat(context, ": impossible chunk shape ",
                                            ToString(info.chunk_shape), " of shape ",
                                            ToString(info.shape)));
  }
  return info.chunk_shape;
}

// Chunks of the grid as libhdf5 lists them.
class IndexReader {
 public:
  IndexReader(const Hdf5Layout& layout, const h5::DatasetInfo& info, const std::string& path,
              int64_t file_size)
      : layout_(layout),
        info_(info),
        path_(path),
        file_size_(file_size),
        coordinates_(info.shape.size(), 0),
        builder_(layout.field.grid.num_chunks()) {}

  void Add(const h5::StoredChunk& stored) {
    const ChunkGrid& grid = layout_.field.grid;
    bool whole = true;
    for (size_t i = 0; i < coordinates_.size(); ++i) {
      const int64_t extent = grid.chunk_shape()[i];
      coordinates_[i] = stored.offset[i] / extent;
      // An array that was cut may keep chunks outside of it.
      if (stored.offset[i] < 0 || coordinates_[i] >= grid.chunks_per_axis()[i]) return;
      whole &= stored.offset[i] + extent <= grid.shape()[i];
    }
    const int64_t chunk = grid.Number(coordinates_);
    if (!Inside(stored)) {
      if (status_.ok()) status_ = OutsideError(chunk, stored);
      return;
    }
    builder_.Add(chunk,
                 {.offset = stored.address,
                  .size = static_cast<uint32_t>(stored.size),
                  .skip_mask = info_.raw_edge_chunks && !whole ? kSkipAll : stored.skip_mask});
  }

  absl::StatusOr<ChunkIndex> Build() && {
    if (!status_.ok()) return status_;
    return std::move(builder_).Build();
  }

 private:
  bool Inside(const h5::StoredChunk& stored) const {
    return stored.address >= 0 && stored.size >= 0 && stored.size <= kMaxChunkBytes &&
           stored.address <= file_size_ - stored.size;
  }

  absl::Status OutsideError(int64_t chunk, const h5::StoredChunk& stored) const {
    return absl::DataLossError(absl::StrCat(DescribeChunk(path_, layout_.field, chunk),
                                            ": lies at byte ", stored.address, ", ", stored.size,
                                            " bytes, but the file ends at byte ", file_size_,
                                            ": it is truncated or damaged, copy it again"));
  }

  const Hdf5Layout& layout_;
  const h5::DatasetInfo& info_;
  const std::string& path_;
  const int64_t file_size_;
  Shape coordinates_;
  ChunkIndex::Builder builder_;
  absl::Status status_;
};

}  // namespace

bool Hdf5Layout::StoredRaw(uint32_t skip_mask) const {
  const uint32_t stages = chain.size() >= 32 ? kSkipAll : (uint32_t{1} << chain.size()) - 1;
  return (stages & ~skip_mask) == 0;
}

ChunkLocation Hdf5Layout::Locate(int64_t chunk) const {
  using Kind = ChunkLocation::Kind;
  if (!field.slow_reason.empty()) return {.kind = Kind::kOther};
  if (!chunked) {
    if (data_offset < 0) return {.kind = Kind::kMissing};
    return {.kind = Kind::kBytes,
            .raw = !swapped,
            .offset = data_offset + chunk * chunk_bytes,
            .size = chunk_bytes};
  }
  const ChunkIndex::Entry* entry = index.Find(chunk);
  if (entry == nullptr) return {.kind = Kind::kMissing};
  return {.kind = Kind::kBytes,
          .raw = !swapped && entry->size == chunk_bytes && StoredRaw(entry->skip_mask),
          .skip_mask = entry->skip_mask,
          .offset = entry->offset,
          .size = entry->size};
}

int64_t Hdf5Layout::ChunkAt(const ChunkLocation& location) const {
  if (chunked) return index.ChunkAt(location.offset).value_or(-1);
  return (location.offset - data_offset) / chunk_bytes;
}

absl::StatusOr<Hdf5Layout> ReadHdf5Layout(const h5::Dataset& dataset, const std::string& path,
                                          int64_t file_size) {
  const h5::DatasetInfo& info = dataset.info();
  const std::string context = absl::StrCat(path, ": H5 dataset '", info.name, "'");
  SEICHE_ASSIGN_OR_RETURN(const Shape chunk_shape, ChunkShape(info, context));

  Hdf5Layout layout;
  layout.field.name = info.name;
  layout.field.dtype = info.type.dtype;
  layout.field.grid = ChunkGrid(info.shape, chunk_shape);
  layout.field.axes = DefaultAxes(info.shape);
  layout.field.slow_reason = SlowReason(info, path, layout.chain);
  layout.field.codec = layout.chain.name();
  layout.swapped = info.type.swapped;
  layout.fill_value = info.fill_value;
  layout.chunk_bytes = NumElements(chunk_shape) * SizeOf(info.type.dtype);
  layout.chunked = info.layout == h5::Layout::kChunked;
  layout.data_offset = info.data_offset;
  if (!layout.field.slow_reason.empty()) return layout;

  if (layout.chunked) {
    IndexReader reader(layout, info, path, file_size);
    SEICHE_RETURN_IF_ERROR(
        dataset.ForEachStoredChunk([&](const h5::StoredChunk& chunk) { reader.Add(chunk); }));
    SEICHE_ASSIGN_OR_RETURN(layout.index, std::move(reader).Build());
  } else if (const int64_t bytes = layout.chunk_bytes * info.shape[0];
             layout.data_offset >= 0 && layout.data_offset > file_size - bytes) {
    return absl::DataLossError(absl::StrCat(context, ": lies at byte ", layout.data_offset, ", ",
                                            bytes, " bytes, but the file ends at byte ", file_size,
                                            ": it is truncated or damaged, copy it again"));
  }
  return layout;
}

std::string DescribeChunk(const std::string& path, const Field& field, int64_t chunk) {
  return absl::StrCat(path, ": H5 dataset '", field.name, "': chunk ",
                      ToString(field.grid.Coordinates(chunk)));
}

}  // namespace seiche
