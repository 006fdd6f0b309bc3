#include "loader/testing/fake_store.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace seiche {
namespace {

// Fletcher's, over bytes: enough to notice one that has changed.
uint32_t Checksum(absl::Span<const std::byte> bytes) {
  uint32_t sum = 1, sum_of_sums = 0;
  for (std::byte byte : bytes) {
    sum += static_cast<uint32_t>(byte);
    sum_of_sums += sum;
  }
  return sum_of_sums ^ (sum << 16);
}

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

float& At(const ArrayView& view, absl::Span<const int64_t> index) {
  std::byte* data = view.data;
  for (size_t axis = 0; axis < index.size(); ++axis) data += index[axis] * view.strides[axis];
  return *reinterpret_cast<float*>(data);
}

}  // namespace

FakeStore::FakeStore(Options options) : options_(std::move(options)) {
  const ChunkGrid& grid = options_.grid;
  field_ = {.name = "frames", .dtype = DType::kFloat32, .grid = grid, .codec = "checksum"};
  field_.axes = options_.axes.empty() ? DefaultAxes(grid.shape()) : options_.axes;
  if (!options_.other.empty()) field_.slow_reason = "some chunks are kOther";
  for (int64_t chunk = 0; chunk < grid.num_chunks(); ++chunk) {
    // As HDF5 does: whole chunks, also at the edges.
    const Shape& shape = grid.ShapeOf(chunk);
    const Shape first = grid.BoxOf(chunk).offset;
    std::vector<float> values;
    ForEachIndex(shape, [&](Shape index) {
      for (size_t axis = 0; axis < index.size(); ++axis) index[axis] += first[axis];
      values.push_back(ValueAt(grid.shape(), index));
    });
    const auto elements = absl::MakeSpan(reinterpret_cast<const std::byte*>(values.data()),
                                         values.size() * sizeof(float));
    uint32_t checksum = Checksum(elements);
    if (options_.damaged.contains(chunk)) ++checksum;
    offsets_.push_back(static_cast<int64_t>(bytes_.size()));
    bytes_.insert(bytes_.end(), elements.begin(), elements.end());
    const auto* tail = reinterpret_cast<const std::byte*>(&checksum);
    bytes_.insert(bytes_.end(), tail, tail + sizeof(checksum));
  }
  offsets_.push_back(static_cast<int64_t>(bytes_.size()));
}

float FakeStore::ValueAt(absl::Span<const int64_t> shape, absl::Span<const int64_t> index) {
  int64_t number = 0;
  for (size_t axis = 0; axis < shape.size(); ++axis) number = number * shape[axis] + index[axis];
  return static_cast<float>(number);
}

ChunkLocation FakeStore::Locate(int, int64_t chunk) const {
  if (options_.missing.contains(chunk)) return {.kind = ChunkLocation::Kind::kMissing};
  if (options_.other.contains(chunk)) return {.kind = ChunkLocation::Kind::kOther};
  return {.kind = ChunkLocation::Kind::kBytes,
          .file = static_cast<int32_t>(chunk),
          .offset = offsets_[chunk],
          .size = offsets_[chunk + 1] - offsets_[chunk]};
}

absl::StatusOr<absl::Span<const std::byte>> FakeStore::ReadEncoded(const ChunkLocation& location,
                                                                   AlignedBuffer& buffer) const {
  if (options_.on_read) SEICHE_RETURN_IF_ERROR(options_.on_read(location.file));
  ++chunks_read_;
  const absl::Span<std::byte> bytes = buffer.Reserve(location.size);
  std::memcpy(bytes.data(), bytes_.data() + location.offset, bytes.size());
  return bytes;
}

absl::Status FakeStore::DecodeChunk(int, int64_t chunk, const ChunkLocation&,
                                    absl::Span<const std::byte> encoded, const Box& part,
                                    const ArrayView& out, CodecScratch&) const {
  if (options_.on_decode) SEICHE_RETURN_IF_ERROR(options_.on_decode(chunk));
  if (encoded.empty()) {
    ForEachIndex(out.shape, [&](const Shape& index) { At(out, index) = kFill; });
    return absl::OkStatus();
  }
  const auto elements = encoded.first(encoded.size() - sizeof(uint32_t));
  uint32_t checksum;
  std::memcpy(&checksum, elements.data() + elements.size(), sizeof(checksum));
  if (checksum != Checksum(elements)) {
    return absl::DataLossError(absl::StrCat(
        path_, ": frames: chunk ", ToString(field_.grid.Coordinates(chunk)), ": checksum differs"));
  }
  CopyArray(Slice(MakeView(static_cast<const void*>(elements.data()), DType::kFloat32,
                           field_.grid.ShapeOf(chunk)),
                  part),
            out);
  return absl::OkStatus();
}

absl::Status FakeStore::Read(int, const Box& box, const ArrayView& out) const {
  ++slow_reads_;
  ForEachIndex(box.extent, [&](const Shape& index) {
    Shape element = index;
    for (size_t axis = 0; axis < element.size(); ++axis) element[axis] += box.offset[axis];
    At(out, index) = ValueAt(field_.shape(), element);
  });
  return absl::OkStatus();
}

}  // namespace seiche
