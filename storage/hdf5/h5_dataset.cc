#include <limits>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "storage/hdf5/h5_internal.h"

namespace seiche::h5 {
namespace {

using Sizes = absl::InlinedVector<hsize_t, kInlineRank>;

Sizes ToSizes(absl::Span<const int64_t> values) { return Sizes(values.begin(), values.end()); }

// The file's space with `box` selected.
Id Select(hid_t dataset, const Box& box) {
  Id space(H5Dget_space(dataset));
  const Sizes start = ToSizes(box.offset), count = ToSizes(box.extent);
  const Sizes stride = ToSizes(box.stride);
  if (space.ok() &&
      H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start.data(),
                          stride.empty() ? nullptr : stride.data(), count.data(), nullptr) < 0) {
    return Id();
  }
  return space;
}

// One chunk after the other on its way to `visit`.
struct Walk {
  absl::FunctionRef<void(const StoredChunk&)> visit;
  Shape offset;
};

int VisitChunk(const hsize_t* offset, unsigned mask, haddr_t address, hsize_t size, void* data) {
  const OutsideLibrary outside;
  Walk& walk = *static_cast<Walk*>(data);
  for (size_t i = 0; i < walk.offset.size(); ++i) {
    walk.offset[i] = static_cast<int64_t>(offset[i]);
  }
  walk.visit({.offset = walk.offset,
              .address = static_cast<int64_t>(address),
              .size = static_cast<int64_t>(size),
              .skip_mask = mask});
  return H5_ITER_CONT;
}

// Bytes of a decoded chunk; 0 if it has none or too many to be true.
size_t ChunkBytes(const DatasetInfo& info) {
  const int64_t elements = NumElements(info.chunk_shape);
  if (info.chunk_shape.empty() || elements > std::numeric_limits<uint32_t>::max()) return 0;
  return static_cast<size_t>(elements) * 8;  // stored elements have up to eight bytes
}

}  // namespace

Dataset::Dataset(int64_t id, std::string path, DatasetInfo info)
    : id_(id), path_(std::move(path)), info_(std::move(info)) {}

Dataset::Dataset(Dataset&& other) noexcept
    : id_(std::exchange(other.id_, -1)),
      path_(std::move(other.path_)),
      info_(std::move(other.info_)) {}

Dataset& Dataset::operator=(Dataset&& other) noexcept {
  std::swap(id_, other.id_);
  std::swap(path_, other.path_);
  std::swap(info_, other.info_);
  return *this;
}

Dataset::~Dataset() {
  if (id_ < 0) return;
  const Lock lock;
  H5Idec_ref(id_);
}

std::string Dataset::Context() const {
  return absl::StrCat(path_, ": H5 dataset '", info_.name, "'");
}

absl::Status Dataset::ForEachStoredChunk(absl::FunctionRef<void(const StoredChunk&)> visit) const {
  const Lock lock;
  Walk walk{.visit = visit, .offset = Shape(info_.shape.size(), 0)};
  if (H5Dchunk_iter(id_, H5P_DEFAULT, VisitChunk, &walk) < 0) {
    return LibraryError(absl::StrCat(Context(), ": cannot read the chunk index"));
  }
  return absl::OkStatus();
}

absl::Status Dataset::Read(const Box& box, absl::Span<std::byte> out) const {
  const Lock lock;
  const ReadingElements reading;
  SetDecodedChunkSize(ChunkBytes(info_));
  const Sizes count = ToSizes(box.extent);
  const Id file_space = Select(id_, box);
  const Id memory_space(H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr));
  const Id type = MemoryType(info_.type.dtype);
  if (!file_space.ok() || !memory_space.ok() ||
      H5Dread(id_, type.get(), memory_space.get(), file_space.get(), H5P_DEFAULT, out.data()) < 0) {
    return LibraryError(absl::StrCat(Context(), ": elements from ", ToString(box.offset), " on"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::pair<std::string, std::string>>> Dataset::Attributes() const {
  const Lock lock;
  return ReadAttributes(id_, Context());
}

absl::Status Dataset::WriteChunk(absl::Span<const int64_t> offset, uint32_t skip_mask,
                                 absl::Span<const std::byte> encoded) {
  const Lock lock;
  const Sizes start = ToSizes(offset);
  const herr_t result =
      H5Dwrite_chunk(id_, H5P_DEFAULT, skip_mask, start.data(), encoded.size(), encoded.data());
  return WriteResult(result >= 0, absl::StrCat(Context(), ": chunk at ", ToString(offset)));
}

absl::Status Dataset::Write(const Box& box, absl::Span<const std::byte> elements) {
  const Lock lock;
  const Sizes count = ToSizes(box.extent);
  const Id file_space = Select(id_, box);
  const Id memory_space(H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr));
  const Id type = MemoryType(info_.type.dtype);
  const bool ok = file_space.ok() && memory_space.ok() &&
                  H5Dwrite(id_, type.get(), memory_space.get(), file_space.get(), H5P_DEFAULT,
                           elements.data()) >= 0;
  return WriteResult(ok, Context());
}

absl::Status Dataset::SetAttribute(const std::string& name, const AttributeValue& value) {
  const Lock lock;
  return WriteAttribute(id_, name, value, Context());
}

absl::Status Dataset::Close() {
  const Lock lock;
  return WriteResult(H5Dclose(std::exchange(id_, -1)) >= 0,
                     absl::StrCat(Context(), ": cannot close"));
}

}  // namespace seiche::h5
