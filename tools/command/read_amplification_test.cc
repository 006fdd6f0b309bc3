#include "tools/command/read_amplification.h"

#include <algorithm>

#include "base/shape.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

Field MakeField(const Shape& shape, const Shape& chunks, const char* axes) {
  Field field;
  field.grid = ChunkGrid(shape, chunks);
  field.axes = axes;
  return field;
}

// By asking the grid for every sample.
double ByCounting(const Field& field, int64_t window) {
  const int n = field.axis('N'), t = field.axis('T');
  const int64_t sequences = n < 0 ? 1 : field.shape()[n];
  const int64_t frames = t < 0 ? 1 : field.shape()[t];
  const int64_t length = window == 0 ? frames : std::min(window, frames);
  double decoded = 0, wanted = 0;
  for (int64_t sequence = 0; sequence < sequences; ++sequence) {
    for (int64_t first = 0; first + length <= frames; ++first) {
      Box box = WholeBox(field.shape());
      if (n >= 0) box.offset[n] = sequence, box.extent[n] = 1;
      if (t >= 0) box.offset[t] = first, box.extent[t] = length;
      decoded += field.grid.CountChunks(box) * NumElements(field.grid.chunk_shape());
      wanted += NumElements(box.extent);
    }
  }
  return decoded / wanted;
}

TEST(ReadAmplificationTest, AgreesWithCounting) {
  for (const Field& field : {
           MakeField({30, 20, 9, 11}, {1, 20, 9, 11}, "NTHW"),
           MakeField({30, 20, 9, 11}, {7, 3, 4, 11}, "NTHW"),
           MakeField({30, 8, 9, 11}, {7, 3, 4, 2}, "NTHW"),
           MakeField({40, 9, 11}, {6, 9, 4}, "THW"),
           MakeField({5, 2, 13, 9}, {2, 2, 4, 9}, "NCTH"),
       }) {
    for (const int64_t window : {0, 1, 10}) {
      EXPECT_NEAR(*ReadAmplification(field, {.frames = window}), ByCounting(field, window), 1e-9)
          << ToString(field.grid.chunk_shape()) << " " << window;
    }
  }
}

TEST(ReadAmplificationTest, WellKnownLayouts) {
  const Field manual = MakeField({3000, 100, 184, 184}, {1, 100, 184, 184}, "NTHW");
  EXPECT_EQ(ReadAmplification(manual, {}), 1);
  EXPECT_EQ(ReadAmplification(manual, {.frames = 10}), 10);
  EXPECT_EQ(ReadAmplification(manual, {.frames = 1}), 100);
  const Field automatic = MakeField({3000, 100, 184, 184}, {94, 7, 12, 12}, "NTHW");
  EXPECT_NEAR(*ReadAmplification(automatic, {}), 94 * 1.05 * 192 * 192 / (184 * 184), 1e-9);
}

TEST(ReadAmplificationTest, WithoutFrames) {
  const Field scalars = MakeField({1000}, {100}, "N");
  EXPECT_EQ(ReadAmplification(scalars, {}), 100);
  EXPECT_FALSE(ReadAmplification(scalars, {.frames = 10}).has_value());
}

}  // namespace
}  // namespace seiche
