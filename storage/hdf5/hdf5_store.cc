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
#include "storage/hdf5/source_files.h"

namespace seiche {
namespace {

using AttributeList = std::vector<std::pair<std::string, std::string>>;

// The file's number among those that a store reads.
constexpr int32_t kMainFile = 0;

// What `work` returns, or kResourceExhausted: damaged files may ask for any amount of memory.
template <typename Work>
auto WithoutBadAlloc(const std::string& path, Work work) -> decltype(work()) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError(absl::StrCat(path, ": there is not enough memory"));
  }
}

// Straight into a contiguous `out`; sequence by sequence into others.
absl::Status ReadSlowly(const h5::Dataset& dataset, const Box& box, const ArrayView& out) {
  const int64_t bytes = out.size_bytes();
  if (bytes == 0) return absl::OkStatus();
  if (out.contiguous()) return dataset.Read(box, {out.data, static_cast<size_t>(bytes)});

  std::vector<std::byte> sequence(bytes / box.extent[0]);
  Box one = box;
  one.extent[0] = 1;
  Box target = WholeBox(out.shape);
  target.extent[0] = 1;
  for (int64_t i = 0; i < box.extent[0]; ++i) {
    one.offset[0] = box.offset[0] + i * box.stride_of(0);
    target.offset[0] = i;
    SEICHE_RETURN_IF_ERROR(dataset.Read(one, absl::MakeSpan(sequence)));
    CopyElements(MakeView(static_cast<const void*>(sequence.data()), out.dtype, one.extent),
                 Slice(out, target), /*swap_bytes=*/false);
  }
  return absl::OkStatus();
}

// A field of the store, and what serves it.
struct Column {
  Hdf5Layout layout;
  std::optional<h5::Dataset> slow_way;  // if the layout has no chunks
};

class Hdf5Store final : public SequenceStore {
 public:
  // `file` is kept as long as the store only if a column has a slow way.
  Hdf5Store(SourceFiles files, h5::File file, AttributeList file_attributes,
            std::vector<Column> columns)
      : files_(std::move(files)),
        file_attributes_(std::move(file_attributes)),
        slow_file_(std::move(file)),
        columns_(std::move(columns)) {
    bool any_slow = false;
    for (const Column& column : columns_) {
      fields_.push_back(column.layout.field);
      any_slow |= column.slow_way.has_value();
    }
    if (!any_slow) slow_file_.reset();
  }

  absl::Span<const Field> fields() const override { return fields_; }
  const std::string& path() const override { return files_.path(kMainFile); }
  int32_t num_files() const override { return files_.count(); }
  std::string file_path(int32_t file) const override { return files_.path(file); }
  ChunkLocation Locate(int field, int64_t chunk) const override {
    return columns_[field].layout.chunks.Locate(chunk);
  }

  absl::StatusOr<std::vector<int64_t>> StoredChunks(int field) const override {
    std::optional<std::vector<int64_t>> stored = columns_[field].layout.chunks.Stored();
    if (!stored.has_value()) return SequenceStore::StoredChunks(field);
    return *std::move(stored);
  }

  absl::StatusOr<absl::Span<const std::byte>> ReadEncoded(const ChunkLocation& location,
                                                          AlignedBuffer& buffer) const override {
    const absl::Span<std::byte> bytes = buffer.Reserve(location.size);
    const absl::Status status = files_.Read(location.file, location.offset, bytes);
    if (!status.ok()) return Describe(location, status);
    return bytes;
  }

  absl::StatusOr<absl::Span<const std::byte>> ReadForDecoding(
      int field, int64_t chunk, const ChunkLocation& location,
      AlignedBuffer& buffer) const override {
    const auto [part, number] = columns_[field].layout.chunks.Find(chunk);
    if (part->DecodesInPlace(location)) {
      const auto mapped = files_.Map(location.file, location.offset, location.size);
      if (!mapped.ok()) return Describe(location, mapped.status());
      if (!mapped->empty()) return mapped;
    }
    return ReadEncoded(location, buffer);
  }

  absl::Status ReadBytes(int32_t file, int64_t offset, absl::Span<std::byte> out) const override {
    return files_.Read(file, offset, out);
  }

  absl::Status StreamBytes(int32_t file, int64_t offset, absl::Span<std::byte> out) const override {
    return files_.Stream(file, offset, out);
  }

  absl::Status CheckUnchanged(const ChunkLocation& location) const override {
    if (location.kind != ChunkLocation::Kind::kBytes) return absl::OkStatus();
    return files_.CheckUnchanged(location.file);
  }

  void WillRead(int32_t file, int64_t offset, int64_t size) const override {
    files_.readable(file).WillRead(offset, size);
  }

  absl::Status DecodeChunk(int field, int64_t chunk, const ChunkLocation& location,
                           absl::Span<const std::byte> encoded, const Box& box,
                           const ArrayView& out, CodecScratch& scratch) const override {
    assert(out.shape == box.extent && out.dtype == fields_[field].dtype);
    if (columns_[field].layout.chunks.empty()) {
      return absl::InternalError(absl::StrCat(path(), ": H5 dataset '", fields_[field].name,
                                              "': only Read() can deliver chunk ", chunk));
    }
    const auto [part, number] = columns_[field].layout.chunks.Find(chunk);
    if (location.kind == ChunkLocation::Kind::kMissing) {
      FillElements(part->fill_value, out);
      return absl::OkStatus();
    }
    const auto decode = [&, part = part, number = number] {
      const absl::Status status = WithoutBadAlloc(
          part->path, [&] { return part->Decode(number, location, encoded, box, out, scratch); });
      return status.ok() ? status : InFrontOf(part->Describe(number), part->path, status);
    };
    const ReadableFile& file = files_.readable(location.file);
    if (!file.IsMapped(encoded)) return decode();
    absl::Status status;
    const bool whole = file.Look(encoded, [&] { status = decode(); });
    SEICHE_RETURN_IF_ERROR(files_.CheckUnchanged(location.file));
    if (whole) return status;
    return WithoutBadAlloc(part->path, [&]() -> absl::Status {
      AlignedBuffer buffer;
      SEICHE_ASSIGN_OR_RETURN(const absl::Span<const std::byte> read,
                              ReadEncoded(location, buffer));
      return DecodeChunk(field, chunk, location, read, box, out, scratch);
    });
  }

  absl::Status Read(int field, const Box& box, const ArrayView& out) const override {
    return WithoutBadAlloc(path(), [&]() -> absl::Status {
      SEICHE_RETURN_IF_ERROR(CheckRead(*this, field, box, out));
      if (columns_[field].slow_way.has_value()) {
        absl::Status status = ReadSlowly(*columns_[field].slow_way, box, out);
        SEICHE_RETURN_IF_ERROR(files_.CheckUnchanged(kMainFile));
        if (!absl::IsUnimplemented(status)) return status;
        return absl::UnimplementedError(
            absl::StrCat(status.message(), " (", fields_[field].slow_reason, ")"));
      }
      CodecScratch scratch;
      return ReadByChunks(*this, field, box, out, scratch);
    });
  }

  AttributeList Attributes(int field) const override {
    return field < 0 ? file_attributes_ : columns_[field].layout.attributes;
  }

 private:
  // `status` with `where` in front of its message instead of `path`.
  static absl::Status InFrontOf(const std::string& where, const std::string& path,
                                const absl::Status& status) {
    std::string_view message = status.message();
    if (absl::ConsumePrefix(&message, path)) absl::ConsumePrefix(&message, ": ");
    return absl::Status(status.code(), absl::StrCat(where, ": ", message));
  }

  // `status` of reading the bytes at `location`, with the chunk in front of its message.
  absl::Status Describe(const ChunkLocation& location, const absl::Status& status) const {
    if (absl::IsFailedPrecondition(status)) return status;  // the file has changed
    for (const Column& column : columns_) {
      if (const auto where = column.layout.chunks.DescribeChunkAt(location)) {
        return InFrontOf(*where, files_.path(location.file), status);
      }
    }
    return status;
  }

  const SourceFiles files_;  // outlives what libhdf5 has open
  const AttributeList file_attributes_;
  std::optional<h5::File> slow_file_;
  const std::vector<Column> columns_;  // by field; closed before the file
  std::vector<Field> fields_;
};

// The only H5 dataset of rank 4, or the only one of numbers.
absl::StatusOr<std::string> ChooseDataset(const h5::File& file, const std::string& path) {
  constexpr size_t kRank = 4;
  SEICHE_ASSIGN_OR_RETURN(const std::vector<h5::DatasetSummary> all, file.ListDatasets());
  std::vector<h5::DatasetSummary> candidates, numeric;
  for (const h5::DatasetSummary& dataset : all) {
    if (dataset.shape.size() == kRank) candidates.push_back(dataset);
    if (dataset.numeric && !dataset.shape.empty()) numeric.push_back(dataset);
  }
  if (candidates.empty() && numeric.size() == 1) return numeric[0].name;
  if (candidates.size() == 1) return candidates[0].name;
  if (all.empty()) {
    return absl::FailedPreconditionError(absl::StrCat(path, ": has no H5 dataset"));
  }
  if (candidates.empty()) {
    return absl::FailedPreconditionError(absl::StrCat(
        path,
        ": has no H5 dataset of rank 4, name the one to open; there is: ", h5::Describe(all)));
  }
  return absl::InvalidArgumentError(absl::StrCat(
      path,
      ": has several H5 datasets of rank 4, name the one to open: ", h5::Describe(candidates)));
}

absl::StatusOr<std::vector<FieldRequest>> Requests(const OpenOptions& options, const h5::File& file,
                                                   const std::string& path) {
  const auto error = [&](auto... reason) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", reason...));
  };
  if (options.fields.empty()) {
    FieldRequest request{.name = options.field, .axes = options.axes};
    if (request.name.empty()) {
      SEICHE_ASSIGN_OR_RETURN(request.name, ChooseDataset(file, path));
    }
    return std::vector<FieldRequest>{std::move(request)};
  }
  if (!options.field.empty()) return error("name one field or several, not both");
  if (!options.axes.empty()) return error("with several fields, each needs its own axes");
  for (size_t i = 0; i < options.fields.size(); ++i) {
    const std::string& name = options.fields[i].name;
    if (name.empty()) return error("field ", i, " has no name");
    for (size_t k = 0; k < i; ++k) {
      if (options.fields[k].name == name) return error("field '", name, "' is named twice");
    }
  }
  return options.fields;
}

// Whether `axes` names each of `rank` axes by a capital letter of its own.
bool AreAxes(const std::string& axes, size_t rank) {
  if (axes.size() != rank) return false;
  for (size_t i = 0; i < axes.size(); ++i) {
    if (axes[i] < 'A' || axes[i] > 'Z' || axes.find(axes[i]) != i) return false;
  }
  return true;
}

absl::Status SetAxes(const std::string& axes, const std::string& path, Field& field) {
  if (axes.empty()) return absl::OkStatus();
  const Shape& shape = field.shape();
  if (!AreAxes(axes, shape.size())) {
    constexpr std::string_view kLetters = "NTDHWCABEFGIJKLMOPQRSUVXYZ";
    std::string example = DefaultAxes(shape);
    if (example.empty()) example = kLetters.substr(0, shape.size());
    return absl::InvalidArgumentError(absl::StrCat(
        path, ": H5 dataset '", field.name, "' of shape ", ToString(shape), ": axes \"", axes,
        "\": a capital letter of its own is needed for each of its ", shape.size(),
        " axes, for example \"", example, "\""));
  }
  field.axes = axes;
  return absl::OkStatus();
}

absl::Status CheckSameFirstAxis(const Field& first, const Field& other, const std::string& path) {
  const auto describe = [](const Field& field) {
    const std::string_view letter = std::string_view(field.axes).substr(0, 1);
    return absl::StrCat("axis 0 of '", field.name, "' is ", letter.empty() ? "unnamed" : letter,
                        ", ", field.shape()[0], " of them");
  };
  if (first.axes.substr(0, 1) == other.axes.substr(0, 1) && first.shape()[0] == other.shape()[0]) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      absl::StrCat(path, ": ", describe(other), ", but ", describe(first),
                   ": fields that are read together share axis 0; if they do, name their axes"));
}

absl::StatusOr<Column> OpenColumn(const FieldRequest& request, const Hdf5Source& source) {
  SEICHE_ASSIGN_OR_RETURN(h5::Dataset dataset, source.file.OpenDataset(request.name));
  Column column;
  SEICHE_ASSIGN_OR_RETURN(column.layout, ReadHdf5Layout(dataset, source));
  SEICHE_RETURN_IF_ERROR(SetAxes(request.axes, source.path(), column.layout.field));
  if (column.layout.chunks.empty()) column.slow_way.emplace(std::move(dataset));
  return column;
}

absl::StatusOr<std::unique_ptr<const SequenceStore>> Open(const std::string& path,
                                                          const OpenOptions& options) {
  SourceFiles files(*options.files);
  SEICHE_RETURN_IF_ERROR(files.Open(path).status());
  SEICHE_ASSIGN_OR_RETURN(h5::File file, h5::File::Open(*options.files, files.readable(kMainFile)));
  SEICHE_ASSIGN_OR_RETURN(const std::vector<FieldRequest> requests, Requests(options, file, path));
  const Hdf5Source source{file, kMainFile, files, options.verify};
  std::vector<Column> columns;
  for (const FieldRequest& request : requests) {
    SEICHE_ASSIGN_OR_RETURN(Column column, OpenColumn(request, source));
    columns.push_back(std::move(column));
    SEICHE_RETURN_IF_ERROR(
        CheckSameFirstAxis(columns[0].layout.field, columns.back().layout.field, path));
  }
  SEICHE_ASSIGN_OR_RETURN(AttributeList file_attributes, file.Attributes());
  return std::make_unique<Hdf5Store>(std::move(files), std::move(file), std::move(file_attributes),
                                     std::move(columns));
}

}  // namespace

absl::StatusOr<std::unique_ptr<const SequenceStore>> OpenHdf5Store(const std::string& path,
                                                                   const OpenOptions& options) {
  return WithoutBadAlloc(path, [&] { return Open(path, options); });
}

}  // namespace seiche
