#include "storage/hdf5/hdf5_store.h"

#include <algorithm>
#include <cassert>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status.h"
#include "storage/hdf5/element_copy.h"
#include "storage/hdf5/h5.h"
#include "storage/hdf5/hdf5_layout.h"

namespace seiche {
namespace {

using AttributeList = std::vector<std::pair<std::string, std::string>>;

// A decoded chunk of which only a part is wanted, kept warm in the caller's scratch.
struct DecodedChunk : CodecState {
  AlignedBuffer bytes;
};

// The file as libhdf5 has it open, for what only libhdf5 can read. Members close last to first.
struct SlowWay {
  h5::File file;
  h5::Dataset dataset;
};

// What `work` returns, or kResourceExhausted: damaged files may ask for any amount of memory.
template <typename Work>
auto WithoutBadAlloc(const std::string& path, Work work) -> decltype(work()) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError(absl::StrCat(path, ": there is not enough memory"));
  }
}

// Bytes of a chunk from its first element to the last one of `part`. As many as the part has if,
// and only if, it is the chunk's beginning without gaps.
int64_t PrefixBytes(const Box& part, const Shape& chunk_shape, size_t element_size) {
  int64_t last = 0;
  for (size_t i = 0; i < chunk_shape.size(); ++i) {
    if (part.extent[i] == 0) return 0;
    last = last * chunk_shape[i] + part.offset[i] +
           (part.extent[i] - 1) * part.stride_of(static_cast<int>(i));
  }
  return (last + 1) * static_cast<int64_t>(element_size);
}

class Hdf5Store final : public SequenceStore {
 public:
  Hdf5Store(std::string path, std::unique_ptr<const ReadableFile> file, Hdf5Layout layout,
            AttributeList file_attributes, AttributeList field_attributes)
      : path_(std::move(path)),
        file_(std::move(file)),
        layout_(std::move(layout)),
        file_attributes_(std::move(file_attributes)),
        field_attributes_(std::move(field_attributes)) {}

  void KeepSlowWay(h5::File file, h5::Dataset dataset) {
    slow_way_.emplace(SlowWay{std::move(file), std::move(dataset)});
  }

  absl::Span<const Field> fields() const override { return {&layout_.field, 1}; }
  const std::string& path() const override { return path_; }
  std::string file_path(int32_t) const override { return path_; }
  ChunkLocation Locate(int, int64_t chunk) const override { return layout_.Locate(chunk); }

  absl::StatusOr<absl::Span<const std::byte>> ReadEncoded(const ChunkLocation& location,
                                                          AlignedBuffer& buffer) const override {
    const absl::Span<std::byte> bytes = buffer.Reserve(location.size);
    if (absl::Status status = file_->ReadAt(location.offset, bytes); !status.ok()) {
      return ChunkError(layout_.ChunkAt(location), status);
    }
    return bytes;
  }

  absl::Status ReadBytes(int32_t, int64_t offset, absl::Span<std::byte> out) const override {
    return file_->ReadAt(offset, out);
  }

  absl::Status DecodeChunk(int, int64_t chunk, const ChunkLocation& location,
                           absl::Span<const std::byte> encoded, const Box& part,
                           const ArrayView& out, CodecScratch& scratch) const override {
    assert(out.shape == part.extent && out.dtype == layout_.field.dtype);
    switch (location.kind) {
      case ChunkLocation::Kind::kMissing:
        FillElements(layout_.fill_value, out);
        return absl::OkStatus();
      case ChunkLocation::Kind::kBytes:
        return ChunkError(chunk, WithoutBadAlloc(path_, [&] {
                            return Decode(location.skip_mask, encoded, part, out, scratch);
                          }));
      default:
        return ChunkError(chunk, absl::InternalError("only Read() can deliver it"));
    }
  }

  absl::Status Read(int field, const Box& box, const ArrayView& out) const override {
    return WithoutBadAlloc(path_, [&]() -> absl::Status {
      if (slow_way_.has_value()) {
        SEICHE_RETURN_IF_ERROR(CheckRead(*this, field, box, out));
        return ReadSlowly(box, out);
      }
      CodecScratch scratch;
      return ReadByChunks(*this, field, box, out, scratch);
    });
  }

  AttributeList Attributes(int field) const override {
    return field < 0 ? file_attributes_ : field_attributes_;
  }

 private:
  absl::Status Decode(uint32_t skip_mask, absl::Span<const std::byte> encoded, const Box& part,
                      const ArrayView& out, CodecScratch& scratch) const {
    const Shape& chunk_shape = layout_.field.grid.chunk_shape();
    // Bytes of the chunk from its first element to the last that is wanted.
    const int64_t needed = layout_.chain.decodes_prefix(skip_mask)
                               ? PrefixBytes(part, chunk_shape, SizeOf(out.dtype))
                               : layout_.chunk_bytes;
    const auto decode = [&](absl::Span<std::byte> bytes) {
      return needed < layout_.chunk_bytes
                 ? layout_.chain.DecodePrefix(encoded, skip_mask, bytes, scratch)
                 : layout_.chain.Decode(encoded, skip_mask, bytes, scratch);
    };
    if (out.contiguous() && out.size_bytes() == needed) {
      const absl::Span<std::byte> bytes(out.data, needed);
      SEICHE_RETURN_IF_ERROR(decode(bytes));
      if (layout_.swapped) SwapBytes(bytes, SizeOf(out.dtype));
      return absl::OkStatus();
    }
    absl::Span<const std::byte> decoded = encoded;
    if (!layout_.StoredRaw(skip_mask)) {
      const absl::Span<std::byte> bytes = scratch.state<DecodedChunk>().bytes.Reserve(needed);
      SEICHE_RETURN_IF_ERROR(decode(bytes));
      decoded = bytes;
    } else if (static_cast<int64_t>(encoded.size()) != layout_.chunk_bytes) {
      return absl::DataLossError(absl::StrCat("has ", encoded.size(), " bytes, not the ",
                                              layout_.chunk_bytes, " of a chunk"));
    }
    const ConstArrayView chunk =
        MakeView(static_cast<const void*>(decoded.data()), out.dtype, chunk_shape);
    CopyElements(Slice(chunk, part), out, layout_.swapped);
    return absl::OkStatus();
  }

  // Straight into a contiguous `out`; sequence by sequence into others.
  absl::Status ReadSlowly(const Box& box, const ArrayView& out) const {
    const int64_t bytes = out.size_bytes();
    if (bytes == 0) return absl::OkStatus();
    if (out.contiguous())
      return slow_way_->dataset.Read(box, {out.data, static_cast<size_t>(bytes)});

    std::vector<std::byte> sequence(bytes / box.extent[0]);
    Box one = box;
    one.extent[0] = 1;
    Box target = WholeBox(out.shape);
    target.extent[0] = 1;
    for (int64_t i = 0; i < box.extent[0]; ++i) {
      one.offset[0] = box.offset[0] + i * box.stride_of(0);
      target.offset[0] = i;
      SEICHE_RETURN_IF_ERROR(slow_way_->dataset.Read(one, absl::MakeSpan(sequence)));
      CopyElements(MakeView(static_cast<const void*>(sequence.data()), out.dtype, one.extent),
                   Slice(out, target), /*swap_bytes=*/false);
    }
    return absl::OkStatus();
  }

  // `status` with the chunk in front of its message.
  absl::Status ChunkError(int64_t chunk, const absl::Status& status) const {
    if (status.ok()) return status;
    std::string_view message = status.message();
    if (absl::ConsumePrefix(&message, path_)) absl::ConsumePrefix(&message, ": ");
    const std::string where = chunk < 0 ? path_ : DescribeChunk(path_, layout_.field, chunk);
    return absl::Status(status.code(), absl::StrCat(where, ": ", message));
  }

  const std::string path_;
  const std::unique_ptr<const ReadableFile> file_;  // outlives slow_way_
  const Hdf5Layout layout_;
  const AttributeList file_attributes_, field_attributes_;
  std::optional<SlowWay> slow_way_;
};

// The only H5 dataset of rank 4.
absl::StatusOr<std::string> ChooseDataset(const h5::File& file, const std::string& path) {
  constexpr size_t kRank = 4;
  SEICHE_ASSIGN_OR_RETURN(const std::vector<h5::DatasetSummary> all, file.ListDatasets());
  std::vector<h5::DatasetSummary> candidates;
  std::copy_if(all.begin(), all.end(), std::back_inserter(candidates),
               [](const h5::DatasetSummary& dataset) { return dataset.shape.size() == kRank; });
  if (candidates.size() == 1) return candidates[0].name;
  if (candidates.empty()) {
    return absl::FailedPreconditionError(absl::StrCat(
        path,
        ": has no H5 dataset of rank 4, name the one to open; there is: ", h5::Describe(all)));
  }
  return absl::InvalidArgumentError(absl::StrCat(
      path,
      ": has several H5 datasets of rank 4, name the one to open: ", h5::Describe(candidates)));
}

absl::StatusOr<std::unique_ptr<const SequenceStore>> Open(const std::string& path,
                                                          const OpenOptions& options) {
  SEICHE_ASSIGN_OR_RETURN(std::unique_ptr<const ReadableFile> readable,
                          options.files->OpenForReading(path));
  SEICHE_ASSIGN_OR_RETURN(const FileInfo info, readable->Info());
  SEICHE_ASSIGN_OR_RETURN(h5::File file, h5::File::Open(*options.files, *readable));
  std::string name = options.field;
  if (name.empty()) {
    SEICHE_ASSIGN_OR_RETURN(name, ChooseDataset(file, path));
  }
  SEICHE_ASSIGN_OR_RETURN(h5::Dataset dataset, file.OpenDataset(name));
  SEICHE_ASSIGN_OR_RETURN(Hdf5Layout layout, ReadHdf5Layout(dataset, path, info.size));
  SEICHE_ASSIGN_OR_RETURN(AttributeList file_attributes, file.Attributes());
  SEICHE_ASSIGN_OR_RETURN(AttributeList field_attributes, dataset.Attributes());

  const bool slow = !layout.field.slow_reason.empty();
  auto store = std::make_unique<Hdf5Store>(path, std::move(readable), std::move(layout),
                                           std::move(file_attributes), std::move(field_attributes));
  if (slow) store->KeepSlowWay(std::move(file), std::move(dataset));
  return store;
}

}  // namespace

absl::StatusOr<std::unique_ptr<const SequenceStore>> OpenHdf5Store(const std::string& path,
                                                                   const OpenOptions& options) {
  return WithoutBadAlloc(path, [&] { return Open(path, options); });
}

}  // namespace seiche
