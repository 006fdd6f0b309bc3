// Rows for tests: as if the published figures had been measured here.
#ifndef SEICHE_EXPERIMENTS_COMPARISON_SYNTHETIC_ROWS_H_
#define SEICHE_EXPERIMENTS_COMPARISON_SYNTHETIC_ROWS_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "experiments/comparison/row.h"

namespace seiche {

// A row for every published variant, of 3000 sequences, with the published sizes and times, each
// time as three repeats 1 % apart. Extra rows have no reads.
std::vector<Row> SyntheticRows(int64_t sequences = 3000);

// The row of that id, which must exist.
Row& RowOf(std::vector<Row>& rows, std::string_view id);

// Replaces what was measured with `workers`: three repeats 1 % apart around `seconds`.
void SetRead(Row& row, int workers, double seconds);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_COMPARISON_SYNTHETIC_ROWS_H_
