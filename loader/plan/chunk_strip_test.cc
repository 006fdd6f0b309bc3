#include "loader/plan/chunk_strip.h"

#include <cstdint>
#include <utility>

#include "base/dtype.h"
#include "gtest/gtest.h"
#include "loader/testing/grid_store.h"

namespace seiche {
namespace {

int AxisOf(Shape shape, Shape chunk, DType dtype = DType::kFloat32) {
  return StripAxis(GridStore::MakeField("u", std::move(shape), std::move(chunk), "", dtype));
}

TEST(ChunkStripTest, GoesAlongTheLastAxisThatIsDivided) {
  EXPECT_EQ(AxisOf({3000, 100, 184, 184}, {94, 7, 12, 12}), 3);
  EXPECT_EQ(AxisOf({30, 100, 184, 16}, {94, 7, 12, 16}), 2);
  EXPECT_EQ(AxisOf({30, 100, 16, 16, 3}, {30, 7, 16, 2, 3}), 3);
}

TEST(ChunkStripTest, NoneWhereOneChunkHoldsTheOthersRows) {
  EXPECT_EQ(AxisOf({3000, 100, 184, 184}, {1, 100, 184, 184}), -1);
  EXPECT_EQ(AxisOf({3000, 100, 16, 16}, {94, 100, 16, 16}), -1);  // side by side along axis 0
}

TEST(ChunkStripTest, NoneOfLongRows) {
  EXPECT_EQ(AxisOf({8, 8, 8, 512}, {4, 8, 1, 256}), 3);
  EXPECT_EQ(AxisOf({8, 8, 8, 514}, {4, 8, 1, 257}), -1);
  EXPECT_EQ(AxisOf({8, 8, 8, 512}, {4, 8, 1, 256}, DType::kFloat64), -1);
  EXPECT_EQ(AxisOf({8, 8, 64, 64}, {4, 8, 5, 64}), -1);
}

TEST(ChunkStripTest, NoneOfPartsThatCanBeHadAlone) {
  Field field = GridStore::MakeField("u", {3000, 100, 184, 184}, {94, 7, 12, 12});
  EXPECT_EQ(StripAxis(field), 3);
  field.decodes_parts = true;
  EXPECT_EQ(StripAxis(field), -1);
}

TEST(ChunkStripTest, WhatADamagedFileSaysDoesNotOverflow) {
  EXPECT_EQ(AxisOf({32768, 1, int64_t{1} << 44}, {2048, 1024, 256}), -1);
  EXPECT_EQ(AxisOf({4, 4, int64_t{1} << 58}, {1, 1, int64_t{1} << 57}), -1);
}

TEST(ChunkStripTest, NoneOfFewBytes) {
  EXPECT_EQ(AxisOf({64, 8, 64, 64}, {4, 8, 8, 16}), 3);  // four chunks of 16 KB
  EXPECT_EQ(AxisOf({64, 8, 64, 60}, {4, 8, 8, 15}), -1);
}

TEST(ChunkStripTest, NoneOfManyBytes) {
  EXPECT_EQ(AxisOf({64, 8, 64, 256}, {32, 4, 64, 128}), 3);  // two chunks of 4 MB
  EXPECT_EQ(AxisOf({64, 8, 64, 260}, {32, 4, 64, 128}), -1);
}

TEST(ChunkStripTest, BytesAreThoseOfWholeChunks) {
  const Field field = GridStore::MakeField("u", {200, 100, 184, 184}, {94, 7, 12, 12});
  EXPECT_EQ(StripBytes(field), int64_t{16} * 94 * 7 * 12 * 12 * 4);
  EXPECT_EQ(StripBytes(GridStore::MakeField("u", {4, 4, 4}, {1, 4, 4}, "NHW")), 0);
}

TEST(ChunkStripTest, PartsAreThoseOfOneSample) {
  const Field field = GridStore::MakeField("u", {200, 100, 184, 184}, {94, 7, 12, 12});
  EXPECT_EQ(StripPartBytes(field, WholeBox({1, 100, 184, 184})), 7 * 12 * 184 * 4);
  EXPECT_EQ(StripPartBytes(field, WholeBox({1, 3, 184, 50})), 3 * 12 * 50 * 4);
  EXPECT_EQ(StripPartBytes(field, WholeBox({200, 100, 184, 184})), kMaxStripPartBytes);
  // A transform may deliver bytes as float32.
  const Field bytes =
      GridStore::MakeField("u", {64, 64, 64, 64}, {64, 4, 8, 32}, "", DType::kUInt8);
  EXPECT_EQ(StripPartBytes(bytes, WholeBox({1, 64, 64, 64})), 4 * 8 * 64 * 4);
}

}  // namespace
}  // namespace seiche
