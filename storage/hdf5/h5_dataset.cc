#include <algorithm>
#include <limits>
#include <optional>

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

// The box that is selected in `space`, or nothing if it is not one solid box.
std::optional<Box> SolidBox(hid_t space) {
  const int rank = H5Sget_simple_extent_ndims(space);
  const hssize_t selected = H5Sget_select_npoints(space);  // negative: without an end
  if (rank < 1 || selected < 1) return std::nullopt;
  hsize_t first[H5S_MAX_RANK] = {}, last[H5S_MAX_RANK] = {};
  if (H5Sget_select_bounds(space, first, last) < 0) {
    H5Eclear2(H5E_DEFAULT);
    return std::nullopt;
  }
  Box box;
  for (int axis = 0; axis < rank; ++axis) {
    box.offset.push_back(static_cast<int64_t>(first[axis]));
    box.extent.push_back(static_cast<int64_t>(last[axis] - first[axis] + 1));
  }
  if (NumElements(box.extent) != selected) return std::nullopt;
  return box;
}

using GetName = ssize_t (*)(hid_t, size_t, char*, size_t);

std::string NameOf(GetName get, hid_t creation, size_t index) {
  std::string name(std::max<ssize_t>(get(creation, index, nullptr, 0), 0), '\0');
  if (!name.empty()) get(creation, index, name.data(), name.size() + 1);
  return name;
}

absl::StatusOr<VirtualSource> ReadVirtualSource(hid_t creation, size_t index, const Shape& shape,
                                                const std::string& context) {
  VirtualSource source{.file = NameOf(H5Pget_virtual_filename, creation, index),
                       .dataset = NameOf(H5Pget_virtual_dsetname, creation, index)};
  const Id target(H5Pget_virtual_vspace(creation, index));
  const Id from(H5Pget_virtual_srcspace(creation, index));
  if (!target.ok() || !from.ok()) return LibraryError(context);
  std::optional<Box> box = SolidBox(target.get());
  if (H5Sget_select_type(target.get()) == H5S_SEL_ALL) box = WholeBox(shape);
  if (H5Sget_select_type(from.get()) != H5S_SEL_ALL) source.source = SolidBox(from.get());
  const bool known = H5Sget_select_type(from.get()) == H5S_SEL_ALL || source.source.has_value();
  if (box.has_value() && known) {
    source.target = *std::move(box);
  } else {
    source.odd = absl::StrCat("what comes from '", source.dataset, "' of ", source.file,
                              " is not one block");
  }
  return source;
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

absl::StatusOr<ChunkIndexKind> Dataset::IndexKind() const {
  const Lock lock;
  H5D_chunk_index_t kind = H5D_CHUNK_IDX_BTREE;
  if (H5Dget_chunk_index_type(id_, &kind) < 0) {
    return LibraryError(absl::StrCat(Context(), ": kind of chunk index"));
  }
  switch (kind) {
    case H5D_CHUNK_IDX_BTREE:
      return ChunkIndexKind::kBTree1;
    case H5D_CHUNK_IDX_SINGLE:
      return ChunkIndexKind::kSingle;
    case H5D_CHUNK_IDX_NONE:
      return ChunkIndexKind::kImplicit;
    case H5D_CHUNK_IDX_FARRAY:
      return ChunkIndexKind::kFixedArray;
    case H5D_CHUNK_IDX_EARRAY:
      return ChunkIndexKind::kExtensibleArray;
    case H5D_CHUNK_IDX_BT2:
      return ChunkIndexKind::kBTree2;
    default:
      return absl::DataLossError(absl::StrCat(Context(), ": unknown kind of chunk index"));
  }
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

absl::StatusOr<std::vector<VirtualSource>> Dataset::VirtualSources() const {
  const Lock lock;
  const std::string context = absl::StrCat(Context(), ": sources");
  const Id creation(H5Dget_create_plist(id_));
  size_t count = 0;
  if (!creation.ok() || H5Pget_virtual_count(creation.get(), &count) < 0) {
    return LibraryError(context);
  }
  std::vector<VirtualSource> sources;
  for (size_t i = 0; i < count; ++i) {
    SEICHE_ASSIGN_OR_RETURN(VirtualSource source,
                            ReadVirtualSource(creation.get(), i, info_.shape, context));
    sources.push_back(std::move(source));
  }
  return sources;
}

absl::StatusOr<std::optional<double>> Dataset::NumberAttribute(const std::string& name) const {
  const Lock lock;
  return ReadNumberAttribute(id_, name, Context());
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
