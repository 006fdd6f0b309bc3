#include "loader/testing/grid_store.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace seiche {
namespace {

// Calls visit(index) for each element of an array of `shape`, in row-major order.
template <typename Visit>
void ForEachIndex(absl::Span<const int64_t> shape, Visit visit) {
  const int64_t count = NumElements(shape);
  Shape index(shape.size(), 0);
  for (int64_t i = 0; i < count; ++i) {
    visit(index);
    for (size_t axis = shape.size(); axis-- > 0 && ++index[axis] == shape[axis];) index[axis] = 0;
  }
}

template <typename T>
void PutAs(int64_t value, std::byte* to) {
  const T number = static_cast<T>(value);
  std::memcpy(to, &number, sizeof(number));
}

void Put(DType dtype, int64_t value, std::byte* to) {
  switch (dtype) {
    case DType::kUInt8:
      return PutAs<uint8_t>(value, to);
    case DType::kInt16:
      return PutAs<int16_t>(value, to);
    case DType::kInt32:
      return PutAs<int32_t>(value, to);
    case DType::kFloat64:
      return PutAs<double>(value, to);
    default:
      return PutAs<float>(value, to);
  }
}

bool Inside(absl::Span<const int64_t> shape, absl::Span<const int64_t> index) {
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    if (index[axis] >= shape[axis]) return false;
  }
  return true;
}

}  // namespace

GridStore::GridStore(Options options) : options_(std::move(options)) {}

Field GridStore::MakeField(std::string name, Shape shape, Shape chunk, std::string axes,
                           DType dtype, std::string codec) {
  if (axes.empty()) axes = DefaultAxes(shape);
  return MakeField(std::move(name), ChunkGrid(std::move(shape), std::move(chunk)), std::move(axes),
                   dtype, std::move(codec));
}

Field GridStore::MakeField(std::string name, ChunkGrid grid, std::string axes, DType dtype,
                           std::string codec) {
  Field field{.name = std::move(name), .dtype = dtype, .grid = std::move(grid)};
  field.codec = std::move(codec);
  field.axes = std::move(axes);
  return field;
}

int64_t GridStore::ValueAt(absl::Span<const int64_t> shape, absl::Span<const int64_t> index) {
  int64_t number = 0;
  for (size_t axis = 0; axis < shape.size(); ++axis) number = number * shape[axis] + index[axis];
  return number % 251;
}

std::string GridStore::file_path(int32_t file) const { return absl::StrCat("file", file, ".h5"); }

std::vector<int64_t> GridStore::parts() const {
  return options_.parts.empty() ? SequenceStore::parts() : options_.parts;
}

int64_t GridStore::StoredBytes(int field) const {
  const Field& f = options_.fields[field];
  if (!raw(field)) return options_.encoded_bytes;
  return NumElements(f.grid.chunk_shape()) * static_cast<int64_t>(SizeOf(f.dtype));
}

ChunkLocation GridStore::Locate(int field, int64_t chunk) const {
  if (options_.missing.contains(chunk)) return {.kind = ChunkLocation::Kind::kMissing};
  const Field& f = options_.fields[field];
  const int64_t stored = StoredBytes(field);
  const int64_t elements = NumElements(f.grid.ShapeOf(chunk));
  return {.kind = ChunkLocation::Kind::kBytes,
          .raw = raw(field),
          .file = field,
          .offset = chunk * (stored + options_.gap),
          .size = raw(field) ? elements * static_cast<int64_t>(SizeOf(f.dtype)) : stored};
}

std::byte GridStore::ByteAt(int field, int64_t offset) const {
  const Field& f = options_.fields[field];
  const int64_t pitch = StoredBytes(field) + options_.gap;
  const int64_t chunk = offset / pitch, within = offset % pitch;
  if (within >= StoredBytes(field)) return std::byte{0xFF};
  if (!raw(field)) {
    const int64_t header[2] = {field, chunk};
    return within < 16 ? reinterpret_cast<const std::byte*>(header)[within] : std::byte{0};
  }
  const auto size = static_cast<int64_t>(SizeOf(f.dtype));
  Shape index = f.grid.BoxOf(chunk).offset;
  const Shape& shape = f.grid.ShapeOf(chunk);
  int64_t element = within / size;
  for (size_t axis = shape.size(); axis-- > 0; element /= shape[axis]) {
    index[axis] += element % shape[axis];
  }
  std::byte bytes[8] = {};
  if (Inside(f.shape(), index)) Put(f.dtype, ValueAt(f.shape(), index), bytes);
  return bytes[within % size];
}

absl::StatusOr<absl::Span<const std::byte>> GridStore::ReadEncoded(const ChunkLocation& location,
                                                                   AlignedBuffer& buffer) const {
  ++reads_;
  if (options_.on_read) options_.on_read(location.file, location.offset, location.size);
  const absl::Span<std::byte> out = buffer.Reserve(location.size);
  for (size_t i = 0; i < out.size(); ++i) out[i] = ByteAt(location.file, location.offset + i);
  return out;
}

absl::Status GridStore::ReadBytes(int32_t file, int64_t offset, absl::Span<std::byte> out) const {
  if (!raw(file) && !options_.merges) return absl::UnavailableError("no reads of several chunks");
  ++reads_;
  if (options_.on_read) options_.on_read(file, offset, static_cast<int64_t>(out.size()));
  for (size_t i = 0; i < out.size(); ++i) out[i] = ByteAt(file, offset + i);
  return absl::OkStatus();
}

absl::Status GridStore::DecodeChunk(int field, int64_t chunk, const ChunkLocation& location,
                                    absl::Span<const std::byte> encoded, const Box& part,
                                    const ArrayView& out, CodecScratch&) const {
  if (options_.on_decode) SEICHE_RETURN_IF_ERROR(options_.on_decode(field, chunk));
  ++decodes_;
  const Field& f = options_.fields[field];
  if (static_cast<int64_t>(encoded.size()) != location.size) {
    return absl::DataLossError(absl::StrCat("chunk ", chunk, " has ", encoded.size(), " bytes"));
  }
  for (size_t i = 0; i < encoded.size(); ++i) {
    if (encoded[i] == ByteAt(field, location.offset + i)) continue;
    return absl::DataLossError(absl::StrCat("chunk ", chunk, ": byte ", i, " is another one's"));
  }
  const Shape first = f.grid.BoxOf(chunk).offset;
  ForEachIndex(part.extent, [&](const Shape& index) {
    Shape element(index.size());
    std::byte* to = out.data;
    for (size_t a = 0; a < index.size(); ++a) {
      element[a] = first[a] + part.offset[a] + index[a] * part.stride_of(static_cast<int>(a));
      to += index[a] * out.strides[a];
    }
    const bool there = Inside(f.shape(), element) && !options_.missing.contains(chunk);
    Put(f.dtype, there ? ValueAt(f.shape(), element) : 0, to);
  });
  return absl::OkStatus();
}

absl::Status GridStore::Read(int field, const Box& box, const ArrayView& out) const {
  CodecScratch scratch;
  return ReadByChunks(*this, field, box, out, scratch);
}

}  // namespace seiche
