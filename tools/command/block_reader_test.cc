#include "tools/command/block_reader.h"

#include <vector>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "gtest/gtest.h"
#include "storage/conformance.h"
#include "storage/memory_store.h"
#include "storage/open.h"

namespace seiche {

// Comes along with memory_store.h.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(StoreConformanceTest);

namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;

std::unique_ptr<const SequenceStore> Numbers(const Shape& shape, const Shape& chunks) {
  std::vector<int32_t> values(NumElements(shape));
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<int32_t>(i);
  return MakeMemoryStore("a.mem", "images", MakeExpected<int32_t>(shape, values), chunks);
}

TEST(BlockReaderTest, BlocksInOrderAreTheArray) {
  const Shape shape = {23, 4, 5};
  for (const Shape& chunks : {Shape{1, 4, 5}, Shape{7, 2, 3}, Shape{23, 4, 1}}) {
    const auto store = Numbers(shape, chunks);
    for (const int64_t max_bytes : {1, 80 * 3, 80 * 10, 1 << 20}) {
      BlockReader reader(*store, 0, {.max_bytes = max_bytes, .workers = 2});
      EXPECT_LE(reader.rows(), std::max<int64_t>(max_bytes / 80, 1));
      AlignedBuffer buffer;
      int32_t next = 0;
      for (int64_t row = 0; row < store->size(); row += reader.rows()) {
        const auto block = reader.Read(row, buffer);
        ASSERT_THAT(block, IsOk());
        const auto* values = reinterpret_cast<const int32_t*>(block->data);
        for (int64_t i = 0; i < NumElements(block->shape); ++i) ASSERT_EQ(values[i], next++);
      }
      EXPECT_EQ(next, NumElements(shape));
    }
  }
}

TEST(BlockReaderTest, RowsAreMultiplesOfChunks) {
  const auto rows = [](const Shape& shape, const Shape& chunks, const BlockOptions& options) {
    return BlockReader(*Numbers(shape, chunks), 0, options).rows();
  };
  // 4 KiB a row; a good block has 32 MiB, so everything here is one.
  EXPECT_EQ(rows({100, 1024}, {7, 1024}, {}), 100);
  EXPECT_EQ(rows({100, 1024}, {7, 1024}, {.max_bytes = 4096 * 50}), 49);
  EXPECT_EQ(rows({100, 1024}, {7, 1024}, {.max_bytes = 4096 * 50, .row_multiple = 10}), 42);
  EXPECT_EQ(rows({100, 1024}, {7, 1024}, {.max_bytes = 4096 * 5}), 5);
  EXPECT_EQ(rows({100, 1024}, {7, 1024}, {.max_bytes = 1}), 1);
  // Not more parts of chunks than can be listed.
  EXPECT_EQ(rows({100, 40000}, {1, 1}, {}), 1);
}

TEST(BlockReaderTest, ErrorsAreTheStores) {
  const auto store =
      OpenStore("storage/hdf5/testdata/h5py_earliest.h5", {.field = "bad/unknown_filter"});
  ASSERT_THAT(store, IsOk());
  BlockReader reader(**store, 0, {});
  AlignedBuffer buffer;
  EXPECT_THAT(reader.Read(0, buffer), StatusIs(absl::StatusCode::kUnimplemented));
}

}  // namespace
}  // namespace seiche
