#include "storage/hdf5/chunk_guess.h"

#include <cstdint>

#include "gtest/gtest.h"

namespace seiche {
namespace {

struct Case {
  Shape shape;
  int64_t element_size;
  Shape chunk_shape;
};

// What h5py 3.16 answers. The first three are the published data set, its part files and the
// default scale of the experiments; the rest are random shapes of every rank.
const Case kCases[] = {
    {{3000, 100, 184, 184}, 4, {94, 7, 12, 12}},
    {{500, 100, 184, 184}, 4, {32, 7, 12, 23}},
    {{200, 100, 184, 184}, 4, {13, 7, 23, 23}},
    {{278884}, 1, {8716}},
    {{19294968}, 1, {37686}},
    {{235502}, 4, {3680}},
    {{2398499}, 2, {18739}},
    {{420, 279}, 8, {53, 35}},
    {{7676, 3408}, 8, {120, 107}},
    {{175, 201}, 4, {44, 51}},
    {{33256, 47508}, 8, {130, 372}},
    {{29, 7, 7422}, 4, {4, 1, 1856}},
    {{1, 0, 1004}, 1, {1, 128, 126}},
    {{78, 3088, 218}, 1, {5, 386, 28}},
    {{13, 1171, 157}, 4, {2, 147, 40}},
    {{782, 205, 20, 12}, 4, {98, 26, 3, 3}},
    {{520, 36, 14, 1801}, 1, {65, 5, 2, 226}},
    {{13, 1199, 427, 58}, 8, {1, 75, 54, 8}},
    {{14, 667, 4, 14}, 8, {4, 167, 1, 4}},
    {{440, 344, 186, 72, 6}, 4, {28, 22, 24, 9, 1}},
    {{3, 197, 505, 2, 65}, 4, {1, 25, 64, 1, 17}},
    {{2, 550, 124, 287, 274}, 1, {1, 35, 8, 36, 35}},
    {{0, 11, 214, 80, 122}, 8, {64, 1, 14, 5, 16}},
    {{0, 1, 4, 120, 73, 10}, 1, {128, 1, 1, 15, 19, 3}},
    {{1, 1, 33, 1, 28, 0}, 8, {1, 1, 5, 1, 4, 256}},
    {{2, 9, 38, 4, 139, 40}, 1, {1, 3, 10, 1, 70, 20}},
    {{1, 139, 3, 1, 10, 2}, 2, {1, 70, 3, 1, 10, 2}},
    {{1, 0, 15, 1, 5}, 2, {1, 256, 8, 1, 3}},
    {{91855, 0}, 1, {2871, 32}},
    {{1, 4, 1, 2, 21}, 1, {1, 4, 1, 2, 21}},
    {{1, 12, 1, 76, 3, 1}, 1, {1, 12, 1, 76, 3, 1}},
};

TEST(ChunkGuessTest, AgreesWithH5py) {
  for (const Case& c : kCases) {
    EXPECT_EQ(GuessChunkShape(c.shape, c.element_size), c.chunk_shape)
        << ToString(c.shape) << " of " << c.element_size << " bytes";
  }
}

TEST(ChunkGuessTest, EndsForElementsLargerThanAnyChunk) {
  EXPECT_EQ(GuessChunkShape({5, 3}, int64_t{1} << 21), (Shape{1, 1}));
}

}  // namespace
}  // namespace seiche
