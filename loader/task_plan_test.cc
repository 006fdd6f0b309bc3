#include "loader/task_plan.h"

#include <array>
#include <cstdint>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::testing::ElementsAre;

Field MakeField(const Shape& shape, const Shape& chunk_shape) {
  return {.name = "images", .dtype = DType::kFloat32, .grid = ChunkGrid(shape, chunk_shape)};
}

TEST(TaskPlanTest, OneChunkASampleIsOneTask) {
  const TaskPlan plan(MakeField({3000, 100, 184, 184}, {1, 100, 184, 184}), 10);
  EXPECT_EQ(plan.pieces_per_sample(), 1);
  const Box box = plan.BoxOf(42, 0);
  EXPECT_THAT(box.offset, ElementsAre(42, 0, 0, 0));
  EXPECT_THAT(box.extent, ElementsAre(1, 100, 184, 184));
}

TEST(TaskPlanTest, FewSmallChunksAreOneTask) {
  EXPECT_EQ(TaskPlan(MakeField({20, 3, 4, 5}, {2, 1, 2, 2}), 10).pieces_per_sample(), 1);
}

TEST(TaskPlanTest, GroupsFramesIntoPieces) {
  // 7 frames of 135,424 bytes fit into a piece.
  const TaskPlan plan(MakeField({3000, 100, 184, 184}, {1, 1, 184, 184}), 10);
  EXPECT_EQ(plan.pieces_per_sample(), 15);
  EXPECT_THAT(plan.BoxOf(42, 13).offset, ElementsAre(42, 91, 0, 0));
  EXPECT_THAT(plan.BoxOf(42, 13).extent, ElementsAre(1, 7, 184, 184));
  EXPECT_THAT(plan.BoxOf(42, 14).offset, ElementsAre(42, 98, 0, 0));
  EXPECT_THAT(plan.BoxOf(42, 14).extent, ElementsAre(1, 2, 184, 184));
}

TEST(TaskPlanTest, CountsTheWholeChunkThatIsDecoded) {
  // 379,008 bytes a chunk, although a sample takes only a 94th of it: two chunks a piece.
  const TaskPlan plan(MakeField({3000, 100, 184, 184}, {94, 7, 12, 12}), 10);
  EXPECT_EQ(plan.pieces_per_sample(), 15 * 16 * 8);
  EXPECT_THAT(plan.BoxOf(2999, 0).extent, ElementsAre(1, 7, 12, 24));
}

TEST(TaskPlanTest, PiecesCoverTheSampleInChunkOrder) {
  const Field field = MakeField({7, 50, 90, 100}, {3, 20, 40, 30});
  const TaskPlan plan(field, 10);
  EXPECT_GT(plan.pieces_per_sample(), 1);
  int64_t elements = 0;
  for (int64_t piece = 0; piece < plan.pieces_per_sample(); ++piece) {
    const Box box = plan.BoxOf(5, piece);
    ASSERT_TRUE(Contains(field.shape(), box));
    EXPECT_EQ(box.offset[0], 5);
    for (size_t axis = 1; axis < 4; ++axis) {
      EXPECT_EQ(box.offset[axis] % field.grid.chunk_shape()[axis], 0);
    }
    elements += NumElements(box.extent);
  }
  EXPECT_EQ(elements, 50 * 90 * 100);
}

TEST(TaskPlanTest, ChunksOverAMegabyteAreTasksOfTheirOwn) {
  const TaskPlan plan(MakeField({4, 10, 1000, 1000}, {1, 1, 1000, 1000}), 2);
  EXPECT_EQ(plan.pieces_per_sample(), 10);
}

TEST(TaskPlanTest, SlowFieldsAreNotCut) {
  Field field = MakeField({3000, 100, 184, 184}, {1, 1, 184, 184});
  field.slow_reason = "filter 32026 is not known";
  EXPECT_EQ(TaskPlan(field, 10).pieces_per_sample(), 1);
}

TEST(TaskPlanTest, FilesWhoseChunksDoNotLineUpAreNotCut) {
  Field field = MakeField({3, 100, 184, 184}, {1, 1, 184, 184});
  field.grid =
      ChunkGrid::Concatenate({field.grid, ChunkGrid({3, 100, 184, 184}, {1, 3, 184, 184})});
  EXPECT_EQ(TaskPlan(field, 10).pieces_per_sample(), 1);
}

TEST(TaskPlanTest, ScalarsAndVectors) {
  EXPECT_EQ(TaskPlan(MakeField({10}, {4}), 2).pieces_per_sample(), 1);
  EXPECT_EQ(TaskPlan(MakeField({10, 1 << 20}, {1, 1 << 18}), 2).pieces_per_sample(), 4);
}

TEST(TaskPlanTest, TicketsGoBatchByBatchRowByRowPieceByPiece) {
  const TaskPlan plan(MakeField({3000, 100, 184, 184}, {1, 1, 184, 184}), /*batch_size=*/10);
  EXPECT_EQ(plan.tickets(10), 150);
  const TaskPlan::Task first = plan.TaskOf(0), last = plan.TaskOf(149), next = plan.TaskOf(151);
  EXPECT_THAT((std::array{first.batch, first.row, first.piece}), ElementsAre(0, 0, 0));
  EXPECT_THAT((std::array{last.batch, last.row, last.piece}), ElementsAre(0, 9, 14));
  EXPECT_THAT((std::array{next.batch, next.row, next.piece}), ElementsAre(1, 0, 1));
}

}  // namespace
}  // namespace seiche
