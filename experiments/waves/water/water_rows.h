// How the water's fields lie in memory, and the walls around them.
//
//   RowLayout layout(/*width=*/184);
//   WaterRow row = layout.Row(floats, /*index=*/7);       // row.h[x], row.u[x], row.v[x]
//   CloseRow(layout, row);                                // the walls at its two ends
//
// The h, u and v of a row follow each other, so that a step works on few, neighbouring pieces of
// memory. Each begins so that column 1, the first that is computed, is aligned for any vector, and
// ends with room for the last vector of a row to read and write past the wall. For
// shallow_water.cc alone.
#ifndef SEICHE_EXPERIMENTS_WAVES_WATER_WATER_ROWS_H_
#define SEICHE_EXPERIMENTS_WAVES_WATER_WATER_ROWS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace seiche {

// The fields of one row; [0] is the wall at column 0.
struct WaterRow {
  float* h;
  float* u;
  float* v;
};

class RowLayout {
 public:
  static constexpr int64_t kMaxLanes = 16;  // float32 lanes of the widest vectors that may be used

  explicit RowLayout(int64_t width) : width_(width) {
    const int64_t computed = (width - 2 + kMaxLanes - 1) / kMaxLanes * kMaxLanes;
    stride_ = kFirstColumn + 1 + computed + kMaxLanes;
  }

  int64_t width() const { return width_; }
  // Columns that exist in memory from column 0 on: the width and what vectors may touch past it.
  int64_t padded_width() const { return stride_ - kFirstColumn; }
  size_t row_bytes() const { return 3 * stride_ * sizeof(float); }

  // Row `index` of consecutive rows at `rows`, which is aligned to 64 bytes.
  WaterRow Row(float* rows, int64_t index) const {
    float* const h = rows + index * 3 * stride_ + kFirstColumn;
    return {h, h + stride_, h + 2 * stride_};
  }

 private:
  static constexpr int64_t kFirstColumn = kMaxLanes - 1;
  int64_t width_;
  int64_t stride_;  // floats of one field's row
};

// Sets both ends of a row to what the walls make of them, and clears what vectors left past its
// end.
inline void CloseRow(const RowLayout& layout, WaterRow row) {
  const int64_t last = layout.width() - 1;
  row.h[0] = row.h[1];
  row.h[last] = row.h[last - 1];
  row.u[0] = row.v[0] = row.u[last] = row.v[last] = 0.0f;
  for (float* field : {row.h, row.u, row.v}) {
    std::fill(field + last + 1, field + layout.padded_width(), 0.0f);
  }
}

// Makes `wall` the row of wall beside the closed row `inner`.
inline void MakeWall(const RowLayout& layout, WaterRow inner, WaterRow wall) {
  std::copy_n(inner.h, layout.padded_width(), wall.h);
  std::fill_n(wall.u, layout.padded_width(), 0.0f);
  std::fill_n(wall.v, layout.padded_width(), 0.0f);
}

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_WAVES_WATER_WATER_ROWS_H_
