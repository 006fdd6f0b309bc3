#include "storage/hdf5/hdf5_details.h"

#include <memory>
#include <new>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/dtype.h"
#include "base/status.h"
#include "storage/hdf5/h5.h"

namespace seiche {
namespace {

const char* LayoutName(h5::Layout layout) {
  switch (layout) {
    case h5::Layout::kContiguous:
      return "contiguous";
    case h5::Layout::kChunked:
      return "chunked";
    case h5::Layout::kCompact:
      return "compact";
    case h5::Layout::kExternal:
      return "external";
    case h5::Layout::kVirtual:
      return "virtual";
  }
  return "unknown";
}

const char* IndexName(h5::ChunkIndexKind kind) {
  switch (kind) {
    case h5::ChunkIndexKind::kBTree1:
      return "version 1 B-tree";
    case h5::ChunkIndexKind::kSingle:
      return "single chunk";
    case h5::ChunkIndexKind::kImplicit:
      return "implicit";
    case h5::ChunkIndexKind::kFixedArray:
      return "fixed array";
    case h5::ChunkIndexKind::kExtensibleArray:
      return "extensible array";
    case h5::ChunkIndexKind::kBTree2:
      return "version 2 B-tree";
  }
  return "unknown";
}

// Chunks that an array kept when it was cut do not count.
absl::Status ReadChunks(const h5::Dataset& dataset, Hdf5Details& details) {
  const h5::DatasetInfo& info = dataset.info();
  SEICHE_ASSIGN_OR_RETURN(const h5::ChunkIndexKind kind, dataset.IndexKind());
  details.chunk_index = IndexName(kind);
  return dataset.ForEachStoredChunk([&](const h5::StoredChunk& chunk) {
    bool whole = true;
    for (size_t i = 0; i < info.shape.size(); ++i) {
      if (chunk.offset[i] < 0 || chunk.offset[i] >= info.shape[i]) return;
      whole &= chunk.offset[i] <= info.shape[i] - info.chunk_shape[i];
    }
    ++details.stored_chunks;
    details.stored_bytes += chunk.size;
    details.partly_filtered_chunks +=
        chunk.skip_mask != 0 || (info.raw_edge_chunks && !info.filters.empty() && !whole);
  });
}

// Opens `path` and returns what `work` makes of it.
template <typename T, typename Work>
absl::StatusOr<T> WithFile(const std::string& path, const FileSystem& files, Work work) {
  try {
    SEICHE_ASSIGN_OR_RETURN(const std::unique_ptr<ReadableFile> readable,
                            files.OpenForReading(path));
    SEICHE_ASSIGN_OR_RETURN(const h5::File file, h5::File::Open(files, *readable));
    return work(file);
  } catch (const std::bad_alloc&) {  // damaged files may ask for any amount of memory
    return absl::ResourceExhaustedError(absl::StrCat(path, ": there is not enough memory"));
  }
}

absl::StatusOr<Hdf5Details> Read(const h5::File& file, const std::string& name) {
  SEICHE_ASSIGN_OR_RETURN(const h5::Dataset dataset, file.OpenDataset(name));
  const h5::DatasetInfo& info = dataset.info();
  Hdf5Details details{.layout = LayoutName(info.layout), .swapped = info.type.swapped};
  for (const h5::Filter& filter : info.filters) {
    details.filters.push_back({filter.id, filter.name, filter.values, filter.optional});
  }
  switch (info.layout) {
    case h5::Layout::kChunked:
      details.chunk_shape = info.chunk_shape;
      SEICHE_RETURN_IF_ERROR(ReadChunks(dataset, details));
      break;
    case h5::Layout::kContiguous:
      if (info.data_offset < 0) break;
      [[fallthrough]];
    case h5::Layout::kCompact:
    case h5::Layout::kExternal:
      details.stored_bytes = NumElements(info.shape) * SizeOf(info.type.dtype);
      break;
    case h5::Layout::kVirtual:
      break;
  }
  return details;
}

}  // namespace

absl::StatusOr<std::vector<Hdf5Listed>> ListHdf5Datasets(const std::string& path,
                                                         const FileSystem& files) {
  using List = std::vector<Hdf5Listed>;
  return WithFile<List>(path, files, [&](const h5::File& file) -> absl::StatusOr<List> {
    SEICHE_ASSIGN_OR_RETURN(const std::vector<h5::DatasetSummary> all, file.ListDatasets());
    List list;
    for (const h5::DatasetSummary& one : all) list.push_back({one.name, one.shape, one.type});
    return list;
  });
}

absl::StatusOr<Hdf5Details> ReadHdf5Details(const std::string& path, const std::string& name,
                                            const FileSystem& files) {
  return WithFile<Hdf5Details>(path, files, [&](const h5::File& file) { return Read(file, name); });
}

}  // namespace seiche
