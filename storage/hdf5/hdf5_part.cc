#include "storage/hdf5/hdf5_part.h"

#include <limits>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/aligned_buffer.h"
#include "base/crc32c.h"
#include "base/status.h"
#include "codecs/fletcher32.h"
#include "codecs/registry.h"
#include "storage/hdf5/chunk_checksums.h"
#include "storage/hdf5/element_copy.h"

namespace seiche {
namespace {

// libhdf5 1.14 has no larger chunks.
constexpr int64_t kMaxChunkBytes = std::numeric_limits<uint32_t>::max();
constexpr int64_t kMaxArrayBytes = std::numeric_limits<int64_t>::max();
constexpr uint32_t kSkipAll = ~uint32_t{0};
constexpr uint32_t kFletcher32Filter = 3;  // on disk; do not change

// A decoded chunk of which only a part is wanted, kept warm in the caller's scratch.
struct DecodedChunk : CodecState {
  size_t memory_bytes() const override { return bytes.capacity(); }

  AlignedBuffer bytes;
};

// Bytes [first, end) of a chunk: from the first element of `box` to its last one. As many as the
// box has if, and only if, its elements follow each other.
struct ByteRange {
  int64_t first = 0;
  int64_t end = 0;
};

ByteRange BytesOf(const Box& box, const Shape& chunk_shape, size_t element_size) {
  int64_t first = 0;
  int64_t last = 0;
  for (size_t i = 0; i < chunk_shape.size(); ++i) {
    if (box.extent[i] == 0) return {};
    first = first * chunk_shape[i] + box.offset[i];
    last = last * chunk_shape[i] + box.offset[i] +
           (box.extent[i] - 1) * box.stride_of(static_cast<int>(i));
  }
  const auto size = static_cast<int64_t>(element_size);
  return {first * size, (last + 1) * size};
}

std::string DescribeFilter(const h5::Filter& filter) {
  return absl::StrCat("filter ", filter.id, filter.name.empty() ? "" : " ", filter.name);
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

std::string OutsideText(int64_t offset, int64_t size, int64_t file_size) {
  return absl::StrCat(": lies at byte ", offset, ", ", size, " bytes, but the file ends at byte ",
                      file_size, ": it is truncated or damaged, copy it again");
}

// Chunks of the grid as libhdf5 lists them.
class IndexReader {
 public:
  IndexReader(const Hdf5Part& part, const h5::DatasetInfo& info, int64_t file_size)
      : part_(part),
        info_(info),
        file_size_(file_size),
        coordinates_(info.shape.size(), 0),
        builder_(part.grid.num_chunks()) {}

  void Add(const h5::StoredChunk& stored) {
    const ChunkGrid& grid = part_.grid;
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
      if (status_.ok()) {
        status_ = absl::DataLossError(absl::StrCat(
            part_.Describe(chunk), OutsideText(stored.address, stored.size, file_size_)));
      }
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

  const Hdf5Part& part_;
  const h5::DatasetInfo& info_;
  const int64_t file_size_;
  Shape coordinates_;
  ChunkIndex::Builder builder_;
  absl::Status status_;
};

absl::Status ReadIndex(const h5::Dataset& dataset, int64_t file_size, Hdf5Part& part) {
  IndexReader reader(part, dataset.info(), file_size);
  SEICHE_RETURN_IF_ERROR(
      dataset.ForEachStoredChunk([&](const h5::StoredChunk& chunk) { reader.Add(chunk); }));
  SEICHE_ASSIGN_OR_RETURN(part.index, std::move(reader).Build());
  return absl::OkStatus();
}

// libhdf5 reads them, once, and converts them on the way.
absl::Status KeepCompact(const h5::Dataset& dataset, const Hdf5Source& source, Hdf5Part& part) {
  std::vector<std::byte> bytes(part.chunk_bytes * part.grid.shape()[0]);
  SEICHE_RETURN_IF_ERROR(dataset.Read(WholeBox(part.grid.shape()), absl::MakeSpan(bytes)));
  part.file = source.files.Keep(source.number, std::move(bytes));
  part.data_offset = 0;
  part.swapped = false;
  return absl::OkStatus();
}

absl::Status ReadChecksums(const Hdf5Source& source, Hdf5Part& part) {
  // Looking at every chunk is for those who have checksums: not for a sparse array of 2^40.
  if (!source.file.Has(absl::StrCat(part.name, h5::kChecksumsSuffix))) return absl::OkStatus();
  constexpr int64_t kBytes = sizeof(part.checksums[0]);
  if (part.grid.num_chunks() > source.files.size(source.number) / kBytes) return absl::OkStatus();
  int64_t encoded_bytes = 0;
  for (int64_t chunk = 0; chunk < part.grid.num_chunks(); ++chunk) {
    encoded_bytes += part.Locate(chunk).size;
  }
  SEICHE_ASSIGN_OR_RETURN(part.checksums,
                          ReadChunkChecksums(source.file, part.name, part.grid, encoded_bytes));
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<const ByteCodec>> MakeCodec(const h5::Filter& filter,
                                                           const h5::DatasetInfo& info,
                                                           bool verify) {
  if (filter.id == kFletcher32Filter && !verify) return MakeFletcher32(/*verify=*/false);
  return MakeByteCodec(filter.id, {.values = filter.values,
                                   .element_size = static_cast<uint32_t>(SizeOf(info.type.dtype)),
                                   .chunk_shape = info.chunk_shape});
}

// Empty if `filters` became `chain`; otherwise why not.
std::string MakeChain(const h5::DatasetInfo& info, bool verify, CodecChain& chain) {
  for (const h5::Filter& filter : info.filters) {
    auto codec = MakeCodec(filter, info, verify);
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

// Empty if the chunks can be decoded without libhdf5, which `chain` does; otherwise why not.
std::string SlowReason(const h5::DatasetInfo& info, const Hdf5Source& source, CodecChain& chain) {
  if (info.file != source.path()) {
    return absl::StrCat("is in another file, ", info.file, ": open that one");
  }
  if (info.layout == h5::Layout::kExternal) return "data in external files";
  if (info.layout == h5::Layout::kVirtual) return "virtual layout";
  // HDF5 allows 64 KiB; an element may become a few times larger when it is read.
  constexpr int64_t kMaxCompactBytes = 1 << 20;
  if (info.layout == h5::Layout::kCompact) {
    const int64_t elements = NumElements(info.shape);
    return elements < 0 || elements > kMaxCompactBytes ? "compact layout of impossible size" : "";
  }
  if (!info.type.odd.empty()) return info.type.odd;
  return MakeChain(info, source.verify, chain);
}

}  // namespace

bool Hdf5Part::Unfiltered(uint32_t skip_mask) const {
  const uint32_t stages = chain.size() >= 32 ? kSkipAll : (uint32_t{1} << chain.size()) - 1;
  return (stages & ~skip_mask) == 0;
}

ChunkLocation Hdf5Part::Locate(int64_t chunk) const {
  using Kind = ChunkLocation::Kind;
  if (!chunked) {
    if (data_offset < 0) return {.kind = Kind::kMissing};
    return {.kind = Kind::kBytes,
            .raw = !swapped,
            .file = file,
            .offset = data_offset + chunk * chunk_bytes,
            .size = chunk_bytes};
  }
  const ChunkIndex::Entry* entry = index.Find(chunk);
  if (entry == nullptr) return {.kind = Kind::kMissing};
  return {.kind = Kind::kBytes,
          .raw = !swapped && entry->size == chunk_bytes && Unfiltered(entry->skip_mask),
          .file = file,
          .skip_mask = entry->skip_mask,
          .offset = entry->offset,
          .size = entry->size};
}

bool Hdf5Part::DecodesInPlace(const ChunkLocation& location) const {
  return location.kind == ChunkLocation::Kind::kBytes && chain.input_may_change(location.skip_mask);
}

std::optional<int64_t> Hdf5Part::ChunkAt(int64_t offset) const {
  if (chunked) return index.ChunkAt(offset);
  if (data_offset < 0 || offset < data_offset) return std::nullopt;
  const int64_t chunk = (offset - data_offset) / chunk_bytes;
  return chunk < grid.num_chunks() ? std::optional(chunk) : std::nullopt;
}

absl::Status Hdf5Part::CheckChecksum(int64_t chunk, absl::Span<const std::byte> encoded) const {
  const uint32_t computed = Crc32c(encoded);
  if (computed == checksums[chunk]) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("the checksum of its ", encoded.size(), " stored bytes is ",
                   absl::Hex(computed, absl::kZeroPad8), ", it was written with ",
                   absl::Hex(checksums[chunk], absl::kZeroPad8),
                   ": it is damaged (or other software changed it: then open it with verify off)"));
}

absl::Status Hdf5Part::Decode(int64_t chunk, const ChunkLocation& location,
                              absl::Span<const std::byte> encoded, const Box& box,
                              const ArrayView& out, CodecScratch& scratch) const {
  if (!checksums.empty()) SEICHE_RETURN_IF_ERROR(CheckChecksum(chunk, encoded));
  const bool unfiltered = Unfiltered(location.skip_mask);
  if (unfiltered && static_cast<int64_t>(encoded.size()) != chunk_bytes) {
    return absl::DataLossError(
        absl::StrCat("has ", encoded.size(), " bytes, not the ", chunk_bytes, " of a chunk"));
  }
  const ByteRange wanted = BytesOf(box, grid.chunk_shape(), SizeOf(dtype));
  ByteRange range = {0, chunk_bytes};  // what is decoded
  if (chain.decodes_part(location.skip_mask)) {
    range.first = static_cast<int64_t>(chain.PartStart(location.skip_mask, wanted.first));
    range.end = wanted.end;
  }
  const int64_t needed = range.end - range.first;
  const auto decode = [&](absl::Span<std::byte> bytes) {
    return needed < chunk_bytes ? chain.DecodePart(encoded, location.skip_mask, chunk_bytes,
                                                   range.first, bytes, scratch)
                                : chain.Decode(encoded, location.skip_mask, bytes, scratch);
  };
  if (out.contiguous() && out.size_bytes() == needed) {
    if (location.raw && encoded.data() == out.data) return absl::OkStatus();
    const absl::Span<std::byte> bytes(out.data, needed);
    SEICHE_RETURN_IF_ERROR(decode(bytes));
    if (swapped) SwapBytes(bytes, SizeOf(dtype));
    return absl::OkStatus();
  }
  absl::Span<const std::byte> decoded = encoded;
  if (!unfiltered) {
    const absl::Span<std::byte> bytes = scratch.state<DecodedChunk>().bytes.Reserve(needed);
    SEICHE_RETURN_IF_ERROR(decode(bytes));
    decoded = bytes;
  }
  if (NumElements(box.extent) == 0) return absl::OkStatus();
  ConstArrayView part = MakeView(static_cast<const void*>(decoded.data()), dtype, box.extent);
  part.data += wanted.first - range.first;
  part.strides = RowMajorStrides(grid.chunk_shape(), static_cast<int64_t>(SizeOf(dtype)));
  for (size_t i = 0; i < part.strides.size(); ++i) {
    part.strides[i] *= box.stride_of(static_cast<int>(i));
  }
  CopyElements(part, out, swapped);
  return absl::OkStatus();
}

bool Hdf5Part::DecodesParts() const {
  const auto last = static_cast<size_t>(chunk_bytes) - SizeOf(dtype);
  return last > 0 && chain.decodes_part(0) && chain.PartStart(0, last) == last;
}

std::string Hdf5Part::Describe(int64_t chunk) const {
  return absl::StrCat(path, ": H5 dataset '", name, "': chunk ", ToString(grid.Coordinates(chunk)));
}

absl::StatusOr<ChunkGrid> GridOf(const h5::DatasetInfo& info, const std::string& context) {
  SEICHE_ASSIGN_OR_RETURN(Shape chunk_shape, ChunkShape(info, context));
  return ChunkGrid(info.shape, std::move(chunk_shape));
}

absl::StatusOr<Hdf5PartOrReason> ReadHdf5Part(const h5::Dataset& dataset,
                                              const Hdf5Source& source) {
  const h5::DatasetInfo& info = dataset.info();
  Hdf5Part part;
  if (std::string reason = SlowReason(info, source, part.chain); !reason.empty()) {
    return Hdf5PartOrReason{std::nullopt, std::move(reason)};
  }
  const std::string context = absl::StrCat(source.path(), ": H5 dataset '", info.name, "'");
  part.path = source.path();
  part.name = info.name;
  part.file = source.number;
  part.dtype = info.type.dtype;
  SEICHE_ASSIGN_OR_RETURN(part.grid, GridOf(info, context));
  part.swapped = info.type.swapped;
  part.fill_value = info.fill_value;
  part.chunk_bytes = NumElements(part.grid.chunk_shape()) * SizeOf(part.dtype);
  part.chunked = info.layout == h5::Layout::kChunked;
  part.data_offset = info.data_offset;
  if (part.chunked) {
    SEICHE_RETURN_IF_ERROR(ReadIndex(dataset, source.files.size(source.number), part));
  } else if (info.layout == h5::Layout::kCompact) {
    SEICHE_RETURN_IF_ERROR(KeepCompact(dataset, source, part));
  } else if (const int64_t bytes = part.chunk_bytes * info.shape[0],
             file_size = source.files.size(source.number);
             part.data_offset >= 0 && part.data_offset > file_size - bytes) {
    return absl::DataLossError(
        absl::StrCat(context, OutsideText(part.data_offset, bytes, file_size)));
  }
  if (source.verify) SEICHE_RETURN_IF_ERROR(ReadChecksums(source, part));
  return Hdf5PartOrReason{std::move(part), ""};
}

}  // namespace seiche
