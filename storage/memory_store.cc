#include "storage/memory_store.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace seiche {
namespace {

class MemoryStore : public SequenceStore {
 public:
  MemoryStore(std::string path, std::string field, ExpectedArray array, Shape chunk_shape,
              std::vector<std::pair<std::string, std::string>> attributes)
      : path_(std::move(path)), array_(std::move(array)), attributes_(std::move(attributes)) {
    field_ = {.name = std::move(field),
              .dtype = array_.dtype,
              .grid = ChunkGrid(array_.shape, std::move(chunk_shape)),
              .codec = "none"};
    int64_t offset = 0;
    for (int64_t chunk = 0; chunk < field_.grid.num_chunks(); ++chunk) {
      const int64_t size = NumElements(field_.grid.ShapeOf(chunk)) * SizeOf(array_.dtype);
      locations_.push_back({.kind = ChunkLocation::Kind::kBytes, .offset = offset, .size = size});
      offset += size;
    }
    file_.resize(offset);
    for (int64_t chunk = 0; chunk < field_.grid.num_chunks(); ++chunk) {
      const Box box = field_.grid.BoxOf(chunk);
      const ArrayView whole = MakeView(file_.data() + locations_[chunk].offset, array_.dtype,
                                       field_.grid.ShapeOf(chunk));
      CopyArray(Slice(array_.view(), box), Slice(whole, WholeBox(box.extent)));
    }
  }

  absl::Span<const Field> fields() const override { return {&field_, 1}; }
  const std::string& path() const override { return path_; }
  std::string file_path(int32_t) const override { return path_; }
  ChunkLocation Locate(int, int64_t chunk) const override { return locations_[chunk]; }

  absl::StatusOr<absl::Span<const std::byte>> ReadEncoded(const ChunkLocation& location,
                                                          AlignedBuffer& buffer) const override {
    const absl::Span<std::byte> bytes = buffer.Reserve(location.size);
    std::copy_n(file_.begin() + location.offset, location.size, bytes.begin());
    return bytes;
  }

  absl::Status DecodeChunk(int, int64_t chunk, const ChunkLocation& location,
                           absl::Span<const std::byte> encoded, const Box& part,
                           const ArrayView& out, CodecScratch&) const override {
    if (encoded.size() != location.size) {
      return absl::DataLossError(absl::StrCat(path_, ": chunk ", chunk, " has ", encoded.size(),
                                              " bytes, not ", location.size));
    }
    const Shape& shape = field_.grid.ShapeOf(chunk);
    CopyArray(Slice(MakeView(static_cast<const void*>(encoded.data()), field_.dtype, shape), part),
              out);
    return absl::OkStatus();
  }

  absl::Status Read(int field, const Box& box, const ArrayView& out) const override {
    CodecScratch scratch;
    return ReadByChunks(*this, field, box, out, scratch);
  }

  std::vector<std::pair<std::string, std::string>> Attributes(int) const override {
    return attributes_;
  }

 private:
  const std::string path_;
  const ExpectedArray array_;
  const std::vector<std::pair<std::string, std::string>> attributes_;
  Field field_;
  std::vector<ChunkLocation> locations_;
  std::vector<std::byte> file_;
};

}  // namespace

std::unique_ptr<const SequenceStore> MakeMemoryStore(
    std::string path, std::string field, ExpectedArray array, Shape chunk_shape,
    std::vector<std::pair<std::string, std::string>> attributes) {
  return std::make_unique<MemoryStore>(std::move(path), std::move(field), std::move(array),
                                       std::move(chunk_shape), std::move(attributes));
}

}  // namespace seiche
