// Measures the prepared rows: which take turns with which, and how the other stack reads them.
//
//   SEICHE_RETURN_IF_ERROR(MeasureRows(plan, preparation, absl::MakeSpan(rows)));
//   PythonStack python = MeasurePythonStack(plan, preparation, folder, rows, files, log);
#ifndef SEICHE_EXPERIMENTS_PROGRAM_MEASUREMENT_H_
#define SEICHE_EXPERIMENTS_PROGRAM_MEASUREMENT_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "experiments/comparison/report.h"
#include "experiments/comparison/row.h"
#include "experiments/program/options.h"
#include "experiments/program/output_folder.h"
#include "experiments/program/preparation.h"

namespace seiche {

// Rows that are measured together, by their index: their repeats take turns. First those of the
// published tables with one sequence a chunk, then each row with slow chunks by itself, then the
// others, at most four at a time for the sake of memory. Unavailable rows are in none.
std::vector<std::vector<size_t>> MeasurementGroups(absl::Span<const Row> rows);

// Fills Row::read of the available rows. Progress on standard error.
absl::Status MeasureRows(const ExperimentPlan& plan, const Preparation& preparation,
                         absl::Span<Row> rows);

// The published rows among `rows`, read by h5py, pillow and torch. Whatever goes wrong is
// PythonStack::unavailable. Claims are left out.
PythonStack MeasurePythonStack(const ExperimentPlan& plan, const Preparation& preparation,
                               const OutputFolder& folder, const std::vector<Row>& rows,
                               FileSystem& files, const LineLog& log);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_PROGRAM_MEASUREMENT_H_
