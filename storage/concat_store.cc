#include "storage/concat_store.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/ceil_divide.h"
#include "base/status.h"

namespace seiche {
namespace {

// Where part `i` begins in some numbering; one entry more than there are parts.
class Offsets {
 public:
  void Append(int64_t count) { first_.push_back(first_.back() + count); }
  int64_t first(size_t part) const { return first_[part]; }
  int64_t total() const { return first_.back(); }
  // The part that holds `number`: the last one that begins there or before.
  size_t PartOf(int64_t number) const {
    return std::upper_bound(first_.begin(), first_.end(), number) - first_.begin() - 1;
  }

 private:
  std::vector<int64_t> first_ = {0};
};

bool NamesAFile(const ChunkLocation& location) {
  return location.kind == ChunkLocation::Kind::kBytes ||
         location.kind == ChunkLocation::Kind::kFile;
}

class ConcatStore : public SequenceStore {
 public:
  ConcatStore(std::vector<std::unique_ptr<const SequenceStore>> parts, std::string path)
      : parts_(std::move(parts)), path_(std::move(path)), first_chunk_(parts_[0]->fields().size()) {
    for (const auto& part : parts_) {
      first_sequence_.Append(part->size());
      first_file_.Append(part->num_files());
    }
    for (size_t i = 0; i < first_chunk_.size(); ++i) fields_.push_back(Combine(i));
  }

  absl::Span<const Field> fields() const override { return fields_; }
  const std::string& path() const override { return path_; }
  int32_t num_files() const override { return static_cast<int32_t>(first_file_.total()); }

  std::string file_path(int32_t file) const override {
    const size_t part = first_file_.PartOf(file);
    return parts_[part]->file_path(file - first_file_.first(part));
  }

  std::vector<int64_t> parts() const override {
    std::vector<int64_t> starts;
    for (size_t i = 0; i < parts_.size(); ++i) {
      std::vector<int64_t> in_part = parts_[i]->parts();
      in_part.pop_back();  // the end: where the next part begins
      for (int64_t start : in_part) starts.push_back(first_sequence_.first(i) + start);
    }
    starts.push_back(first_sequence_.total());
    return starts;
  }

  ChunkLocation Locate(int field, int64_t chunk) const override {
    const size_t part = first_chunk_[field].PartOf(chunk);
    ChunkLocation location = parts_[part]->Locate(field, chunk - first_chunk_[field].first(part));
    if (NamesAFile(location)) location.file += first_file_.first(part);
    return location;
  }

  absl::StatusOr<absl::Span<const std::byte>> ReadEncoded(const ChunkLocation& location,
                                                          AlignedBuffer& buffer) const override {
    const size_t part = first_file_.PartOf(location.file);
    return parts_[part]->ReadEncoded(InPart(location, part), buffer);
  }

  absl::StatusOr<absl::Span<const std::byte>> ReadForDecoding(
      int field, int64_t chunk, const ChunkLocation& location,
      AlignedBuffer& buffer) const override {
    const size_t part = first_chunk_[field].PartOf(chunk);
    return parts_[part]->ReadForDecoding(field, chunk - first_chunk_[field].first(part),
                                         InPart(location, part), buffer);
  }

  absl::Status ReadBytes(int32_t file, int64_t offset, absl::Span<std::byte> out) const override {
    const size_t part = first_file_.PartOf(file);
    return parts_[part]->ReadBytes(static_cast<int32_t>(file - first_file_.first(part)), offset,
                                   out);
  }

  absl::Status StreamBytes(int32_t file, int64_t offset, absl::Span<std::byte> out) const override {
    const size_t part = first_file_.PartOf(file);
    return parts_[part]->StreamBytes(static_cast<int32_t>(file - first_file_.first(part)), offset,
                                     out);
  }

  absl::Status CheckUnchanged(const ChunkLocation& location) const override {
    if (!NamesAFile(location)) return absl::OkStatus();
    const size_t part = first_file_.PartOf(location.file);
    return parts_[part]->CheckUnchanged(InPart(location, part));
  }

  void WillRead(int32_t file, int64_t offset, int64_t size) const override {
    const size_t part = first_file_.PartOf(file);
    parts_[part]->WillRead(static_cast<int32_t>(file - first_file_.first(part)), offset, size);
  }

  absl::Status DecodeChunk(int field, int64_t chunk, const ChunkLocation& location,
                           absl::Span<const std::byte> encoded, const Box& box,
                           const ArrayView& out, CodecScratch& scratch) const override {
    const size_t part = first_chunk_[field].PartOf(chunk);
    return parts_[part]->DecodeChunk(field, chunk - first_chunk_[field].first(part),
                                     InPart(location, part), encoded, box, out, scratch);
  }

  absl::Status Read(int field, const Box& box, const ArrayView& out) const override {
    SEICHE_RETURN_IF_ERROR(CheckRead(*this, field, box, out));
    const int64_t stride = box.stride_of(0);
    for (int64_t done = 0; done < box.extent[0];) {
      const int64_t sequence = box.offset[0] + done * stride;
      const size_t part = first_sequence_.PartOf(sequence);
      const int64_t left = first_sequence_.first(part + 1) - sequence;
      Box in_part = box;
      in_part.offset[0] = sequence - first_sequence_.first(part);
      in_part.extent[0] = std::min(box.extent[0] - done, CeilDivide(left, stride));
      Box in_out{.offset = Shape(box.extent.size(), 0), .extent = in_part.extent};
      in_out.offset[0] = done;
      SEICHE_RETURN_IF_ERROR(parts_[part]->Read(field, in_part, Slice(out, in_out)));
      done += in_part.extent[0];
    }
    return absl::OkStatus();
  }

  std::vector<std::pair<std::string, std::string>> Attributes(int field) const override {
    auto common = parts_[0]->Attributes(field);
    for (size_t i = 1; i < parts_.size(); ++i) {
      const auto others = parts_[i]->Attributes(field);
      std::erase_if(common, [&](const auto& attribute) {
        return std::find(others.begin(), others.end(), attribute) == others.end();
      });
    }
    return common;
  }

 private:
  // Field `index` of all parts; numbers its chunks.
  Field Combine(size_t index) {
    Field combined = parts_[0]->fields()[index];
    std::vector<ChunkGrid> grids;
    std::vector<std::string> codecs;
    for (const auto& part : parts_) {
      const Field& field = part->fields()[index];
      first_chunk_[index].Append(field.grid.num_chunks());
      grids.push_back(field.grid);
      codecs.push_back(field.codec);
      combined.decodes_parts &= field.decodes_parts;
      if (combined.slow_reason.empty()) combined.slow_reason = field.slow_reason;
      if (combined.missing_source.empty()) combined.missing_source = field.missing_source;
    }
    combined.grid = ChunkGrid::Concatenate(grids);
    std::sort(codecs.begin(), codecs.end());
    codecs.erase(std::unique(codecs.begin(), codecs.end()), codecs.end());
    combined.codec = absl::StrJoin(codecs, ", ");
    return combined;
  }

  ChunkLocation InPart(ChunkLocation location, size_t part) const {
    if (NamesAFile(location)) location.file -= first_file_.first(part);
    return location;
  }

  const std::vector<std::unique_ptr<const SequenceStore>> parts_;
  const std::string path_;
  std::vector<Field> fields_;
  Offsets first_sequence_, first_file_;
  std::vector<Offsets> first_chunk_;  // by field
};

// "images float32 (*, 100, 184, 184)" for each field.
std::string Describe(const SequenceStore& store) {
  std::string text;
  for (const Field& field : store.fields()) {
    absl::StrAppend(&text, text.empty() ? "" : "; ", field.name, " ", Name(field.dtype), " (*");
    for (size_t axis = 1; axis < field.shape().size(); ++axis) {
      absl::StrAppend(&text, ", ", field.shape()[axis]);
    }
    absl::StrAppend(&text, ")");
  }
  return text;
}

// How many sequences of the store's fields have at most as many bytes as int64_t counts.
int64_t MaxSequences(const SequenceStore& store) {
  int64_t max_sequences = std::numeric_limits<int64_t>::max();
  for (const Field& field : store.fields()) {
    const int64_t elements = NumElements(absl::MakeConstSpan(field.shape()).subspan(1));
    if (elements <= 0) continue;
    max_sequences = std::min(max_sequences, std::numeric_limits<int64_t>::max() / elements /
                                                static_cast<int64_t>(SizeOf(field.dtype)));
  }
  return max_sequences;
}

bool SameNumber(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

bool SamePacking(const Packing& a, const Packing& b) {
  return SameNumber(a.scale, b.scale) && SameNumber(a.offset, b.offset) &&
         a.other_sign == b.other_sign && a.missing.has_value() == b.missing.has_value() &&
         (!a.missing.has_value() || SameNumber(*a.missing, *b.missing));
}

// "stored * 0.1 + 2, none where -1 is stored".
std::string Describe(const Packing& packing) {
  std::string text = absl::StrCat("stored * ", packing.scale, " + ", packing.offset);
  if (packing.missing.has_value()) {
    absl::StrAppend(&text, ", none where ", *packing.missing, " is stored");
  }
  if (packing.other_sign) absl::StrAppend(&text, ", with the other sign (_Unsigned)");
  return text;
}

// `part` has fields of the same dtypes and shapes as `first`: whether they mean the same.
absl::Status CheckSameMeaning(const SequenceStore& first, const SequenceStore& part) {
  for (size_t i = 0; i < first.fields().size(); ++i) {
    const Field &wanted = first.fields()[i], &field = part.fields()[i];
    const auto error = [&](const auto& has, const auto& wants) {
      return absl::FailedPreconditionError(absl::StrCat(
          part.path(), ": field '", field.name, "': ", has, ", but in ", first.path(), " ", wants));
    };
    if (field.axes != wanted.axes) {
      return error(absl::StrCat("axes are ", field.axes), wanted.axes);
    }
    if (!SamePacking(field.packing, wanted.packing)) {
      return error(absl::StrCat("values are ", Describe(field.packing)), Describe(wanted.packing));
    }
  }
  return absl::OkStatus();
}

// Files follow each other along axis 0 alone.
absl::Status CheckAxis(const SequenceStore& store) {
  for (const Field& field : store.fields()) {
    const char leading = field.axis('N') >= 0 ? 'N' : 'T';
    if (field.axis(leading) <= 0) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        store.path(), ": field '", field.name, "' has the axes ", field.axes, ": several files ",
        "are put together along axis 0 only, which has to be ", std::string(1, leading),
        ": open them one by one, or write them with that axis first"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<const SequenceStore>> ConcatenateStores(
    std::vector<std::unique_ptr<const SequenceStore>> parts, const std::string& name) {
  if (parts.empty()) return absl::InvalidArgumentError("no stores to put one after the other");
  if (parts.size() == 1) return std::move(parts[0]);
  SEICHE_RETURN_IF_ERROR(CheckAxis(*parts[0]));
  const std::string first = Describe(*parts[0]);
  int64_t files = 0, sequences = 0;
  for (const auto& part : parts) {
    files += part->num_files();
    // No field's bytes are more than int64_t counts: nor are its elements or its chunks.
    if (part->size() > MaxSequences(*part) - sequences) {
      return absl::ResourceExhaustedError(absl::StrCat(
          part->path(), ": has ", part->size(), " sequences, too many to come after ", sequences));
    }
    sequences += part->size();
    if (const std::string other = Describe(*part); other != first) {
      return absl::FailedPreconditionError(
          absl::StrCat(part->path(), ": has ", other, ", but ", parts[0]->path(), " has ", first));
    }
    SEICHE_RETURN_IF_ERROR(CheckSameMeaning(*parts[0], *part));
  }
  std::string path = name;
  if (path.empty()) path = absl::StrCat(parts[0]->path(), " and ", parts.size() - 1, " more");
  if (files > std::numeric_limits<int32_t>::max()) {
    return absl::ResourceExhaustedError(
        absl::StrCat(path, ": ", files, " files are too many for one store"));
  }
  return std::make_unique<ConcatStore>(std::move(parts), std::move(path));
}

}  // namespace seiche
