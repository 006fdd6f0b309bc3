#include "storage/sequence_store.h"

#include <new>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace seiche {
namespace {

// Encoded bytes of the chunk at hand, kept warm in the caller's scratch.
struct EncodedChunk : CodecState {
  AlignedBuffer bytes;
};

std::string Describe(const Box& box) {
  return absl::StrCat("offset ", ToString(box.offset), " extent ", ToString(box.extent),
                      box.stride.empty() ? "" : " stride ",
                      box.stride.empty() ? "" : ToString(box.stride));
}

}  // namespace

std::string DefaultAxes(absl::Span<const int64_t> shape) {
  constexpr int64_t kMaxChannels = 4;
  switch (shape.size()) {
    case 1:
      return "N";
    case 2:
      return "NT";
    case 3:
      return "THW";
    case 4:
      return "NTHW";
    case 5:
      return shape.back() <= kMaxChannels ? "NTHWC" : "NTDHW";
    case 6:
      return "NTDHWC";
    default:
      return "";
  }
}

absl::Status SequenceStore::ReadBytes(int32_t file, int64_t, absl::Span<std::byte>) const {
  return absl::UnimplementedError(
      absl::StrCat(file_path(file), ": its chunks are whole files, which are read as such"));
}

absl::StatusOr<std::vector<int64_t>> SequenceStore::StoredChunks(int field) const {
  constexpr int64_t kMaxChunks = int64_t{1} << 32;
  const int64_t num_chunks = fields()[field].grid.num_chunks();
  if (num_chunks < 0 || num_chunks > kMaxChunks) {
    return absl::ResourceExhaustedError(absl::StrCat(path(), ": field ", fields()[field].name,
                                                     ": its chunks are too many to look at each"));
  }
  std::vector<int64_t> chunks;
  for (int64_t chunk = 0; chunk < num_chunks; ++chunk) {
    if (Locate(field, chunk).kind != ChunkLocation::Kind::kMissing) chunks.push_back(chunk);
  }
  return chunks;
}

absl::StatusOr<int> SequenceStore::FindField(std::string_view name) const {
  std::string known;
  for (size_t i = 0; i < fields().size(); ++i) {
    const std::string& candidate = fields()[i].name;
    if (candidate == name) return static_cast<int>(i);
    absl::StrAppend(&known, i == 0 ? "" : ", ", candidate);
  }
  return absl::NotFoundError(absl::StrCat(path(), ": has no field '", name, "'; it has: ", known));
}

absl::Status CheckRead(const SequenceStore& store, int field, const Box& box,
                       const ArrayView& out) {
  if (field < 0 || field >= static_cast<int>(store.fields().size())) {
    return absl::InvalidArgumentError(absl::StrCat(store.path(), ": there is no field ", field,
                                                   ", only ", store.fields().size()));
  }
  const Field& wanted = store.fields()[field];
  const auto error = [&](auto... reason) {
    return absl::InvalidArgumentError(
        absl::StrCat(store.path(), ": field ", wanted.name, ": ", reason...));
  };
  if (!Contains(wanted.shape(), box)) {
    return error("the box ", Describe(box), " is not inside the shape ", ToString(wanted.shape()));
  }
  if (out.dtype != wanted.dtype) {
    return error("is ", Name(wanted.dtype), ", not ", Name(out.dtype));
  }
  if (out.shape != box.extent) {
    return error("a box of extent ", ToString(box.extent), " does not fit an output of shape ",
                 ToString(out.shape));
  }
  return absl::OkStatus();
}

absl::Status CheckUnpacks(const SequenceStore& store, int field) {
  const Field& what = store.fields()[field];
  if (!what.packing.other_sign) return absl::OkStatus();
  return absl::UnimplementedError(
      absl::StrCat(store.path(), ": field '", what.name,
                   "': its attribute _Unsigned says that what is stored ", "as ", Name(what.dtype),
                   " has another sign, which nothing here unpacks: read it as it is ", "stored"));
}

absl::Status ReadLocatedChunk(const SequenceStore& store, int field, int64_t chunk, const Box& part,
                              const ArrayView& out, AlignedBuffer& buffer, CodecScratch& scratch) {
  const auto name = [&] {
    return absl::StrCat(store.path(), ": field ", store.fields()[field].name, ": chunk ",
                        ToString(store.fields()[field].grid.Coordinates(chunk)));
  };
  const ChunkLocation location = store.Locate(field, chunk);
  if (location.kind == ChunkLocation::Kind::kOther) {
    return absl::InternalError(absl::StrCat(name(), " cannot be read without its library"));
  }
  try {
    absl::Span<const std::byte> encoded;
    if (location.kind != ChunkLocation::Kind::kMissing) {
      SEICHE_ASSIGN_OR_RETURN(encoded, store.ReadEncoded(location, buffer));
    }
    return store.DecodeChunk(field, chunk, location, encoded, part, out, scratch);
  } catch (const std::bad_alloc&) {  // a chunk's size is what the file says
    return absl::ResourceExhaustedError(absl::StrCat(name(), ": no memory to decode it in"));
  }
}

absl::Status ReadByChunks(const SequenceStore& store, int field, const Box& box,
                          const ArrayView& out, CodecScratch& scratch) {
  SEICHE_RETURN_IF_ERROR(CheckRead(store, field, box, out));
  AlignedBuffer& buffer = scratch.state<EncodedChunk>().bytes;
  return store.fields()[field].grid.ForEachChunk(box, [&](const ChunkPart& part) {
    return ReadLocatedChunk(store, field, part.chunk, part.in_chunk, Slice(out, part.in_box),
                            buffer, scratch);
  });
}

}  // namespace seiche
