#include "storage/conformance.h"

#include <algorithm>
#include <cstdint>
#include <random>
#include <thread>

#include "absl/status/status_matchers.h"
#include "gmock/gmock.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::IsOkAndHolds;
using ::absl_testing::StatusIs;
using ::testing::HasSubstr;

// A box inside `shape`, strided every other time.
Box RandomBox(const Shape& shape, std::mt19937& random) {
  Box box;
  const bool strided = random() % 2 == 0;
  for (int64_t extent : shape) {
    const int64_t offset = random() % extent;
    const int64_t stride = strided ? 1 + random() % 3 : 1;
    box.offset.push_back(offset);
    box.extent.push_back(1 + random() % ((extent - 1 - offset) / stride + 1));
    if (strided) box.stride.push_back(stride);
  }
  return box;
}

// `inner`, which counts from the first element of `outer`, in the array's coordinates.
Box Compose(const Box& outer, Box inner) {
  for (size_t axis = 0; axis < inner.offset.size(); ++axis) {
    inner.offset[axis] += outer.offset[axis];
  }
  return inner;
}

constexpr std::byte kGuard{0xa5};

// A view of `box`'s elements in `memory` whose axes all have gaps between their elements, as an
// element-wise transposed or padded batch would.
ArrayView ViewWithGaps(std::vector<std::byte>& memory, const Box& box, DType dtype) {
  Shape padded = box.extent;
  for (int64_t& extent : padded) extent = 2 * extent + 1;
  memory.assign(NumElements(padded) * SizeOf(dtype), kGuard);
  ArrayView view = MakeView(memory.data(), dtype, padded);
  for (int64_t& stride : view.strides) stride *= 2;
  view.shape = box.extent;
  return view;
}

// Copies the elements of a view from ViewWithGaps() out of it and checks that the gaps are intact.
std::vector<std::byte> TakeOut(std::vector<std::byte>& memory, const ArrayView& view) {
  std::vector<std::byte> elements(view.size_bytes());
  CopyArray(view, MakeView(elements.data(), view.dtype, view.shape));
  const std::vector<std::byte> guards(elements.size(), kGuard);
  CopyArray(MakeView(static_cast<const void*>(guards.data()), view.dtype, view.shape), view);
  EXPECT_EQ(std::count(memory.begin(), memory.end(), kGuard), memory.size()) << "gaps were written";
  return elements;
}

bool HasBytes(const ChunkLocation& location) {
  return location.kind == ChunkLocation::Kind::kBytes ||
         location.kind == ChunkLocation::Kind::kFile;
}

}  // namespace

void StoreConformanceTest::SetUp() {
  auto store = GetParam().open();
  ASSERT_THAT(store, IsOk());
  store_ = *std::move(store);
}

std::vector<std::byte> StoreConformanceTest::Expected(const Box& box) const {
  std::vector<std::byte> bytes(NumElements(box.extent) * SizeOf(dtype()));
  CopyArray(Slice(GetParam().expected.view(), box), View(bytes, box));
  return bytes;
}

ArrayView StoreConformanceTest::View(std::vector<std::byte>& bytes, const Box& box) const {
  return MakeView(bytes.data(), dtype(), box.extent);
}

TEST_P(StoreConformanceTest, DescribesItself) {
  const Field& description = store_->fields()[field()];
  EXPECT_EQ(description.dtype, dtype());
  EXPECT_EQ(description.shape(), shape());
  EXPECT_FALSE(description.codec.empty());
  EXPECT_EQ(store_->size(), shape()[0]);
  EXPECT_FALSE(store_->path().empty());
  EXPECT_GE(store_->num_files(), 1);
  EXPECT_THAT(store_->FindField(description.name), IsOkAndHolds(field()));
  EXPECT_THAT(store_->FindField("no such field"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr(description.name)));
}

TEST_P(StoreConformanceTest, ReadsEverything) {
  const Box box = WholeBox(shape());
  std::vector<std::byte> bytes(GetParam().expected.bytes.size());
  ASSERT_THAT(store_->Read(field(), box, View(bytes, box)), IsOk());
  EXPECT_TRUE(bytes == GetParam().expected.bytes);
}

TEST_P(StoreConformanceTest, ReadsRandomBoxes) {
  const uint32_t seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 50; ++i) {
    const Box box = RandomBox(shape(), random);
    const std::vector<std::byte> expected = Expected(box);
    std::vector<std::byte> bytes(expected.size());
    ASSERT_THAT(store_->Read(field(), box, View(bytes, box)), IsOk());
    ASSERT_TRUE(bytes == expected)
        << ToString(box.offset) << ToString(box.extent) << ToString(box.stride);

    std::vector<std::byte> memory;
    const ArrayView view = ViewWithGaps(memory, box, dtype());
    ASSERT_THAT(store_->Read(field(), box, view), IsOk());
    ASSERT_TRUE(TakeOut(memory, view) == expected)
        << ToString(box.offset) << ToString(box.extent) << ToString(box.stride);
  }
}

TEST_P(StoreConformanceTest, ReadsNothing) {
  Box box = WholeBox(shape());
  box.extent[0] = 0;
  EXPECT_THAT(
      store_->Read(field(), box, MakeView(static_cast<void*>(nullptr), dtype(), box.extent)),
      IsOk());
}

TEST_P(StoreConformanceTest, RefusesBoxesOutsideAndOtherOutputs) {
  const auto is_invalid = StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(store_->path()));
  std::vector<std::byte> bytes(GetParam().expected.bytes.size() * 8);
  const Box whole = WholeBox(shape());
  const ArrayView out = View(bytes, whole);
  for (size_t axis = 0; axis < shape().size(); ++axis) {
    Box box = whole;
    box.offset[axis] = 1;
    EXPECT_THAT(store_->Read(field(), box, out), is_invalid);
    box.offset[axis] = -1;
    EXPECT_THAT(store_->Read(field(), box, out), is_invalid);
    box.offset[axis] = INT64_MAX;
    EXPECT_THAT(store_->Read(field(), box, out), is_invalid);
    box = whole;
    box.stride = Shape(shape().size(), 1);
    box.stride[axis] = 0;
    EXPECT_THAT(store_->Read(field(), box, out), is_invalid);
    box.stride[axis] = INT64_MAX;
    box.extent[axis] = 2;
    EXPECT_THAT(store_->Read(field(), box, out), is_invalid);
  }
  Box box = whole;
  box.extent.push_back(1);
  EXPECT_THAT(store_->Read(field(), box, out), is_invalid);

  ArrayView other = out;
  other.dtype = dtype() == DType::kInt16 ? DType::kInt8 : DType::kInt16;
  EXPECT_THAT(store_->Read(field(), whole, other), is_invalid);
  other = out;
  other.shape[0] += 1;
  EXPECT_THAT(store_->Read(field(), whole, other), is_invalid);
  EXPECT_THAT(store_->Read(-1, whole, out), is_invalid);
  EXPECT_THAT(store_->Read(store_->fields().size(), whole, out), is_invalid);
}

TEST_P(StoreConformanceTest, DecodesEveryChunk) {
  const uint32_t seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  AlignedBuffer buffer;
  CodecScratch scratch;
  int64_t elements = 0, others = 0;
  for (int64_t chunk = 0; chunk < grid().num_chunks(); ++chunk) {
    SCOPED_TRACE(chunk);
    const Box chunk_box = grid().BoxOf(chunk);
    elements += NumElements(chunk_box.extent);
    const ChunkLocation location = store_->Locate(field(), chunk);
    if (location.kind == ChunkLocation::Kind::kOther) {
      ++others;
      continue;
    }
    absl::Span<const std::byte> encoded;
    if (HasBytes(location)) {
      ASSERT_GE(location.file, 0);
      ASSERT_LT(location.file, store_->num_files());
      EXPECT_FALSE(store_->file_path(location.file).empty());
      const auto read = store_->ReadEncoded(location, buffer);
      ASSERT_THAT(read, IsOk());
      encoded = *read;
      if (location.kind == ChunkLocation::Kind::kBytes) {
        EXPECT_EQ(encoded.size(), location.size);
      }
    }
    const Box whole = WholeBox(chunk_box.extent);
    for (const Box& part : {whole, RandomBox(chunk_box.extent, random)}) {
      const std::vector<std::byte> expected = Expected(Compose(chunk_box, part));
      std::vector<std::byte> bytes(expected.size());
      ASSERT_THAT(
          store_->DecodeChunk(field(), chunk, location, encoded, part, View(bytes, part), scratch),
          IsOk());
      ASSERT_TRUE(bytes == expected) << ToString(part.offset) << ToString(part.extent);

      std::vector<std::byte> memory;
      const ArrayView view = ViewWithGaps(memory, part, dtype());
      ASSERT_THAT(store_->DecodeChunk(field(), chunk, location, encoded, part, view, scratch),
                  IsOk());
      ASSERT_TRUE(TakeOut(memory, view) == expected)
          << ToString(part.offset) << ToString(part.extent);
    }
  }
  EXPECT_EQ(elements, NumElements(shape()));
  EXPECT_EQ(others > 0, !store_->fields()[field()].slow_reason.empty());
}

TEST_P(StoreConformanceTest, HalfAChunkIsDataLoss) {
  AlignedBuffer buffer;
  CodecScratch scratch;
  for (int64_t chunk = 0; chunk < grid().num_chunks(); ++chunk) {
    const ChunkLocation location = store_->Locate(field(), chunk);
    if (!HasBytes(location)) continue;
    const auto encoded = store_->ReadEncoded(location, buffer);
    ASSERT_THAT(encoded, IsOk());
    const std::vector<std::byte> half(encoded->begin(), encoded->begin() + encoded->size() / 2);
    const Box part = WholeBox(grid().BoxOf(chunk).extent);
    std::vector<std::byte> bytes(NumElements(part.extent) * SizeOf(dtype()));
    // The message names what was being decoded.
    EXPECT_THAT(
        store_->DecodeChunk(field(), chunk, location, half, part, View(bytes, part), scratch),
        StatusIs(absl::StatusCode::kDataLoss, HasSubstr(store_->file_path(location.file))));
  }
}

TEST_P(StoreConformanceTest, FourThreadsReadAtOnce) {
  const uint32_t seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      std::mt19937 random(seed + i);
      for (int k = 0; k < 20; ++k) {
        const Box box = RandomBox(shape(), random);
        const std::vector<std::byte> expected = Expected(box);
        std::vector<std::byte> bytes(expected.size());
        EXPECT_THAT(store_->Read(field(), box, View(bytes, box)), IsOk());
        EXPECT_TRUE(bytes == expected);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace seiche
