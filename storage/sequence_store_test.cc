#include "storage/sequence_store.h"

#include <cstring>
#include <new>
#include <numeric>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::IsOkAndHolds;
using ::absl_testing::StatusIs;
using ::testing::ElementsAre;

// Two fields [4,6] in chunks [2,4] stored whole, one after the other: element (y, x) is 10 y + x.
// Chunk 3 of field 0 is missing; all of field 1 needs a library.
class FakeStore : public SequenceStore {
 public:
  FakeStore() {
    fields_.push_back(
        {.name = "images", .dtype = DType::kInt32, .grid = ChunkGrid({4, 6}, {2, 4})});
    fields_.push_back({.name = "masks", .dtype = DType::kInt32, .grid = ChunkGrid({4, 6}, {2, 4})});
  }

  absl::Span<const Field> fields() const override { return fields_; }
  const std::string& path() const override { return path_; }
  std::string file_path(int32_t) const override { return path_; }

  ChunkLocation Locate(int field, int64_t chunk) const override {
    if (field == 1) return {.kind = ChunkLocation::Kind::kOther};
    if (chunk == 3) return {};
    return {.kind = ChunkLocation::Kind::kBytes, .offset = chunk * 32, .size = 32};
  }

  absl::StatusOr<absl::Span<const std::byte>> ReadEncoded(const ChunkLocation& location,
                                                          AlignedBuffer& buffer) const override {
    const int64_t chunk = location.offset / 32;
    const absl::Span<std::byte> bytes = buffer.Reserve(location.size);
    for (int i = 0; i < 8; ++i) {
      const int32_t value = 10 * (chunk / 2 * 2 + i / 4) + chunk % 2 * 4 + i % 4;
      std::memcpy(bytes.data() + i * 4, &value, 4);
    }
    return bytes;
  }

  absl::Status DecodeChunk(int, int64_t number, const ChunkLocation&,
                           absl::Span<const std::byte> encoded, const Box& part,
                           const ArrayView& out, CodecScratch&) const override {
    if (number == too_large) throw std::bad_alloc();
    static constexpr int32_t kFill[8] = {};
    const void* chunk = encoded.empty() ? static_cast<const void*>(kFill) : encoded.data();
    CopyArray(Slice(MakeView(chunk, DType::kInt32, {2, 4}), part), out);
    return absl::OkStatus();
  }

  absl::Status Read(int field, const Box& box, const ArrayView& out) const override {
    CodecScratch scratch;
    return ReadByChunks(*this, field, box, out, scratch);
  }

  std::vector<std::pair<std::string, std::string>> Attributes(int) const override { return {}; }

  int64_t too_large = -1;  // a chunk

 private:
  std::string path_ = "fake.h5";
  std::vector<Field> fields_;
};

TEST(SequenceStoreTest, FindsFieldsByName) {
  const FakeStore store;
  EXPECT_THAT(store.FindField("masks"), IsOkAndHolds(1));
  EXPECT_THAT(store.FindField("heights"),
              StatusIs(absl::StatusCode::kNotFound,
                       "fake.h5: has no field 'heights'; it has: images, masks"));
  EXPECT_EQ(store.size(), 4);
}

TEST(ReadByChunksTest, PutsChunksTogether) {
  const FakeStore store;
  std::vector<int32_t> out(3 * 4);
  ASSERT_THAT(store.Read(0, {.offset = {0, 1}, .extent = {3, 4}},
                         MakeView(out.data(), DType::kInt32, {3, 4})),
              IsOk());
  EXPECT_THAT(out, ElementsAre(1, 2, 3, 4, 11, 12, 13, 14, 21, 22, 23, 0));
}

TEST(ReadByChunksTest, TakesStridedBoxesAndStridedOutputs) {
  const FakeStore store;
  std::vector<int32_t> out(2 * 6, -1);
  ArrayView view = MakeView(out.data(), DType::kInt32, {2, 3});
  view.strides = {24, 8};
  ASSERT_THAT(store.Read(0, {.offset = {0, 0}, .extent = {2, 3}, .stride = {2, 2}}, view), IsOk());
  EXPECT_THAT(out, ElementsAre(0, -1, 2, -1, 4, -1, 20, -1, 22, -1, 0, -1));
}

TEST(ReadByChunksTest, RefusesWhatDoesNotFit) {
  const FakeStore store;
  std::vector<int32_t> out(24);
  const ArrayView view = MakeView(out.data(), DType::kInt32, {4, 6});
  EXPECT_THAT(store.Read(0, {.offset = {1, 0}, .extent = {4, 6}}, view),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "fake.h5: field images: the box offset (1, 0) extent (4, 6) is not inside "
                       "the shape (4, 6)"));
  EXPECT_THAT(store.Read(0, {.offset = {0, 0}, .extent = {2, 6}, .stride = {4, 1}}, view),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "fake.h5: field images: the box offset (0, 0) extent (2, 6) stride (4, 1) "
                       "is not inside the shape (4, 6)"));
  EXPECT_THAT(store.Read(0, {.offset = {0, 0}, .extent = {2, 6}}, view),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "fake.h5: field images: a box of extent (2, 6) does not fit an output of "
                       "shape (4, 6)"));
  EXPECT_THAT(
      store.Read(0, WholeBox(view.shape), MakeView(out.data(), DType::kFloat32, {4, 6})),
      StatusIs(absl::StatusCode::kInvalidArgument, "fake.h5: field images: is int32, not float32"));
  EXPECT_THAT(store.Read(2, WholeBox(view.shape), view),
              StatusIs(absl::StatusCode::kInvalidArgument, "fake.h5: there is no field 2, only 2"));
}

TEST(ReadByChunksTest, AChunkThatDoesNotFitIntoMemoryIsAnError) {
  FakeStore store;
  store.too_large = 2;
  std::vector<int32_t> out(24);
  EXPECT_THAT(store.Read(0, WholeBox({4, 6}), MakeView(out.data(), DType::kInt32, {4, 6})),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       "fake.h5: field images: chunk (1, 0): no memory to decode it in"));
}

TEST(ReadByChunksTest, ChunksOfALibraryAreInternalErrors) {
  const FakeStore store;
  std::vector<int32_t> out(24);
  EXPECT_THAT(store.Read(1, WholeBox({4, 6}), MakeView(out.data(), DType::kInt32, {4, 6})),
              StatusIs(absl::StatusCode::kInternal,
                       "fake.h5: field masks: chunk (0, 0) cannot be read without its library"));
}

}  // namespace
}  // namespace seiche
